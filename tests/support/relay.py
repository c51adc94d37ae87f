"""Carrying bytes both ways between two sockets, as a proxy does once its tunnel is there.

One thread and non-blocking sockets: a TLS socket may not be read and written by two threads at
once, and two that only block would wait for each other when both directions are full.
"""

from __future__ import annotations

import select
import socket
import ssl

CHUNK = 65536


class _End:
    """One side of a relay: what it still has to be sent, and whether it said that it is done."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.socket = connection
        self.unsent = bytearray()
        self.finished = False
        self.told = False

    @property
    def pending(self) -> bool:
        return isinstance(self.socket, ssl.SSLSocket) and self.socket.pending() > 0

    def receive_into(self, other: _End) -> None:
        try:
            data = self.socket.recv(CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError:
            data = b""
        if data:
            other.unsent += data
        else:
            self.finished = True

    def send(self) -> None:
        try:
            sent = self.socket.send(bytes(self.unsent[:CHUNK]))
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        del self.unsent[:sent]

    def tell_finished(self) -> None:
        """Hand on that the other side has finished."""
        self.told = True
        try:
            socket.socket.shutdown(self.socket, socket.SHUT_WR)
        except OSError:
            pass


def relay(first: socket.socket, second: socket.socket) -> None:
    """Carry bytes until both sides have finished, or one is broken."""
    a, b = _End(first), _End(second)
    while not (a.told and b.told):
        for end, other in ((a, b), (b, a)):
            if end.finished and not other.unsent and not other.told:
                other.tell_finished()
        _wait_and_carry(a, b)


def _wait_and_carry(a: _End, b: _End) -> None:
    # A side that is slow to take bytes is answered by not reading more for it.
    readers = [
        (end, other)
        for end, other in ((a, b), (b, a))
        if not end.finished and len(other.unsent) < 4 * CHUNK
    ]
    writers = [end for end in (a, b) if end.unsent]
    if not readers and not writers:
        return
    pending = [pair for pair in readers if pair[0].pending]
    readable, writable, _ = select.select(
        [end.socket for end, _ in readers],
        [end.socket for end in writers],
        [],
        0 if pending else 60,
    )
    for end, other in readers:
        if end.socket in readable or end.pending:
            end.receive_into(other)
    for end in writers:
        if end.socket in writable:
            end.send()

"""Happy Eyeballs over blocking sockets: several connects under way at once, watched by a selector."""

from __future__ import annotations

import os
import selectors
import socket
from collections.abc import Sequence
from time import monotonic

from .happy_eyeballs import Address, Race
from .interface import SOCKET_OPTION
from .sockets import open_tcp


def connect_first(
    addresses: Sequence[Address],
    deadline: float | None,
    local_address: str | None,
    socket_options: Sequence[SOCKET_OPTION],
) -> socket.socket:
    """Connect to whichever address answers first and close all other attempts.

    Raises TimeoutError without an errno at the deadline, and the last attempt's OSError when all
    failed.
    """
    if len(addresses) == 1:
        return _connect_one(addresses[0], deadline, local_address, socket_options)
    return _Racing(addresses, local_address, socket_options).run(deadline)


def _connect_one(
    address: Address,
    deadline: float | None,
    local_address: str | None,
    socket_options: Sequence[SOCKET_OPTION],
) -> socket.socket:
    sock = open_tcp(address.family, local_address, socket_options)
    try:
        if deadline is not None:
            sock.settimeout(max(deadline - monotonic(), 0.001))
        sock.connect(address.sockaddr)
    except BaseException:
        sock.close()
        raise
    return sock


class _Racing:
    """One race: the sockets that are connecting, and the selector that watches them."""

    __slots__ = ("_error", "_local_address", "_options", "_race", "_selector")

    def __init__(
        self,
        addresses: Sequence[Address],
        local_address: str | None,
        socket_options: Sequence[SOCKET_OPTION],
    ) -> None:
        self._race = Race(addresses)
        self._local_address = local_address
        self._options = socket_options
        self._selector = selectors.DefaultSelector()
        self._error: OSError | None = None

    def run(self, deadline: float | None) -> socket.socket:
        winner: socket.socket | None = None
        try:
            while winner is None:
                now = monotonic()
                if deadline is not None and now >= deadline:
                    raise TimeoutError("no address answered")
                address = self._race.start(now)
                if address is not None:
                    winner = self._start(address)
                elif self._selector.get_map():
                    winner = self._watch(now, deadline)
                else:
                    # Whatever failed made the next one due at once: there is none.
                    raise self._error or OSError("no address to connect to")
            return winner
        finally:
            for key in list(self._selector.get_map().values()):
                key.data.close()
            self._selector.close()

    def _start(self, address: Address) -> socket.socket | None:
        """Begin to connect; the socket when it was connected at once, else None."""
        try:
            sock = open_tcp(address.family, self._local_address, self._options)
        except OSError as exc:
            self._lost(exc)
            return None
        try:
            sock.setblocking(False)
            sock.connect(address.sockaddr)
        except BlockingIOError:
            # Writable is connected or failed on POSIX; Windows tells a failure by the exceptional
            # set, which its selector reports as writable as well.
            self._selector.register(sock, selectors.EVENT_WRITE, sock)
            return None
        except OSError as exc:
            sock.close()
            self._lost(exc)
            return None
        except BaseException:
            sock.close()
            raise
        return sock

    def _watch(self, now: float, deadline: float | None) -> socket.socket | None:
        """Wait until an attempt ends or the next one is due; the socket that is connected, if any."""
        until = [when for when in (deadline, self._race.due) if when is not None]
        for key, _ in self._selector.select(max(min(until) - now, 0) if until else None):
            sock: socket.socket = key.data
            self._selector.unregister(sock)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code == 0:
                return sock
            sock.close()
            self._lost(OSError(code, os.strerror(code)))
        return None

    def _lost(self, exc: OSError) -> None:
        self._error = exc
        self._race.failed()

"""What the servers that are written on sockets share: a port, and a thread for each connection."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread


@contextmanager
def listen(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Call `serve` in a thread for each connection while the block runs, and give the port.

    `serve` owns its connection. It ends when the peer, or the end of the block, closes it.
    """
    connections: list[socket.socket] = []
    threads: list[Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = Thread(target=_accept, args=(listener, serve, connections, threads))
        accepting.start()
        try:
            yield listener.getsockname()[1]
        finally:
            _shut(listener)
            accepting.join()
            for connection in connections:
                _shut(connection)
            for thread in threads:
                thread.join()
            for connection in connections:
                connection.close()


def _accept(
    listener: socket.socket,
    serve: Callable[[socket.socket], None],
    connections: list[socket.socket],
    threads: list[Thread],
) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:  # the listener was shut down
            return
        connections.append(connection)
        thread = Thread(target=serve, args=(connection,))
        threads.append(thread)
        thread.start()


def _shut(connection: socket.socket) -> None:
    """Wake the thread that waits on a socket; some systems need the socket closed for that."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        connection.close()

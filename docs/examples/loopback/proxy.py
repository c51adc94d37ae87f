"""A small proxy that knows CONNECT alone, and keeps what it was asked."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from .listening import listen


@contextmanager
def serve_proxy() -> Iterator[tuple[str, list[str]]]:
    """Serve on a free port while the block runs; give the URL, and the list of heads that came."""
    heads: list[str] = []

    def serve(connection: socket.socket) -> None:
        head = read_head(connection)
        heads.append(head)
        host, _, port = head.split(" ")[1].rpartition(":")
        with socket.create_connection((host, int(port))) as target:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = Thread(target=relay, args=(target, connection))
            back.start()
            relay(connection, target)
            back.join()

    with listen(serve) as port:
        yield f"http://127.0.0.1:{port}", heads


def read_head(connection: socket.socket) -> str:
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(4096)
    return head.decode("ascii").rstrip()


def relay(source: socket.socket, target: socket.socket) -> None:
    """Carry bytes until there are no more, and say so to the other end."""
    try:
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one end has gone: the other sees it too

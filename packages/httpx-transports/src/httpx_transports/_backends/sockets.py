"""Sockets as every backend opens them, and the look at whether one can be read from."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Sequence

from .interface import SOCKET_OPTION


def open_tcp(
    family: int, local_address: str | None, socket_options: Sequence[SOCKET_OPTION]
) -> socket.socket:
    """An unconnected socket with the options set, bound to `local_address`. Raises OSError.

    TCP_NODELAY: a request is written whole, so that waiting for more only costs time. SO_KEEPALIVE:
    a dead peer is found even where a user has no read limit. The user's options come last and win.
    """
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        _set_options(sock, socket_options)
        if local_address is not None:
            sock.bind((local_address, 0))
    except BaseException:
        sock.close()
        raise
    return sock


def open_unix(socket_options: Sequence[SOCKET_OPTION]) -> socket.socket:
    """An unconnected Unix domain socket with the options set. Raises OSError."""
    if not hasattr(socket, "AF_UNIX"):
        raise OSError("this system has no Unix domain sockets")
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _set_options(sock, socket_options)
    except BaseException:
        sock.close()
        raise
    return sock


def _set_options(sock: socket.socket, socket_options: Sequence[SOCKET_OPTION]) -> None:
    for option in socket_options:
        if len(option) == 4:
            sock.setsockopt(*option)
        else:
            sock.setsockopt(*option)


def look_at(sock: socket.socket) -> Callable[[int], object]:
    """Something to call with 0, true when a read from a socket would give something at once.

    For who looks often, until the socket is closed. RuntimeError: two threads looked at a time.
    """
    descriptor = sock.fileno()
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return poll.poll
    return lambda timeout: select.select([descriptor], [], [], timeout)[0]


def readable(descriptor: int) -> bool:
    """Whether a read would give bytes, an end, or an error at once.

    A closed descriptor counts as readable.
    """
    if descriptor < 0:
        return True
    if hasattr(select, "poll"):
        # select() knows no descriptor above 1023, which a program with many connections has.
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([descriptor], [], [], 0)[0])


def wait_writable(sock: socket.socket, timeout: float | None, or_readable: bool) -> None:
    """Wait until a write would take some bytes, with `or_readable` also until there are some to read."""
    descriptor = sock.fileno()
    if descriptor < 0:
        return
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT | (select.POLLIN if or_readable else 0))
    poll.poll(None if timeout is None else max(timeout, 0) * 1000)


def address_of(sock: socket.socket, info: str) -> object:
    """`client_addr` or `server_addr` of a connected socket, None once it is not connected any more."""
    try:
        return sock.getsockname() if info == "client_addr" else sock.getpeername()
    except OSError:
        return None

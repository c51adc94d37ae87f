"""Name lookup and Happy Eyeballs on an asyncio loop; `loop.create_connection` has its own, but
uvloop's has not.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from time import monotonic
from typing import Any

from .happy_eyeballs import Address, Race
from .interface import SOCKET_OPTION
from .sockets import open_tcp


async def resolve(
    loop: asyncio.AbstractEventLoop, host: str, port: int, seconds: float | None
) -> Any:
    """Ask the loop's resolver.

    Raises TimeoutError without an errno after `seconds`, OSError for no such name.
    """
    task = loop.create_task(_getaddrinfo(loop, host, port))
    try:
        await asyncio.wait((task,), timeout=seconds)
        if not task.done():
            raise TimeoutError(f"no answer for the name {host!r}")
        return task.result()
    finally:
        _discard(task)


async def _getaddrinfo(loop: asyncio.AbstractEventLoop, host: str, port: int) -> Any:
    if "\x00" in host:
        raise OSError("the name holds a NUL character")
    return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)


async def connect_first(
    loop: asyncio.AbstractEventLoop,
    addresses: Sequence[Address],
    deadline: float | None,
    local_address: str | None,
    socket_options: Sequence[SOCKET_OPTION],
) -> socket.socket:
    """Connect to whichever address answers first and close all other attempts.

    Raises TimeoutError without an errno at the deadline, and the last attempt's OSError when all
    failed.
    """
    race = Race(addresses)
    tasks: set[asyncio.Task[socket.socket]] = set()
    error: OSError | None = None
    try:
        while True:
            now = monotonic()
            if deadline is not None and now >= deadline:
                raise TimeoutError("no address answered")
            address = race.start(now)
            if address is not None:
                tasks.add(loop.create_task(_connect(loop, address, local_address, socket_options)))
            if not tasks:
                if race.due is None:
                    raise error or OSError("no address to connect to")
                continue
            until = [when for when in (deadline, race.due) if when is not None]
            limit = max(min(until) - monotonic(), 0) if until else None
            done, _ = await asyncio.wait(tasks, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                failure = task.exception()
                if failure is None:
                    tasks.remove(task)
                    return task.result()
                if not isinstance(failure, OSError):
                    raise failure
                tasks.remove(task)
                error = failure
                race.failed()
    finally:
        for task in tasks:
            _discard(task)


async def _connect(
    loop: asyncio.AbstractEventLoop,
    address: Address,
    local_address: str | None,
    socket_options: Sequence[SOCKET_OPTION],
) -> socket.socket:
    sock = open_tcp(address.family, local_address, socket_options)
    try:
        sock.setblocking(False)
        await loop.sock_connect(sock, address.sockaddr)
    except BaseException:
        sock.close()
        raise
    return sock


def _discard(task: asyncio.Task[Any]) -> None:
    """Cancel a task that is no longer wanted, close a socket that it yields all the same, and ask
    for its exception.
    """
    if not task.done():
        task.cancel()
        task.add_done_callback(_discard)
    elif not task.cancelled() and task.exception() is None:
        result = task.result()
        if isinstance(result, socket.socket):
            result.close()

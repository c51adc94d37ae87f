"""The trio backend runs on anyio, and so on asyncio as well."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from tests.support.raw_server import RawServer

from httpx_core import ReadTimeout
from httpx_transports._backends.trio import TrioBackend


def echo(connection: socket.socket, number: int) -> None:
    while data := connection.recv(65536):
        connection.sendall(data)


def test_the_trio_backend_talks_tls_on_asyncio(authority: Any, no_leaks: None) -> None:
    async def main() -> None:
        backend = TrioBackend()
        stream = await backend.connect_tcp("localhost", server.port, timeout=10)
        stream = await stream.start_tls(authority.client_context(), "localhost", 10)
        await stream.write(b"x" * 300_000, 10)
        left = 300_000
        while left:
            left -= len(await stream.read(65536, 10))
        with pytest.raises(ReadTimeout):
            await stream.read(10, 0.02)
        stream.close()

    with RawServer(echo, ssl_context=authority.server_context()) as server:
        asyncio.run(main())


def test_the_trio_backend_waits_and_locks_on_asyncio() -> None:
    async def main() -> None:
        backend = TrioBackend()
        wakeup, lock = backend.wakeup(), backend.lock()
        assert not await wakeup.wait(0.01)
        waiter = asyncio.ensure_future(wakeup.wait(20))
        await backend.sleep(0.01)
        wakeup.set()
        assert await waiter
        await lock.acquire()
        second = asyncio.ensure_future(lock.acquire())
        await backend.sleep(0.01)
        lock.release()
        await second
        assert not lock.try_acquire()
        assert 3 == await backend.run_blocking(len, "abc")

    asyncio.run(main())

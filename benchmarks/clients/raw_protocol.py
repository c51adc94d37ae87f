"""The floor of the asyncio side: a Protocol that writes fixed bytes and counts what comes back."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from urllib.parse import urlsplit

from clients import Job, Missing
from clients.raw_socket import body_of, request_bytes


class Connection(asyncio.Protocol):
    """One connection, on which one answer of known length is awaited at a time."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.left = 0
        self.data = b""
        self.learnt = (0, 0)
        self.done: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.data = data
        if not self.left:  # the first answer of its kind tells how long it is
            start, length = body_of(data)
            if length is None:
                raise Missing("a body without a length")
            self.learnt = start + length, length
            self.left = start + length
        self.left -= len(data)
        if not self.left and self.done is not None:
            self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.done is not None and not self.done.done():
            self.done.set_exception(exc or ConnectionError("The server closed the connection."))

    async def exchange(self, request: bytes, total: int) -> None:
        self.left = total
        self.done = self.loop.create_future()
        self.transport.write(request)  # type: ignore[attr-defined] # a write transport
        await self.done


class Async:
    decodes = False

    def __init__(self, job: Job) -> None:
        if job.http2:
            raise Missing("no HTTP/2")
        self.context = job.ssl_context() if job.tls else None
        self.room = job.connections
        self.all: list[Connection] = []
        self.idle: list[Connection] = []
        self.waiters: deque[asyncio.Future[Connection]] = deque()
        self.known: dict[str, tuple[bytes, int, int]] = {}

    async def _acquire(self, url: str) -> Connection:
        if self.idle:
            return self.idle.pop()
        if not self.room:
            waiter: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()
            self.waiters.append(waiter)
            return await waiter
        self.room -= 1
        parts = urlsplit(url)
        _, connection = await asyncio.get_running_loop().create_connection(
            Connection, parts.hostname, parts.port, ssl=self.context
        )
        self.all.append(connection)
        return connection

    def _release(self, connection: Connection) -> None:
        if self.waiters:
            self.waiters.popleft().set_result(connection)
        else:
            self.idle.append(connection)

    async def _exchange(self, url: str, content: bytes | None = None) -> tuple[bytes, int]:
        """Return the last bytes that came, and the length of the body."""
        request, total, length = self.known.get(url) or (request_bytes(url, content), 0, 0)
        connection = await self._acquire(url)
        await connection.exchange(request, total)
        if not total:
            total, length = connection.learnt
            self.known[url] = request, total, length
        data = connection.data
        self._release(connection)
        return data, length

    async def get(self, url: str) -> bytes:
        data, length = await self._exchange(url)
        return data[-length:]

    async def get_json(self, url: str) -> object:
        return json.loads(await self.get(url))

    async def download(self, url: str) -> int:
        return (await self._exchange(url))[1]

    async def upload(self, url: str, content: bytes) -> bytes:
        data, length = await self._exchange(url, content)
        return data[-length:]

    async def close(self) -> None:
        for connection in self.all:
            connection.transport.close()

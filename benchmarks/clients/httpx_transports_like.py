"""Our transports alone: a Request in, a Response out, without the client above."""

from __future__ import annotations

from typing import Any

from clients import Job


def settings(job: Job) -> dict[str, Any]:
    from httpx_transports import Limits

    limits = Limits(max_connections=job.connections, max_keepalive_connections=job.connections)
    chosen: dict[str, Any] = {"limits": limits, "http2": job.http2}
    if job.tls:
        chosen["verify"] = job.ssl_context()
    return chosen


class Sync:
    is_shared = True
    decodes = False

    def __init__(self, job: Job) -> None:
        from httpx_core import Request
        from httpx_transports import HTTPTransport

        self.request = Request
        self.transport = HTTPTransport(**settings(job))
        self.close = self.transport.close

    def get(self, url: str) -> bytes:
        return self.transport.handle_request(self.request("GET", url)).read()

    def download(self, url: str) -> int:
        response = self.transport.handle_request(self.request("GET", url))
        return sum(len(chunk) for chunk in response.iter_raw())


class Async:
    decodes = False

    def __init__(self, job: Job) -> None:
        from httpx_core import Request
        from httpx_transports import AsyncHTTPTransport

        self.request = Request
        self.transport = AsyncHTTPTransport(**settings(job))
        self.close = self.transport.aclose

    async def get(self, url: str) -> bytes:
        response = await self.transport.handle_async_request(self.request("GET", url))
        return await response.aread()

    async def download(self, url: str) -> int:
        response = await self.transport.handle_async_request(self.request("GET", url))
        size = 0
        async for chunk in response.aiter_raw():
            size += len(chunk)
        return size

"""httpcore, the transport below httpx 0.28.1."""

from __future__ import annotations

from typing import Any

from clients import Job


def settings(job: Job) -> dict[str, Any]:
    return {
        "ssl_context": job.ssl_context() if job.tls else None,
        "max_connections": job.connections,
        "max_keepalive_connections": job.connections,
        "http2": job.http2,
    }


class Sync:
    is_shared = True
    decodes = False

    def __init__(self, job: Job) -> None:
        self.pool = job.module().ConnectionPool(**settings(job))
        self.close = self.pool.close

    def get(self, url: str) -> bytes:
        return self.pool.request("GET", url).content

    def download(self, url: str) -> int:
        with self.pool.stream("GET", url) as response:
            return sum(len(chunk) for chunk in response.iter_stream())

    def upload(self, url: str, content: bytes) -> bytes:
        headers = {"Content-Length": str(len(content))}
        return self.pool.request("POST", url, headers=headers, content=content).content


class Async:
    decodes = False

    def __init__(self, job: Job) -> None:
        self.pool = job.module().AsyncConnectionPool(**settings(job))
        self.close = self.pool.aclose

    async def get(self, url: str) -> bytes:
        return (await self.pool.request("GET", url)).content

    async def download(self, url: str) -> int:
        size = 0
        async with self.pool.stream("GET", url) as response:
            async for chunk in response.aiter_stream():
                size += len(chunk)
        return size

    async def upload(self, url: str, content: bytes) -> bytes:
        headers = {"Content-Length": str(len(content))}
        return (await self.pool.request("POST", url, headers=headers, content=content)).content

"""httpx, ours, and httpx2: one interface, so one driver for the three."""

from __future__ import annotations

from typing import Any

from clients import Job


def settings(job: Job) -> dict[str, Any]:
    module = job.module()
    limits = module.Limits(
        max_connections=job.connections, max_keepalive_connections=job.connections
    )
    chosen: dict[str, Any] = {"timeout": 60.0, "limits": limits, "http2": job.http2}
    if job.tls:
        chosen["verify"] = job.ssl_context()
    return chosen


class Sync:
    is_shared = True

    def __init__(self, job: Job) -> None:
        self.client = job.module().Client(**settings(job))
        self.close = self.client.close

    def get(self, url: str) -> bytes:
        return self.client.get(url).content

    def get_json(self, url: str) -> object:
        return self.client.get(url).json()

    def download(self, url: str) -> int:
        with self.client.stream("GET", url) as response:
            return sum(len(chunk) for chunk in response.iter_bytes())

    def upload(self, url: str, content: bytes) -> bytes:
        return self.client.post(url, content=content).content

    def post_json(self, url: str, value: object) -> bytes:
        return self.client.post(url, json=value).content

    def multipart(self, url: str, content: bytes) -> bytes:
        return self.client.post(url, files={"file": ("name.bin", content)}).content


class Async:
    def __init__(self, job: Job) -> None:
        self.client = job.module().AsyncClient(**settings(job))
        self.close = self.client.aclose

    async def get(self, url: str) -> bytes:
        return (await self.client.get(url)).content

    async def get_json(self, url: str) -> object:
        return (await self.client.get(url)).json()

    async def download(self, url: str) -> int:
        size = 0
        async with self.client.stream("GET", url) as response:
            async for chunk in response.aiter_bytes():
                size += len(chunk)
        return size

    async def upload(self, url: str, content: bytes) -> bytes:
        return (await self.client.post(url, content=content)).content

    async def post_json(self, url: str, value: object) -> bytes:
        return (await self.client.post(url, json=value)).content


class Bare:
    """A client made and closed without a request: its TLS context counts, if it makes one."""

    is_shared = True

    def __init__(self, job: Job) -> None:
        self.client = job.module().Client()
        self.close = self.client.close


class SyncMock(Sync):
    """The same client, with a function in place of the network."""

    def __init__(self, job: Job) -> None:
        module = job.module()
        transport = module.MockTransport(lambda request: module.Response(200, content=b"x" * 13))
        self.client = module.Client(transport=transport)
        self.close = self.client.close


class AsyncMock(Async):
    def __init__(self, job: Job) -> None:
        module = job.module()
        transport = module.MockTransport(lambda request: module.Response(200, content=b"x" * 13))
        self.client = module.AsyncClient(transport=transport)
        self.close = self.client.aclose

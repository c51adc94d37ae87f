"""aiohttp, which is asyncio only."""

from __future__ import annotations

from clients import Job, Missing


class Async:
    def __init__(self, job: Job) -> None:
        if job.http2:
            raise Missing("no HTTP/2")
        module = job.module()
        connector = module.TCPConnector(
            limit=job.connections, ssl=job.ssl_context() if job.tls else True
        )
        self.session = module.ClientSession(connector=connector)
        self.close = self.session.close

    async def get(self, url: str) -> bytes:
        async with self.session.get(url) as response:
            return await response.read()

    async def get_json(self, url: str) -> object:
        async with self.session.get(url) as response:
            return await response.json()

    async def download(self, url: str) -> int:
        size = 0
        async with self.session.get(url) as response:
            async for chunk in response.content.iter_any():
                size += len(chunk)
        return size

    async def upload(self, url: str, content: bytes) -> bytes:
        async with self.session.post(url, data=content) as response:
            return await response.read()

    async def post_json(self, url: str, value: object) -> bytes:
        async with self.session.post(url, json=value) as response:
            return await response.read()

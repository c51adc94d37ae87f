"""requests and niquests, which share an interface."""

from __future__ import annotations

from clients import Job, Missing


class Sync:
    is_shared = True

    def __init__(self, job: Job) -> None:
        if job.http2:
            raise Missing("HTTP/2 of this one is not compared")
        self.session = job.module().Session()
        self.session.verify = job.ca_file
        self.close = self.session.close

    def get(self, url: str) -> bytes:
        return self.session.get(url).content

    def get_json(self, url: str) -> object:
        return self.session.get(url).json()

    def download(self, url: str) -> int:
        with self.session.get(url, stream=True) as response:
            return sum(len(chunk) for chunk in response.iter_content(65536))

    def upload(self, url: str, content: bytes) -> bytes:
        return self.session.post(url, data=content).content

    def post_json(self, url: str, value: object) -> bytes:
        return self.session.post(url, json=value).content

    def multipart(self, url: str, content: bytes) -> bytes:
        return self.session.post(url, files={"file": ("name.bin", content)}).content


class Async:
    def __init__(self, job: Job) -> None:
        module = job.module()
        if job.http2 or not hasattr(module, "AsyncSession"):
            raise Missing("no asyncio")
        self.session = module.AsyncSession(
            pool_connections=job.connections, pool_maxsize=job.connections
        )
        self.session.verify = job.ca_file
        self.close = self.session.close

    async def get(self, url: str) -> bytes:
        return (await self.session.get(url)).content

    async def download(self, url: str) -> int:
        response = await self.session.get(url, stream=True)
        size = 0
        async for chunk in await response.iter_content(65536):
            size += len(chunk)
        return size

    async def upload(self, url: str, content: bytes) -> bytes:
        return (await self.session.post(url, data=content)).content

"""pyreqwest: the Rust client reqwest, under Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clients import Job


def configured(builder: Any, job: Job) -> Any:
    builder = builder.http2(job.http2).pool_max_idle_per_host(job.connections)
    builder = builder.max_connections(100 if job.http2 else job.connections)
    if job.tls:
        builder = builder.add_root_certificate_pem(Path(job.ca_file).read_bytes())
    return builder.build()


class Sync:
    is_shared = True

    def __init__(self, job: Job) -> None:
        self.client = configured(job.module().SyncClientBuilder(), job)
        self.close = self.client.close

    def get(self, url: str) -> bytes:
        return self.client.get(url).build().send().bytes()

    def get_json(self, url: str) -> object:
        return self.client.get(url).build().send().json()

    def download(self, url: str) -> int:
        with self.client.get(url).build_streamed() as response:
            reader = response.body_reader
            size = 0
            while chunk := reader.read_chunk():
                size += len(chunk)
        return size

    def upload(self, url: str, content: bytes) -> bytes:
        return self.client.post(url).body_bytes(content).build().send().bytes()

    def post_json(self, url: str, value: object) -> bytes:
        return self.client.post(url).body_json(value).build().send().bytes()

    def multipart(self, url: str, content: bytes) -> bytes:
        from pyreqwest.multipart import FormBuilder, PartBuilder

        part = PartBuilder.from_bytes(content).file_name("name.bin")
        form = FormBuilder().part("file", part)
        return self.client.post(url).multipart(form).build().send().bytes()


class Async:
    def __init__(self, job: Job) -> None:
        self.client = configured(job.module().ClientBuilder(), job)
        self.close = self.client.close

    async def get(self, url: str) -> bytes:
        return await (await self.client.get(url).build().send()).bytes()

    async def get_json(self, url: str) -> object:
        return await (await self.client.get(url).build().send()).json()

    async def download(self, url: str) -> int:
        size = 0
        async with self.client.get(url).build_streamed() as response:
            reader = response.body_reader
            while chunk := await reader.read_chunk():
                size += len(chunk)
        return size

    async def upload(self, url: str, content: bytes) -> bytes:
        return await (await self.client.post(url).body_bytes(content).build().send()).bytes()

    async def post_json(self, url: str, value: object) -> bytes:
        return await (await self.client.post(url).body_json(value).build().send()).bytes()

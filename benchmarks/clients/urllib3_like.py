"""urllib3, the transport below requests."""

from __future__ import annotations

from clients import Job, Missing


class Sync:
    is_shared = True

    def __init__(self, job: Job) -> None:
        if job.http2:
            raise Missing("HTTP/2 is experimental there")
        self.pool = job.module().PoolManager(
            maxsize=job.connections, ca_certs=job.ca_file if job.tls else None
        )
        self.close = self.pool.clear

    def get(self, url: str) -> bytes:
        return self.pool.request("GET", url).data

    def get_json(self, url: str) -> object:
        return self.pool.request("GET", url).json()

    def download(self, url: str) -> int:
        response = self.pool.request("GET", url, preload_content=False)
        size = sum(len(chunk) for chunk in response.stream(65536))
        response.release_conn()
        return size

    def upload(self, url: str, content: bytes) -> bytes:
        return self.pool.request("POST", url, body=content).data

    def post_json(self, url: str, value: object) -> bytes:
        return self.pool.request("POST", url, json=value).data

    def multipart(self, url: str, content: bytes) -> bytes:
        return self.pool.request("POST", url, fields={"file": ("name.bin", content)}).data

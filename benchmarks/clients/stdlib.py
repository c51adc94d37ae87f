"""http.client of the standard library: one connection, no pool, no redirects, no decoding."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

from clients import Job, Missing


class Sync:
    is_shared = False
    decodes = False

    def __init__(self, job: Job) -> None:
        if job.http2:
            raise Missing("no HTTP/2")
        self.context = job.ssl_context() if job.tls else None
        self.connection: http.client.HTTPConnection | None = None

    def _send(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> http.client.HTTPResponse:
        connection = self.connection
        if connection is None:
            netloc = urlsplit(url).netloc
            if self.context is None:
                connection = http.client.HTTPConnection(netloc)
            else:
                connection = http.client.HTTPSConnection(netloc, context=self.context)
            self.connection = connection
            self.start = len(url.partition("//")[0]) + 2 + len(netloc)
        connection.request(method, url[self.start :], body, headers or {})
        return connection.getresponse()

    def get(self, url: str) -> bytes:
        return self._send("GET", url).read()

    def get_json(self, url: str) -> object:
        return json.loads(self._send("GET", url).read())

    def download(self, url: str) -> int:
        response = self._send("GET", url)
        size = 0
        while chunk := response.read(65536):
            size += len(chunk)
        return size

    def upload(self, url: str, content: bytes) -> bytes:
        return self._send("POST", url, content).read()

    def post_json(self, url: str, value: object) -> bytes:
        headers = {"Content-Type": "application/json"}
        return self._send("POST", url, json.dumps(value).encode(), headers).read()

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()

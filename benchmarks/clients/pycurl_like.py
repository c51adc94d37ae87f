"""pycurl: libcurl, one easy handle that is used again."""

from __future__ import annotations

import json
from io import BytesIO

from clients import Job


class Sync:
    is_shared = False

    def __init__(self, job: Job) -> None:
        import pycurl

        self.names = pycurl
        self.handle = handle = pycurl.Curl()
        handle.setopt(pycurl.ACCEPT_ENCODING, "gzip")
        handle.setopt(
            pycurl.HTTP_VERSION,
            pycurl.CURL_HTTP_VERSION_2TLS if job.http2 else pycurl.CURL_HTTP_VERSION_1_1,
        )
        if job.tls:
            handle.setopt(pycurl.CAINFO, job.ca_file)
        self.close = handle.close

    def _send(self, url: str) -> bytes:
        body = BytesIO()
        self.handle.setopt(self.names.URL, url)
        self.handle.setopt(self.names.WRITEDATA, body)
        self.handle.perform()
        return body.getvalue()

    def get(self, url: str) -> bytes:
        return self._send(url)

    def get_json(self, url: str) -> object:
        return json.loads(self._send(url))

    def download(self, url: str) -> int:
        size = 0

        def receive(chunk: bytes) -> None:
            nonlocal size
            size += len(chunk)

        self.handle.setopt(self.names.URL, url)
        self.handle.setopt(self.names.WRITEFUNCTION, receive)
        self.handle.perform()
        return size

    def upload(self, url: str, content: bytes) -> bytes:
        self.handle.setopt(self.names.HTTPHEADER, ["Expect:"])
        self.handle.setopt(self.names.POSTFIELDS, content)
        return self._send(url)

    def post_json(self, url: str, value: object) -> bytes:
        self.handle.setopt(self.names.HTTPHEADER, ["Content-Type: application/json"])
        self.handle.setopt(self.names.POSTFIELDS, json.dumps(value))
        return self._send(url)

"""The floor of the sync side: a socket, a request of fixed bytes, and an answer that is only counted.

No HTTP: the length of an answer is learnt once and then taken for granted.
"""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

from clients import Job, Missing

CHUNK = 65536


def request_bytes(url: str, content: bytes | None = None) -> bytes:
    parts = urlsplit(url)
    head = (
        f"{'GET' if content is None else 'POST'} {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
    )
    if content is not None:
        head += f"Content-Length: {len(content)}\r\n"
    return head.encode() + b"\r\n" + (content or b"")


def body_of(head: bytes | bytearray) -> tuple[int, int | None]:
    """Return where the body starts and how long it is; None if it is chunked."""
    start = head.index(b"\r\n\r\n") + 4
    for line in head[:start].lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return start, int(line.partition(b":")[2])
    return start, None


def length_of_chunks(data: bytes | bytearray, position: int) -> int:
    total = 0
    while True:
        end = data.index(b"\r\n", position)
        size = int(data[position:end], 16)
        if not size:
            return total
        total += size
        position = end + 2 + size + 2


class Sync:
    is_shared = False
    decodes = False

    def __init__(self, job: Job) -> None:
        if job.http2:
            raise Missing("no HTTP/2")
        self.context = job.ssl_context() if job.tls else None
        self.socket: socket.socket | None = None
        self.known: dict[str, tuple[bytes, int, int]] = {}

    def _connect(self, url: str) -> socket.socket:
        parts = urlsplit(url)
        connected = socket.create_connection((parts.hostname, parts.port))
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.context is not None:
            connected = self.context.wrap_socket(connected, server_hostname=parts.hostname)
        self.socket = connected
        return connected

    def _learn(self, url: str, request: bytes) -> int:
        """Send the first request of its kind; return the length of the body."""
        connected = self.socket or self._connect(url)
        connected.sendall(request)
        data = bytearray(connected.recv(CHUNK))
        start, length = body_of(data)
        while len(data) < start + length if length is not None else data[-5:] != b"0\r\n\r\n":
            data += connected.recv(CHUNK)
        if length is None:
            length = length_of_chunks(data, start)
        self.known[url] = request, len(data), length
        return length

    def get(self, url: str) -> bytes:
        if url not in self.known:
            return bytes(self._learn(url, request_bytes(url)))
        return self._again(url)

    def _again(self, url: str) -> bytes:
        request, total, length = self.known[url]
        connected = self.socket or self._connect(url)
        connected.sendall(request)
        data = connected.recv(CHUNK)
        while len(data) < total:
            data += connected.recv(CHUNK)
        return data[-length:]

    def get_json(self, url: str) -> object:
        if url not in self.known:
            self._learn(url, request_bytes(url))
            return None
        return json.loads(self._again(url))

    def download(self, url: str) -> int:
        if url not in self.known:
            return self._learn(url, request_bytes(url))
        request, total, length = self.known[url]
        connected = self.socket or self._connect(url)
        connected.sendall(request)
        left = total
        while left:
            left -= len(connected.recv(CHUNK))
        return length

    def upload(self, url: str, content: bytes) -> bytes:
        if url not in self.known:
            return bytes(self._learn(url, request_bytes(url, content)))
        return self._again(url)

    def post_json(self, url: str, value: object) -> bytes:
        return self.upload(url, json.dumps(value).encode())

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()

"""HTTP/1.1 messages as the tests' servers read and write them: plain, strict, in no hurry."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, urlsplit

REASONS = {
    100: "Continue", 101: "Switching Protocols", 103: "Early Hints", 200: "OK", 201: "Created",
    202: "Accepted", 204: "No Content", 206: "Partial Content", 301: "Moved Permanently",
    302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect",
    308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
    404: "Not Found", 407: "Proxy Authentication Required", 413: "Content Too Large",
    429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Gateway Timeout",
}  # fmt: skip


class ReceivedRequest:
    """A request as it came: `headers` in order with their case, `body` whole and unframed.

    `connection` is the number of the connection that it came on, `raw_head` the head's bytes.
    """

    def __init__(self, raw_head: bytes, connection: int) -> None:
        lines = raw_head.decode("latin-1").split("\r\n")
        self.method, self.target, self.version = lines[0].split(" ")
        self.headers: list[tuple[str, str]] = []
        for line in lines[1:]:
            if line:
                name, _, value = line.partition(":")
                self.headers.append((name, value.strip()))
        self.raw_head = raw_head
        self.connection = connection
        self.body = b""
        self.chunks: list[bytes] = []

    def __repr__(self) -> str:
        return f"<ReceivedRequest {self.method} {self.target}>"

    @property
    def path(self) -> str:
        """The target's path, percent-encoded as it came."""
        return urlsplit(self.target).path if "://" in self.target else self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    def header(self, name: str, default: str | None = None) -> str | None:
        """The last value of a header, its name in any case."""
        values = self.header_values(name)
        return values[-1] if values else default

    def header_values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def keeps_alive(self) -> bool:
        tokens = ",".join(self.header_values("connection")).lower()
        return self.version == "HTTP/1.1" and "close" not in tokens

    def as_json(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "target": self.target,
            "headers": [list(pair) for pair in self.headers],
            "body": self.body.decode("latin-1"),
        }


class Reply:
    """What a route answers: `body` bytes (with Content-Length), or an iterable (chunked).

    `interim`: statuses and headers sent before. `trailers`: fields after a chunked body.
    `close`: end the connection after it; with an iterable, the body is framed by that end.
    """

    def __init__(
        self,
        status: int = 200,
        body: bytes | Iterable[bytes] = b"",
        headers: Iterable[tuple[str, str]] = (),
        *,
        reason: str | None = None,
        interim: Iterable[tuple[int, list[tuple[str, str]]]] = (),
        trailers: Iterable[tuple[str, str]] = (),
        close: bool = False,
        chunked: bool = True,
    ) -> None:
        self.status = status
        self.body = body
        self.headers = list(headers)
        self.reason = REASONS.get(status, "Unknown") if reason is None else reason
        self.interim = list(interim)
        self.trailers = list(trailers)
        self.close = close
        self.chunked = chunked

    @classmethod
    def json(cls, value: Any, status: int = 200) -> Reply:
        return cls(status, json.dumps(value).encode(), [("Content-Type", "application/json")])

    @classmethod
    def text(cls, value: str, status: int = 200) -> Reply:
        return cls(status, value.encode(), [("Content-Type", "text/plain; charset=utf-8")])

    def parts(self, method: str) -> Iterator[bytes]:
        """The reply's bytes, one part for each write: head and in-memory body are one."""
        head = b"".join(
            encode_head(status, REASONS.get(status, ""), headers)
            for status, headers in self.interim
        )
        headers = list(self.headers)
        bodyless = self.status in (204, 304) or self.status < 200
        if isinstance(self.body, bytes):
            given = any(name.lower() == "content-length" for name, _ in headers)
            if not bodyless and not given:
                headers.append(("Content-Length", str(len(self.body))))
            if self.close:
                headers.append(("Connection", "close"))
            head += encode_head(self.status, self.reason, headers)
            yield head if bodyless or method == "HEAD" else head + self.body
            return
        if self.chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        if self.close or not self.chunked:
            headers.append(("Connection", "close"))
        yield head + encode_head(self.status, self.reason, headers)
        if bodyless or method == "HEAD":
            return
        for part in self.body:
            yield b"%x\r\n%s\r\n" % (len(part), part) if self.chunked else part
        if self.chunked:
            trailers = "".join(f"{name}: {value}\r\n" for name, value in self.trailers)
            yield b"0\r\n" + trailers.encode("latin-1") + b"\r\n"


def encode_head(status: int, reason: str, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def read_head(stream: BinaryIO) -> bytes | None:
    """Read to the end of a head; None when the peer closed before its first byte."""
    lines: list[bytes] = []
    while True:
        line = stream.readline(65536)
        if not line.endswith(b"\r\n"):
            if not line and not lines:
                return None
            raise ConnectionAbortedError("The peer went away in the middle of a head.")
        lines.append(line)
        if line == b"\r\n":
            return b"".join(lines)


def read_body(stream: BinaryIO, request: ReceivedRequest) -> None:
    """Read the request's body into it; the sizes of its chunks are kept in `chunks`."""
    if "chunked" in (request.header("transfer-encoding") or "").lower():
        while size := int(_read_line(stream).split(b";")[0], 16):
            request.chunks.append(_read_exactly(stream, size))
            assert b"\r\n" == _read_line(stream)
        while _read_line(stream) != b"\r\n":
            pass
        request.body = b"".join(request.chunks)
    else:
        length = int(request.header("content-length") or 0)
        request.body = _read_exactly(stream, length) if length else b""


def _read_line(stream: BinaryIO) -> bytes:
    line = stream.readline(65536)
    if not line.endswith(b"\n"):
        raise ConnectionAbortedError("The peer went away in the middle of a body.")
    return line


def _read_exactly(stream: BinaryIO, size: int) -> bytes:
    parts = []
    while size:
        # An unbuffered stream gives what there is.
        part = stream.read(size)
        if not part:
            raise ConnectionAbortedError("The peer went away in the middle of a body.")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)

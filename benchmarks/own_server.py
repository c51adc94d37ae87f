"""A server on bare asyncio Protocols, for machines without nginx, and for what nginx does not do.

Run as a program it serves until its standard input ends. It counts requests and bytes, and tells
them on a third port, to which no client is sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import ssl
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from answers import SIZES, answers, large
from servers import Counts, Server, free_ports, wait_for

PIECE = 65536


class Counters:
    requests = 0
    sent = 0
    received = 0


def head_of(path: str) -> bytes:
    known = answers().get(path)
    headers = [
        ("Server", "benchmark"),
        ("Date", "Mon, 23 Nov 2026 12:00:00 GMT"),
        *((("Content-Type", "text/plain"),) if known is None else known.headers),
    ]
    if path == "/chunked":
        headers.append(("Transfer-Encoding", "chunked"))
    else:
        headers.append(("Content-Length", str(SIZES[path] if known is None else len(known.body))))
    headers.append(("Connection", "keep-alive"))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode()


def chunked(body: bytes) -> bytes:
    pieces = (body[start : start + PIECE] for start in range(0, len(body), PIECE))
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@lru_cache(maxsize=1)
def messages() -> dict[bytes, tuple[bytes, int]]:
    """Return each answer as it goes over the wire, and the length of its body, by path."""
    return {
        path.encode(): (
            head_of(path) + (chunked(answer.body) if path == "/chunked" else answer.body),
            len(answer.body),
        )
        for path, answer in answers().items()
    }


NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class HTTP11(asyncio.Protocol):
    """Answers each request when its body, if it has one, has come; one request at a time."""

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.body_left = 0
        self.path = b""
        self.can_write = asyncio.Event()
        self.can_write.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        Counters.received += len(data)
        if self.body_left:
            self.body_left -= len(data)
            if not self.body_left:
                self.answer()
            return
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n") + 4
        if end < 4:
            return
        self.path = bytes(self.buffer[: self.buffer.index(b"\r\n")]).split(b" ")[1]
        self.body_left = self.length(bytes(self.buffer[:end]).lower()) - len(self.buffer) + end
        self.buffer.clear()
        if not self.body_left:
            self.answer()

    @staticmethod
    def length(head: bytes) -> int:
        _, found, rest = head.partition(b"\r\ncontent-length:")
        return int(rest.partition(b"\r\n")[0]) if found else 0

    def answer(self) -> None:
        Counters.requests += 1
        if self.path == b"/200m":
            self.task = asyncio.ensure_future(self.send_huge())
            return
        message, length = messages().get(self.path, (NOT_FOUND, 0))
        Counters.sent += length
        self.transport.write(message)

    async def send_huge(self) -> None:
        self.transport.write(head_of("/200m"))
        zeros = bytes(len(large()))
        for _ in range(SIZES["/200m"] // len(zeros)):
            await self.can_write.wait()
            self.transport.write(zeros)
            Counters.sent += len(zeros)

    def pause_writing(self) -> None:
        self.can_write.clear()

    def resume_writing(self) -> None:
        self.can_write.set()


class ByALPN(asyncio.Protocol):
    """Leaves a TLS connection to HTTP/2 or HTTP/1.1, whichever was agreed on."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        agreed = transport.get_extra_info("ssl_object").selected_alpn_protocol()
        protocol: asyncio.Protocol = HTTP11()
        if agreed == "h2":
            from own_http2 import HTTP2

            protocol = HTTP2(Counters)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)


async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError):
        await reader.readuntil(b"\r\n\r\n")
        body = json.dumps([Counters.requests, Counters.sent, Counters.received]).encode()
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
    writer.close()


async def serve(folder: Path, plain: int, tls: int, control: int) -> None:
    loop = asyncio.get_running_loop()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    context.set_alpn_protocols(["h2", "http/1.1"])
    messages()
    await loop.create_server(HTTP11, "127.0.0.1", plain, backlog=4096)
    await loop.create_server(ByALPN, "127.0.0.1", tls, ssl=context, backlog=4096)
    await asyncio.start_server(tell, "127.0.0.1", control)
    await loop.run_in_executor(None, sys.stdin.read)


class OwnServer(Server):
    version = "the suite's own server (asyncio)"

    def __init__(self, folder: Path) -> None:
        plain, tls, control = free_ports(3)
        self.http = f"http://127.0.0.1:{plain}"
        self.https = f"https://127.0.0.1:{tls}"
        self.control = control
        self.ca_file = str(folder / "ca.pem")
        log = folder / "errors.log"
        arguments = [str(folder), str(plain), str(tls), str(control)]
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, __file__, *arguments],
                stdin=subprocess.PIPE,
                stderr=errors,
            )
        wait_for(control, self.process, log)
        self.zero = Counts(0, 0, 0)

    def _read(self) -> Counts:
        connection = http.client.HTTPConnection("127.0.0.1", self.control, timeout=10)
        connection.request("GET", "/")
        counted = json.load(connection.getresponse())
        connection.close()
        return Counts(*counted)

    def reset(self) -> None:
        self.zero = self._read()

    def counts(self) -> Counts:
        return Counts(*(now - then for now, then in zip(self._read(), self.zero, strict=True)))

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


if __name__ == "__main__":
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)), hard))
    ports = [int(argument) for argument in sys.argv[2:5]]
    asyncio.run(serve(Path(sys.argv[1]), *ports))

"""An HTTP proxy for the tests: it forwards absolute-form requests and makes CONNECT tunnels.

    with ProxyServer(credentials=("user", "secret")) as proxy:
        ...
        assert ["CONNECT example.org:443"] == proxy.seen

`seen` holds "METHOD target" of each request, `requests` all of them whole. With `ssl_context` the
proxy itself is reached over TLS. `hosts` says where names really are, so that a test can use any.
"""

from __future__ import annotations

import base64
import socket
import ssl
from collections.abc import Mapping
from typing import BinaryIO
from urllib.parse import urlsplit

from tests.support.messages import ReceivedRequest, Reply, read_body, read_head
from tests.support.raw_server import RawServer
from tests.support.relay import relay

HOP_BY_HOP = {"connection", "proxy-authorization", "proxy-connection", "keep-alive"}


class ProxyServer(RawServer):
    """See the module. `refusal`: the Reply that every request gets, when it is set.

    `connect_reply`: the raw answer to a CONNECT that succeeds, for tests of odd ones.
    """

    def __init__(
        self,
        *,
        ssl_context: ssl.SSLContext | None = None,
        credentials: tuple[str, str] | None = None,
        refusal: Reply | None = None,
        hosts: Mapping[str, tuple[str, int]] | None = None,
        connect_reply: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n",
    ) -> None:
        super().__init__(ssl_context=ssl_context)
        self.credentials = credentials
        self.refusal = refusal
        self.hosts = dict(hosts or {})
        self.connect_reply = connect_reply
        self.requests: list[ReceivedRequest] = []

    @property
    def seen(self) -> list[str]:
        return [f"{request.method} {request.target}" for request in self.requests]

    def serve(self, connection: socket.socket, number: int) -> None:
        # Unbuffered: what follows a CONNECT belongs to the tunnel.
        with connection.makefile("rb", buffering=0) as stream:
            while True:
                head = read_head(stream)  # type: ignore[arg-type]  # SocketIO reads like a file
                if head is None:
                    return
                request = ReceivedRequest(head, number)
                self.requests.append(request)
                refusal = self._refuse(request)
                if refusal is not None:
                    for part in refusal.parts(request.method):
                        connection.sendall(part)
                    if refusal.close:
                        return
                elif request.method == "CONNECT":
                    self._tunnel(connection, request)
                    return
                else:
                    self._forward(connection, stream, request)  # type: ignore[arg-type]  # as above

    def _refuse(self, request: ReceivedRequest) -> Reply | None:
        if self.refusal is not None:
            return self.refusal
        if self.credentials is None:
            return None
        expected = "Basic " + base64.b64encode(":".join(self.credentials).encode()).decode()
        if request.header_values("proxy-authorization") == [expected]:
            return None
        headers = [("Proxy-Authenticate", 'Basic realm="tests"')]
        return Reply(407, b"Who are you?", headers, close=True)

    def _connect(self, host: str, port: int) -> socket.socket:
        return socket.create_connection(self.hosts.get(host, (host, port)), timeout=10)

    def _tunnel(self, connection: socket.socket, request: ReceivedRequest) -> None:
        host, _, port = request.target.rpartition(":")
        try:
            upstream = self._connect(host.strip("[]"), int(port))
        except OSError:
            connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        with upstream:
            connection.sendall(self.connect_reply)
            relay(connection, upstream)

    def _forward(
        self, connection: socket.socket, stream: BinaryIO, request: ReceivedRequest
    ) -> None:
        read_body(stream, request)
        url = urlsplit(request.target)
        assert url.scheme == "http", f"A forwarded request's target is absolute: {request.target}"
        target = request.target.partition("://")[2].partition("/")[2]
        fields = "".join(
            f"{name}: {value}\r\n"
            for name, value in request.headers
            if name.lower() not in HOP_BY_HOP | {"transfer-encoding", "content-length"}
        )
        body = request.body
        head = f"{request.method} /{target} HTTP/1.1\r\n{fields}Connection: close\r\n"
        if body:
            head += f"Content-Length: {len(body)}\r\n"
        with self._connect(url.hostname or "", url.port or 80) as upstream:
            upstream.sendall(head.encode("latin-1") + b"\r\n" + body)
            with upstream.makefile("rb") as answer:
                self._answer(connection, answer, request)

    def _answer(
        self, connection: socket.socket, answer: BinaryIO, request: ReceivedRequest
    ) -> None:
        """Send on what the origin said, framed anew, so that the proxy's connection stays open."""
        head = read_head(answer)
        if head is None:
            connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        received = ReceivedRequest(("X X X\r\n" + "\r\n".join(lines[1:])).encode("latin-1"), 0)
        if request.method != "HEAD" and status not in (204, 304):
            if received.header("content-length") or received.header("transfer-encoding"):
                read_body(answer, received)
            else:
                received.body = answer.read()
        dropped = HOP_BY_HOP | {"transfer-encoding"}
        if request.method != "HEAD":
            dropped = dropped | {"content-length"}
        headers = [(name, value) for name, value in received.headers if name.lower() not in dropped]
        for part in Reply(status, received.body, headers).parts(request.method):
            connection.sendall(part)

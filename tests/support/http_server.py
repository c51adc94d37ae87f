"""An HTTP/1.1 server with the routes that most tests need; it keeps what it received.

    with HTTPServer() as server:
        server.add("/hello", lambda request: Reply.text("Hello!"))
        ...
        assert "GET" == server.requests[0].method

Routes (a path's first part):

/echo               JSON: method, target, headers (pairs), body (latin-1)
/status/N           an empty answer of that status
/redirect?to=URL    302, or `status=N`
/bytes/N            N bytes (`pattern(N)`) with Content-Length
/chunked/N          the same in chunks of `size` (default 1000) bytes
/until-close/N      the same, ended by the end of the connection
/lines/N            N lines of JSON, one chunk each
/gzip               gzipped JSON `{"gzipped": true}`
/cookies            JSON: the cookies that came
/set-cookie?a=1     one Set-Cookie for each field of the query
/basic-auth/u/p     200 to those credentials, else 401 with a challenge
/upload             JSON: length and sha256 of the body
/hold               sets `arrived`, then waits for `release` before it answers
/hold-body          sends the head and b"first ", then as /hold, then b"second"
/interim            103 with a Link, then 200
/trailers           a chunked body with the trailer X-Checksum: abc
/upgrade            101 to `echo`: what comes is sent back until the end
/drop               closes without an answer
/close              200 with Connection: close
/slash and others   404
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from tests.support.messages import ReceivedRequest, Reply, read_body, read_head
from tests.support.raw_server import RawServer

Route = Callable[[ReceivedRequest], Reply]

HOLD_LIMIT = 20.0


def pattern(size: int) -> bytes:
    """`size` bytes in which a lost, doubled or moved piece shows."""
    return (b"0123456789abcdefghijklmnopqrstuvwxyz\n" * (size // 37 + 1))[:size]


class HTTPServer(RawServer):
    """See the module. `requests`: what came, in the order in which it was complete."""

    def __init__(
        self,
        *,
        ssl_context: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
        path: str | None = None,
    ) -> None:
        super().__init__(ssl_context=ssl_context, host=host, path=path)
        self.requests: list[ReceivedRequest] = []
        self.arrived = threading.Event()
        self.release = threading.Event()
        self._routes: dict[str, Route] = {
            name[7:].replace("_", "-"): getattr(self, name)
            for name in dir(self)
            if name.startswith("_route_")
        }
        self._added: dict[str, Route] = {}

    def add(self, path: str, route: Route) -> str:
        """Serve a path of the test's own, until `reset()`; returns its URL."""
        self._added[path] = route
        return self.url + path

    def reset(self) -> None:
        """Forget what came and what was added; let go of what is held."""
        self.release.set()
        self.requests = []
        self.arrived = threading.Event()
        self.release = threading.Event()
        self._added = {}

    def stop(self) -> None:
        self.release.set()
        super().stop()

    @property
    def last(self) -> ReceivedRequest:
        """The last request that came."""
        return self.requests[-1]

    # -- one connection --------------------------------------------------------------------------

    def serve(self, connection: socket.socket, number: int) -> None:
        with connection.makefile("rb") as stream:
            while True:
                head = read_head(stream)
                if head is None:
                    return
                request = ReceivedRequest(head, number)
                if (request.header("expect") or "").lower() == "100-continue":
                    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                read_body(stream, request)
                self.requests.append(request)
                if request.path == "/drop":
                    return
                reply = self.answer(request)
                for part in reply.parts(request.method):
                    connection.sendall(part)
                if reply.status == 101:
                    _echo(connection, stream)
                if reply.close or not reply.chunked or not request.keeps_alive:
                    return

    def answer(self, request: ReceivedRequest) -> Reply:
        path = request.path
        if path in self._added:
            return self._added[path](request)
        route = self._routes.get(path.split("/")[1] if "/" in path else path)
        return Reply(404) if route is None else route(request)

    # -- routes ----------------------------------------------------------------------------------

    def _route_echo(self, request: ReceivedRequest) -> Reply:
        return Reply.json(request.as_json())

    def _route_status(self, request: ReceivedRequest) -> Reply:
        return Reply(int(request.path.split("/")[2]))

    def _route_redirect(self, request: ReceivedRequest) -> Reply:
        query = request.query
        return Reply(int(query.get("status", "302")), headers=[("Location", query["to"])])

    def _route_bytes(self, request: ReceivedRequest) -> Reply:
        return Reply(200, pattern(_number(request)))

    def _route_chunked(self, request: ReceivedRequest) -> Reply:
        size = int(request.query.get("size", "1000"))
        return Reply(200, _pieces(pattern(_number(request)), size))

    def _route_until_close(self, request: ReceivedRequest) -> Reply:
        return Reply(200, [pattern(_number(request))], chunked=False)

    def _route_lines(self, request: ReceivedRequest) -> Reply:
        lines = (json.dumps({"line": n}).encode() + b"\n" for n in range(_number(request)))
        return Reply(200, lines)

    def _route_gzip(self, request: ReceivedRequest) -> Reply:
        headers = [("Content-Type", "application/json"), ("Content-Encoding", "gzip")]
        return Reply(200, gzip.compress(b'{"gzipped": true}', mtime=0), headers)

    def _route_cookies(self, request: ReceivedRequest) -> Reply:
        pairs = [
            pair.strip().partition("=")
            for value in request.header_values("cookie")
            for pair in value.split(";")
        ]
        return Reply.json({name: value for name, _, value in pairs})

    def _route_set_cookie(self, request: ReceivedRequest) -> Reply:
        pairs = request.query.items()
        return Reply(
            200, headers=[("Set-Cookie", f"{name}={value}; Path=/") for name, value in pairs]
        )

    def _route_basic_auth(self, request: ReceivedRequest) -> Reply:
        _, _, user, password = request.path.split("/")
        expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        if request.header("authorization") == expected:
            return Reply.json({"user": user})
        return Reply(401, headers=[("WWW-Authenticate", 'Basic realm="tests"')])

    def _route_upload(self, request: ReceivedRequest) -> Reply:
        digest = hashlib.sha256(request.body).hexdigest()
        return Reply.json({"length": len(request.body), "sha256": digest})

    def _route_hold(self, request: ReceivedRequest) -> Reply:
        self._hold()
        return Reply.text("released")

    def _route_hold_body(self, request: ReceivedRequest) -> Reply:
        def parts() -> Iterator[bytes]:
            yield b"first "
            self._hold()
            yield b"second"

        return Reply(200, parts())

    def _route_interim(self, request: ReceivedRequest) -> Reply:
        return Reply(200, b"final", interim=[(103, [("Link", "</style.css>; rel=preload")])])

    def _route_trailers(self, request: ReceivedRequest) -> Reply:
        return Reply(200, [b"body"], trailers=[("X-Checksum", "abc")])

    def _route_upgrade(self, request: ReceivedRequest) -> Reply:
        return Reply(101, headers=[("Connection", "upgrade"), ("Upgrade", "echo")])

    def _route_close(self, request: ReceivedRequest) -> Reply:
        return Reply(200, b"closing", close=True)

    def _hold(self) -> None:
        release = self.release
        self.arrived.set()
        assert release.wait(HOLD_LIMIT), "Nobody released a held answer."


def _number(request: ReceivedRequest) -> int:
    return int(request.path.split("/")[2])


def _pieces(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def _echo(connection: socket.socket, stream: BinaryIO) -> None:
    reader: Any = stream
    while data := reader.read1(65536):
        connection.sendall(data)

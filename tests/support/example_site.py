"""The site that the documentation's examples talk to: what a reader may expect of example.org.

It speaks HTTP/1.1, and HTTP/2 where TLS selects it. Beside the routes of `HTTPServer`:

/                   a page of HTML
/notes              GET: JSON, a list; POST: 201 and the note, from JSON or from a form
/notes/N            GET, PUT, PATCH: the note; DELETE: 204
/old                301 to /notes
/login, /account    sets the cookie `session`; JSON of the cookies that came
/private            200 to jo:secret by Basic, else 401 with a challenge
/digest             the same by Digest
/token, /orders     POST gives a token that is good once; /orders wants one
/slow               no answer before the page's end
/log                three lines, chunked
/data.bin           100,000 bytes, a range of them when one is asked for
/files              POST: JSON, the length and the content type of what came
/rates              503 the first time, then JSON
"""

from __future__ import annotations

import itertools
import json
import socket
import ssl
from typing import Any
from urllib.parse import parse_qsl

from h2.events import DataReceived, RequestReceived, StreamEnded
from h2.exceptions import StreamClosedError
from tests.support.http2_server import Peer
from tests.support.http_server import HTTPServer, pattern
from tests.support.messages import ReceivedRequest, Reply

NOTES = [{"id": 1, "title": "Groceries"}, {"id": 2, "title": "Books to read"}]


class ExampleSite(HTTPServer):
    """See the module."""

    def __init__(self, **where: Any) -> None:
        super().__init__(**where)
        self._tokens: set[str] = set()
        self._numbers = itertools.count(1)
        self._was_busy = False

    def reset(self) -> None:
        super().reset()
        self._was_busy = False

    def serve(self, connection: socket.socket, number: int) -> None:
        if isinstance(connection, ssl.SSLSocket) and connection.selected_alpn_protocol() == "h2":
            self._serve_http2(connection, number)
        else:
            super().serve(connection, number)

    def _serve_http2(self, connection: socket.socket, number: int) -> None:
        peer = Peer(connection)
        peer.greet()
        requests: dict[int, ReceivedRequest] = {}
        while (event := peer.next_event()) is not None:
            if isinstance(event, RequestReceived):
                requests[event.stream_id] = _as_http1(dict(event.headers), number)
            elif isinstance(event, DataReceived):
                requests[event.stream_id].body += event.data
                peer.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                peer.flush()
            elif isinstance(event, StreamEnded):
                request = requests.pop(event.stream_id)
                self.requests.append(request)
                reply = self.answer(request)
                body = reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)
                fields = [(name.lower(), value) for name, value in reply.headers]
                try:
                    peer.respond(event.stream_id, reply.status, body, fields)
                except StreamClosedError:
                    pass  # the client has reset it

    def answer(self, request: ReceivedRequest) -> Reply:
        if request.path == "/":
            page = "<!doctype html>\n<title>Example</title>\n<h1>Example</h1>\n"
            return Reply(200, page.encode(), [("Content-Type", "text/html; charset=utf-8")])
        if request.path == "/data.bin":
            return _ranged(request, pattern(100_000))
        return super().answer(request)

    def _route_notes(self, request: ReceivedRequest) -> Reply:
        if request.path == "/notes" and request.method != "POST":
            return Reply.json(NOTES)
        if request.method == "DELETE":
            return Reply(204)
        number = int(request.path.rpartition("/")[2]) if request.path != "/notes" else 3
        note = {"id": number, "title": "Groceries", **_fields(request)}
        return Reply.json(note, 201 if request.method == "POST" else 200)

    def _route_old(self, request: ReceivedRequest) -> Reply:
        return Reply(301, headers=[("Location", "/notes")])

    def _route_login(self, request: ReceivedRequest) -> Reply:
        return Reply(204, headers=[("Set-Cookie", "session=5f2a; Path=/; HttpOnly")])

    def _route_account(self, request: ReceivedRequest) -> Reply:
        return self._route_cookies(request)

    def _route_private(self, request: ReceivedRequest) -> Reply:
        if request.header("authorization") == "Basic am86c2VjcmV0":
            return Reply.text("Welcome, jo.")
        return Reply(401, headers=[("WWW-Authenticate", 'Basic realm="example"')])

    def _route_digest(self, request: ReceivedRequest) -> Reply:
        if (request.header("authorization") or "").startswith('Digest username="jo"'):
            return Reply.text("Welcome, jo.")
        challenge = 'Digest realm="example", nonce="7ypf", qop="auth", algorithm=SHA-256'
        return Reply(401, headers=[("WWW-Authenticate", challenge)])

    def _route_token(self, request: ReceivedRequest) -> Reply:
        token = f"t{next(self._numbers)}"
        self._tokens.add(token)
        return Reply.json({"access_token": token})

    def _route_orders(self, request: ReceivedRequest) -> Reply:
        token = (request.header("authorization") or "").removeprefix("Bearer ")
        if token in self._tokens:
            self._tokens.discard(token)
            return Reply.json([{"order": 1}])
        return Reply(401, headers=[("WWW-Authenticate", "Bearer")])

    def _route_slow(self, request: ReceivedRequest) -> Reply:
        self._hold()
        return Reply.text("At last.")

    def _route_log(self, request: ReceivedRequest) -> Reply:
        return Reply(200, [b"one\n", b"tw", b"o\nthree\n"], [("Content-Type", "text/plain")])

    def _route_files(self, request: ReceivedRequest) -> Reply:
        kind = (request.header("content-type") or "").partition(";")[0]
        return Reply.json({"bytes": len(request.body), "type": kind})

    def _route_rates(self, request: ReceivedRequest) -> Reply:
        if not self._was_busy:
            self._was_busy = True
            return Reply(503, headers=[("Retry-After", "0")])
        return Reply.json({"EUR": 1.0})


def _fields(request: ReceivedRequest) -> dict[str, Any]:
    """What was posted, as JSON or as a form."""
    if "json" in (request.header("content-type") or ""):
        posted: dict[str, Any] = json.loads(request.body)
        return posted
    return dict(parse_qsl(request.body.decode("utf-8")))


def _ranged(request: ReceivedRequest, body: bytes) -> Reply:
    """All of a body, or the rest of it from where `Range: bytes=N-` says."""
    asked = request.header("range")
    if asked is None:
        return Reply(200, body, [("ETag", '"v1"')])
    start = int(asked.removeprefix("bytes=").rstrip("-"))
    place = f"bytes {start}-{len(body) - 1}/{len(body)}"
    return Reply(206, body[start:], [("ETag", '"v1"'), ("Content-Range", place)])


def _as_http1(fields: dict[str, str], connection: int) -> ReceivedRequest:
    """A request of HTTP/2 in the form that the routes know."""
    head = [f"{fields[':method']} {fields[':path']} HTTP/1.1"]
    head += [f"{name}: {value}" for name, value in fields.items() if not name.startswith(":")]
    return ReceivedRequest("\r\n".join(head).encode("latin-1"), connection)

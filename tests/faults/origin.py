"""The servers of the fault runs in this process, one for HTTP/1.1 and one for HTTP/2.

They expect anything of the bytes that come, for the relay before them changes some, and never fail
for it. A connection ends after `most` requests: silently on HTTP/1.1, as servers do whose keep-alive
limit is reached, and with GOAWAY on HTTP/2.
"""

from __future__ import annotations

import socket
import ssl
from io import BufferedReader
from typing import Any

from h2.events import DataReceived, RequestReceived, StreamEnded, StreamReset
from h2.exceptions import H2Error
from hyperframe.frame import GoAwayFrame
from tests.faults.answers import Tally, answer
from tests.support.http2_server import Peer
from tests.support.messages import ReceivedRequest, read_body, read_head
from tests.support.raw_server import RawServer, shut_down

MANY = 1_000_000
MOST_RECEIVED = 4_000_000
"""Bytes of one request's body; a length that a fault has changed may ask for more."""


class HTTP1Origin(RawServer):
    """Answers over HTTP/1.1. `tally` counts the requests that came whole."""

    def __init__(
        self, tally: Tally, *, most: int = MANY, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(ssl_context=ssl_context)
        self._tally = tally
        self._most = most
        self._idle: set[socket.socket] = set()
        self._leaving = False

    def leave(self) -> None:
        """Stop as a server does that is asked kindly: answer what has begun, and close what is idle."""
        self._leaving = True
        self.stop()

    def close_connections(self) -> None:
        if not self._leaving:
            super().close_connections()
            return
        with self._lock:
            for connection in self._idle:
                shut_down(connection)

    def _wait_for_request(self, connection: socket.socket, stream: BufferedReader) -> bool:
        """Whether another request comes, and is to be answered."""
        with self._lock:
            if self._leaving:
                return False
            self._idle.add(connection)
        try:
            return bool(stream.peek(1))
        finally:
            with self._lock:
                self._idle.discard(connection)

    def serve(self, connection: socket.socket, number: int) -> None:
        with connection.makefile("rb") as stream:
            for _ in range(self._most):
                if not self._wait_for_request(connection, stream):
                    return
                try:
                    head = read_head(stream)
                    if head is None:
                        return
                    request = ReceivedRequest(head, number)
                    if int(request.header("content-length") or 0) > MOST_RECEIVED:
                        return
                    read_body(stream, request)
                except (ValueError, AssertionError):
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
                    return
                self._tally.add(request.target)
                reply = answer(request.method, request.target, request.body)
                for part in reply.parts(request.method):
                    connection.sendall(part)
                if reply.close or not reply.chunked or not request.keeps_alive:
                    return


class HTTP2Origin(RawServer):
    """Answers over HTTP/2, with TLS or by prior knowledge. `tally` counts what came whole."""

    def __init__(
        self, tally: Tally, *, most: int = MANY, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(ssl_context=ssl_context)
        self._tally = tally
        self._most = most

    def serve(self, connection: socket.socket, number: int) -> None:
        peer = Peer(connection)
        try:
            peer.greet()
            _HTTP2Exchange(peer, self._tally, self._most).run()
        except (H2Error, AssertionError, KeyError, ValueError):
            # Bytes that are no HTTP/2, or a client that went away in a body: say so and end.
            peer.flush()


class _HTTP2Exchange:
    """The requests of one connection."""

    def __init__(self, peer: Peer, tally: Tally, most: int) -> None:
        self._peer = peer
        self._tally = tally
        self._left = most
        self._fields: dict[int, dict[str, str]] = {}
        self._bodies: dict[int, bytearray] = {}

    def run(self) -> None:
        while (event := self._peer.next_event()) is not None:
            if isinstance(event, RequestReceived):
                self._begin(event)
            elif isinstance(event, DataReceived):
                self._peer.h2.acknowledge_received_data(
                    event.flow_controlled_length, event.stream_id
                )
                self._peer.flush()
                if event.stream_id in self._bodies:
                    self._bodies[event.stream_id] += event.data
            elif isinstance(event, StreamReset):
                self._fields.pop(event.stream_id, None)
                self._bodies.pop(event.stream_id, None)
            elif isinstance(event, StreamEnded) and event.stream_id in self._fields:
                self._answer(event.stream_id)

    def _begin(self, event: Any) -> None:
        if self._left <= 0:
            # Behind the last stream that GOAWAY named: not processed (RFC 9113, 6.8).
            return
        self._fields[event.stream_id] = dict(event.headers)
        self._bodies[event.stream_id] = bytearray()
        self._left -= 1
        if not self._left:
            self._peer.frames(GoAwayFrame(0, last_stream_id=event.stream_id, error_code=0))

    def _answer(self, stream_id: int) -> None:
        fields, received = self._fields.pop(stream_id), bytes(self._bodies.pop(stream_id))
        path = fields[":path"]
        self._tally.add(path)
        reply = answer(fields[":method"], path, received)
        content = reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)
        headers = [(name.lower(), value) for name, value in reply.headers]
        if reply.status != 204:
            headers.append(("content-length", str(len(content))))
        if fields[":method"] == "HEAD":
            content = b""
        try:
            self._peer.respond(stream_id, reply.status, content, headers)
        except H2Error:
            # The client reset this stream while its answer was on the way.
            if not self._peer.h2.open_inbound_streams and not self._fields:
                self._peer.flush()

"""HTTP/2 servers on loopback, over TLS or in cleartext by prior knowledge, one thread a connection.

Two of them:

- `HTTP2Server()` answers requests by a few routes, as any server would, and records them.
- `HTTP2Server(script)` leaves a connection to the test: `script(peer, number)` is called with a
  `Peer`, which can say and withhold whatever it likes, also what no server may.

        def script(peer, number):
            stream_id, fields = peer.next_request()
            peer.headers(stream_id, 200, end=True)

Over TLS give `ssl_context=authority.server_context(alpn=["h2"])`.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    DataReceived,
    Event,
    RequestReceived,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import StreamClosedError
from h2.settings import SettingCodes, Settings
from hyperframe.frame import Frame
from tests.support.raw_server import RawServer

Fields = Sequence[tuple[str, str]]


class Peer:
    """The server's end of one connection. Everything is sent at once, but for `queue`.

    `events`: all that came, in order. `h2`: the state machine, for what has no method here.
    """

    def __init__(self, connection: socket.socket, settings: dict[int, int] | None = None) -> None:
        self.socket = connection
        self.h2 = H2Connection(
            H2Configuration(
                client_side=False,
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
                header_encoding="utf-8",
            )
        )
        if settings:
            known = {SettingCodes(code): value for code, value in settings.items()}
            self.h2.local_settings = Settings(client=False, initial_values=known)
        self.events: list[Event] = []
        self._unseen: deque[Event] = deque()

    # -- receiving -------------------------------------------------------------------------------

    def greet(self) -> None:
        """Send the server's preface, its SETTINGS."""
        self.h2.initiate_connection()
        self.flush()

    def next_event(self) -> Event | None:
        """The next event, read if none is there; None when the client has closed."""
        while not self._unseen:
            if not self.read():
                return None
        return self._unseen.popleft()

    def read(self) -> bool:
        """Read once and answer what h2 answers by itself; False when the client has closed."""
        data = self.socket.recv(65536)
        if not data:
            return False
        events = self.h2.receive_data(data)
        self.events += events
        self._unseen += events
        self.flush()
        return True

    def wait_for(self, kind: type[Event], stream_id: int | None = None) -> Any:
        """The next event of a kind, of a stream if one is given; what comes before is passed over."""
        while True:
            event = self.next_event()
            assert event is not None, f"The client closed before {kind.__name__} came."
            if isinstance(event, kind) and stream_id in (None, getattr(event, "stream_id", None)):
                return event

    def next_request(self) -> tuple[int, dict[str, str]]:
        """The id and the fields of the next request; its body is not waited for."""
        event = self.wait_for(RequestReceived)
        return event.stream_id, _text(event.headers)

    def until_closed(self) -> None:
        """Read, and acknowledge nothing, until the client closes."""
        while self.next_event() is not None:
            pass

    # -- sending ---------------------------------------------------------------------------------

    def headers(self, stream_id: int, status: int, fields: Fields = (), end: bool = False) -> None:
        if stream_id not in self.h2.streams:
            # Closed so long that h2 would take it for a new stream with a wrong id.
            raise StreamClosedError(stream_id)
        self.h2.send_headers(stream_id, [(":status", str(status)), *fields], end_stream=end)
        self.flush()

    def trailers(self, stream_id: int, fields: Fields) -> None:
        self.h2.send_headers(stream_id, list(fields), end_stream=True)
        self.flush()

    def data(self, stream_id: int, data: bytes, end: bool = False) -> None:
        """Send data, waiting for credit as it is needed."""
        view = memoryview(data)
        while len(view):
            room = min(
                self.h2.local_flow_control_window(stream_id), self.h2.max_outbound_frame_size
            )
            if room <= 0:
                assert self.read(), "The client closed in the middle of a body."
                continue
            piece, view = view[:room], view[room:]
            self.h2.send_data(stream_id, piece.tobytes(), end_stream=end and not len(view))
            self.flush()
        if end and not data:
            self.h2.end_stream(stream_id)
            self.flush()

    def respond(self, stream_id: int, status: int, body: bytes = b"", fields: Fields = ()) -> None:
        """A whole response."""
        self.headers(stream_id, status, fields, end=not body)
        if body:
            self.data(stream_id, body, end=True)

    def hang_up(self) -> None:
        """End our side as a clean close does, and read until the client ends its own: no TCP reset."""
        self.socket.shutdown(socket.SHUT_WR)
        while self.socket.recv(65536):
            pass

    def reset(self, stream_id: int, code: int = ErrorCodes.CANCEL) -> None:
        self.h2.reset_stream(stream_id, code)
        self.flush()

    def settings(self, **changes: int) -> None:
        """`settings(MAX_CONCURRENT_STREAMS=10)`."""
        self.h2.update_settings({SettingCodes[name]: value for name, value in changes.items()})
        self.flush()

    def frames(self, *frames: Frame) -> None:
        """Frames as they are, past h2's state."""
        self.raw(b"".join(frame.serialize() for frame in frames))

    def raw(self, data: bytes) -> None:
        self.socket.sendall(data)

    def flush(self) -> None:
        data = self.h2.data_to_send()
        if data:
            self.socket.sendall(data)


Script = Callable[[Peer, int], None]


class HTTP2Server(RawServer):
    """Serves `script`, or without one these routes, whatever the method:

    `/echo` gives JSON of what came: method, path, fields, body. `/bytes/N` gives N bytes.
    `/status/N` answers with that status. `/mirror` sends the body back as it comes.

    `requests`: the fields of all requests, in order. `peers`: the connections' `Peer`s.
    """

    def __init__(
        self,
        script: Script | None = None,
        *,
        ssl_context: ssl.SSLContext | None = None,
        settings: dict[int, int] | None = None,
        greet: bool = True,
    ) -> None:
        super().__init__(ssl_context=ssl_context)
        self._script = script or self._serve_routes
        self._settings = settings
        self._greet = greet
        self.peers: list[Peer] = []
        self.requests: list[dict[str, str]] = []

    def serve(self, connection: socket.socket, number: int) -> None:
        peer = Peer(connection, self._settings)
        self.peers.append(peer)
        if self._greet:
            peer.greet()
        self._script(peer, number)

    def _serve_routes(self, peer: Peer, number: int) -> None:
        bodies: dict[int, bytearray] = {}
        fields: dict[int, dict[str, str]] = {}
        while (event := peer.next_event()) is not None:
            try:
                self._on_event(peer, event, fields, bodies)
            except StreamClosedError as exc:
                # The client has reset it meanwhile, in what was read to wait for credit.
                fields.pop(exc.stream_id, None)

    def _on_event(
        self,
        peer: Peer,
        event: Event,
        fields: dict[int, dict[str, str]],
        bodies: dict[int, bytearray],
    ) -> None:
        if isinstance(event, RequestReceived):
            stream_id = event.stream_id
            fields[stream_id] = _text(event.headers)
            self.requests.append(fields[stream_id])
            bodies[stream_id] = bytearray()
            if fields[stream_id].get(":path") == "/mirror":
                peer.headers(stream_id, 200)
        elif isinstance(event, DataReceived):
            peer.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            peer.flush()
            if event.stream_id not in fields:
                return
            if fields[event.stream_id].get(":path") == "/mirror":
                peer.data(event.stream_id, event.data)
            else:
                bodies[event.stream_id] += event.data
        elif isinstance(event, StreamReset):
            fields.pop(event.stream_id, None)
        elif isinstance(event, StreamEnded) and event.stream_id in fields:
            self._answer(peer, event.stream_id, fields, bodies)

    def _answer(
        self,
        peer: Peer,
        stream_id: int,
        fields: dict[int, dict[str, str]],
        bodies: dict[int, bytearray],
    ) -> None:
        request, body = fields.pop(stream_id), bytes(bodies.pop(stream_id))
        path = request.get(":path", "")
        if path == "/mirror":
            peer.data(stream_id, b"", end=True)
        elif path.startswith("/bytes/"):
            size = int(path.removeprefix("/bytes/"))
            if request[":method"] == "HEAD":
                peer.headers(stream_id, 200, [("content-length", str(size))], end=True)
            else:
                peer.respond(stream_id, 200, b"x" * size, [("content-length", str(size))])
        elif path.startswith("/status/"):
            peer.respond(stream_id, int(path.removeprefix("/status/")))
        else:
            told = {
                "method": request[":method"],
                "path": path,
                "fields": request,
                "body": body.decode("latin-1"),
            }
            peer.respond(
                stream_id,
                200,
                json.dumps(told).encode(),
                [("content-type", "application/json")],
            )


def _text(headers: Any) -> dict[str, str]:
    """h2's fields, which `header_encoding` made text; of repeated ones the last."""
    return dict(headers)

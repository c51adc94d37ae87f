"""Session: all streams of one HTTP/2 connection, over h2. No socket, no clock, no lock.

Bytes that came go into `feed`, bytes to be sent come out of `take`, and what happened is found in
the streams. The caller sees to it that one thread at a time is in here.

Theory of operation. h2 keeps the states, the windows for what we send and the compression tables, and
they are asked for, never copied. What is added here is what h2 leaves out, or would take too long for:

1. A response (RFC 9113, 8.1) is taken without h2: its header blocks by `take_block`, its DATA by
   `Inbound`, which keeps the windows for what we receive. h2's decoder reads the blocks, so that its
   table is kept, and h2 is told the end of a stream, by a head of ours in place of the peer's. What may
   not come, or comes too late, it is told of, by such a head or by DATA emptied: what is answered to
   that is its to say (5.1). A block in several frames, with padding or with a priority, it gets whole.
2. GOAWAY (6.8): h2 stops at once, while streams up to `last_stream_id` are to be served to their
   end. So h2 is not told of it.
3. A malformed response ends its stream and not the connection (8.1.1).
4. What a peer can make us keep is bounded: frames and header blocks by `FrameCutter`, fields and
   interim responses by number, answers to PING, SETTINGS and late DATA by `MAX_OUTPUT`.

Credit is given back as the body is taken by its reader (6.9); of a stream that is given up, all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from h2.errors import ErrorCodes
from h2.events import (
    InformationalResponseReceived,
    PingAckReceived,
    RemoteSettingsChanged,
    ResponseReceived,
    SettingsAcknowledged,
    StreamReset,
    TrailersReceived,
    WindowUpdated,
)
from h2.exceptions import (
    H2Error,
    NoAvailableStreamIDError,
    NoSuchStreamError,
    StreamClosedError,
    TooManyStreamsError,
)
from hpack import HPACKError, OversizedHeaderListError

from . import failures
from .fields import MalformedError
from .frames import (
    COMPRESSION_ERROR,
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    ENHANCE_YOUR_CALM,
    GOAWAY,
    HEAD,
    HEADERS,
    PADDED,
    PRIORITY,
    Frame,
    FrameCutter,
    emptied,
    end_of_stream,
    read_goaway,
)
from .heads import take_block
from .inbound import Breach, Inbound, StreamBreach
from .start import MAX_FRAME, never_indexed, start_h2
from .streams import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .streams import Fault

    Pair = tuple[bytes, bytes]

MAX_STREAMS = 256
"""Streams at once, whatever the peer allows: h2 looks at all of them when one is opened."""

ASSUMED_STREAMS = 100
"""Streams at once before the peer's SETTINGS came: the least that RFC 9113 (6.5.2) advises."""

MAX_TABLE = 65_536
"""The compression table we keep for what we send, in bytes, whatever size the peer allows."""

MAX_OUTPUT = 1024 * 1024
"""Bytes that may wait to be sent to a peer that keeps us answering and does not read."""

MANY = 256
"""Frames that h2 gets at a time: it makes a few objects of each, however small."""

SLICE = 128 * 1024
"""Bytes of a request's body that are handed to h2 at a time."""


_BLOCK_FLAGS = END_HEADERS | PADDED | PRIORITY


class Session:
    """The state of one HTTP/2 connection.

    `failure` is set when the connection is lost, by either side's fault: no stream goes on then.
    `limit`: how many streams may be open at once; 0 when none may be opened any more.
    `goaway`: the reason that the peer gave for shutting down, "" while it has not. `settings`: h2's
    event of the last SETTINGS that came, until somebody takes it.
    """

    __slots__ = (
        "_cutter",
        "_h2",
        "_handlers",
        "_inbound",
        "_max_header_fields",
        "_max_interim_responses",
        "_output",
        "_peer",
        "_shut",
        "_touched",
        "failure",
        "goaway",
        "limit",
        "settings",
        "streams",
    )

    def __init__(
        self,
        peer: str,
        *,
        stream_window: int,
        connection_window: int,
        max_header_size: int,
        max_header_fields: int,
        max_interim_responses: int,
    ) -> None:
        self._peer = peer
        self._max_header_fields = max_header_fields
        self._max_interim_responses = max_interim_responses
        # Huffman codes make most fields shorter, and some bytes longer: hence the factor.
        self._cutter = FrameCutter(MAX_FRAME, 2 * max_header_size + MAX_FRAME)
        self._h2 = start_h2(stream_window, max_header_size)
        self._inbound = Inbound(stream_window, connection_window)
        # The preface, before the first WINDOW_UPDATE.
        self._output = self._h2.data_to_send()
        self._touched: list[Stream] = []
        self.streams: dict[int, Stream] = {}
        # No stream is opened any more: GOAWAY came, the connection is lost, or the ids are used up.
        self._shut = False
        self.limit = ASSUMED_STREAMS
        self.failure: Fault | None = None
        self.goaway = ""
        self.settings: RemoteSettingsChanged | None = None
        self._handlers: dict[type, Callable[[Any], None]] = {
            InformationalResponseReceived: self._on_head,
            PingAckReceived: _ignore,
            RemoteSettingsChanged: self._on_settings,
            ResponseReceived: self._on_head,
            SettingsAcknowledged: self._on_acknowledgement,
            StreamReset: self._on_reset,
            TrailersReceived: self._on_head,
            WindowUpdated: self._on_window,
        }

    # What the client sends.

    def open(self, pseudo: list[Pair], fields: list[Pair], end: bool) -> Stream | None:
        """Begin a request; None when no stream may be opened now. `end`: it has no body."""
        h2 = self._h2
        if not self.limit or len(self.streams) >= MAX_STREAMS:
            return None
        try:
            stream_id = h2.get_next_available_stream_id()
        except NoAvailableStreamIDError:
            self._shut = True
            self.limit = 0
            return None
        try:
            h2.send_headers(stream_id, pseudo + never_indexed(fields), end_stream=end)
        except TooManyStreamsError:
            # The peer has lowered its limit since the pool looked at ours.
            return None
        window = self._inbound.first_window
        stream = Stream(stream_id, window, pseudo[0][1] != b"HEAD", end)
        self.streams[stream_id] = stream
        return stream

    def send(self, stream: Stream, data: memoryview, end: bool) -> int:
        """Send what the windows allow, at most `SLICE` bytes; returns how many.

        -1: there is no room (which a peer may also make negative, RFC 9113, 6.9.2). With `end` the
        last byte ends the request.
        """
        h2 = self._h2
        size = len(data)
        if size:
            size = min(size, SLICE, h2.local_flow_control_window(stream.id))
            if size <= 0:
                stream.blocked = True
                return -1
        elif end:
            h2.end_stream(stream.id)
        sent = 0
        while sent < size:
            piece = data[sent : min(size, sent + h2.max_outbound_frame_size)]
            sent += len(piece)
            h2.send_data(stream.id, piece, end_stream=end and sent == len(data))
        if end and sent == len(data):
            stream.finished = True
        return sent

    def consume(self, stream: Stream) -> bytes:
        """Take what came of the body, and give its credit back to the peer."""
        chunks = stream.chunks
        data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        chunks.clear()
        held, stream.held = stream.held, 0
        if self.failure is None:
            self._inbound.credit(stream, held)
        return data

    def release(self, stream: Stream) -> None:
        """Forget a stream: its response was read, or is not wanted any more.

        What either side has not finished is reset (RFC 9113, 8.1: also a request whose response is
        complete), so that it no longer counts as open.
        """
        if self.streams.pop(stream.id, None) is not None:
            if not (stream.ended and stream.finished):
                self._reset(stream, ErrorCodes.CANCEL)
            stream.chunks.clear()
            self._close(stream)

    def ping(self) -> None:
        """Ask for a sign of life."""
        if self.failure is None:
            self._h2.ping(b"httpx-up")

    def shut(self) -> None:
        """Tell the peer that we go (GOAWAY)."""
        if self.failure is None:
            self._h2.close_connection()

    def take(self) -> bytes:
        """What is to be sent; b"" when nothing is."""
        data = self._h2.data_to_send()
        inbound = self._inbound
        if self._output or inbound.output:
            data = self._output + inbound.output + data
            self._output = inbound.output = b""
        return data

    # What the server sends.

    def feed(self, data: bytes) -> list[Stream]:
        """Take in what came. Returns the streams that have news."""
        touched = self._touched = []
        if self.failure is not None:
            return touched
        data, frames = self._cutter.cut(data)
        # What h2 gets next; `waits`: a frame of the peer's is among it, which may change what the
        # next frame of a response is.
        due: list[bytes] = []
        waits = False
        for frame in frames:
            kind, flags, stream_id, start, stop = frame
            if kind == DATA or (kind == HEADERS and flags & _BLOCK_FLAGS == END_HEADERS):
                if waits:
                    waits = False
                    self._to_h2(due)
                told = (self._on_data if kind == DATA else self._on_block)(data, frame)
                if told:
                    due.append(told)
                    if len(due) >= MANY:
                        self._to_h2(due)
            elif kind == GOAWAY and stream_id == 0 and stop - start >= HEAD + 8:
                self._to_h2(due)
                self._on_goaway(data[start + HEAD : stop])
            else:
                due.append(data[start:stop])
                waits = True
                if len(due) >= MANY or (flags & END_HEADERS and kind in (HEADERS, CONTINUATION)):
                    # What one response does wrong must not hide what came before it.
                    waits = False
                    self._to_h2(due)
        self._to_h2(due)
        if self._cutter.fault is not None and self.failure is None:
            code, message = self._cutter.fault
            self._give_up(code, message)
        return touched

    def lose(self, fault: Fault) -> None:
        """The connection is lost: all streams fail."""
        if self.failure is None:
            self.failure = fault
        self._shut = True
        self.limit = 0
        for stream in self.streams.values():
            if not stream.ended and stream.fault is None:
                stream.fault = fault
            self._touch(stream)

    def retire(self) -> None:
        """Open no more streams; those that are open go on."""
        self._shut = True
        self.limit = 0

    def _to_h2(self, frames: list[bytes]) -> None:
        """Give h2 what is due, and take up what it says to it."""
        if not frames or self.failure is not None:
            return
        data = frames[0] if len(frames) == 1 else b"".join(frames)
        frames.clear()
        try:
            events = self._h2.receive_data(data)
        except Exception as exc:
            # H2Error for what a peer does wrong; whatever else it provokes in h2 or hpack ends the
            # connection likewise and leaves as what it is: the peer's fault.
            said = str(exc) if isinstance(exc, H2Error) else repr(exc)
            if type(exc) is NoSuchStreamError:
                # It says no more than the number.
                said = f"a frame for stream {exc.stream_id}, which was never opened"
            self._give_up(None, said, exc)
            return
        handlers = self._handlers
        for event in events:
            handlers.get(event.__class__, _ignore)(event)
        self._output += self._h2.data_to_send()
        if len(self._output) > MAX_OUTPUT:
            self._give_up(
                ErrorCodes.ENHANCE_YOUR_CALM, "it asks for answers faster than it reads them"
            )

    def _give_up(self, code: int | None, message: str, cause: Exception | None = None) -> None:
        """End the connection for what the peer did; h2 has queued its GOAWAY where `code` is None."""
        if code is not None:
            self._h2.close_connection(code)
        self.lose(failures.broken_protocol(self._peer, message, cause))

    def _on_head(
        self, event: InformationalResponseReceived | ResponseReceived | TrailersReceived
    ) -> None:
        stream = self.streams.get(event.stream_id)
        # It has ended already where the block is ours, by which h2 was told so.
        if stream is not None and not stream.ended:
            ends = not isinstance(event, InformationalResponseReceived) and event.stream_ended
            self._take_block(stream, event.headers, bool(ends))

    def _on_block(self, data: bytes, frame: Frame) -> bytes:
        """Take in a whole header block. Returns the frame that h2 gets in its place, b"" for none."""
        if self.failure is not None:
            return b""
        _, flags, stream_id, start, stop = frame
        stream = self.streams.get(stream_id)
        try:
            pairs = self._h2.decoder.decode(data[start + HEAD : stop], True)
        except OversizedHeaderListError as exc:
            self._give_up(ENHANCE_YOUR_CALM, str(exc), exc)
        except HPACKError as exc:
            # RFC 9113, 4.3.
            self._give_up(COMPRESSION_ERROR, f"a header block cannot be decoded: {exc}", exc)
        else:
            if stream is None or stream.ended:
                # Never as an interim one: to h2 that ends the connection, though our reset of the stream
                # may have been on its way (RFC 9113, 5.1).
                return end_of_stream(stream_id)
            ends = bool(flags & END_STREAM)
            if self._take_block(stream, pairs, ends) and ends:
                return end_of_stream(stream_id)
        return b""

    def _take_block(self, stream: Stream, pairs: Iterable[Pair], ends: bool) -> bool:
        """Take in what a header block says; whether it says what it may."""
        try:
            take_block(
                stream, list(pairs), ends, self._max_header_fields, self._max_interim_responses
            )
        except MalformedError as exc:
            self._malformed(stream, str(exc), exc)
            return False
        self._touch(stream)
        return True

    def _on_data(self, data: bytes, frame: Frame) -> bytes:
        """Take in a DATA frame. Returns the frame that h2 gets in its place, b"" when it gets none."""
        if self.failure is not None:
            return b""
        stream = self.streams.get(frame.stream_id)
        try:
            if stream is None or not stream.status or stream.ended:
                self._inbound.drop(data, frame)
                return emptied(frame)
            if self._inbound.receive(stream, data, frame):
                self._touch(stream)
            if frame.flags & END_STREAM:
                return end_of_stream(frame.stream_id)
        except StreamBreach as exc:
            assert stream is not None  # noqa: S101  # `drop` does not raise it
            self._malformed(stream, str(exc), exc, exc.code)
        except Breach as exc:
            self._give_up(exc.code, str(exc), exc)
        return b""

    def _on_reset(self, event: StreamReset) -> None:
        stream = self.streams.pop(event.stream_id, None)
        if stream is None:  # pragma: no cover
            # h2 tells of it once a stream, and never of one that was forgotten.
            return
        if not stream.ended:
            # RFC 9113, 8.1: after a complete response a reset only ends the request's body.
            stream.fault = failures.reset(self._peer, stream, event.error_code, event.remote_reset)
        stream.finished = True
        self._close(stream)
        self._touch(stream)

    def _on_window(self, event: WindowUpdated) -> None:
        if event.stream_id:
            stream = self.streams.get(event.stream_id)
            if stream is not None and stream.blocked:
                self._touch_unblocked(stream)
        else:
            self._touch_blocked()

    def _on_settings(self, event: RemoteSettingsChanged) -> None:
        if not self._shut:
            self.limit = min(MAX_STREAMS, self._h2.remote_settings.max_concurrent_streams)
        if self._h2.encoder.header_table_size > MAX_TABLE:
            self._h2.encoder.header_table_size = MAX_TABLE
        self.settings = event
        self._touch_blocked()

    def _on_acknowledgement(self, event: SettingsAcknowledged) -> None:
        self._inbound.acknowledge(self.streams.values())

    def _on_goaway(self, payload: bytes) -> None:
        """RFC 9113, 6.8: what is above the last stream was not processed, the rest goes on.

        A server that shuts down gracefully sends two: 2**31-1 first, then the real one.
        """
        if self.failure is not None:
            return
        last, self.goaway = read_goaway(payload)
        self.retire()
        for stream in list(self.streams.values()):
            if stream.id > last and stream.fault is None and not stream.ended:
                stream.fault = failures.not_processed(self._peer, stream, self.goaway)
                self._reset(stream, ErrorCodes.CANCEL)
                self._touch(stream)

    def _malformed(
        self,
        stream: Stream,
        message: str,
        cause: Exception | None = None,
        code: int = ErrorCodes.PROTOCOL_ERROR,
    ) -> None:
        """RFC 9113, 8.1.1: a malformed response is the end of its stream."""
        stream.fault = failures.malformed(self._peer, message, cause)
        self._reset(stream, code)
        self._touch(stream)

    # Streams and credit.

    def _reset(self, stream: Stream, code: int) -> None:
        self.streams.pop(stream.id, None)
        if self.failure is None:
            try:
                self._h2.reset_stream(stream.id, code)
            except StreamClosedError:
                pass
        self._close(stream)

    def _close(self, stream: Stream) -> None:
        """Nothing more is received on a stream: its credit is the connection's alone."""
        stream.closed = True
        if stream.held and self.failure is None:
            self._inbound.credit_connection(stream.held)
        stream.held = 0

    def _touch(self, stream: Stream) -> None:
        stream.news = True
        self._touched.append(stream)

    def _touch_blocked(self) -> None:
        for stream in self.streams.values():
            if stream.blocked:
                self._touch_unblocked(stream)

    def _touch_unblocked(self, stream: Stream) -> None:
        """Tell who waits for room that there is some. A frame that brings none is no news: a peer could
        send such frames without end, and each would begin the user's limit anew.
        """
        stream.blocked = self._h2.local_flow_control_window(stream.id) <= 0
        if not stream.blocked:
            self._touch(stream)


def _ignore(event: object) -> None:
    pass

"""Whatever frames a server sends, and whatever the client does between them, Session raises nothing:
the fault is in the streams. What it keeps is bounded, and the same wherever the bytes are cut.
"""

from __future__ import annotations

from typing import Any

from hpack import Encoder
from hyperframe.frame import (
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    PushPromiseFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)
from tests.fuzz.draw import Draw, cut

from httpx_transports._http2.fields import MalformedError, response_length
from httpx_transports._http2.session import MAX_OUTPUT, Session
from httpx_transports._http2.streams import Stream

STREAM_WINDOW, CONNECTION_WINDOW = 65_535, 100_000
MAX_HEADER_SIZE, MAX_FIELDS, MAX_INTERIM = 16_384, 50, 3
REQUEST = [(b":method", b"GET"), (b":authority", b"h"), (b":scheme", b"http"), (b":path", b"/")]
HEAD_REQUEST = [(b":method", b"HEAD"), *REQUEST[1:]]

FIELDS = [
    (b":status", b"200"), (b":status", b"204"), (b":status", b"103"), (b":status", b"101"),
    (b":status", b"0"), (b"content-length", b"5"), (b"content-length", b"0"),
    (b"content-length", b"-1"), (b"content-length", b"05"), (b"connection", b"close"),
    (b"a\r\nb", b"c"), (b"x", b"a\x00b"), (b"Upper", b"case"), (b"", b""), (b":path", b"/"),
    (b"set-cookie", b"a=b"), (b"x-long", b"y" * 3000), (b"transfer-encoding", b"chunked"),
    (b"x", b" y "), (b"te", b"\xff"),
]  # fmt: skip
TOKENS = [
    bytes([action, *more])
    for action in range(20)
    for more in [(), (1,), (0, 1), (1, 0, 5), (3, 1, 2, 0, 5, 0), (255, 255), (1, 1, 5)]
]
# On stream 1, and on 3: a head with two fields, or an interim one before it, then a body and its end.
RESPONSES = [
    [1, 0, 0, 0, 2, 5, 15, 3, 0, 1, 0, 5, *b"hello", 1, 3, 0, 0, 0, 3, 3, 1, 0, 2, *b"hi"],
    [1, 0, 0, 0, 1, 11, 3, 0, 1, 0, 2, *b"no", 1, 3, 0, 0, 1, 18, 3, 3, 1, 0, 2, *b"hi"],
    [2, 0, 0, 0, 1, 2, 1, 0, 0, 0, 1, 15, 3, 0, 0, 0, 2, *b"ab", 2, 0, 1, 0, 1, 15, 1, 3, 1, 0, 0],
]
SEEDS = [
    bytes(seed)
    for seed in [
        *([0, 0, 0, *response] for response in RESPONSES),
        [0, 3, 0, 3, 0, 1, 1, 2, 0, 15, 0, 4, 1, 0, 5, 104, 101, 108, 108, 111],
        [7, 0, 0, 1, 0, 1, 1, 1, 2, 0, 5, 3, 1, 1, 4, 1, 1, 3, 2, 1],
        [1, 0, 0, 0, 3, 8, 0, 0, 0, 1, 0, 1, 1, 1, 0, 1, 5, 1, 0, 1, 5, 3, 1],
        [2, 0, 0, 6, 1, 8, 4, 1, 1, 0, 9, 2, 1, 0, 0, 3, 5, 10, 4, 1, 2, 1],
        [5, 0, 0, 11, 0, 1, 2, 1, 12, 200, 7, 7, 7, 13, 1, 14, 0, 15, 3, 16, 17],
        [9, 0, 0, 19, 250, 0, 19, 250, 1, 19, 255, 3, 3, 1, 1, 1, 2],
    ]
]
EXAMPLES = 900


class Script:
    """What happens, drawn from one input: the bytes of the server, and what the client does."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.encoder = Encoder()

    def stream_id(self) -> int:
        return (1, 1, 1, 3, 5, 0, 2, 7, 99)[self.draw.byte() % 9]

    def frame(self, kind: int) -> bytes:
        """One frame of the server: whole and right in itself, or not at all."""
        draw = self.draw
        stream_id = self.stream_id()
        flags = [flag for bit, flag in ((1, "END_STREAM"), (2, "END_HEADERS")) if draw.byte() & bit]
        if kind in (1, 2):
            count = draw.byte() % 5
            fields = [FIELDS[draw.byte() % len(FIELDS)] for _ in range(count)]
            if kind == 1:
                fields.insert(0, FIELDS[0])
            return _frame(
                HeadersFrame, stream_id, self.encoder.encode(fields), ["END_HEADERS", *flags]
            )
        if kind in (3, 4):
            return _frame(
                DataFrame, stream_id, draw.run(), [f for f in flags if f != "END_HEADERS"]
            )
        if kind == 5:
            settings = {1 + draw.byte() % 8: draw.byte() << draw.byte() % 24}
            return SettingsFrame(0, settings=settings).serialize()
        if kind == 6:
            increment = (draw.byte() << draw.byte() % 24) or 1
            return WindowUpdateFrame(stream_id, increment & 0x7FFFFFFF).serialize()
        if kind == 7:
            return RstStreamFrame(stream_id or 1, error_code=draw.byte() % 16).serialize()
        if kind == 8:
            return GoAwayFrame(0, last_stream_id=stream_id, error_code=draw.byte() % 16).serialize()
        if kind == 9:
            return PingFrame(0, b"12345678", flags=["ACK"] if flags else []).serialize()
        if kind == 10:
            promise = self.encoder.encode(REQUEST)
            return PushPromiseFrame(
                stream_id or 1,
                promised_stream_id=2 + 2 * draw.byte(),
                data=promise,
                flags=["END_HEADERS"],
            ).serialize()
        if kind == 11:
            return PingFrame(0, b"12345678").serialize() * (draw.byte() * 4)
        # Any frame, its length right, or any bytes at all.
        payload = draw.run()
        head = len(payload).to_bytes(3, "big") + bytes([draw.byte() % 12, draw.byte()])
        return head + stream_id.to_bytes(4, "big") + payload if kind == 12 else payload


def _frame(kind: type[Any], stream_id: int, data: bytes, flags: list[str]) -> bytes:
    """A frame that hyperframe would not make on stream 0 is given its number afterwards."""
    frame: Frame = kind(stream_id or 1, data, flags=flags)
    written = frame.serialize()
    return written[:5] + stream_id.to_bytes(4, "big") + written[9:]


def new_session() -> Session:
    return Session(
        "peer",
        stream_window=STREAM_WINDOW,
        connection_window=CONNECTION_WINDOW,
        max_header_size=MAX_HEADER_SIZE,
        max_header_fields=MAX_FIELDS,
        max_interim_responses=MAX_INTERIM,
    )


def check(data: bytes) -> None:
    draw = Draw(data)
    way = draw.byte()
    whole = outcome(draw.rest(), 0)
    assert whole == outcome(data[1:], way), (way, data)


def outcome(data: bytes, way: int) -> list[Any]:
    """Play the script on one session, and tell what came of it."""
    draw = Draw(data)
    script = Script(draw)
    session = new_session()
    opened: list[Stream] = []
    told: list[Any] = []
    _open(session, opened, draw.byte())
    _open(session, opened, draw.byte())
    while draw:
        action = draw.byte() % 20
        if action <= 13:
            for piece in cut(script.frame(action or 1), way):
                session.feed(piece)
        elif action == 14:
            _open(session, opened, draw.byte())
        elif action == 15:
            assert isinstance(session.take(), bytes)
        else:
            told.append(
                _act(session, opened[draw.byte() % len(opened)] if opened else None, action)
            )
        check_bounds(session, opened)
    for stream in opened:
        check_stream(stream)
        told.append((stream.status, stream.fields, stream.interim, stream.ended, _fault(stream)))
        told.append(b"".join(stream.chunks))
    return [*told, session.limit, session.goaway, session.failure is None]


def _open(session: Session, opened: list[Stream], way: int) -> None:
    stream = session.open(list(HEAD_REQUEST if way % 8 == 7 else REQUEST), [], way % 2 == 0)
    if stream is not None:
        opened.append(stream)


def _act(session: Session, stream: Stream | None, action: int) -> Any:
    """What the connection above does, when it does it: never to a stream that is given back."""
    if action == 19 or stream is None:
        session.ping()
        return None
    if action == 16:
        return session.consume(stream) if stream.chunks else None
    if action == 17:
        session.release(stream)
        return None
    if (
        stream.fault is None
        and not stream.ended
        and not stream.finished
        and stream.id in session.streams
    ):
        return session.send(stream, memoryview(b"x" * 70_000), True)
    return None


def _fault(stream: Stream) -> tuple[str, bool] | None:
    return None if stream.fault is None else (stream.fault.message, stream.fault.refused)


def check_bounds(session: Session, opened: list[Stream]) -> None:
    kept = 0
    for stream in opened:
        size = sum(map(len, stream.chunks))
        assert size <= STREAM_WINDOW
        assert len(stream.interim) <= MAX_INTERIM
        assert len(stream.fields) <= MAX_FIELDS
        kept += size
    assert kept <= CONNECTION_WINDOW
    assert len(session._output) <= 2 * MAX_OUTPUT
    assert session.failure is None or session.limit == 0


def check_stream(stream: Stream) -> None:
    """What is given out as a complete response is one."""
    assert stream.fault is None or str(stream.fault.message)
    if stream.fault is not None or not stream.status:
        return
    assert 200 <= stream.status <= 999
    for name, value in [*stream.fields, *stream.trailers]:
        assert name
        assert name == name.lower()
        assert not set(b"\r\n\x00") & set(name + value), (name, value)
    try:
        length = response_length(stream.fields)
    except MalformedError as exc:
        raise AssertionError("a malformed length was let through") from exc
    if (
        stream.ended
        and stream.status not in (204, 304)
        and stream.has_content
        and length is not None
    ):
        assert stream.received == length

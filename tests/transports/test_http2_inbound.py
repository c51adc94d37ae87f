"""What a server may send ahead of its reader, to the byte: windows, padding, ends, and h2's own view.

Frames go straight into a Session; what it answers is read back from its bytes.
"""

from __future__ import annotations

from typing import Any

import pytest
from h2.errors import ErrorCodes
from hyperframe.frame import (
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)
from hypothesis import given
from hypothesis import strategies as st
from tests.support.colours import Colour
from tests.support.http2_client import connect, open_at_h2
from tests.support.http2_server import HTTP2Server, Peer
from tests.transports.http2_session import opened, sent

from httpx_core import RemoteProtocolError
from httpx_transports._http2.frames import Frame as CutFrame
from httpx_transports._http2.inbound import Inbound
from httpx_transports._http2.session import Session
from httpx_transports._http2.streams import Stream

MIB = 1024 * 1024
WINDOW = 100_000
ACKNOWLEDGED = SettingsFrame(0).serialize() + SettingsFrame(0, flags=["ACK"]).serialize()


def new_session(
    streams: int = 1,
    *,
    window: int = WINDOW,
    connection: int = 2 * WINDOW,
    acknowledged: bool = True,
) -> tuple[Session, list[Stream]]:
    """A session with open streams, whose responses' heads are there."""
    session = Session(
        "peer",
        stream_window=window,
        connection_window=connection,
        max_header_size=10_000,
        max_header_fields=100,
        max_interim_responses=10,
    )
    began = [opened(session) for _ in range(streams)]
    session.take()
    if acknowledged:
        session.feed(ACKNOWLEDGED)
    for stream in began:
        session.feed(head(stream.id))
    session.take()
    return session, began


def head(stream_id: int, length: int | None = None) -> bytes:
    """`:status: 200`, and a Content-Length."""
    block = b"\x88"
    if length is not None:
        written = str(length).encode()
        block += b"\x0f\x0d" + bytes([len(written)]) + written
    return HeadersFrame(stream_id, block, flags=["END_HEADERS"]).serialize()


def data(stream_id: int, content: bytes, *, end: bool = False, padding: int | None = None) -> bytes:
    flags = ["END_STREAM"] if end else []
    if padding is None:
        return DataFrame(stream_id, content, flags=flags).serialize()
    frame = DataFrame(stream_id, content, pad_length=padding, flags=[*flags, "PADDED"])
    return frame.serialize()


def fill(stream_id: int, size: int) -> bytes:
    """DATA frames of a size in all."""
    pieces = [min(16_384, size - at) for at in range(0, size, 16_384)]
    return b"".join(data(stream_id, b"x" * piece) for piece in pieces)


def credit(frames: list[Frame]) -> list[tuple[int, int]]:
    return [(f.stream_id, f.window_increment) for f in frames if isinstance(f, WindowUpdateFrame)]


# Windows.


def test_a_window_may_be_used_to_its_last_byte() -> None:
    session, [stream] = new_session()
    session.feed(fill(stream.id, WINDOW) + data(stream.id, b"", end=True))
    assert session.failure is stream.fault is None
    assert stream.ended
    assert WINDOW == len(session.consume(stream))


def test_one_byte_more_than_its_window_ends_the_stream_and_no_other() -> None:
    session, [stream, other] = new_session(2)
    session.feed(fill(stream.id, WINDOW) + data(stream.id, b"x") + data(other.id, b"ok", end=True))
    assert stream.fault is not None
    assert "1 bytes came where its window had 0 left" in stream.fault.message
    assert session.failure is other.fault is None
    assert b"ok" == session.consume(other)
    [reset] = [frame for frame in sent(session) if isinstance(frame, RstStreamFrame)]
    assert (stream.id, ErrorCodes.FLOW_CONTROL_ERROR) == (reset.stream_id, reset.error_code)


def test_one_byte_more_than_the_connections_window_ends_the_connection() -> None:
    session, [one, two, three] = new_session(3)
    session.feed(fill(one.id, WINDOW) + fill(two.id, WINDOW))
    assert session.failure is None
    session.feed(data(three.id, b"x"))
    assert session.failure is not None
    assert "the connection's window had 0 left" in session.failure.message
    [goaway] = [frame for frame in sent(session) if isinstance(frame, GoAwayFrame)]
    assert ErrorCodes.FLOW_CONTROL_ERROR == goaway.error_code


def test_what_nobody_wants_may_not_exceed_the_connections_window_either() -> None:
    session, [stream, given_up] = new_session(2, window=3 * WINDOW)
    session.release(given_up)
    session.feed(fill(stream.id, 2 * WINDOW))
    session.feed(data(given_up.id, b"x"))
    assert session.failure is not None
    assert "the connection's window had 0 left" in session.failure.message


def test_an_empty_frame_is_allowed_where_the_window_is_used_up() -> None:
    session, [stream] = new_session(window=2 * WINDOW)
    session.feed(
        fill(stream.id, 2 * WINDOW) + data(stream.id, b"") + data(stream.id, b"", end=True)
    )
    assert session.failure is stream.fault is None
    assert stream.ended


async def test_a_server_that_sends_a_byte_too_much_gets_an_error_and_the_next_request_is_served(
    colour: Colour,
) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.headers(stream_id, 200)
        # In one frame: of several, the first could be taken and credited before the last is sent.
        peer.raw(fill(stream_id, 1001))
        stream_id, _ = peer.next_request()
        peer.respond(stream_id, 200, b"fine")
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server, http2_stream_window=1000) as line:
            with pytest.raises(RemoteProtocolError, match="its window had"):
                await line.get("/")
            assert b"fine" == await line.get("/")


# The settings that say how large a stream's window is, and when they hold.


@pytest.mark.parametrize(
    ("window", "acknowledged", "allowed"),
    [(1000, False, 65_535), (1000, True, 1000), (WINDOW, False, WINDOW), (WINDOW, True, WINDOW)],
)
def test_until_it_is_acknowledged_the_window_is_the_larger_of_the_old_and_the_new(
    window: int, acknowledged: bool, allowed: int
) -> None:
    session, [stream] = new_session(window=window, acknowledged=acknowledged)
    session.feed(fill(stream.id, allowed))
    assert stream.fault is None
    session.feed(data(stream.id, b"x"))
    assert stream.fault is not None


def test_what_was_sent_before_the_acknowledgement_counts_after_it() -> None:
    """The window is negative then, and opens when the reader has taken the excess too."""
    session, [stream] = new_session(window=1000, acknowledged=False)
    session.feed(fill(stream.id, 60_000))
    session.feed(ACKNOWLEDGED)
    assert 1000 - 60_000 == stream.window
    session.feed(data(stream.id, b""))
    assert stream.fault is None
    assert 60_000 == len(session.consume(stream))
    assert (stream.id, 60_000) in credit(sent(session))
    assert 1000 == stream.window


def test_a_second_acknowledgement_changes_nothing() -> None:
    session, [stream] = new_session(window=1000)
    session.feed(ACKNOWLEDGED)
    assert 1000 == stream.window


def test_a_stream_that_is_opened_after_the_acknowledgement_has_the_new_window() -> None:
    session, _ = new_session(window=1000)
    stream = opened(session)
    assert 1000 == stream.window


def test_a_window_that_http2_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="2147483647"):
        Inbound(65_535, 2**31)


# Credit.


def test_credit_comes_at_half_a_window_when_the_reader_keeps_up() -> None:
    session, [stream] = new_session()
    session.feed(fill(stream.id, WINDOW // 2 - 1))
    session.consume(stream)
    assert [] == credit(sent(session))
    session.feed(data(stream.id, b"x"))
    session.consume(stream)
    assert [(stream.id, WINDOW // 2)] == credit(sent(session))


def test_a_stream_goes_on_by_what_another_that_nobody_reads_has_left() -> None:
    """The other holds all of the connection's window but ten bytes: these are given back each time."""
    session, [unread, stream] = new_session(2, window=2 * WINDOW)
    session.feed(fill(unread.id, 2 * WINDOW - 10))
    for _ in range(1000):
        session.feed(data(stream.id, b"x" * 10))
        assert session.failure is None
        assert b"x" * 10 == session.consume(stream)
    assert 1000 == len([1 for stream_id, _ in credit(sent(session)) if stream_id == 0])


def test_a_stream_that_has_ended_gets_no_credit() -> None:
    session, [stream] = new_session(connection=WINDOW)
    session.feed(fill(stream.id, 90_000) + data(stream.id, b"x", end=True))
    session.consume(stream)
    assert [(0, 90_001)] == credit(sent(session))


def test_three_gibibytes_of_credit_overflow_nothing() -> None:
    inbound = Inbound(2**31 - 1, 2**31 - 1)
    stream = Stream(1, inbound.first_window, True, True)
    content = bytes(9 + 65_536)
    whole = CutFrame(0, 0, 1, 0, len(content))
    given = {0: 65_535, 1: 2**31 - 1}
    out = b""
    for _ in range(3 * 16 * 1024):
        assert inbound.receive(stream, content, whole)
        stream.chunks.clear()
        inbound.credit(stream, stream.held)
        stream.held = 0
        assert 0 <= inbound.window <= 2**31 - 1
        assert 0 <= stream.window <= 2**31 - 1
        out += inbound.output
        inbound.output = b""
    for at in range(0, len(out), 13):
        increment = int.from_bytes(out[at + 9 : at + 13], "big")
        assert 1 <= increment <= 2**31 - 1
        given[int.from_bytes(out[at + 5 : at + 9], "big")] += increment
    assert 3 * 1024 * MIB == stream.received
    for stream_id, window in ((0, inbound.window), (1, stream.window)):
        assert given[stream_id] == stream.received + window


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["data", "padded", "read", "release"]),
            st.integers(0, 2),
            st.integers(0, 3000),
        ),
        max_size=60,
    )
)
def test_no_byte_of_the_windows_is_ever_lost(steps: list[tuple[str, int, int]]) -> None:
    """What is left, what is owed and what is held by the reader is the window's size, at any time."""
    session, streams = new_session(3, window=10_000, connection=65_535)
    for action, which, size in steps:
        stream = streams[which]
        if action == "data":
            session.feed(data(stream.id, b"x" * size))
        elif action == "padded":
            session.feed(data(stream.id, b"x" * size, padding=size % 256))
        elif action == "read" and stream.chunks:
            session.consume(stream)
        elif action == "release":
            session.release(stream)
        inbound = session._inbound
        assert session.failure is None
        held = sum(stream.held for stream in streams)
        assert 65_535 == inbound.window + inbound.owed + held
        for stream in session.streams.values():
            assert 10_000 == stream.window + stream.owed + stream.held


# Padding and ends.


def test_padding_counts_as_what_it_is_long_and_one() -> None:
    session, [stream] = new_session()
    session.feed(data(stream.id, b"abc", padding=200))
    assert WINDOW - 204 == stream.window
    assert b"abc" == session.consume(stream)
    assert 204 == stream.owed


def test_padding_is_no_content_for_a_declared_length() -> None:
    session, [stream] = new_session(acknowledged=False)
    stream.declared = 3
    session.feed(data(stream.id, b"abc", padding=200, end=True))
    assert stream.fault is None
    assert stream.ended


ENDS: dict[str, Any] = {
    "empty": {},
    "padding of none": {"padding": 0},
    "padding only": {"padding": 255},
}


@pytest.mark.parametrize("kwargs", ENDS.values(), ids=ENDS)
def test_a_frame_without_content_ends_its_stream(kwargs: Any) -> None:
    session, [stream] = new_session()
    session.feed(data(stream.id, b"abc") + data(stream.id, b"", end=True, **kwargs))
    assert stream.ended
    assert b"abc" == session.consume(stream)
    assert 0 == open_at_h2(session)


BAD_PADDING = {
    "longer than the frame": (b"\x04\x00\x00\x00", ErrorCodes.PROTOCOL_ERROR),
    "as long as the frame": (b"\x01", ErrorCodes.PROTOCOL_ERROR),
    "without its length": (b"", ErrorCodes.FRAME_SIZE_ERROR),
}


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "given up"])
@pytest.mark.parametrize(("payload", "code"), BAD_PADDING.values(), ids=BAD_PADDING)
def test_bad_padding_ends_the_connection(payload: bytes, code: int, is_open: bool) -> None:
    session, [stream] = new_session()
    if not is_open:
        session.release(stream)
    session.take()
    session.feed(
        len(payload).to_bytes(3, "big") + b"\x00\x08" + stream.id.to_bytes(4, "big") + payload
    )
    assert session.failure is not None
    [goaway] = [frame for frame in sent(session) if isinstance(frame, GoAwayFrame)]
    assert code == goaway.error_code


# What h2 makes of it.


@pytest.mark.parametrize("length", [None, 5, 0], ids=["no length", "length", "length of none"])
def test_h2_knows_that_a_stream_has_ended(length: int | None) -> None:
    session, _ = new_session(0)
    for _ in range(3):
        stream = opened(session)
        content = b"Hello" if length != 0 else b""
        session.feed(head(stream.id, length) + data(stream.id, content, end=True))
        assert stream.ended
        session.release(stream)
        assert session.failure is stream.fault is None
        assert 0 == open_at_h2(session)
    assert [] == [frame for frame in sent(session) if isinstance(frame, RstStreamFrame)]


def test_h2_knows_that_a_stream_has_ended_whose_request_goes_on() -> None:
    session, _ = new_session(0)
    stream = opened(session, end=False)
    session.feed(head(stream.id, 2) + data(stream.id, b"ab", end=True))
    assert stream.ended
    assert 1 == open_at_h2(session)
    session.send(stream, memoryview(b"rest"), True)
    session.release(stream)
    assert 0 == open_at_h2(session)


def test_trailers_still_come_after_data() -> None:
    session, [stream] = new_session()
    trailers = HeadersFrame(stream.id, b"\x00\x01a\x01b", flags=["END_HEADERS", "END_STREAM"])
    session.feed(data(stream.id, b"abc") + trailers.serialize())
    assert [(b"a", b"b")] == stream.trailers
    assert stream.ended


@pytest.mark.parametrize("case", ["on an idle stream", "before its head", "on stream 0"])
def test_data_that_may_not_come_ends_the_connection(case: str) -> None:
    session, _ = new_session()
    waiting = opened(session)
    stream_id = {"on an idle stream": 99, "before its head": waiting.id, "on stream 0": 0}[case]
    frame = data(1, b"x")
    session.take()
    session.feed(frame[:5] + stream_id.to_bytes(4, "big") + frame[9:])
    assert session.failure is not None
    [goaway] = [frame for frame in sent(session) if isinstance(frame, GoAwayFrame)]
    assert ErrorCodes.PROTOCOL_ERROR == goaway.error_code


def test_data_after_the_end_of_its_stream_is_answered_with_a_reset_and_is_no_content() -> None:
    session, [stream] = new_session()
    session.feed(data(stream.id, b"all", end=True) + data(stream.id, b"more"))
    [reset] = [frame for frame in sent(session) if isinstance(frame, RstStreamFrame)]
    assert ErrorCodes.STREAM_CLOSED == reset.error_code
    assert session.failure is stream.fault is None
    assert [b"all"] == stream.chunks


def test_data_for_a_stream_that_was_given_up_is_credited_and_answered_with_a_reset() -> None:
    session, [stream] = new_session(connection=WINDOW)
    session.release(stream)
    session.take()
    session.feed(fill(stream.id, WINDOW))
    frames = sent(session)
    assert WINDOW == session._inbound.window + session._inbound.owed
    assert credit(frames)
    assert {0} == {stream_id for stream_id, _ in credit(frames)}
    resets = [frame.error_code for frame in frames if isinstance(frame, RstStreamFrame)]
    assert {ErrorCodes.STREAM_CLOSED} == set(resets)
    assert session.failure is None


def test_a_reset_before_data_in_the_same_read_is_seen_first() -> None:
    session, [stream] = new_session()
    reset = RstStreamFrame(stream.id, error_code=ErrorCodes.INTERNAL_ERROR)
    session.feed(reset.serialize() + data(stream.id, b"x"))
    assert stream.fault is not None
    assert "INTERNAL_ERROR" in stream.fault.message
    assert [] == stream.chunks

"""Header blocks of responses: whoever decodes one, the table is kept, and h2 knows what ended."""

from __future__ import annotations

from typing import Any

import pytest
from h2.errors import ErrorCodes
from hpack import Encoder
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    GoAwayFrame,
    HeadersFrame,
    RstStreamFrame,
    SettingsFrame,
)
from hypothesis import given
from hypothesis import strategies as st
from tests.support.http2_client import open_at_h2
from tests.transports.http2_session import opened, sent

from httpx_transports._http2.session import Session
from httpx_transports._http2.streams import Stream

OK = (b":status", b"200")


def new_session(streams: int = 2) -> tuple[Session, list[Stream]]:
    session = Session(
        "peer",
        stream_window=100_000,
        connection_window=200_000,
        max_header_size=5_000,
        max_header_fields=10,
        max_interim_responses=2,
    )
    began = [opened(session) for _ in range(streams)]
    session.feed(SettingsFrame(0).serialize())
    session.take()
    return session, began


def block(stream_id: int, encoded: bytes, *, end: bool = False, form: str = "plain") -> bytes:
    """A header block in one of the forms that a peer may choose."""
    flags = ["END_STREAM"] if end else []
    if form == "in two frames":
        middle = len(encoded) // 2
        return (
            HeadersFrame(stream_id, encoded[:middle], flags=flags).serialize()
            + ContinuationFrame(stream_id, encoded[middle:], flags=["END_HEADERS"]).serialize()
        )
    more: dict[str, Any] = {}
    if form == "with padding":
        flags.append("PADDED")
        more["pad_length"] = 7
    if form == "with a priority":
        flags.append("PRIORITY")
        more.update(depends_on=0, stream_weight=3)
    return HeadersFrame(stream_id, encoded, flags=["END_HEADERS", *flags], **more).serialize()


FORMS = ["plain", "in two frames", "with padding", "with a priority"]


def goaway_code(session: Session) -> int:
    [goaway] = [frame for frame in sent(session) if isinstance(frame, GoAwayFrame)]
    return goaway.error_code


# One table for all blocks, in whatever form they come, and also for those that nobody wants.
answers = st.lists(
    st.tuples(
        st.sampled_from(FORMS),
        st.sampled_from(["wanted", "given up"]),
        st.booleans(),
        st.lists(st.integers(0, 5), max_size=5),
    ),
    max_size=12,
)


@given(answers, st.lists(st.integers(1, 200), max_size=10))
def test_the_table_is_kept_whoever_decodes_a_block(answers: list[Any], cuts: list[int]) -> None:
    session, streams = new_session(len(answers))
    encoder = Encoder()
    wire = b""
    for stream, (form, fate, trailers, values) in zip(streams, answers, strict=True):
        fields = [(b"x-%d" % value, b"v%d" % value) for value in values]
        encoded = encoder.encode([OK, *fields])
        wire += block(stream.id, encoded, end=not trailers, form=form)
        if trailers:
            wire += block(stream.id, encoder.encode([(b"x-last", b"t"), *fields]), end=True)
        if fate == "given up":
            session.release(stream)
    start = 0
    for cut in [*cuts, len(wire)]:
        session.feed(wire[start : start + cut])
        start += cut
    assert session.failure is None
    for stream, (_, fate, trailers, values) in zip(streams, answers, strict=True):
        fields = [(b"x-%d" % value, b"v%d" % value) for value in values]
        if fate == "wanted":
            assert (200, fields, True) == (stream.status, stream.fields, stream.ended)
            assert ([(b"x-last", b"t"), *fields] if trailers else []) == stream.trailers
    assert 0 == open_at_h2(session)


@pytest.mark.parametrize("form", FORMS)
def test_a_block_for_a_stream_that_was_given_up_is_decoded_before_the_next(form: str) -> None:
    session, [given_up, stream] = new_session()
    encoder = Encoder()
    fields = [(b"x", b"first"), (b"y", b"second")]
    session.release(given_up)
    session.feed(
        block(given_up.id, encoder.encode([OK, *fields]), form=form)
        + block(stream.id, encoder.encode([OK, *fields]), end=True)
    )
    assert fields == stream.fields


MALFORMED = {
    "an interim head that ends it": ([[(b":status", b"103")]], True),
    "switching protocols": ([[(b":status", b"101")]], False),
    "too many interim heads": ([[(b":status", b"100")]] * 3, False),
    "no status": ([[(b"x", b"y")]], False),
    "trailers that do not end it": ([[OK], [(b"x", b"y")]], False),
    "a second head": ([[OK], [OK]], True),
    "an interim head behind the head": ([[OK], [(b":status", b"100")]], False),
    "a length, and no content": ([[OK, (b"content-length", b"5")]], True),
    "trailers in place of content": ([[OK, (b"content-length", b"5")], [(b"x", b"y")]], True),
}


@pytest.mark.parametrize(("blocks", "ends"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_response_ends_its_stream_and_no_other(blocks: Any, ends: bool) -> None:
    """RFC 9113, 8.1.1. It is reset once, and what comes behind it does no harm."""
    session, [stream, other] = new_session()
    encoder = Encoder()
    for fields in blocks[:-1]:
        session.feed(block(stream.id, encoder.encode(fields)))
    session.feed(block(stream.id, encoder.encode(blocks[-1]), end=ends))
    session.feed(block(stream.id, encoder.encode([(b"late", b"field")]), end=True))
    session.feed(block(other.id, encoder.encode([OK, (b"late", b"field")]), end=True))
    assert stream.fault is not None
    assert "malformed" in stream.fault.message
    assert session.failure is other.fault is None
    assert (200, [(b"late", b"field")]) == (other.status, other.fields)
    first = next(frame for frame in sent(session) if isinstance(frame, RstStreamFrame))
    assert (stream.id, ErrorCodes.PROTOCOL_ERROR) == (first.stream_id, first.error_code)
    assert 0 == open_at_h2(session)


@pytest.mark.parametrize("form", FORMS)
def test_a_block_behind_the_end_is_the_end_of_the_connection(form: str) -> None:
    session, [stream, _] = new_session()
    session.feed(block(stream.id, b"\x88", end=True))
    session.feed(block(stream.id, b"\x88", end=True, form=form))
    assert session.failure is not None
    assert ErrorCodes.STREAM_CLOSED == goaway_code(session)


@pytest.mark.parametrize("stream_id", [0, 2, 99])
def test_a_block_for_a_stream_that_is_none_is_the_end_of_the_connection(stream_id: int) -> None:
    session, _ = new_session()
    session.feed(b"\x00\x00\x01\x01\x05" + stream_id.to_bytes(4, "big") + b"\x88")
    assert session.failure is not None
    assert ErrorCodes.PROTOCOL_ERROR == goaway_code(session)


def test_a_block_that_cannot_be_decoded_is_the_end_of_the_connection() -> None:
    """RFC 9113, 4.3: nobody knows what the table holds then."""
    session, [stream, _] = new_session()
    session.feed(block(stream.id, b"\x88\xff\x00"))
    assert session.failure is not None
    assert "cannot be decoded" in session.failure.message
    assert ErrorCodes.COMPRESSION_ERROR == goaway_code(session)


def test_a_block_that_says_more_than_allowed_is_the_end_of_the_connection() -> None:
    session, [stream, _] = new_session()
    encoder = Encoder()
    session.feed(block(stream.id, encoder.encode([OK, *[(b"x", b"y" * 500)] * 20])))
    assert session.failure is not None
    assert "5000 bytes" in session.failure.message
    assert ErrorCodes.ENHANCE_YOUR_CALM == goaway_code(session)


def test_a_stream_without_a_head_knows_none() -> None:
    """DATA before the head is h2's to refuse: it has not heard of one."""
    session, [stream, _] = new_session()
    session.feed(DataFrame(stream.id, b"x").serialize())
    assert not stream.status
    assert session.failure is not None

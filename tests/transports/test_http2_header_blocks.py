"""What a header block says does not depend on its frames: one or two of them, padded, with a priority."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from h2.errors import ErrorCodes
from hyperframe.frame import DataFrame, RstStreamFrame
from tests.transports.http2_session import WAYS, literal, new_session, opened, sent, status, whole

Blocks = list[tuple[bytes, list[str]]]
END = ["END_STREAM"]
OK = status(200)


class Good(NamedTuple):
    """Header blocks, each with its flags, and what is known of the response then."""

    name: str
    blocks: Blocks
    status: int = 200
    fields: list[tuple[bytes, bytes]] = []  # never changed
    interim: list[tuple[int, list[tuple[bytes, bytes]]]] = []
    trailers: list[tuple[bytes, bytes]] = []
    ended: bool = True
    declared: int | None = None


GOOD = [
    Good("a head", [(OK + literal(b"a", b"b"), [])], fields=[(b"a", b"b")], ended=False),
    Good("a response without a body", [(OK, END)]),
    Good("a length of nothing", [(OK + literal(b"content-length", b"0"), END)],
         fields=[(b"content-length", b"0")], declared=0),
    Good("204 that declares a length", [(status(204) + literal(b"content-length", b"5"), END)], 204,
         fields=[(b"content-length", b"5")], declared=0),
    Good("an interim response", [(status(103) + literal(b"a", b"b"), []), (OK, END)],
         interim=[(103, [(b"a", b"b")])]),
    Good("an interim response alone", [(status(100), [])], 0, interim=[(100, [])], ended=False),
    Good("as many interim responses as may be", [(status(102), []), (status(199), []), (OK, END)],
         interim=[(102, []), (199, [])]),
    Good("trailers", [(OK, []), (literal(b"a", b"b"), END)], trailers=[(b"a", b"b")]),
    Good("as many fields as may be", [(OK + literal(b"a", b"b") * 5, END)], fields=[(b"a", b"b")] * 5),
]  # fmt: skip


def feed(blocks: Blocks, way: Any) -> tuple[Any, Any]:
    """A session and its stream that got these blocks, after a stream that is open all the while."""
    session = new_session()
    opened(session)
    stream = opened(session)
    session.take()
    for block, flags in blocks:
        session.feed(way(3, block, *flags))
    return session, stream


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.name)
def test_a_header_block_says_the_same_in_any_frames(case: Good, way: Any) -> None:
    session, stream = feed(case.blocks, way)
    told = [
        stream.status, stream.fields, stream.interim, stream.trailers, stream.ended, stream.declared,
    ]  # fmt: skip
    assert [*case[2:7], case.declared] == told
    assert session.failure is stream.fault is None


@pytest.mark.parametrize("way", WAYS)
def test_a_declared_length_counts_the_body_whatever_the_frames_of_its_head(way: Any) -> None:
    session, stream = feed([(OK + literal(b"content-length", b"5"), [])], way)
    session.feed(DataFrame(3, b"hello", flags=["END_STREAM"]).serialize())
    assert (True, None, b"hello") == (stream.ended, stream.fault, session.consume(stream))
    session, stream = feed([(OK + literal(b"content-length", b"5"), [])], way)
    session.feed(DataFrame(3, b"hell", flags=["END_STREAM"]).serialize())
    assert session.failure is None
    assert stream.fault is not None
    assert "4 bytes, and 5 were declared" in stream.fault.message


BAD: list[tuple[str, Blocks, str]] = [
    ("no status", [(literal(b"a", b"b"), [])], "does not begin with :status"),
    ("101", [(status(101), [])], "101"),
    ("too many interim responses", [(status(102), [])] * 3, "more than 2 interim responses"),
    ("too many fields", [(OK + literal(b"a", b"b") * 6, [])], "6 fields, and 5 are allowed"),
    ("a shorter body than declared", [(OK + literal(b"content-length", b"5"), END)], "0 bytes, and 5"),
    ("a length of 21 digits", [(OK + literal(b"content-length", b"1" * 21), [])], "its Content-Length is"),
    ("a name in upper case", [(OK + literal(b"A", b"b"), [])], "no field name"),
    ("a line break in a value", [(OK + literal(b"a", b"b\r\nc"), [])], "not allowed"),
    ("a field of the connection", [(OK + literal(b"connection", b"close"), [])], "no place in HTTP/2"),
    ("a status in trailers", [(OK, []), (OK, END)], "in its trailers"),
    ("a line break in trailers", [(OK, []), (literal(b"a", b"\n"), END)], "in its trailers"),
    ("too many trailers", [(OK, []), (literal(b"a", b"b") * 6, END)], "in its trailers it has 6 fields"),
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("name", "blocks", "says"), BAD, ids=[case[0] for case in BAD])
def test_a_malformed_block_ends_its_stream_alone_in_any_frames(
    name: str, blocks: Blocks, says: str, way: Any
) -> None:
    session, stream = feed(blocks, way)
    assert session.failure is None
    assert stream.fault is not None
    assert says in stream.fault.message
    assert not stream.fault.refused
    assert 3 not in session.streams
    # Nothing that follows for it is anybody's, and the other stream goes on.
    session.feed(DataFrame(3, b"x").serialize() + whole(1, OK, *END))
    assert session.failure is None
    assert (200, True) == (session.streams[1].status, session.streams[1].ended)
    codes = {f.error_code for f in sent(session) if isinstance(f, RstStreamFrame)}
    assert codes <= {ErrorCodes.PROTOCOL_ERROR, ErrorCodes.STREAM_CLOSED}


REFUSED: list[tuple[str, Blocks]] = [
    ("a response that ends with an interim one", [(status(103), END)]),
    ("a second head", [(OK, []), (OK, [])]),
    (
        "two lengths",
        [(OK + literal(b"content-length", b"5") + literal(b"content-length", b"6"), [])],
    ),
    ("trailers that do not end", [(OK, []), (literal(b"a", b"b"), [])]),
    ("a head behind the end", [(OK, END), (OK, END)]),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("name", "blocks"), REFUSED, ids=[case[0] for case in REFUSED])
def test_a_block_out_of_place_is_refused_in_any_frames(name: str, blocks: Blocks, way: Any) -> None:
    """Of its stream, or of the connection where h2 reads it (RFC 9113, 5.4.1 allows either)."""
    session, stream = feed(blocks, way)
    resets = [f for f in sent(session) if isinstance(f, RstStreamFrame)]
    assert stream.fault is not None or resets or session.failure is not None
    assert stream.status in (0, 200)
    assert [] == stream.interim == stream.trailers

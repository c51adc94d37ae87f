"""Session, without a network: the same whatever way the bytes are cut, and no secrets in the table."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived
from hpack import NeverIndexedHeaderTuple
from hyperframe.frame import DataFrame, GoAwayFrame, HeadersFrame, PingFrame, SettingsFrame
from hypothesis import given
from hypothesis import strategies as st

from httpx_transports._http2.session import Session

REQUEST = [(b":method", b"GET"), (b":authority", b"h"), (b":scheme", b"http"), (b":path", b"/")]


def new_session() -> Session:
    return Session(
        "peer",
        stream_window=100_000,
        connection_window=200_000,
        max_header_size=100_000,
        max_header_fields=100,
        max_interim_responses=10,
    )


ANSWERS = b"".join(
    frame.serialize()
    for frame in [
        SettingsFrame(0, settings={SettingsFrame.MAX_CONCURRENT_STREAMS: 7}),
        HeadersFrame(1, b"\x88\x5c\x01" + b"8", flags=["END_HEADERS"]),
        PingFrame(0, b"12345678"),
        DataFrame(1, b"abcd"),
        HeadersFrame(3, b"\x8d", flags=["END_HEADERS", "END_STREAM"]),
        DataFrame(1, b"efgh", flags=["END_STREAM"]),
        # Longer than it says: the end of stream 5 only.
        HeadersFrame(5, b"\x88\x5c\x01" + b"1", flags=["END_HEADERS"]),
        DataFrame(5, b"toolong", flags=["END_STREAM"]),
        GoAwayFrame(0, last_stream_id=7, error_code=0),
        HeadersFrame(7, b"\x88", flags=["END_HEADERS"]),
        DataFrame(7, b"last", flags=["END_STREAM"]),
    ]
)


def outcome(pieces: list[bytes]) -> list[Any]:
    """What is known after the answers came in these pieces."""
    session = new_session()
    streams = [session.open(list(REQUEST), [], True) for _ in range(5)]
    for piece in pieces:
        session.feed(piece)
    told: list[Any] = [session.limit, session.failure]
    for stream in streams:
        assert stream is not None
        refused = stream.fault is not None and stream.fault.refused
        told.append(
            (stream.status, stream.ended, refused, stream.fault is None, b"".join(stream.chunks))
        )
    return told


WHOLE = [
    0,
    None,
    (200, True, False, True, b"abcdefgh"),
    (404, True, False, True, b""),
    (200, False, False, False, b""),
    (200, True, False, True, b"last"),
    (0, False, True, False, b""),
]


def test_one_response_after_the_other_is_understood() -> None:
    assert WHOLE == outcome([ANSWERS])


@given(st.lists(st.integers(0, len(ANSWERS)), max_size=20))
def test_the_borders_of_reads_make_no_difference(cuts: list[int]) -> None:
    borders = [0, *sorted(cuts), len(ANSWERS)]
    pieces = [ANSWERS[a:b] for a, b in pairwise(borders)]
    assert WHOLE == outcome([piece for piece in pieces if piece])


def test_byte_by_byte_makes_no_difference() -> None:
    assert WHOLE == outcome([ANSWERS[i : i + 1] for i in range(len(ANSWERS))])


@given(st.binary(max_size=2000))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    session = new_session()
    session.open(list(REQUEST), [], True)
    session.feed(data)
    session.feed(data)


def test_secrets_are_never_put_into_the_compression_table() -> None:
    session = new_session()
    secrets = [(b"authorization", b"a" * 50), (b"cookie", b"c" * 50), (b"x-open", b"o")]
    session.open(list(REQUEST), secrets, True)
    server = H2Connection(H2Configuration(client_side=False))
    (request,) = [e for e in server.receive_data(session.take()) if isinstance(e, RequestReceived)]
    kept_out = {h[0] for h in request.headers if isinstance(h, NeverIndexedHeaderTuple)}
    assert {b"authorization", b"cookie"} == kept_out


def test_what_a_settings_frame_forbids_is_not_opened() -> None:
    session = new_session()
    session.feed(SettingsFrame(0, settings={SettingsFrame.MAX_CONCURRENT_STREAMS: 2}).serialize())
    opened = [session.open(list(REQUEST), [], True) is not None for _ in range(3)]
    assert [True, True, False] == opened


def test_a_long_value_is_sent_uncoded_since_its_code_takes_quadratic_time() -> None:
    value = b"x" * 200_000
    session = new_session()
    session.open(list(REQUEST), [(b"x-long", value)], True)
    sent = session.take()
    assert value[:10_000] in sent
    server = H2Connection(H2Configuration(client_side=False, header_encoding=None))
    server.decoder.max_header_list_size = 300_000
    [request] = [event for event in server.receive_data(sent) if isinstance(event, RequestReceived)]
    assert value == dict(request.headers or [])[b"x-long"]

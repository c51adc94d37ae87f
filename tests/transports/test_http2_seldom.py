"""What seldom happens on an HTTP/2 connection: ids used up, news of streams that are gone, a second end."""

from __future__ import annotations

from typing import Any

import pytest
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import RequestReceived
from hpack import Decoder
from hyperframe.frame import (
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)
from tests.support.colours import Colour
from tests.support.http2_client import LIMITS
from tests.support.http2_server import HTTP2Server, Peer
from tests.transports.http2_session import (
    WAYS,
    literal,
    new_session,
    opened,
    sent,
    status,
    whole,
)

from httpx_core import RemoteProtocolError, Request
from httpx_transports._http2.session import Session
from httpx_transports._http2.streams import Stream

# A PING on a stream, which belongs to the connection (RFC 9113, 6.7).
BROKEN = b"\0\0\x08\x06\0\0\0\0\x0112345678"


def resets(frames: list[Frame]) -> list[tuple[int, int]]:
    return [(f.stream_id, f.error_code) for f in frames if isinstance(f, RstStreamFrame)]


# Opening.


def test_when_the_ids_are_used_up_no_stream_is_opened_and_the_open_ones_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(H2Connection, "HIGHEST_ALLOWED_STREAM_ID", 3)
    session = new_session()
    first, second = opened(session), opened(session)
    assert session.open([(b":method", b"GET")], [], True) is None
    assert 0 == session.limit
    session.feed(SettingsFrame(0, settings={SettingsFrame.MAX_CONCURRENT_STREAMS: 50}).serialize())
    assert 0 == session.limit
    session.feed(whole(1, status(200), "END_STREAM") + whole(3, status(404), "END_STREAM"))
    assert [(200, True), (404, True)] == [(s.status, s.ended) for s in (first, second)]
    assert session.failure is None


async def test_when_the_ids_are_used_up_requests_go_to_a_new_connection(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(H2Connection, "HIGHEST_ALLOWED_STREAM_ID", 3)

    def script(peer: Peer, number: int) -> None:
        while (event := peer.next_event()) is not None:
            if isinstance(event, RequestReceived):
                peer.respond(event.stream_id, 200, b"%d-%d" % (number, event.stream_id))

    bodies = []
    with HTTP2Server(script) as server:
        async with colour.transport(http1=False, http2=True) as transport:
            for _ in range(5):
                request = Request("POST", server.url, extensions={"timeout": LIMITS})
                bodies.append(await colour.read(await transport.handle(request)))
    assert [b"0-1", b"0-3", b"1-1", b"1-3", b"2-1"] == bodies


def test_a_peer_that_allows_any_number_of_streams_gets_256() -> None:
    session = new_session()
    session.feed(
        SettingsFrame(0, settings={SettingsFrame.MAX_CONCURRENT_STREAMS: 10**6}).serialize()
    )
    assert 256 == session.limit
    assert [True] * 256 + [False] == [
        session.open([(b":method", b"GET")], [], True) is not None for _ in range(257)
    ]


def test_our_compression_table_is_bounded_whatever_the_peer_allows() -> None:
    session = new_session()
    session.feed(SettingsFrame(0, settings={SettingsFrame.HEADER_TABLE_SIZE: 2**24}).serialize())
    session.take()
    opened(session)
    [request] = [frame for frame in sent(session) if isinstance(frame, HeadersFrame)]
    peer = Decoder()
    peer.max_allowed_table_size = 2**24
    peer.decode(request.data)
    assert 65_536 == peer.header_table_size


# Sending.


def test_sending_nothing_sends_nothing() -> None:
    session = new_session()
    stream = opened(session, end=False)
    session.take()
    assert 0 == session.send(stream, memoryview(b""), False)
    assert b"" == session.take()
    assert not stream.finished


@pytest.mark.parametrize("stream_id", [0, 1])
def test_room_in_one_window_is_no_news_as_long_as_there_is_none_in_the_other(
    stream_id: int,
) -> None:
    """Else a peer could send such frames without end, and hold a request beyond its limits."""
    session = new_session()
    stream = opened(session, end=False)
    body = memoryview(bytes(100_000))
    assert 65_535 == session.send(stream, body, False)
    assert -1 == session.send(stream, body[65_535:], True)
    assert [] == session.feed(WindowUpdateFrame(stream_id, window_increment=10).serialize())
    assert -1 == session.send(stream, body[65_535:], True)
    assert [stream] == session.feed(
        WindowUpdateFrame(1 - stream_id, window_increment=7).serialize()
    )
    assert 7 == session.send(stream, body[65_535:], True)


def test_room_for_a_stream_that_does_not_wait_for_it_is_no_news() -> None:
    session = new_session()
    opened(session, end=False)
    for stream_id in (0, 1):
        assert [] == session.feed(WindowUpdateFrame(stream_id, window_increment=10).serialize())
    assert session.failure is None


def test_room_for_a_stream_that_is_reset_in_the_same_read_is_no_room() -> None:
    session = new_session()
    stream = opened(session, end=False)
    session.send(stream, memoryview(bytes(65_535)), False)
    assert -1 == session.send(stream, memoryview(b"more"), True)
    session.feed(
        WindowUpdateFrame(1, window_increment=10).serialize()
        + WindowUpdateFrame(0, window_increment=10).serialize()
        + RstStreamFrame(1, error_code=ErrorCodes.REFUSED_STREAM).serialize()
    )
    assert stream.fault is not None
    assert stream.fault.refused
    assert session.failure is None


# Streams that are over.


def test_a_stream_is_given_up_once() -> None:
    session = new_session()
    stream = opened(session)
    session.take()
    session.release(stream)
    session.release(stream)
    assert [(1, ErrorCodes.CANCEL)] == resets(sent(session))


def test_a_reset_after_the_whole_response_ends_the_requests_body_alone() -> None:
    session = new_session()
    stream = opened(session, end=False)
    session.feed(whole(1, status(413), "END_STREAM") + RstStreamFrame(1, error_code=0).serialize())
    assert (413, True, True, None) == (stream.status, stream.ended, stream.finished, stream.fault)
    session.take()
    session.release(stream)
    assert [] == sent(session)


@pytest.mark.parametrize("way", WAYS)
def test_what_comes_for_a_stream_that_was_given_up_is_passed_over(way: Any) -> None:
    """It was on its way when our reset was (RFC 9113, 5.1): the other streams have no part in it."""
    session = new_session()
    stream, other = opened(session), opened(session)
    session.release(stream)
    session.feed(
        whole(1, status(103))
        + way(1, status(200))
        + whole(1, status(100))
        + DataFrame(1, b"late").serialize()
        + way(1, literal(b"a", b"b"), "END_STREAM")
        + WindowUpdateFrame(1, window_increment=5).serialize()
        + RstStreamFrame(1, error_code=0).serialize()
        + way(3, status(200), "END_STREAM")
    )
    assert session.failure is None
    assert (0, [], []) == (stream.status, stream.interim, stream.trailers)
    assert (200, True) == (other.status, other.ended)


def test_a_thousand_late_frames_in_one_read_are_passed_over_and_credited() -> None:
    session = new_session()
    stream, other = opened(session), opened(session)
    session.release(stream)
    session.take()
    session.feed(DataFrame(1, bytes(100)).serialize() * 1000 + whole(3, status(200), "END_STREAM"))
    assert session.failure is None
    assert (200, True) == (other.status, other.ended)
    frames = sent(session)
    assert {(1, ErrorCodes.STREAM_CLOSED)} == set(resets(frames))
    updates = [frame for frame in frames if isinstance(frame, WindowUpdateFrame)]
    assert {0} == {frame.stream_id for frame in updates}
    assert 100_000 == sum(frame.window_increment for frame in updates)


@pytest.mark.parametrize("way", WAYS)
def test_the_table_learns_from_the_fields_of_a_stream_that_was_given_up(way: Any) -> None:
    """RFC 9113, 4.3: a block that is not decoded would give other streams other fields than were sent."""
    session = new_session()
    stream, other = opened(session), opened(session)
    session.release(stream)
    session.feed(
        way(1, status(200) + literal(b"x-one", b"1", kept=True))
        + way(3, status(200) + b"\xbe" + literal(b"x-two", b"2", kept=True))
        + way(1, b"\xbf\xbe", "END_STREAM")
        + way(3, b"\xbe\xbf", "END_STREAM")
    )
    assert session.failure is None
    assert [(b"x-one", b"1"), (b"x-two", b"2")] == other.fields
    assert [(b"x-two", b"2"), (b"x-one", b"1")] == other.trailers


# Connections that are over.


def lost() -> tuple[Session, Stream]:
    session = new_session()
    stream = opened(session, end=False)
    session.feed(BROKEN)
    assert session.failure is not None
    session.take()
    return session, stream


def test_a_sign_of_life_is_asked_for_and_its_answer_is_no_news() -> None:
    session = new_session()
    opened(session)
    session.take()
    session.ping()
    [ping] = sent(session)
    assert isinstance(ping, PingFrame)
    assert [] == session.feed(PingFrame(0, ping.opaque_data, flags=["ACK"]).serialize())
    assert session.failure is None


def test_on_a_lost_connection_nothing_is_sent_any_more() -> None:
    session, stream = lost()
    session.ping()
    session.shut()
    session.consume(stream)
    session.release(stream)
    assert b"" == session.take()
    assert session.open([(b":method", b"GET")], [], True) is None


def test_what_comes_on_a_lost_connection_is_not_read() -> None:
    session, stream = lost()
    assert [] == session.feed(whole(1, status(200), "END_STREAM"))
    assert 0 == stream.status


@pytest.mark.parametrize(
    "behind",
    [
        whole(1, status(200), "END_STREAM"),
        GoAwayFrame(0, last_stream_id=0, error_code=0).serialize(),
        RstStreamFrame(1, error_code=ErrorCodes.REFUSED_STREAM).serialize(),
        SettingsFrame(0, settings={SettingsFrame.MAX_CONCURRENT_STREAMS: 9}).serialize(),
        DataFrame(1, b"late").serialize(),
    ],
    ids=["head", "goaway", "reset", "settings", "data"],
)
def test_what_comes_behind_a_breach_in_the_same_read_is_not_read(behind: bytes) -> None:
    """A GOAWAY or a reset there would say that the request may go again, of a server that is not sane."""
    session = new_session()
    stream = opened(session)
    session.feed(BROKEN + behind)
    fault = stream.fault
    assert fault is session.failure
    assert fault is not None
    assert (RemoteProtocolError, False) == (fault.kind, fault.refused)
    assert ("", 0, 0) == (session.goaway, session.limit, stream.status)


def test_the_first_reason_for_which_a_connection_is_lost_stays() -> None:
    session, stream = lost()
    first = session.failure
    session.feed(GoAwayFrame(0, last_stream_id=0, error_code=1).serialize())
    assert first is not None
    session.lose(first.__class__(RemoteProtocolError, "later"))
    assert session.failure is first is stream.fault


def test_a_lost_connection_takes_nothing_from_a_response_that_is_whole() -> None:
    session = new_session()
    whole_one, open_one = opened(session), opened(session)
    session.feed(whole(1, status(200), "END_STREAM"))
    session.feed(BROKEN)
    assert (None, True) == (whole_one.fault, whole_one.news)
    assert open_one.fault is session.failure

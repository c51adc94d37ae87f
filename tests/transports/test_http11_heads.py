"""Heads of responses at their bounds: what is one byte, field or status below, on and above; no socket."""

from __future__ import annotations

import pytest

from httpx_core import ReadError, RemoteProtocolError
from httpx_transports._http11.reader import ResponseReader

HEAD = b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n"


def reader(
    method: str = "GET",
    *,
    upgrade: bool = False,
    max_size: int = 1000,
    max_fields: int = 10,
    max_interim: int = 5,
) -> ResponseReader:
    return ResponseReader(method, upgrade, max_size, max_fields, max_interim)


@pytest.mark.parametrize("cut", [0, 1, 10, len(HEAD) - 1])
def test_a_head_may_be_as_long_as_the_limit(cut: int) -> None:
    reading = reader(max_size=len(HEAD))
    reading.feed_head(HEAD[:cut])
    assert reading.feed_head(HEAD[cut:])
    assert [(b"A", b"b")] == reading.head.fields


@pytest.mark.parametrize("cut", [0, 1, 10, len(HEAD) - 1])
def test_a_head_one_byte_beyond_the_limit_is_refused(cut: int) -> None:
    reading = reader(max_size=len(HEAD) - 1)
    reading.feed_head(HEAD[:cut])
    with pytest.raises(RemoteProtocolError, match=f"more than {len(HEAD) - 1} bytes, the limit"):
        reading.feed_head(HEAD[cut:])


@pytest.mark.parametrize("cut", [0, 1, 10])
def test_a_head_without_end_is_refused_at_the_byte_beyond_the_limit(cut: int) -> None:
    reading = reader(max_size=len(HEAD) - 5)
    reading.feed_head(HEAD[:cut])
    reading.feed_head(HEAD[cut:-5])
    with pytest.raises(RemoteProtocolError, match="the limit"):
        reading.feed_head(HEAD[-5:-4])


def test_the_bytes_of_interim_heads_count_on_the_limit() -> None:
    hint = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    assert reader(max_size=len(hint + HEAD)).feed_head(hint + HEAD)
    with pytest.raises(RemoteProtocolError, match="the limit"):
        reader(max_size=len(hint + HEAD) - 1).feed_head(hint + HEAD)


def test_a_head_may_have_as_many_fields_as_the_limit_and_no_more() -> None:
    reading = reader(max_fields=3)
    assert reading.feed_head(b"HTTP/1.1 200 OK\r\n" + b"A:b\r\n" * 3 + b"\r\n")
    with pytest.raises(RemoteProtocolError, match="more than 3 header fields, the limit"):
        reader(max_fields=3).feed_head(b"HTTP/1.1 200 OK\r\n" + b"A:b\r\n" * 4 + b"\r\n")


def test_what_a_head_has_used_of_the_limits_its_trailers_have_not() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    trailers = b"0\r\nA: b\r\nC: d\r\n\r\n"
    for more, allowed in ((0, True), (-1, False)):
        for bounds in (
            {"max_size": len(head) + len(b"A: b\r\nC: d\r\n") + more},
            {"max_fields": 3 + more},
        ):
            reading = reader(**bounds)
            if allowed:
                assert reading.feed_head(head + trailers)
                assert [(b"A", b"b"), (b"C", b"d")] == reading.body.trailers
            else:
                with pytest.raises(RemoteProtocolError, match="limit"):
                    reading.feed_head(head + trailers)


def test_every_status_below_200_but_101_is_interim() -> None:
    for status in (100, 102, 199):
        reading = reader()
        assert not reading.feed_head(b"HTTP/1.1 %d X\r\n\r\n" % status)
        assert [(status, [])] == reading.interim
    reading = reader()
    assert reading.feed_head(b"HTTP/1.1 200 X\r\n\r\n")
    assert [] == reading.interim


@pytest.mark.parametrize(("status", "tunnel"), [(200, True), (299, True), (300, False)])
def test_a_connect_is_a_tunnel_from_any_2xx_on(status: int, tunnel: bool) -> None:
    reading = reader("CONNECT")
    assert reading.feed_head(b"HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\nhi" % status)
    assert tunnel is reading.switched
    assert (b"hi" if tunnel else b"") == reading.body.leftover
    assert (b"" if tunnel else b"hi") == reading.content
    assert not (tunnel and reading.reusable)


def test_a_switch_of_protocols_has_no_body_to_wait_for() -> None:
    reading = reader(upgrade=True)
    assert reading.feed_head(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")
    assert reading.switched
    assert reading.body.complete
    assert b"" == reading.body.leftover
    assert not reading.reusable


def test_a_connection_that_broke_is_no_end_of_a_body_that_ends_where_it_does() -> None:
    """What was cut short would be taken for the whole."""
    reading = reader()
    assert reading.feed_head(b"HTTP/1.1 200 OK\r\n\r\nhel")
    reading.distrust_end()
    with pytest.raises(ReadError, match="may have been cut short"):
        reading.body.end()
    assert not reading.body.complete


def test_a_body_that_says_its_length_needs_no_end_of_the_connection() -> None:
    reading = reader()
    assert reading.feed_head(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhe")
    reading.distrust_end()
    assert b"l" == reading.body.feed(b"l")
    assert reading.body.complete


def test_a_response_has_begun_with_its_first_byte() -> None:
    reading = reader()
    assert not reading.begun
    reading.feed_head(HEAD[:1])
    assert reading.begun
    reading.feed_head(HEAD[1:])
    assert reading.begun


@pytest.mark.parametrize("data", [b"HTTPS", b"HTTP ", b"HTTP2", b"XTTP/", b"\x00", b"\n"])
def test_what_can_no_longer_be_http_is_refused_before_more_of_it_comes(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="illegal status line"):
        reader().feed_head(data)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_what_may_still_be_http_is_waited_for(size: int) -> None:
    assert not reader().feed_head(b"HTTP/"[:size])


@pytest.mark.parametrize("name", [b"Set-Cookie", b"Content-Encoding"])
def test_a_field_that_every_response_is_asked_for_is_absent_only_where_it_is_not(
    name: bytes,
) -> None:
    asked_for = reader()
    assert asked_for.feed_head(HEAD)
    assert name.lower() in asked_for.head.absent
    reading = reader()
    assert reading.feed_head(b"HTTP/1.1 200 OK\r\n" + name + b": x\r\n\r\n")
    assert asked_for.head.absent - {name.lower()} == reading.head.absent


def test_a_field_as_long_as_one_that_decides_decides_nothing() -> None:
    reading = reader()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Anything: close, timeout=7\r\n\r\n"
    assert len(b"Keep-Alive") == len(b"X-Anything")
    assert reading.feed_head(head)
    assert reading.head.persistent
    assert reading.head.keepalive is None

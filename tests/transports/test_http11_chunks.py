"""Bodies in chunks at their bounds: what is one byte below, on and above a limit; bytes in, bytes out."""

from __future__ import annotations

import pytest

from httpx_core import RemoteProtocolError
from httpx_transports._http11.body import ChunkedDecoder

# Of the chunk-size line, with its CRLF. Written out: a test that asks the module for it agrees with any.
LINE = 16_384


def decoder(max_size: int = 100, max_fields: int = 10) -> ChunkedDecoder:
    return ChunkedDecoder(max_size, max_fields)


def size_line(length: int) -> bytes:
    """A chunk-size line of 5 bytes of content that is `length` bytes long, its CRLF included."""
    return b"5;" + b"x" * (length - 4) + b"\r\n"


@pytest.mark.parametrize("cut", [1, 2, LINE - 1, LINE])
def test_a_chunk_size_line_may_be_as_long_as_the_limit(cut: int) -> None:
    data = size_line(LINE) + b"hello\r\n0\r\n\r\n"
    body = decoder()
    assert b"hello" == body.feed(data[:cut]) + body.feed(data[cut:])
    assert body.complete


@pytest.mark.parametrize("cut", [0, 1, LINE])
def test_a_chunk_size_line_one_byte_beyond_the_limit_is_refused(cut: int) -> None:
    data = size_line(LINE + 1)
    body = decoder()
    body.feed(data[:cut])
    with pytest.raises(RemoteProtocolError, match="chunk-size line over 16384 bytes"):
        body.feed(data[cut:])


@pytest.mark.parametrize("cut", [0, 1, LINE])
def test_a_chunk_size_line_without_end_is_refused_at_the_byte_beyond_the_limit(cut: int) -> None:
    data = size_line(LINE * 2)[: LINE + 1]
    body = decoder()
    body.feed(data[:cut])
    with pytest.raises(RemoteProtocolError, match="chunk-size line over 16384 bytes"):
        body.feed(data[cut:])


def test_the_limit_of_a_size_line_does_not_count_what_came_before_the_line() -> None:
    body = decoder()
    content = b"x" * (2 * LINE)
    assert content == body.feed(b"%x\r\n%b\r\n5" % (len(content), content))
    assert b"hello" == body.feed(b"\r\nhello\r\n0\r\n\r\n")
    assert body.complete


@pytest.mark.parametrize("data", [b"\n5\r\nhello\r\n0\r\n\r\n", b"\r\n5\r\nhello\r\n0\r\n\r\n"])
def test_a_line_end_before_the_first_size_is_refused_at_once(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="illegal chunk-size line"):
        decoder().feed(data)


def test_what_is_no_line_end_behind_a_chunk_is_refused_before_more_of_it_comes() -> None:
    """Else the peer could have any number of bytes kept, as long as no LF is among them."""
    body = decoder()
    assert b"hello" == body.feed(b"5\r\nhello\r")
    with pytest.raises(RemoteProtocolError, match="without CRLF"):
        body.feed(b"X")


def test_what_comes_behind_a_trailer_section_of_a_bare_lf_is_left_over_whole() -> None:
    body = decoder()
    assert b"" == body.feed(b"0\r\n\nHTTP/1.1 200 OK")
    assert body.complete
    assert b"HTTP/1.1 200 OK" == body.leftover
    assert not body.plain


@pytest.mark.parametrize("cut", [0, 1, 3, 20])
def test_trailers_may_be_as_long_as_the_limit(cut: int) -> None:
    # The blank line is not counted.
    section = b"A: " + b"b" * 15 + b"\r\n" + b"\r\n"
    body = decoder(max_size=20)
    body.feed(b"0\r\n" + section[:cut])
    body.feed(section[cut:])
    assert [(b"A", b"b" * 15)] == body.trailers


@pytest.mark.parametrize("cut", [0, 1, 3, 20])
def test_trailers_one_byte_beyond_the_limit_are_refused(cut: int) -> None:
    section = b"A: " + b"b" * 16 + b"\r\n" + b"\r\n"
    body = decoder(max_size=20)
    body.feed(b"0\r\n" + section[:cut])
    with pytest.raises(RemoteProtocolError, match="trailers beyond the limit"):
        body.feed(section[cut:])


@pytest.mark.parametrize("fields", [1, 3])
def test_there_may_be_as_many_trailers_as_the_limit_and_no_more(fields: int) -> None:
    body = decoder(max_fields=fields)
    body.feed(b"0\r\n" + b"A: b\r\n" * fields + b"\r\n")
    assert [(b"A", b"b")] * fields == body.trailers
    with pytest.raises(RemoteProtocolError, match="more trailer fields"):
        decoder(max_fields=fields).feed(b"0\r\n" + b"A: b\r\n" * (fields + 1) + b"\r\n")

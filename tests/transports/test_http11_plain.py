"""What the fast path reads by itself: a connection on which the referee was needed is not used again."""

from __future__ import annotations

import pytest

from httpx_transports._http11.body import ChunkedDecoder, LengthDecoder
from httpx_transports._http11.head import plain_head, plain_trailers


@pytest.mark.parametrize("end", [b" ", b"\t", b" \t", b"\t ", b"   "])
def test_white_space_behind_a_value_is_no_part_of_it(end: bytes) -> None:
    data = b"HTTP/1.1 200 OK\r\nA: 1" + end + b"\r\nB: 2\r\n\r\n"
    head = plain_head(data, len(data))
    assert head is not None
    assert [(b"A", b"1"), (b"B", b"2")] == head.fields


@pytest.mark.parametrize("digits", [1, 19, 20])
def test_a_length_of_up_to_20_digits_is_plain(digits: int) -> None:
    data = b"HTTP/1.1 200 OK\r\nContent-Length: " + b"1" * digits + b"\r\n\r\n"
    head = plain_head(data, len(data))
    assert head is not None
    assert int("1" * digits) == head.length


def test_a_trailer_whose_name_is_as_long_as_one_that_decides_is_plain() -> None:
    assert [(b"X-Checksum", b"1")] == plain_trailers(b"X-Checksum: 1\r\n\r\n")


def test_an_old_server_may_name_keep_alive_among_other_options() -> None:
    data = b"HTTP/1.0 200 OK\r\nConnection: x, Keep-Alive\r\n\r\n"
    head = plain_head(data, len(data))
    assert head is not None
    assert head.persistent


@pytest.mark.parametrize("size", [9, 15, 16, 26, 255, 4096])
def test_the_size_of_a_chunk_is_hexadecimal(size: int) -> None:
    data = b"%X\r\n%b\r\n0\r\n\r\n" % (size, b"x" * size)
    body = ChunkedDecoder(100, 10)
    assert b"x" * size == body.feed(data)
    assert body.complete
    assert b"" == body.leftover


def test_what_is_fed_behind_the_end_of_a_body_is_none_of_it() -> None:
    body = LengthDecoder(5)
    assert b"hello" == body.feed(b"hello")
    assert b"" == body.feed(b"HTTP/1.1 200 OK")
    assert b"HTTP/1.1 200 OK" == body.leftover

"""Streaming a response's body: its states, its end, its errors, in each colour."""

from __future__ import annotations

import asyncio
import gzip
import inspect
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from tests.support.compressors import brotli

from httpx_core import (
    AsyncByteStream,
    ByteStream,
    DecodingError,
    ReadError,
    Request,
    Response,
    StreamClosed,
    StreamConsumed,
    SyncByteStream,
)

PARTS = [b"hello", b"", b" wor", b"ld"]
WHOLE = b"hello world"
REQUEST = Request("GET", "https://example.org")
METHODS = ["iter_raw", "iter_bytes", "iter_text", "iter_lines"]


class Source:
    """What both streams share: parts to give, then perhaps an error, and a count of closings."""

    def __init__(self, parts=PARTS, error=None):
        self.parts = parts
        self.error = error
        self.closings = 0


class SyncSource(Source, SyncByteStream):
    def __iter__(self):
        yield from self.parts
        if self.error is not None:
            raise self.error

    def close(self):
        self.closings += 1


class AsyncSource(Source, AsyncByteStream):
    async def __aiter__(self):
        for part in self.parts:
            yield part
        if self.error is not None:
            raise self.error

    async def aclose(self):
        self.closings += 1


def source(colour, *args) -> Any:
    return AsyncSource(*args) if colour.is_async else SyncSource(*args)


def respond(colour, *args, **kwargs) -> Response:
    return Response(200, stream=source(colour, *args), request=REQUEST, **kwargs)


async def collect(colour, response, method, *args):
    return [item async for item in getattr(colour, method)(response, *args)]


@pytest.mark.parametrize(
    ("method", "items"),
    [
        ("iter_raw", [b"hello", b" wor", b"ld"]),
        ("iter_bytes", [b"hello", b" wor", b"ld"]),
        ("iter_text", ["hello", " wor", "ld"]),
        ("iter_lines", ["hello world"]),
    ],
)
async def test_reading_to_the_end_closes_the_response(colour, method, items):
    response = respond(colour)
    assert items == await collect(colour, response, method)
    assert response.is_closed
    assert response.is_stream_consumed
    assert 11 == response.num_bytes_downloaded
    assert 1 == response.stream.closings


async def test_read_gives_the_whole_and_closes_once(colour):
    response = respond(colour)
    assert WHOLE == await colour.read(response)
    assert WHOLE == await colour.read(response)
    await colour.close(response)
    assert 1 == response.stream.closings
    assert 11 == response.num_bytes_downloaded


@pytest.mark.parametrize("size", [1, 3, 5, 11, 100])
@pytest.mark.parametrize("method", METHODS[:3])
@pytest.mark.parametrize("is_read", [False, True])
async def test_chunks_have_the_size_asked_for(colour, method, size, is_read):
    response = respond(colour)
    if is_read and method != "iter_raw":
        await colour.read(response)
    chunks = await collect(colour, response, method, size)
    expected = [WHOLE[start : start + size] for start in range(0, 11, size)]
    assert expected == [chunk.encode() if method == "iter_text" else chunk for chunk in chunks]


@pytest.mark.parametrize("size", [0, -1])
@pytest.mark.parametrize("method", METHODS[:3])
async def test_a_chunk_size_below_one_is_refused_at_once(colour, method, size):
    response = respond(colour)
    with pytest.raises(ValueError, match="chunk_size"):
        getattr(colour, method)(response, size)
    assert WHOLE == await colour.read(response)


@pytest.mark.parametrize("first", METHODS)
@pytest.mark.parametrize("second", [*METHODS, "read"])
async def test_a_body_is_streamed_once(colour, first, second):
    response = respond(colour)
    await collect(colour, response, first)
    with pytest.raises(StreamConsumed):
        await (colour.read(response) if second == "read" else collect(colour, response, second))


@pytest.mark.parametrize("method", METHODS[1:])
async def test_a_body_that_was_read_can_be_streamed_again(colour, method):
    response = respond(colour)
    await colour.read(response)
    for _ in range(2):
        assert 1 == len(await collect(colour, response, method))


async def test_a_body_that_was_read_has_no_raw_stream_any_more(colour):
    response = respond(colour)
    await colour.read(response)
    with pytest.raises(StreamConsumed):
        await collect(colour, response, "iter_raw")


@pytest.mark.parametrize("method", [*METHODS, "read"])
async def test_a_closed_response_gives_nothing(colour, method):
    response = respond(colour)
    await colour.close(response)
    assert response.is_closed
    assert not response.is_stream_consumed
    with pytest.raises(StreamClosed):
        await (colour.read(response) if method == "read" else collect(colour, response, method))


@pytest.mark.parametrize("method", METHODS)
async def test_an_iterator_left_early_leaves_the_response_open(colour, method):
    response = respond(colour, [b"a\nb\n", b"c\n"])
    iterator = getattr(colour, method)(response)
    await anext(iterator)
    await iterator.aclose()
    assert not response.is_closed
    assert response.is_stream_consumed
    with pytest.raises(StopAsyncIteration):
        await anext(iterator)
    with pytest.raises(StreamConsumed):
        await collect(colour, response, "iter_bytes")
    assert not response.is_closed
    await colour.close(response)
    assert 1 == response.stream.closings


@pytest.mark.parametrize("stream", [ByteStream(b"a\nb"), AsyncSource([b"a\nb", b"c"])])
@pytest.mark.parametrize("method", METHODS)
async def test_an_async_iterator_is_no_generator_for_a_loop_to_adopt(async_colour, stream, method):
    response = Response(200, stream=stream)
    assert not inspect.isasyncgen(getattr(async_colour, method)(response))


async def test_a_body_in_memory_is_read_once_and_closes_the_response(colour):
    response = Response(200, stream=ByteStream(WHOLE))
    assert WHOLE == await colour.read(response)
    assert response.is_closed
    assert response.is_stream_consumed
    assert 11 == response.num_bytes_downloaded
    with pytest.raises(StreamConsumed):
        await collect(colour, response, "iter_raw")


async def test_a_body_that_was_drained_to_free_its_connection_is_decoded_when_asked_for(colour):
    packed = gzip.compress(WHOLE)
    response = respond(colour, [packed], headers={"Content-Encoding": "gzip"})
    response._keep_drained(b"".join(await collect(colour, response, "iter_raw")))
    assert (WHOLE, "hello world") == (response.content, response.text)
    assert response.is_closed
    assert response.is_stream_consumed
    assert len(packed) == response.num_bytes_downloaded


# The wrong colour


@pytest.mark.parametrize("method", [*METHODS, "read", "close"])
def test_the_wrong_colour_is_refused_synchronously(method):
    response = Response(200, stream=AsyncSource())
    with pytest.raises(RuntimeError, match="asynchronous response synchronously"):
        list(getattr(response, method)())
    assert not response.is_closed
    assert not response.is_stream_consumed


@pytest.mark.parametrize("method", [*METHODS, "read", "close"])
async def test_the_wrong_colour_is_refused_asynchronously(async_colour, method):
    response = Response(200, stream=SyncSource())
    with pytest.raises(RuntimeError, match="synchronous response asynchronously"):
        if method in METHODS:
            await collect(async_colour, response, method)
        else:
            await getattr(async_colour, method)(response)
    assert not response.is_closed
    assert not response.is_stream_consumed


# Errors


@pytest.mark.parametrize("method", [*METHODS, "read"])
async def test_an_error_of_the_stream_closes_the_response_and_is_given_the_request(colour, method):
    response = respond(colour, [b"a\n"], ReadError("reset"))
    with pytest.raises(ReadError) as raised:
        await (colour.read(response) if method == "read" else collect(colour, response, method))
    assert REQUEST is raised.value.request
    assert response.is_closed
    assert 1 == response.stream.closings


async def test_an_error_that_has_a_request_keeps_it(colour):
    other = Request("GET", "https://other.example")
    response = respond(colour, [], ReadError("reset", request=other))
    with pytest.raises(ReadError) as raised:
        await colour.read(response)
    assert other is raised.value.request


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
async def test_any_error_of_the_stream_closes_the_response(colour, error):
    response = respond(colour, [b"a"], error())
    iterator = colour.iter_bytes(response)
    assert b"a" == await anext(iterator)
    with pytest.raises(error):
        await anext(iterator)
    assert response.is_closed
    with pytest.raises(StopAsyncIteration):
        await anext(iterator)


async def test_the_first_error_is_raised_and_not_that_of_closing(colour):
    response = respond(colour, [], ReadError("reset"))
    if colour.is_async:

        async def fail():
            raise OSError("closing failed")

        response.stream.aclose = fail
    else:
        response.stream.close = lambda: (_ for _ in ()).throw(OSError("closing failed"))
    with pytest.raises(ReadError, match="reset"):
        await colour.read(response)


@pytest.mark.parametrize("method", ["iter_bytes", "iter_text", "iter_lines", "read"])
@pytest.mark.parametrize("parts", [[b"this is no gzip"], [gzip.compress(b"hello")[:-4]]])
async def test_a_body_that_cannot_be_decoded_closes_the_response(colour, method, parts):
    response = respond(colour, parts, headers={"Content-Encoding": "gzip"})
    with pytest.raises(DecodingError, match="gzip") as raised:
        await (colour.read(response) if method == "read" else collect(colour, response, method))
    assert REQUEST is raised.value.request
    assert response.is_closed
    assert 1 == response.stream.closings


async def test_after_an_error_an_iterator_is_at_its_end(colour):
    response = respond(colour, [b"this is no gzip"], headers={"Content-Encoding": "gzip"})
    iterator = colour.iter_bytes(response)
    with pytest.raises(DecodingError):
        await anext(iterator)
    with pytest.raises(StopAsyncIteration):
        await anext(iterator)


async def test_a_body_in_memory_is_no_exception_to_being_streamed_once(colour):
    response = Response(200, stream=ByteStream(b"hello"))
    assert [b"hello"] == await collect(colour, response, "iter_raw")
    with pytest.raises(StreamConsumed):
        await colour.read(response)


async def test_a_body_in_memory_of_a_closed_response_is_not_read(colour):
    response = Response(200, stream=ByteStream(b"hello"))
    await colour.close(response)
    with pytest.raises(StreamClosed):
        await colour.read(response)


class Unclosable(AsyncByteStream):
    """What is no gzip, by an iterator that fails when it is closed."""

    def __aiter__(self):
        return self

    async def __anext__(self):
        return b"this is no gzip"

    async def aclose(self):
        raise OSError("closing failed")


async def test_what_cannot_be_decoded_is_told_and_not_that_closing_failed(async_colour):
    response = Response(200, headers={"Content-Encoding": "gzip"}, stream=Unclosable())
    with pytest.raises(DecodingError, match="gzip"):
        await async_colour.read(response)


async def test_an_iterator_over_a_body_that_was_read_can_be_closed(async_colour):
    response = Response(200, content=b"hello")
    iterator = response.aiter_bytes(2)
    assert b"he" == await anext(iterator)
    await iterator.aclose()
    assert [] == [chunk async for chunk in iterator]


class Endless(AsyncByteStream):
    def __init__(self):
        self.is_waiting = asyncio.Event()
        self.closings = 0

    async def __aiter__(self):
        yield b"a"
        self.is_waiting.set()
        await asyncio.Event().wait()

    async def aclose(self):
        self.closings += 1


def test_a_reader_that_is_cancelled_closes_the_response():
    async def main() -> None:
        stream = Endless()
        response = Response(200, stream=stream)
        reader = asyncio.ensure_future(response.aread())
        await stream.is_waiting.wait()
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        assert response.is_closed
        assert 1 == stream.closings

    asyncio.run(main())


# Decoding


async def test_several_lines_of_content_encoding_are_one_list(colour):
    headers = [("Content-Encoding", "deflate, gzip"), ("content-encoding", "br")]
    encoded = brotli.compress(gzip.compress(zlib.compress(WHOLE)))
    response = respond(colour, [encoded[:9], encoded[9:]], headers=headers)
    assert WHOLE == await colour.read(response)
    assert len(encoded) == response.num_bytes_downloaded


async def test_raw_bytes_are_not_decoded(colour):
    encoded = gzip.compress(WHOLE)
    response = respond(colour, [encoded], headers={"Content-Encoding": "gzip"})
    assert [encoded] == await collect(colour, response, "iter_raw")


async def test_an_answer_without_a_body_may_name_a_coding(colour):
    for coding in ("gzip", "deflate", "br", "zstd", ", ".join(["gzip"] * 9)):
        response = respond(colour, [], headers={"Content-Encoding": coding})
        assert b"" == await colour.read(response)


@pytest.mark.parametrize("headers", [{}, {"Content-Encoding": "gzip"}])
@pytest.mark.parametrize("is_in_memory", [False, True])
async def test_a_limit_on_the_decoded_size_holds(colour, headers, is_in_memory):
    body = gzip.compress(bytes(5000)) if headers else bytes(5000)
    for limit, is_allowed in ((5000, True), (4999, False), (None, True)):
        extensions = {"decoding": {"max_response_size": limit}}
        stream = ByteStream(body) if is_in_memory else source(colour, [body])
        response = Response(200, headers=headers, stream=stream, extensions=extensions)
        if is_allowed:
            assert bytes(5000) == await colour.read(response)
        else:
            with pytest.raises(DecodingError, match="4999"):
                await colour.read(response)
            assert response.is_closed


def test_the_limit_holds_for_a_body_given_in_memory():
    with pytest.raises(DecodingError):
        Response(200, content=b"12345", extensions={"decoding": {"max_response_size": 4}})


MIB = 1024 * 1024
BOMBS: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: gzip.compress(bytes(64 * MIB), 1),
    "deflate": lambda: zlib.compress(bytes(64 * MIB), 1),
    "br": lambda: brotli.compress(bytes(64 * MIB), quality=1),
    "gzip, br": lambda: brotli.compress(gzip.compress(bytes(256 * MIB), 1), quality=1),
}


@pytest.mark.parametrize("coding", BOMBS)
@pytest.mark.parametrize(
    ("method", "args"),
    [("iter_bytes", (1024,)), ("iter_bytes", ()), ("iter_text", (1024,)), ("iter_text", ())],
)
async def test_the_start_of_a_bomb_costs_little_memory(colour, coding, method, args):
    bomb = BOMBS[coding]()
    response = respond(colour, [bomb], headers={"Content-Encoding": coding})
    iterator = getattr(colour, method)(response, *args)
    tracemalloc.start()
    try:
        item = await anext(iterator)
        await iterator.aclose()
        await colour.close(response)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(item) == 1024 if args else 0 < len(item) <= 96 * 1024
    assert peak < MIB


async def test_lines_of_a_bomb_are_decoded_as_they_are_taken(colour):
    bomb = gzip.compress((b"x" * 1000 + b"\n") * 64_000, 1)
    response = respond(colour, [bomb], headers={"Content-Encoding": "gzip"})
    lines = colour.iter_lines(response)
    tracemalloc.start()
    try:
        assert "x" * 1000 == await anext(lines)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    await lines.aclose()
    await colour.close(response)
    assert peak < MIB


async def test_closing_after_a_part_decodes_nothing_more(colour, monkeypatch):
    bomb = gzip.compress(bytes(8 * MIB))
    response = respond(colour, [bomb] * 3, headers={"Content-Encoding": "gzip"})
    iterator = colour.iter_bytes(response)
    await anext(iterator)
    decoder = response._get_content_decoder()
    assert len(bomb) == response.num_bytes_downloaded
    monkeypatch.setattr(type(decoder), "feed", None)
    await iterator.aclose()
    await colour.close(response)
    assert len(bomb) == response.num_bytes_downloaded


async def test_a_response_closed_half_way_ends_the_generator_of_its_body(async_colour):
    ended = []

    async def body():
        try:
            yield b"first"
            yield b"second"
        finally:
            ended.append(True)

    response = Response(200, content=body())
    async for _ in response.aiter_bytes():
        break
    await response.aclose()

    assert [True] == ended

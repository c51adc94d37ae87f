"""Byte streams: which can be had again, from where, and what those say that cannot."""

from __future__ import annotations

import gc
import io
import pickle
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.colours import Colour
from tests.support.files import AsyncFile, AsyncReader, Lines, Pipe, WrappedFile, parts_of

from httpx_core import AsyncByteStream, ByteStream, StreamClosed, StreamConsumed, SyncByteStream
from httpx_core._streams import (
    AsyncIteratorByteStream,
    FileByteStream,
    IteratorByteStream,
    UnattachedStream,
)

CHUNK = 65_536


def standing_at(position: int, data: bytes) -> io.BytesIO:
    file = io.BytesIO(data)
    file.seek(position)
    return file


def reader(data: bytes) -> Any:
    """An async file that is no async iterable, which the annotations ask for."""
    return AsyncReader(data)


async def numbers() -> AsyncIterator[bytes]:
    for part in (b"1", b"2"):
        yield part


class Pieces:
    """An async iterable that is no iterator."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        return numbers()


async def test_bytes_can_be_had_as_often_as_asked_for(colour: Colour) -> None:
    stream = ByteStream(b"abc")
    assert [b"abc"] == await parts_of(colour, stream)
    assert [b"abc"] == await parts_of(colour, stream)


async def test_an_unattached_stream_is_closed(colour: Colour) -> None:
    with pytest.raises(StreamClosed):
        await parts_of(colour, UnattachedStream())


@pytest.mark.parametrize("base", [SyncByteStream, AsyncByteStream])
def test_the_bases_leave_iteration_to_their_subclasses(base: type) -> None:
    with pytest.raises(NotImplementedError):
        iter(base()) if base is SyncByteStream else base().__aiter__()


async def test_closing_a_stream_that_holds_nothing_does_nothing(colour: Colour) -> None:
    stream = ByteStream(b"abc")
    stream.close()
    await stream.aclose()
    assert [b"abc"] == await parts_of(colour, stream)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: (part for part in (b"1", b"2")), id="generator"),
        pytest.param(lambda: iter([b"1", b"2"]), id="iterator"),
        pytest.param(lambda: map(bytes, (b"1", b"2")), id="map"),
        pytest.param(lambda: Pipe(b"12"), id="pipe"),
    ],
)
def test_what_can_be_had_once_says_so_the_second_time(make: Any) -> None:
    stream: Any = IteratorByteStream(make())
    assert not stream._is_spent
    assert b"12" == b"".join(stream)
    assert stream._is_spent
    with pytest.raises(StreamConsumed):
        list(stream)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param([b"1", b"2"], id="list"),
        pytest.param((b"1", b"2"), id="tuple"),
        pytest.param(Lines(b"1", b"2"), id="iterable"),
    ],
)
def test_an_iterable_that_is_no_iterator_begins_anew(content: Any) -> None:
    stream = IteratorByteStream(content)
    assert [b"1", b"2"] == list(stream)
    assert not stream._is_spent
    assert [b"1", b"2"] == list(stream)


async def test_an_async_generator_says_the_second_time_that_it_was_had(
    async_colour: Colour,
) -> None:
    stream = AsyncIteratorByteStream(numbers())
    assert [b"1", b"2"] == await parts_of(async_colour, stream)
    assert stream._is_spent
    with pytest.raises(StreamConsumed):
        await parts_of(async_colour, stream)


async def test_an_async_iterable_begins_anew(async_colour: Colour) -> None:
    stream = AsyncIteratorByteStream(Pieces())
    assert [b"1", b"2"] == await parts_of(async_colour, stream)
    assert [b"1", b"2"] == await parts_of(async_colour, stream)


@pytest.mark.parametrize(
    ("expected", "stream"),
    [
        (True, ByteStream(b"")),
        (True, IteratorByteStream([b""])),
        (True, FileByteStream(io.BytesIO(b""))),
        (True, AsyncIteratorByteStream(AsyncFile(b""))),
        (False, FileByteStream(Pipe(b""))),
        (False, AsyncIteratorByteStream(reader(b""))),
        (False, IteratorByteStream(iter([b""]))),
        (False, IteratorByteStream(Lines(b""))),
        (False, AsyncIteratorByteStream(Pieces())),
        (False, UnattachedStream()),
        (False, SyncByteStream()),
        (False, AsyncByteStream()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_what_is_sure_to_be_the_same_again_is_replayable(expected: bool, stream: Any) -> None:
    assert expected is stream._replayable


async def test_a_file_is_read_in_chunks_of_64_kib(colour: Colour) -> None:
    file = Pipe(b"x" * (CHUNK + 1))
    assert [CHUNK, 1] == [len(part) for part in await parts_of(colour, FileByteStream(file))]
    assert {CHUNK} == set(file.sizes)


async def test_a_file_starts_again_where_it_stood_when_it_was_given(colour: Colour) -> None:
    file = standing_at(3, b"0123456")
    stream = FileByteStream(file)
    file.seek(5)
    assert [b"3456"] == await parts_of(colour, stream)
    assert [b"3456"] == await parts_of(colour, stream)


@pytest.mark.parametrize("kind", [AsyncFile, WrappedFile])
async def test_an_async_file_starts_again_where_it_stood_first(
    async_colour: Colour, kind: Any
) -> None:
    file = kind(b"x" * (CHUNK + 10))
    await file.seek(9)
    stream = AsyncIteratorByteStream(file)
    for _ in range(2):
        parts = await parts_of(async_colour, stream)
        assert [CHUNK, 1] == [len(part) for part in parts]
    assert {CHUNK} == set(file.sizes)


async def test_an_async_file_that_cannot_seek_can_be_had_once(async_colour: Colour) -> None:
    stream = AsyncIteratorByteStream(reader(b"abc"))
    assert [b"abc"] == await parts_of(async_colour, stream)
    with pytest.raises(StreamConsumed):
        await parts_of(async_colour, stream)


async def test_the_method_aread_is_preferred(async_colour: Colour) -> None:
    class Both:
        def __init__(self) -> None:
            self.left = [b"a", b"b", b""]

        async def aread(self, size: int) -> bytes:
            return self.left.pop(0)

        def read(self, size: int) -> bytes:
            raise AssertionError("blocks")

        def __aiter__(self) -> Any:
            raise AssertionError("by line")

    assert [b"a", b"b"] == await parts_of(async_colour, AsyncIteratorByteStream(Both()))


async def test_every_blocking_call_can_be_made_off_the_loop(async_colour: Colour) -> None:
    calls: list[str] = []

    async def run(function: Any, /, *args: Any) -> Any:
        calls.append(function.__name__)
        await async_colour.checkpoint()
        return function(*args)

    class OnDisk(io.BytesIO):
        """A file that may block; those of io.BytesIO itself are known not to."""

    stream = FileByteStream(OnDisk(b"x" * (CHUNK + 1)))
    assert [CHUNK, 1] == [len(part) async for part in stream._off_loop(run)]
    assert ["_begin", "read_chunk", "read_chunk", "read_chunk"] == calls


async def test_a_read_that_fails_reaches_the_reader_as_it_is(colour: Colour) -> None:
    class Broken(Pipe):
        def read(self, size: int = -1) -> bytes:
            raise OSError("disk on fire")

    with pytest.raises(OSError, match="disk on fire"):
        await parts_of(colour, FileByteStream(Broken(b"")))


@pytest.mark.parametrize("chunk", [bytearray(b"abc"), memoryview(b"abc")])
def test_a_file_may_yield_any_kind_of_bytes(chunk: Any) -> None:
    class Odd:
        left = [chunk, b""]

        def read(self, size: int) -> Any:
            return self.left.pop(0)

    assert [b"abc"] == list(FileByteStream(Odd()))  # type: ignore[arg-type]  # duck-typed on purpose


def test_a_file_that_yields_text_is_refused() -> None:
    with pytest.raises(TypeError, match="binary mode"):
        list(IteratorByteStream(io.StringIO("abc")))  # type: ignore[arg-type]  # what is tested


async def test_an_upload_left_half_way_leaves_nothing_to_the_event_loop(
    async_colour: Colour,
) -> None:
    stream = AsyncIteratorByteStream(AsyncFile(b"x" * (2 * CHUNK)))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        async for part in stream:
            assert CHUNK == len(part)
            break
        gc.collect()
        await async_colour.checkpoint()
    assert [] == caught


def test_a_class_may_be_of_both_sides() -> None:
    class Both(AsyncIteratorByteStream, IteratorByteStream):
        def __init__(self, stream: Any) -> None:
            AsyncIteratorByteStream.__init__(self, stream=stream)
            IteratorByteStream.__init__(self, stream=stream)

    stream = Both(Lines(b"a"))
    assert isinstance(stream, SyncByteStream)
    assert isinstance(stream, AsyncByteStream)
    assert [b"a"] == list(stream)
    assert [b"a"] == list(stream)


def test_nobody_knows_whether_a_stream_of_a_users_own_was_spent() -> None:
    class Own(SyncByteStream):
        pass

    class AsyncOwn(AsyncByteStream):
        pass

    assert (False, False) == (Own()._is_spent, AsyncOwn()._is_spent)


async def test_an_async_iterator_that_cannot_be_closed_is_left_alone(async_colour: Colour) -> None:
    class Countdown:
        def __init__(self) -> None:
            self.left = [b"2", b"1"]

        def __aiter__(self) -> Any:
            return self

        async def __anext__(self) -> bytes:
            if not self.left:
                raise StopAsyncIteration
            return self.left.pop(0)

    stream = AsyncIteratorByteStream(Countdown())
    assert [b"2", b"1"] == await parts_of(async_colour, stream)
    await stream.aclose()


async def test_an_upload_that_was_not_begun_can_be_closed(async_colour: Colour) -> None:
    stream = AsyncIteratorByteStream(Lines(b"x"))  # type: ignore[arg-type]  # it is not iterated
    await stream.aclose()


def test_bytes_can_be_pickled() -> None:
    assert [b"abc"] == list(pickle.loads(pickle.dumps(ByteStream(b"abc"))))


@given(data=st.binary(max_size=3 * 100), start=st.integers(0, 300))
def test_whatever_the_position_what_is_sent_twice_is_the_same(data: bytes, start: int) -> None:
    class Small(FileByteStream):
        CHUNK_SIZE = 100

    stream = Small(standing_at(start, data))
    assert data[start:] == b"".join(stream)
    assert data[start:] == b"".join(stream)


def test_a_real_file_is_rewound() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"0123456789")
        file.seek(4)
        stream = FileByteStream(file)
        assert [b"456789", b"456789"] == [b"".join(stream) for _ in range(2)]


def test_a_generator_is_not_started_before_it_is_iterated() -> None:
    def parts() -> Iterator[bytes]:
        yield pytest.fail("started")

    assert not IteratorByteStream(parts())._is_spent

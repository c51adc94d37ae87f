"""Bodies as streams of bytes, for the sync and the async side.

Promises: a stream that can be had only once says so the second time with `StreamConsumed`, and
never with an empty body; a file starts again where it started first. Files are read in chunks of
64 KiB, whatever their size.

Never here: sockets, threads, clocks. A file of the blocking kind blocks in the thread that
iterates; who must not block passes `_off_loop()` the means to read it elsewhere.

Every stream has `_replayable`: True when it is known that what was sent can be sent again, byte for
byte; a transport may repeat a request of its own accord only then. And `_is_spent`: True when
iterating it would raise StreamConsumed; what a redirect is to send again must not be. Between the
two is an iterable of a caller's own, which gives anew whatever it gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from . import _files
from ._errors import StreamClosed, StreamConsumed
from ._steps import Steps

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterable,
        AsyncIterator,
        Callable,
        Iterable,
        Iterator,
    )

    from ._steps import Stepping

_MODULE = "httpx_core"


class SyncByteStream:
    """The base of a body that is iterated by `for`: subclass it and write `__iter__()`.

    >>> class Countdown(SyncByteStream):
    ...     def __iter__(self):
    ...         yield from (b"3", b"2", b"1")
    >>> b"".join(Countdown())
    b'321'
    """

    __module__ = _MODULE
    __slots__ = ()

    @property
    def _replayable(self) -> bool:
        return False

    @property
    def _is_spent(self) -> bool:
        return False

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body in pieces of any size."""
        raise NotImplementedError("The '__iter__' method must be implemented.")

    def close(self) -> None:
        """Let go of what the stream holds; called once the body is done with, read whole or not."""


class AsyncByteStream:
    """The base of a body that is iterated by `async for`: subclass it and write `__aiter__()`.

    >>> class Countdown(AsyncByteStream):
    ...     async def __aiter__(self):
    ...         for part in (b"3", b"2", b"1"):
    ...             yield part
    """

    __module__ = _MODULE
    __slots__ = ()

    @property
    def _replayable(self) -> bool:
        return False

    @property
    def _is_spent(self) -> bool:
        return False

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the body in pieces of any size."""
        raise NotImplementedError("The '__aiter__' method must be implemented.")

    async def aclose(self) -> None:
        """Let go of what the stream holds; called once the body is done with, read whole or not."""


class ByteStream(AsyncByteStream, SyncByteStream):
    """A body that is in memory already, for either side, as often as it is asked for.

    >>> b"".join(ByteStream(b"Hello"))
    b'Hello'
    """

    __module__ = _MODULE
    __slots__ = ("_stream",)

    def __init__(self, stream: bytes) -> None:
        self._stream = stream

    @property
    def _replayable(self) -> bool:
        return True

    def __iter__(self) -> Iterator[bytes]:
        return iter((self._stream,))

    def __aiter__(self) -> AsyncIterator[bytes]:
        return Steps(part for part in (self._stream,))


class UnattachedStream(AsyncByteStream, SyncByteStream):
    """What the unread stream of a pickled message becomes: iterating it raises `StreamClosed`."""

    __slots__ = ()

    def __iter__(self) -> Iterator[bytes]:
        raise StreamClosed

    def __aiter__(self) -> AsyncIterator[bytes]:
        raise StreamClosed


class IteratorByteStream(SyncByteStream):
    """A body out of an iterable of bytes, or out of a file, which is read in chunks.

    A generator, or any other iterator, can be had once. A list can be had again, and so can a
    seekable file, which starts again where it stood when the stream was made.
    """

    CHUNK_SIZE = _files.CHUNK_SIZE

    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream: Any = stream
        self._is_stream_consumed = False
        self._start = _files.position(stream) if hasattr(stream, "read") else None

    @property
    def _replayable(self) -> bool:
        return self._start is not None or isinstance(self._stream, (list, tuple))

    @property
    def _is_spent(self) -> bool:
        return self._is_stream_consumed and self._start is None and _is_iterator(self._stream)

    def __iter__(self) -> Iterator[bytes]:
        self._begin()
        if hasattr(self._stream, "read"):
            return _files.chunks(self._stream, self.CHUNK_SIZE)
        return iter(self._stream)

    def _begin(self) -> None:
        """Stand at the start, or raise StreamConsumed where there is no way back to it."""
        if self._is_spent:
            raise StreamConsumed
        self._is_stream_consumed = True
        if self._start is not None:
            self._stream.seek(self._start)


class FileByteStream(IteratorByteStream, AsyncByteStream):
    """A body out of a file of the blocking kind, for either side.

    On the async side its reads hold up the event loop, for a chunk at a time. Who will not have
    that iterates `_off_loop()`.
    """

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._off_loop(_files.inline)

    def _off_loop(self, run: _files.Run) -> AsyncIterator[bytes]:
        """Yield the body, each blocking call made by `await run(function, *args)`."""
        return Steps(self._steps(run))

    def _steps(self, run: _files.Run) -> Stepping:
        run = _files.runner(self._stream, run)
        yield run(self._begin)
        while chunk := (yield run(_files.read_chunk, self._stream, self.CHUNK_SIZE)):
            yield chunk


class AsyncIteratorByteStream(AsyncByteStream):
    """A body out of an async iterable of bytes, or out of an async file, which is read in chunks.

    An async generator can be had once. An async file that can seek (those of aiofiles, anyio and
    trio can) starts again where it stood the first time.
    """

    CHUNK_SIZE = _files.CHUNK_SIZE

    _generator: AsyncGenerator[bytes, None] | None = None  # while it may be half-way

    def __init__(self, stream: AsyncIterable[bytes]) -> None:
        self._stream: Any = stream
        self._is_stream_consumed = False
        self._start: int | None = None
        self._read = _files.async_reader(stream)

    @property
    def _replayable(self) -> bool:
        if self._read is None:
            return False
        return (
            self._start is not None if self._is_stream_consumed else _files.can_seek(self._stream)
        )

    @property
    def _is_spent(self) -> bool:
        return self._is_stream_consumed and self._start is None and _is_iterator(self._stream)

    def __aiter__(self) -> AsyncIterator[bytes]:
        if self._is_spent:
            raise StreamConsumed
        if self._read is not None:
            return Steps(self._steps(self._read))
        self._is_stream_consumed = True
        parts: AsyncIterator[bytes] = self._stream.__aiter__()
        if hasattr(parts, "aclose"):
            self._generator = cast("AsyncGenerator[bytes, None]", parts)
        return parts

    async def aclose(self) -> None:
        """End a generator that is half-way, lest the event loop do so at a time of its own."""
        generator, self._generator = self._generator, None
        if generator is not None:
            await generator.aclose()

    def _steps(self, read: Callable[[int], Any]) -> Stepping:
        if self._start is not None:
            yield _files.async_rewind(self._stream, self._start)
        else:
            self._is_stream_consumed = True
            self._start = yield _files.async_position(self._stream)
        yield from _files.async_chunks(read, self.CHUNK_SIZE)


def _is_iterator(stream: object) -> bool:
    """Whether `stream` is its own iterator, so that a second pass would yield nothing."""
    return hasattr(stream, "__next__") or hasattr(stream, "__anext__") or hasattr(stream, "read")

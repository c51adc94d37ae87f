"""Running stages over a body's chunks, and the asynchronous iterators of a response.

The iterators are objects and not async generators: an event loop would adopt a generator that is
left before its end, and close it at a time of its own (trio warns of it).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

from ._stages import Stage
from ._streams import AsyncByteStream

if TYPE_CHECKING:
    from ._response import Response

In = TypeVar("In")
Out = TypeVar("Out")


def staged(response: Response, chunks: Iterator[In], stage: Stage[In, Out]) -> Iterator[Out]:
    """Yield what `stage` makes of `chunks`; what the stage raises closes the response.

    What `chunks` raises was dealt with where it arose.
    """
    for chunk in chunks:
        try:
            yield from stage.feed(chunk)
        except Exception as exc:
            response._fail(exc)
            raise
    try:
        yield from stage.end()
    except Exception as exc:
        response._fail(exc)
        raise


class AsyncStaged(AsyncIterator[Out], Generic[In, Out]):
    """What a stage makes of chunks; what the stage raises closes the response."""

    __slots__ = ("_chunks", "_items", "_response", "_stage")

    def __init__(
        self, response: Response, chunks: AsyncIterator[In], stage: Stage[In, Out]
    ) -> None:
        self._response = response
        self._chunks: AsyncIterator[In] | None = chunks
        self._stage = stage
        self._items: Iterator[Out] = iter(())

    async def __anext__(self) -> Out:
        while True:
            try:
                for item in self._items:
                    return item
            except Exception as exc:
                try:
                    await self.aclose()
                except Exception:  # noqa: S110 - the first error is the one to report
                    pass
                await self._response._afail(exc)
                raise
            if self._chunks is None:
                raise StopAsyncIteration
            try:
                chunk = await self._chunks.__anext__()
            except StopAsyncIteration:
                self._chunks = None
                self._items = _items_of_end(self._stage)
            except BaseException:
                self._chunks = None
                raise
            else:
                self._items = _items_of_chunk(self._stage, chunk)

    async def aclose(self) -> None:
        """End the iteration. The response stays as it is: close that as well."""
        chunks, self._chunks = self._chunks, None
        self._items = iter(())
        await _aclose(chunks)


def _items_of_chunk(stage: Stage[In, Out], chunk: In) -> Iterator[Out]:
    yield from stage.feed(chunk)


def _items_of_end(stage: Stage[In, Out]) -> Iterator[Out]:
    yield from stage.end()


class AsyncItems(AsyncIterator[Out]):
    """Items that are there already, for `async for`."""

    __slots__ = ("_items",)

    def __init__(self, items: Iterator[Out]) -> None:
        self._items = items

    async def __anext__(self) -> Out:
        for item in self._items:
            return item
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """End the iteration."""
        self._items = iter(())


class AsyncRaw(AsyncIterator[bytes]):
    """The chunks of a response's stream as they come; reading to the end closes the response."""

    __slots__ = ("_is_over", "_parts", "_response")

    def __init__(self, response: Response) -> None:
        self._response = response
        self._parts: AsyncIterator[bytes] | None = None
        self._is_over = False

    async def __anext__(self) -> bytes:
        response = self._response
        parts = self._parts
        if parts is None:
            if self._is_over:
                raise StopAsyncIteration
            parts = self._parts = response._begin(AsyncByteStream).__aiter__()
        try:
            part = b""
            while not part:
                part = await parts.__anext__()
        except StopAsyncIteration:
            self._end()
            await response.aclose()
            raise
        except BaseException as exc:
            self._end()
            await response._afail(exc)
            raise
        response._num_bytes_downloaded += len(part)
        return part

    def _end(self) -> None:
        self._is_over = True
        self._parts = None

    async def aclose(self) -> None:
        """End the iteration. The response stays as it is: close that as well."""
        parts = self._parts
        self._end()
        await _aclose(parts)


async def _aclose(iterator: object) -> None:
    """Close an async iterator that can be closed."""
    aclose = getattr(iterator, "aclose", None)
    if aclose is not None:
        await aclose()

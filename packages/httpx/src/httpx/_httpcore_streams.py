"""Response streams of httpcore, shown as ours: for transports of others that are built on httpcore.

No transport of ours needs this. A stream is any iterable of bytes, with `close()` or `aclose()` or not.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator

from httpx_core import AsyncByteStream, SyncByteStream

from ._httpcore_exceptions import map_httpcore_exceptions


class ResponseStream(SyncByteStream):
    """The body of a response, read from an iterable; what httpcore raises in it is raised as ours."""

    def __init__(self, httpcore_stream: Iterable[bytes]) -> None:
        self._httpcore_stream = httpcore_stream

    def __iter__(self) -> Iterator[bytes]:
        with map_httpcore_exceptions():
            yield from self._httpcore_stream

    def close(self) -> None:
        close = getattr(self._httpcore_stream, "close", None)
        if close is not None:
            with map_httpcore_exceptions():
                close()


class AsyncResponseStream(AsyncByteStream):
    """The body of a response, read from an async iterable; see `ResponseStream`."""

    def __init__(self, httpcore_stream: AsyncIterable[bytes]) -> None:
        self._httpcore_stream = httpcore_stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with map_httpcore_exceptions():
            async for chunk in self._httpcore_stream:
                yield chunk

    async def aclose(self) -> None:
        aclose = getattr(self._httpcore_stream, "aclose", None)
        if aclose is not None:
            with map_httpcore_exceptions():
                await aclose()

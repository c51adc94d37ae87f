"""Bodies on the way: what a connection gives a response to read from, and what it reads a request from.

The shared code knows a response body as an object with `receive()` and `aclose()`. The two stream
classes show it to users in their colour.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from httpx_core import AsyncByteStream, SyncByteStream

from ._backends import current_backend
from ._bridge import run


class Body:
    """The body of one response, as the protocol delivers it."""

    __slots__ = ()

    async def receive(self) -> bytes:
        """The next bytes of the body, b"" at its end. Raises what the connection raises."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Give up what has not been read. A second call does nothing."""
        raise NotImplementedError


class ResponseStream(SyncByteStream):
    """A response body for sync users."""

    __slots__ = ("_body",)

    def __init__(self, body: Body) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        receive = self._body.receive
        while chunk := run(receive()):
            yield chunk

    def close(self) -> None:
        run(self._body.aclose())


class AsyncResponseStream(AsyncByteStream):
    """A response body for async users."""

    __slots__ = ("_body",)

    def __init__(self, body: Body) -> None:
        self._body = body

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _Chunks(self._body)

    async def aclose(self) -> None:
        await self._body.aclose()


class _Chunks:
    """An iterator, and no async generator, which an event loop would adopt when it is left half-way."""

    __slots__ = ("_receive",)

    def __init__(self, body: Body) -> None:
        self._receive = body.receive

    def __aiter__(self) -> _Chunks:
        return self

    async def __anext__(self) -> bytes:
        chunk = await self._receive()
        if not chunk:
            raise StopAsyncIteration
        return chunk


# What a body of the caller's cannot give by mistake, as it can None.
_END: Any = object()


def _checked(chunk: Any) -> bytes | memoryview:
    """A chunk that is not plain bytes, as something to be sent."""
    if chunk is None:
        # As under httpx 0.28: nothing to send, and not the end of the body.
        return b""
    try:
        return memoryview(chunk)
    except TypeError:
        raise TypeError(
            f"The body of a request must give bytes-like objects, and gave {type(chunk).__name__}."
        ) from None


class Upload:
    """The body of a request that is not in memory, read chunk by chunk in either colour.

    On the async side files of the blocking kind are read in helper threads.
    RuntimeError: the body is of the other colour.
    """

    __slots__ = ("_is_async", "_iterator")

    def __init__(self, stream: Any, is_async: bool) -> None:
        self._is_async = is_async
        if not is_async:
            if not hasattr(stream, "__iter__"):
                raise RuntimeError(
                    "A sync transport cannot send a request whose body is async only."
                )
            self._iterator: Any = iter(stream)
            return
        if not hasattr(stream, "__aiter__"):
            raise RuntimeError("An async transport cannot send a request whose body is sync only.")
        off_loop = getattr(stream, "_off_loop", None)
        if off_loop is None:
            self._iterator = stream.__aiter__()
        else:
            self._iterator = off_loop(current_backend().run_blocking)

    async def next(self) -> bytes | memoryview | None:
        """The next chunk, or None after the last one.

        One that is not bytes is the caller's, who may fill it anew as soon as this is called again.
        TypeError: it is no bytes-like object.
        """
        if self._is_async:
            try:
                chunk: Any = await self._iterator.__anext__()
            except StopAsyncIteration:
                return None
        else:
            chunk = next(self._iterator, _END)
            if chunk is _END:
                return None
        return chunk if type(chunk) is bytes else _checked(chunk)

    async def aclose(self) -> None:
        """End the iteration of a body that is not sent to its end.

        A generator of the caller's runs its `finally` now and not when it is collected. What that
        raises is dropped: there is something else already that the caller is to see.
        """
        close = getattr(self._iterator, "aclose" if self._is_async else "close", None)
        if close is None:
            return
        try:
            closing = close()
            if self._is_async:
                await closing
        except Exception:  # noqa: S110 - see above
            pass

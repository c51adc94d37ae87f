"""Colour: lets one test body run sync, on asyncio and on trio.

A test is written once, `async def test_x(colour)`. On the sync side nothing in it ever suspends:
the adapters call the sync API and return. So the body says `await` everywhere, and means it on the
two async sides only.

    async def test_a_response_is_read(colour, server):
        async with colour.transport() as transport:
            response = await transport.handle(Request("GET", server.url + "/bytes/3"))
            assert b"abc" == await colour.read(response)

Nothing but the standard library is imported before it is used, so that the tests of one package
run where only that package is installed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from tests.support import concurrency

if TYPE_CHECKING:
    import threading

    from httpx_core import Request, Response
    from httpx_transports._backends.interface import Backend

NAMES = ("sync", "asyncio", "trio")
LIMIT = 60.0
"""Seconds after which a coloured test that hangs on an async side is ended with an error."""


class Colour:
    """One of the three ways to run: `name` is `"sync"`, `"asyncio"` or `"trio"`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_async = name != "sync"

    def __repr__(self) -> str:
        return f"Colour({self.name!r})"

    # -- running ---------------------------------------------------------------------------------

    def run(self, function: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """Run a coroutine function to its end in this colour, on an event loop of its own."""
        if self.name == "sync":
            return concurrency.run_sync(function())
        if self.name == "asyncio":
            return concurrency.run_asyncio(function, LIMIT)
        return concurrency.run_trio(function, LIMIT)

    async def concurrently(self, *functions: Callable[[], Coroutine[Any, Any, Any]]) -> list[Any]:
        """Call all at once, in threads or tasks; return their results, or raise the first failure.

        The first failure cancels the others on the async sides; threads are waited for.
        """
        if self.name == "sync":
            return concurrency.in_threads(functions)
        if self.name == "asyncio":
            return await concurrency.in_asyncio_tasks(functions)
        return await concurrency.in_trio_tasks(functions)

    async def cancel_at(self, n: int, function: Callable[[], Coroutine[Any, Any, Any]]) -> bool:
        """Cancel a call the n-th time (from 1) that it suspends; False when it was cancelled.

        True: it came to its end with fewer than n of them, so that a loop over n can stop.
        What else the call raises is raised here.
        """
        if self.name == "sync":
            raise RuntimeError("There is no cancellation on the sync side.")
        if self.name == "asyncio":
            return await concurrency.cancel_at_asyncio(n, function)
        return await concurrency.cancel_at_trio(n, function)

    async def checkpoint(self) -> None:
        """Let others run."""
        await self.sleep(0)

    async def sleep(self, seconds: float) -> None:
        if self.name == "sync":
            import time

            time.sleep(seconds)  # noqa: ASYNC251  # the sync side has no loop to block
        elif self.name == "asyncio":
            import asyncio

            await asyncio.sleep(seconds)
        else:
            import trio

            await trio.sleep(seconds)

    async def in_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function that blocks: here on the sync side, in a thread on the others."""
        if self.name == "sync":
            return function(*args)
        if self.name == "asyncio":
            import asyncio

            return await asyncio.to_thread(function, *args)
        import trio

        return await trio.to_thread.run_sync(function, *args)

    async def wait(self, event: threading.Event, timeout: float = 20.0) -> None:
        """Wait for a `threading.Event`, of a server for one; AssertionError when it is not set."""
        happened = await self.in_thread(event.wait, timeout)
        assert happened, f"An event was not set within {timeout} seconds."

    # -- what to test ----------------------------------------------------------------------------

    def backend(self) -> Backend:
        """A fresh network backend of this colour."""
        if self.name == "sync":
            from httpx_transports._backends.blocking import BlockingBackend

            return BlockingBackend()
        if self.name == "asyncio":
            from httpx_transports._backends.asyncio import AsyncioBackend

            return AsyncioBackend()
        from httpx_transports._backends.trio import TrioBackend

        return TrioBackend()

    def transport(self, *args: Any, **kwargs: Any) -> Transport:
        """An HTTPTransport or AsyncHTTPTransport made with these arguments, behind its adapter."""
        import httpx_transports

        if self.is_async:
            return Transport(self, httpx_transports.AsyncHTTPTransport(*args, **kwargs))
        return Transport(self, httpx_transports.HTTPTransport(*args, **kwargs))

    def adapt(self, transport: Any) -> Transport:
        """Any other transport of this colour, such as `MockTransport(...)`, behind the adapter."""
        return Transport(self, transport)

    def client(self, **kwargs: Any) -> Client:
        """An httpx.Client or httpx.AsyncClient; adapted transports may be given as they are."""
        import httpx

        if "transport" in kwargs:
            kwargs["transport"] = _bare(kwargs["transport"])
        if kwargs.get("mounts"):
            kwargs["mounts"] = {key: _bare(value) for key, value in kwargs["mounts"].items()}
        return Client(
            self, httpx.AsyncClient(**kwargs) if self.is_async else httpx.Client(**kwargs)
        )

    def body(self, chunks: Iterable[bytes]) -> Any:
        """A one-shot iterator over `chunks` in this colour, for `content=` of a request."""
        if self.is_async:
            return _agenerate(chunks)
        return (chunk for chunk in chunks)

    def callback(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A plain function as a callable of this colour, for event hooks and traces."""
        if not self.is_async:
            return function

        async def called(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return called

    # -- responses -------------------------------------------------------------------------------

    async def read(self, response: Response) -> bytes:
        if self.is_async:
            return await response.aread()
        return response.read()

    async def close(self, response: Response) -> None:
        if self.is_async:
            await response.aclose()
        else:
            response.close()

    def iter_raw(self, response: Response, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        return self._iterate(response, "iter_raw", chunk_size)

    def iter_bytes(self, response: Response, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        return self._iterate(response, "iter_bytes", chunk_size)

    def iter_text(self, response: Response, chunk_size: int | None = None) -> AsyncIterator[str]:
        return self._iterate(response, "iter_text", chunk_size)

    def iter_lines(self, response: Response) -> AsyncIterator[str]:
        return self._iterate(response, "iter_lines")

    def iter_stream(self, stream: Any) -> AsyncIterator[bytes]:
        """Iterate over a byte stream of this colour, such as `request.stream`."""
        return aiter(stream) if self.is_async else _Items(iter(stream))

    def _iterate(self, response: Response, method: str, *args: Any) -> AsyncIterator[Any]:
        if self.is_async:
            iterator: AsyncIterator[Any] = getattr(response, "a" + method)(*args)
            return iterator
        return _Items(getattr(response, method)(*args))


class Transport:
    """A transport of either colour: `handle`, `aclose`, `async with`; `.inner` is the real one."""

    def __init__(self, colour: Colour, inner: Any) -> None:
        self.colour = colour
        self.inner = inner

    async def handle(self, request: Request) -> Response:
        response: Response
        if self.colour.is_async:
            response = await self.inner.handle_async_request(request)
        else:
            response = self.inner.handle_request(request)
        return response

    async def aclose(self) -> None:
        if self.colour.is_async:
            await self.inner.aclose()
        else:
            self.inner.close()

    async def __aenter__(self) -> Transport:
        if self.colour.is_async:
            await self.inner.__aenter__()
        else:
            self.inner.__enter__()
        return self

    async def __aexit__(self, *exc_info: Any) -> None:
        if self.colour.is_async:
            await self.inner.__aexit__(*exc_info)
        else:
            self.inner.__exit__(*exc_info)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class Client:
    """An httpx client of either colour; what is not here is read from `.inner`."""

    def __init__(self, colour: Colour, inner: Any) -> None:
        self.colour = colour
        self.inner = inner

    async def request(self, method: str, url: Any, **kwargs: Any) -> Any:
        return await self._call("request", method, url, **kwargs)

    async def get(self, url: Any, **kwargs: Any) -> Any:
        return await self._call("get", url, **kwargs)

    async def post(self, url: Any, **kwargs: Any) -> Any:
        return await self._call("post", url, **kwargs)

    async def put(self, url: Any, **kwargs: Any) -> Any:
        return await self._call("put", url, **kwargs)

    async def patch(self, url: Any, **kwargs: Any) -> Any:
        return await self._call("patch", url, **kwargs)

    async def delete(self, url: Any, **kwargs: Any) -> Any:
        return await self._call("delete", url, **kwargs)

    async def head(self, url: Any, **kwargs: Any) -> Any:
        return await self._call("head", url, **kwargs)

    async def options(self, url: Any, **kwargs: Any) -> Any:
        return await self._call("options", url, **kwargs)

    async def send(self, request: Request, **kwargs: Any) -> Any:
        return await self._call("send", request, **kwargs)

    def stream(self, method: str, url: Any, **kwargs: Any) -> _Entered:
        """As the client's own `stream`: an async context manager that gives the response."""
        return _Entered(self.colour, self.inner.stream(method, url, **kwargs))

    async def aclose(self) -> None:
        await self._call("aclose" if self.colour.is_async else "close")

    async def __aenter__(self) -> Client:
        await self._call("__aenter__" if self.colour.is_async else "__enter__")
        return self

    async def __aexit__(self, *exc_info: Any) -> None:
        await self._call("__aexit__" if self.colour.is_async else "__exit__", *exc_info)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    async def _call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        result = getattr(self.inner, name)(*args, **kwargs)
        return await result if self.colour.is_async else result


class _Entered:
    """A context manager of either colour as an async one."""

    def __init__(self, colour: Colour, manager: Any) -> None:
        self._colour = colour
        self._manager = manager

    async def __aenter__(self) -> Any:
        if self._colour.is_async:
            return await self._manager.__aenter__()
        return self._manager.__enter__()

    async def __aexit__(self, *exc_info: Any) -> Any:
        if self._colour.is_async:
            return await self._manager.__aexit__(*exc_info)
        return self._manager.__exit__(*exc_info)


class _Items:
    """A sync iterator as an async one that never suspends; `aclose` closes a generator."""

    def __init__(self, iterator: Iterator[Any]) -> None:
        self._iterator = iterator

    def __aiter__(self) -> _Items:
        return self

    async def __anext__(self) -> Any:
        # A StopIteration may not leave a coroutine, so it is told by a value of its own.
        item = next(self._iterator, _END)
        if item is _END:
            raise StopAsyncIteration
        return item

    async def aclose(self) -> None:
        close: Callable[[], Any] | None = getattr(self._iterator, "close", None)
        if close is not None:
            close()


_END: Any = object()


async def _agenerate(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def _bare(transport: Any) -> Any:
    return transport.inner if isinstance(transport, Transport) else transport


def run_coloured(
    colour: Colour, test: Callable[..., Awaitable[Any]], kwargs: dict[str, Any]
) -> Any:
    """Run a test's body in a colour, its fixtures given."""

    async def body() -> Any:
        return await test(**kwargs)

    return colour.run(body)

"""The two base classes of every transport, ours and yours."""

from __future__ import annotations

from types import TracebackType
from typing import TypeVar

from httpx_core import Request, Response

S = TypeVar("S", bound="BaseTransport")
A = TypeVar("A", bound="AsyncBaseTransport")


class BaseTransport:
    """What a sync client sends requests through. Subclass it and write `handle_request`.

    >>> from httpx_core import Request, Response
    >>> class Hello(BaseTransport):
    ...     def handle_request(self, request: Request) -> Response:
    ...         return Response(200, text=f"Hello, {request.url.host}!")
    >>> with Hello() as transport:
    ...     transport.handle_request(Request("GET", "http://example.org/")).text
    'Hello, example.org!'
    """

    __module__ = "httpx_transports"

    def __enter__(self: S) -> S:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()

    def handle_request(self, request: Request) -> Response:
        """Send one request and return its response, whose body may still be a stream.

        The limits are in `request.extensions["timeout"]`. Whoever calls this closes the response.
        Raises the subclasses of `httpx_core.TransportError`.
        """
        raise NotImplementedError(
            "The 'handle_request' method must be implemented by a subclass of BaseTransport."
        )

    def close(self) -> None:
        """Give back what the transport holds, its connections above all."""


class AsyncBaseTransport:
    """What an async client sends requests through. Subclass it and write `handle_async_request`.

    >>> import asyncio
    >>> from httpx_core import Request, Response
    >>> class Hello(AsyncBaseTransport):
    ...     async def handle_async_request(self, request: Request) -> Response:
    ...         return Response(200, text=f"Hello, {request.url.host}!")
    >>> async def main() -> str:
    ...     async with Hello() as transport:
    ...         response = await transport.handle_async_request(Request("GET", "http://example.org/"))
    ...         return response.text
    >>> asyncio.run(main())
    'Hello, example.org!'
    """

    __module__ = "httpx_transports"

    async def __aenter__(self: A) -> A:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.aclose()

    async def handle_async_request(self, request: Request) -> Response:
        """Send one request and return its response, whose body may still be a stream.

        The limits are in `request.extensions["timeout"]`. Whoever calls this closes the response.
        Raises the subclasses of `httpx_core.TransportError`.
        """
        raise NotImplementedError(
            "The 'handle_async_request' method must be implemented by a subclass of AsyncBaseTransport."
        )

    async def aclose(self) -> None:
        """Give back what the transport holds, its connections above all."""

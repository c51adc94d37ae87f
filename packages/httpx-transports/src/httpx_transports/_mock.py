"""MockTransport: answers every request by calling a function, for tests. It never opens a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from httpx_core import Request, Response

from ._base import AsyncBaseTransport, BaseTransport

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class MockTransport(AsyncBaseTransport, BaseTransport):
    """A transport whose responses are what `handler(request)` returns, for sync and async clients.

    The request's body has been read when the handler is called, so that `request.content` is there.
    What the handler raises is raised to the caller of the client. An async handler is for async
    clients only; a plain one serves both.

    >>> from httpx_core import Request, Response
    >>> def handler(request):
    ...     return Response(200, json={"path": request.url.path})
    >>> transport = MockTransport(handler)
    >>> transport.handle_request(Request("GET", "http://example.org/hello")).json()
    {'path': '/hello'}
    """

    __module__ = "httpx_transports"

    def __init__(
        self, handler: Callable[[Request], Response] | Callable[[Request], Awaitable[Response]]
    ) -> None:
        if not callable(handler):
            raise TypeError(f"handler must be callable, not {type(handler).__name__}.")
        self.handler = handler

    def handle_request(self, request: Request) -> Response:
        """Return the handler's response; TypeError when it is async, or returns something else."""
        request.read()
        response: Any = self.handler(request)
        if isinstance(response, Response):
            return response
        if hasattr(response, "__await__"):
            if hasattr(response, "close"):
                response.close()
            raise TypeError("Cannot use an async handler in a sync Client")
        raise _wrong(response)

    async def handle_async_request(self, request: Request) -> Response:
        """Return the handler's response; TypeError when it returns something else."""
        await request.aread()
        response: Any = self.handler(request)
        if not isinstance(response, Response) and hasattr(response, "__await__"):
            response = await response
        if isinstance(response, Response):
            return response
        raise _wrong(response)


def _wrong(result: object) -> TypeError:
    return TypeError(
        f"The handler of MockTransport must return a Response, and returned {type(result).__name__}."
    )

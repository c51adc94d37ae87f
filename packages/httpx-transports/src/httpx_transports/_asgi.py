"""ASGITransport: sends requests straight into an ASGI application, in the same event loop.

It promises what a server promises an application: the whole ASGI 3 `http` scope, the request's body
piece by piece, back-pressure, `http.disconnect` when the client is gone, a task of its own with a
copy of the caller's context. It opens no connection, and it runs no lifespan.

Where it differs from a server: what the application raises reaches the caller, and the end of a
response is reported only once the application has returned, so that its background tasks are done.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from httpx_core import ByteStream, RemoteProtocolError, Request, Response, wire

from ._asgi_call import ApplicationCall
from ._attempt import Attempt
from ._backends.current import current_backend
from ._base import AsyncBaseTransport
from ._body import AsyncResponseStream

_Message: TypeAlias = MutableMapping[str, Any]
_Receive: TypeAlias = Callable[[], Awaitable[_Message]]
_Send: TypeAlias = Callable[[_Message], Awaitable[None]]
_ASGIApp: TypeAlias = Callable[[dict[str, Any], _Receive, _Send], Awaitable[None]]


class ASGITransport(AsyncBaseTransport):
    """Serves an async client's requests by an ASGI application, for tests and for mounting one.

    `raise_app_exceptions`: raise what the application raises; False makes it a 500, or ends the
    body, when the response had started. `root_path` is where the application is mounted; `client`
    is the address and port that the request seems to come from.

    The response is there as soon as the application has started it, and its body streams: the
    application's `send` waits until a chunk has been read, unless it is the last one. Closing a
    response early tells the application by `http.disconnect`, and cancels it. Of the limits only a
    total one counts here: an application may take its time, as in 0.28.

    >>> import asyncio
    >>> from httpx_core import Request
    >>> async def app(scope, receive, send):
    ...     await send({"type": "http.response.start", "status": 200, "headers": []})
    ...     await send({"type": "http.response.body", "body": b"Hello, " + scope["raw_path"]})
    >>> async def main():
    ...     async with ASGITransport(app) as transport:
    ...         request = Request("GET", "http://example.org/world")
    ...         response = await transport.handle_async_request(request)
    ...         return await response.aread()
    >>> asyncio.run(main())
    b'Hello, /world'
    """

    __module__ = "httpx_transports"

    def __init__(
        self,
        app: _ASGIApp,
        raise_app_exceptions: bool = True,
        root_path: str = "",
        client: tuple[str, int] = ("127.0.0.1", 123),
    ) -> None:
        if not callable(app):
            raise TypeError(f"app must be callable, not {type(app).__name__}.")
        self.app = app
        self.raise_app_exceptions = raise_app_exceptions
        self.root_path = root_path
        self.client = client

    async def handle_async_request(self, request: Request) -> Response:
        """Call the application, and return the response when it has started one.

        LocalProtocolError: the request is one that could not be sent. RemoteProtocolError: it
        returned without a response. RuntimeError: the request's body is sync only, or no event loop
        of asyncio or trio runs here. Else what the application raises.
        """
        wire.check_request(request)
        call = ApplicationCall(
            self.app,
            self._scope(request),
            Attempt(request, is_async=True),
            current_backend(),
            self.raise_app_exceptions,
        )
        status = await call.status()
        if status is None:
            call.raise_failure()
            if call.failure is None:
                raise RemoteProtocolError(
                    "The ASGI application returned without sending http.response.start.",
                    request=request,
                )
            return Response(500, stream=ByteStream(b""), request=request)
        whole = call.whole_body()
        stream = AsyncResponseStream(call) if whole is None else ByteStream(whole)
        response = Response(
            status,
            headers=call.headers,
            stream=stream,
            extensions=call.extensions,
            request=request,
        )
        # Where trailers will be, once the body has been read.
        call.extensions = response.extensions
        return response

    def _scope(self, request: Request) -> dict[str, Any]:
        url = request.url
        raw_path, _, query = url.raw_path.partition(b"?")
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": raw_path,
            "query_string": query,
            "server": (url.host, url.port),
            "client": self.client,
            "root_path": self.root_path,
        }

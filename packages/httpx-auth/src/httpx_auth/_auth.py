"""Auth: how an authentication scheme takes part in sending a request.

A scheme is a generator that yields requests and is sent their responses. It is written once and
driven by whoever sends, a blocking client, an asynchronous one, or a test by hand. Nothing here
sends anything.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from httpx_core import Request, Response


class Auth:
    """The base of all authentication schemes: subclass it and write `auth_flow()`.

    >>> from httpx_core import Request
    >>> class TokenAuth(Auth):
    ...     def __init__(self, token):
    ...         self.token = token
    ...     def auth_flow(self, request):
    ...         request.headers["X-Token"] = self.token
    ...         response = yield request
    ...         if response.status_code == 401:
    ...             self.token = "another"
    ...             request.headers["X-Token"] = self.token
    ...             yield request
    >>> flow = TokenAuth("t1").sync_auth_flow(Request("GET", "https://example.org/"))
    >>> next(flow).headers["X-Token"]
    't1'

    Set `requires_request_body` or `requires_response_body` where the flow needs `request.content`
    or `response.content`: they are then read before the flow goes on. A scheme that has to wait
    for something else overrides `sync_auth_flow()` and `async_auth_flow()`.
    """

    __module__ = "httpx_auth"

    requires_request_body = False
    requires_response_body = False

    def auth_flow(self, request: Request) -> Generator[Request, Response, None]:
        """Yield the request, with credentials; receive its response; yield again to send again."""
        yield request

    def sync_auth_flow(self, request: Request) -> Generator[Request, Response, None]:
        """Run `auth_flow()`, reading bodies where it needs them, for a client that blocks."""
        if self.requires_request_body:
            request.read()
        flow = self.auth_flow(request)
        try:
            first = next(flow, None)
            if first is None:
                return  # no request at all: the client says whose flow it was
            request = first
            while True:
                response = yield request
                if self.requires_response_body:
                    response.read()
                try:
                    request = flow.send(response)
                except StopIteration:
                    return
        finally:
            flow.close()

    async def async_auth_flow(self, request: Request) -> AsyncGenerator[Request, Response]:
        """Run `auth_flow()`, reading bodies where it needs them, for a client that awaits."""
        if self.requires_request_body:
            await request.aread()
        flow = self.auth_flow(request)
        try:
            first = next(flow, None)
            if first is None:
                return  # no request at all: the client says whose flow it was
            request = first
            while True:
                response = yield request
                if self.requires_response_body:
                    await response.aread()
                try:
                    request = flow.send(response)
                except StopIteration:
                    return
        finally:
            flow.close()

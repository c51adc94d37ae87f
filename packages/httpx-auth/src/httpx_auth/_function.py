"""FunctionAuth: a function that changes the request, as an authentication scheme."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from ._auth import Auth

if TYPE_CHECKING:
    from httpx_core import Request, Response


class FunctionAuth(Auth):
    """Send the request that a function makes of it: what a callable given as `auth=` becomes.

    >>> from httpx_core import Request
    >>> def sign(request):
    ...     request.headers["X-Signature"] = "s1"
    ...     return request
    >>> flow = FunctionAuth(sign).sync_auth_flow(Request("GET", "https://example.org/"))
    >>> next(flow).headers["X-Signature"]
    's1'
    """

    __module__ = "httpx_auth"

    def __init__(self, func: Callable[[Request], Request]) -> None:
        if not callable(func):
            raise TypeError(f"func must be callable, not {type(func).__name__}.")
        self._func = func

    def auth_flow(self, request: Request) -> Generator[Request, Response, None]:
        """Yield what the function returns."""
        yield self._func(request)

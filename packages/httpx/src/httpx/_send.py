"""The send loop: authentication around redirects around one exchange, written once for both sides.

`SendLoop` is shared `async def` code. The hooks at its end are what a colour is: `Client` answers
them without ever suspending, so that the loop runs to its end by one `send(None)`.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from operator import add
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

from httpx_core import RemoteProtocolError, RequestError, StreamError, TooManyRedirects
from httpx_core._timeout import wrong_timeout
from httpx_transports import AsyncHTTPTransport, HTTPTransport

from . import _redirects
from ._base_client import BaseClient, ClientState
from ._extensions import check_extensions
from ._log import log_response

if TYPE_CHECKING:
    from httpx_auth import Auth, AuthTypes
    from httpx_core import Request, Response
    from httpx_transports import OriginStats

    from ._defaults import UseClientDefault
    from ._patterns import URLPattern

T = TypeVar("T")


class SendLoop(BaseClient):
    """How a request becomes a response."""

    __module__ = "httpx"

    _transport: Any
    _mounts: dict[URLPattern, Any]

    async def _send(
        self,
        request: Request,
        stream: bool,
        auth: AuthTypes | UseClientDefault | None,
        follow_redirects: bool,
    ) -> Response:
        """Send a request, and read its response unless that is to be streamed."""
        if self._state is not ClientState.OPENED:
            if self._state is ClientState.CLOSED:
                raise RuntimeError("Cannot send a request, as the client has been closed.")
            self._state = ClientState.OPENED
        self._set_timeout(request)
        extensions = request.extensions
        if len(extensions) > 1:
            check_extensions(extensions)
        try:
            total = extensions["timeout"].get("total")
            if total is not None:
                # One deadline for all the requests that become of this one, and for their bodies.
                extensions["deadline"] = monotonic() + total
        except (AttributeError, TypeError) as exc:
            raise wrong_timeout(extensions["timeout"]) from exc
        chosen = self._request_auth(request, auth)
        if chosen is None:
            response = await self._send_redirecting(request, follow_redirects, [])
        else:
            response = await self._send_authenticating(request, chosen, follow_redirects)
        if not stream:
            try:
                await self._read(response)
            except BaseException:
                await self._close_response(response)
                raise
        return response

    async def _send_authenticating(
        self, request: Request, auth: Auth, follow_redirects: bool
    ) -> Response:
        """Send what an auth flow yields, until it is content with the response."""
        flow = self._start_flow(auth, request)
        extensions = request.extensions
        history: list[Response] = []
        try:
            step = await self._next_of_flow(flow, None)
            if step is None:
                raise RuntimeError(f"The flow of {type(auth).__name__} yielded no request.")
            while True:
                if step is not request:
                    # One of the flow's own has the limits of the request that it is sent for.
                    for limit in ("timeout", "deadline", "max_response_size"):
                        if limit in extensions:
                            step.extensions.setdefault(limit, extensions[limit])
                response = await self._send_redirecting(step, follow_redirects, history)
                try:
                    step = await self._next_of_flow(flow, response)
                    if step is None:
                        return response
                    response.history = list(history)
                    await self._drain(response)
                    history.append(response)
                except BaseException:
                    await self._close_response(response)
                    raise
        finally:
            await self._end_flow(flow)

    async def _send_redirecting(
        self, request: Request, follow_redirects: bool, history: list[Response]
    ) -> Response:
        """Send a request, and what its redirects ask for."""
        hooks = self._event_hooks
        while True:
            if len(history) > self.max_redirects:
                raise TooManyRedirects(
                    "Exceeded maximum allowed redirects. "
                    f"The client follows {self.max_redirects} (max_redirects).",
                    request=request,
                )
            if hooks["request"]:
                await self._call_hooks(hooks["request"], request)
            try:
                response = await self._exchange(request)
            except RequestError as exc:
                # A transport of a caller's own need not know of it.
                if exc._request is None:
                    exc.request = request
                raise
            try:
                if hooks["response"]:
                    await self._call_hooks(hooks["response"], response)
                if history:
                    response.history = list(history)
                if not response.has_redirect_location:
                    return response
                if not follow_redirects:
                    response.next_request = self._possible_redirect(request, response)
                    return response
                redirected = self._redirect_request(request, response)
                _redirects.check_replayable(redirected)
                await self._drain(response)
                history = [*history, response]
                request = redirected
            except BaseException:
                await self._close_response(response)
                raise

    def _possible_redirect(self, request: Request, response: Response) -> Request | None:
        """The next request, for a caller who does not follow: a malformed Location is theirs to see."""
        try:
            return self._redirect_request(request, response)
        except (RemoteProtocolError, StreamError):
            return None

    def _transport_for_url(self, url: Any) -> Any:
        """The transport that the mounts, the most specific first, give a URL."""
        for pattern, transport in self._mounts.items():
            if pattern.matches(url):
                return self._transport if transport is None else transport
        return self._transport

    def _received(self, request: Request, response: Response, started: float) -> Response:
        """What every response gets, whichever transport it comes from."""
        response._request = request
        response._started = started
        if response.is_closed:
            response._elapsed = perf_counter() - started
        response.default_encoding = self._default_encoding
        if self._decoding is not None or "max_response_size" in request.extensions:
            self._bound(request, response)
        self._cookies.extract_cookies(response)
        log_response(request, response)
        return response

    def _collect_stats(self) -> dict[str, OriginStats]:
        """The figures of the transports that have a pool, added up where two of them know an origin."""
        found: dict[str, OriginStats] = {}
        transports = {id(each): each for each in (self._transport, *self._mounts.values())}
        for transport in transports.values():
            if isinstance(transport, (HTTPTransport, AsyncHTTPTransport)):
                for origin, figures in transport.stats().items():
                    known = found.get(origin)
                    found[origin] = (
                        figures if known is None else type(known)(*map(add, known, figures))
                    )
        return found

    # What the two colours do each in its own way.

    def _exchange(self, request: Request) -> Coroutine[Any, Any, Response]:
        raise NotImplementedError

    async def _call_hooks(self, hooks: list[Callable[..., Any]], subject: object) -> None:
        raise NotImplementedError

    def _read(self, response: Response) -> Coroutine[Any, Any, object]:
        raise NotImplementedError

    async def _drain(self, response: Response) -> None:
        raise NotImplementedError

    async def _close_response(self, response: Response) -> None:
        raise NotImplementedError

    def _start_flow(self, auth: Auth, request: Request) -> Any:
        raise NotImplementedError

    async def _next_of_flow(self, flow: Any, response: Response | None) -> Request | None:
        raise NotImplementedError

    async def _end_flow(self, flow: Any) -> None:
        raise NotImplementedError

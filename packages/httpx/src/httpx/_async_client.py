"""AsyncClient: the async client, for asyncio and trio."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from httpx_core import DEFAULT_TIMEOUT_CONFIG, AsyncByteStream
from httpx_core._codings import MAX_CODINGS
from httpx_transports import DEFAULT_LIMITS, AsyncBaseTransport, AsyncHTTPTransport, Limits

from ._async_verbs import AsyncVerbs
from ._base_client import ClientState, warn_of_cookies
from ._closing import Closing
from ._defaults import (
    DEFAULT_MAX_REDIRECTS,
    MAX_DRAINED_BODY,
    USE_CLIENT_DEFAULT,
    UseClientDefault,
)
from ._patterns import URLPattern
from ._send import SendLoop

if TYPE_CHECKING:
    from ssl import SSLContext

    from httpx_auth import Auth, AuthTypes
    from httpx_core import (
        URL,
        CookieTypes,
        HeaderTypes,
        QueryParamTypes,
        Request,
        RequestContent,
        RequestData,
        RequestExtensions,
        RequestFiles,
        Response,
        TimeoutTypes,
    )
    from httpx_transports import CertTypes, OriginStats, Proxy, ProxyTypes

T = TypeVar("T", bound="AsyncClient")
EventHook = Callable[..., Any]


class AsyncClient(AsyncVerbs, SendLoop):
    """An HTTP client that keeps connections, cookies and settings. Runs on asyncio and on trio.
    Tasks may share it.

    Use it as a context manager, or call `aclose()` in the end.

    >>> import asyncio, httpx
    >>> def hello(request):
    ...     return httpx.Response(200, json={"hello": "world"})
    >>> async def main():
    ...     async with httpx.AsyncClient(transport=httpx.MockTransport(hello)) as client:
    ...         response = await client.get("https://example.org/")
    ...         return response.json()
    >>> asyncio.run(main())
    {'hello': 'world'}

    - `auth`, `params`, `headers`, `cookies`: what goes with each request.
    - `base_url`: what is put before relative URLs.
    - `timeout`: seconds for each phase, or a `Timeout`.
    - `follow_redirects`, `max_redirects`: whether and how often redirects are followed.
    - `verify`, `cert`: whom to trust, as for `create_ssl_context`.
    - `trust_env`: whether proxies, and files of authorities, are looked up in the environment.
    - `http1`, `http2`: the protocols offered.
    - `proxy`: what all requests go through; `mounts` maps URL patterns to transports.
    - `limits`: the bounds of the pool.
    - `event_hooks`: lists of callables for "request" and "response".
    - `transport`: what takes the place of the network.
    - `default_encoding`: for texts that name no charset, a name or a function of the bytes.
    - `max_response_size`, `max_content_codings`: a decoded body of more bytes, or of more codings, is a
      DecodingError.
    - `max_drained_size`: how many bytes of a body that nobody wants are read to keep its connection.

    ImportError: `http2=True` without h2. ValueError, TypeError: an argument cannot be meant.
    """

    __module__ = "httpx"

    def __init__(
        self,
        *,
        auth: AuthTypes | None = None,
        params: QueryParamTypes | None = None,
        headers: HeaderTypes | None = None,
        cookies: CookieTypes | None = None,
        verify: SSLContext | str | bool = True,
        cert: CertTypes | None = None,
        http1: bool = True,
        http2: bool = False,
        proxy: ProxyTypes | None = None,
        mounts: None | Mapping[str, AsyncBaseTransport | None] = None,
        timeout: TimeoutTypes = DEFAULT_TIMEOUT_CONFIG,
        follow_redirects: bool = False,
        limits: Limits = DEFAULT_LIMITS,
        max_redirects: int = DEFAULT_MAX_REDIRECTS,
        event_hooks: None | Mapping[str, list[EventHook]] = None,
        base_url: URL | str = "",
        transport: AsyncBaseTransport | None = None,
        trust_env: bool = True,
        default_encoding: str | Callable[[bytes], str] = "utf-8",
        max_response_size: int | None = None,
        max_content_codings: int = MAX_CODINGS,
        max_drained_size: int = MAX_DRAINED_BODY,
    ) -> None:
        super().__init__(
            auth=auth,
            params=params,
            headers=headers,
            cookies=cookies,
            timeout=timeout,
            follow_redirects=follow_redirects,
            max_redirects=max_redirects,
            event_hooks=event_hooks,
            base_url=base_url,
            trust_env=trust_env,
            default_encoding=default_encoding,
            max_response_size=max_response_size,
            max_content_codings=max_content_codings,
            max_drained_size=max_drained_size,
        )

        settings: dict[str, Any] = {
            "verify": verify,
            "cert": cert,
            "trust_env": trust_env,
            "http1": http1,
            "http2": http2,
            "limits": limits,
        }
        self._transport: AsyncBaseTransport = self._init_transport(**settings, transport=transport)
        proxies = self._proxies(proxy, trust_env and transport is None)
        found: dict[URLPattern, AsyncBaseTransport | None] = {
            pattern: None if proxy is None else self._init_proxy_transport(proxy, **settings)
            for pattern, proxy in proxies.items()
        }
        if mounts is not None:
            from ._settings import checked_mounts

            found.update(checked_mounts(mounts, "handle_async_request"))
        self._mounts = dict(sorted(found.items()))

    # Caching clients are subclasses that put a transport of theirs around these.

    def _init_transport(
        self, *, transport: AsyncBaseTransport | None = None, **settings: Any
    ) -> AsyncBaseTransport:
        if transport is None:
            return AsyncHTTPTransport(**settings)
        from ._settings import checked_transport

        return checked_transport("transport", transport, "handle_async_request")

    def _init_proxy_transport(self, proxy: Proxy, **settings: Any) -> AsyncBaseTransport:
        return AsyncHTTPTransport(**settings, proxy=proxy)

    async def request(
        self,
        method: str,
        url: URL | str,
        *,
        content: RequestContent | None = None,
        data: RequestData | None = None,
        files: RequestFiles | None = None,
        json: Any | None = None,
        params: QueryParamTypes | None = None,
        headers: HeaderTypes | None = None,
        cookies: CookieTypes | None = None,
        auth: AuthTypes | UseClientDefault | None = USE_CLIENT_DEFAULT,
        follow_redirects: bool | UseClientDefault = USE_CLIENT_DEFAULT,
        timeout: TimeoutTypes | UseClientDefault = USE_CLIENT_DEFAULT,
        extensions: RequestExtensions | None = None,
    ) -> Response:
        """Build a request, send it, and return its response, read whole.

        The body is the first that is given of `content`, `data` with `files`, and `json`. What is not
        given is the client's own. Raises a subclass of `RequestError`; an error status is no error
        before `response.raise_for_status()`.
        """
        if cookies is not None:
            warn_of_cookies()
        request = self.build_request(
            method=method,
            url=url,
            content=content,
            data=data,
            files=files,
            json=json,
            params=params,
            headers=headers,
            cookies=cookies,
            timeout=timeout,
            extensions=extensions,
        )
        return await self.send(request, auth=auth, follow_redirects=follow_redirects)

    @asynccontextmanager  # pyright: ignore[reportDeprecated]  # the return type is 0.28's
    async def stream(
        self,
        method: str,
        url: URL | str,
        *,
        content: RequestContent | None = None,
        data: RequestData | None = None,
        files: RequestFiles | None = None,
        json: Any | None = None,
        params: QueryParamTypes | None = None,
        headers: HeaderTypes | None = None,
        cookies: CookieTypes | None = None,
        auth: AuthTypes | UseClientDefault | None = USE_CLIENT_DEFAULT,
        follow_redirects: bool | UseClientDefault = USE_CLIENT_DEFAULT,
        timeout: TimeoutTypes | UseClientDefault = USE_CLIENT_DEFAULT,
        extensions: RequestExtensions | None = None,
    ) -> AsyncIterator[Response]:
        """Send a request, and give its response before the body was read; closed at the block's end.

        >>> import asyncio, httpx
        >>> async def body():
        ...     yield b"abc"
        ...     yield b"def"
        >>> def letters(request):
        ...     return httpx.Response(200, content=body())
        >>> async def main():
        ...     async with httpx.AsyncClient(transport=httpx.MockTransport(letters)) as client:
        ...         async with client.stream("GET", "https://example.org/") as response:
        ...             async for chunk in response.aiter_bytes():
        ...                 print(chunk)
        >>> asyncio.run(main())
        b'abc'
        b'def'
        """
        request = self.build_request(
            method=method,
            url=url,
            content=content,
            data=data,
            files=files,
            json=json,
            params=params,
            headers=headers,
            cookies=cookies,
            timeout=timeout,
            extensions=extensions,
        )
        response = await self.send(
            request, auth=auth, follow_redirects=follow_redirects, stream=True
        )
        try:
            yield response
        finally:
            await response.aclose()

    async def send(
        self,
        request: Request,
        *,
        stream: bool = False,
        auth: AuthTypes | UseClientDefault | None = USE_CLIENT_DEFAULT,
        follow_redirects: bool | UseClientDefault = USE_CLIENT_DEFAULT,
    ) -> Response:
        """Send a request as it is, but for the client's timeout where it has none of its own.

        With `stream` the response's body is not read, and the caller closes the response.
        RuntimeError: the client has been closed.
        """
        follow = (
            self.follow_redirects
            if isinstance(follow_redirects, UseClientDefault)
            else follow_redirects
        )
        return await self._send(request, stream, auth, follow)

    async def _send_single_request(self, request: Request) -> Response:
        """Send one request through the transport that its URL is for."""
        if not isinstance(request.stream, AsyncByteStream):
            raise RuntimeError(
                "Attempted to send a sync request with an AsyncClient instance: its body is sync."
            )
        transport = self._transport_for_url(request.url)
        started = perf_counter()
        return self._received(request, await transport.handle_async_request(request), started)

    # The async side of the send loop

    # No coroutines of their own: each one less is a hundredth of a small request less.

    def _exchange(self, request: Request) -> Coroutine[Any, Any, Response]:
        return self._send_single_request(request)

    async def _call_hooks(self, hooks: list[EventHook], subject: object) -> None:
        for hook in hooks:
            await hook(subject)

    def _read(self, response: Response) -> Coroutine[Any, Any, object]:
        return response.aread()

    async def _drain(self, response: Response) -> None:
        """Read what is left of a body, not decoded, up to a bound; a longer one costs the connection."""
        if response.is_stream_consumed or response.is_closed:
            return
        parts: list[bytes] = []
        raw: Any = response.aiter_raw()
        async for part in raw:
            parts.append(part)
            if response.num_bytes_downloaded > self._max_drained_size:
                await raw.aclose()
                await response.aclose()
                return
        response._keep_drained(b"".join(parts))

    async def _close_response(self, response: Response) -> None:
        await response.aclose()

    def _start_flow(self, auth: Auth, request: Request) -> AsyncGenerator[Request, Response]:
        return auth.async_auth_flow(request)

    async def _next_of_flow(
        self, flow: AsyncGenerator[Request, Response], response: Response | None
    ) -> Request | None:
        try:
            return await (flow.__anext__() if response is None else flow.asend(response))
        except StopAsyncIteration:
            return None

    async def _end_flow(self, flow: AsyncGenerator[Request, Response]) -> None:
        await flow.aclose()

    # Opening and closing

    def _transports(self) -> list[AsyncBaseTransport]:
        mounted = [transport for transport in self._mounts.values() if transport is not None]
        return [self._transport, *mounted]

    def stats(self) -> dict[str, OriginStats]:
        """What the connection pools are doing and have done, by origin (`scheme://host:port`).

        >>> import httpx
        >>> httpx.AsyncClient().stats()
        {}
        """
        return self._collect_stats()

    async def aclose(self) -> None:
        """Close the client, its transports and their connections. A second call does nothing."""
        if self._state is not ClientState.CLOSED:
            self._state = ClientState.CLOSED
            closing = Closing()
            for transport in self._transports():
                with closing:
                    await transport.aclose()
            closing.done()

    async def __aenter__(self: T) -> T:
        self._open()
        for transport in self._transports():
            await transport.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self._state = ClientState.CLOSED
        closing = Closing()
        for transport in self._transports():
            with closing:
                await transport.__aexit__(exc_type, exc_value, traceback)
        closing.done()

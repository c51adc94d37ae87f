"""Client: the sync client, for threads."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from httpx_core import DEFAULT_TIMEOUT_CONFIG, SyncByteStream
from httpx_core._codings import MAX_CODINGS
from httpx_transports import DEFAULT_LIMITS, BaseTransport, HTTPTransport, Limits
from httpx_transports._bridge import run

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
from ._sync_verbs import Verbs

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

T = TypeVar("T", bound="Client")
EventHook = Callable[..., Any]


class Client(Verbs, SendLoop):
    """An HTTP client that keeps connections, cookies and settings. Threads may share it.

    Use it as a context manager, or call `close()` in the end.

    >>> import httpx
    >>> def hello(request):
    ...     return httpx.Response(200, json={"hello": "world"})
    >>> with httpx.Client(transport=httpx.MockTransport(hello)) as client:
    ...     client.get("https://example.org/").json()
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
        trust_env: bool = True,
        http1: bool = True,
        http2: bool = False,
        proxy: ProxyTypes | None = None,
        mounts: None | Mapping[str, BaseTransport | None] = None,
        timeout: TimeoutTypes = DEFAULT_TIMEOUT_CONFIG,
        follow_redirects: bool = False,
        limits: Limits = DEFAULT_LIMITS,
        max_redirects: int = DEFAULT_MAX_REDIRECTS,
        event_hooks: None | Mapping[str, list[EventHook]] = None,
        base_url: URL | str = "",
        transport: BaseTransport | None = None,
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
        self._transport: BaseTransport = self._init_transport(**settings, transport=transport)
        proxies = self._proxies(proxy, trust_env and transport is None)
        found: dict[URLPattern, BaseTransport | None] = {
            pattern: None if proxy is None else self._init_proxy_transport(proxy, **settings)
            for pattern, proxy in proxies.items()
        }
        if mounts is not None:
            from ._settings import checked_mounts

            found.update(checked_mounts(mounts, "handle_request"))
        self._mounts = dict(sorted(found.items()))

    # Caching clients are subclasses that put a transport of theirs around these.

    def _init_transport(
        self, *, transport: BaseTransport | None = None, **settings: Any
    ) -> BaseTransport:
        if transport is None:
            return HTTPTransport(**settings)
        from ._settings import checked_transport

        return checked_transport("transport", transport, "handle_request")

    def _init_proxy_transport(self, proxy: Proxy, **settings: Any) -> BaseTransport:
        return HTTPTransport(**settings, proxy=proxy)

    def request(
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
        return self.send(request, auth=auth, follow_redirects=follow_redirects)

    @contextmanager  # pyright: ignore[reportDeprecated]  # the return type is 0.28's
    def stream(
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
    ) -> Iterator[Response]:
        """Send a request, and give its response before the body was read; closed at the block's end.

        >>> import httpx
        >>> def letters(request):
        ...     return httpx.Response(200, content=iter([b"abc", b"def"]))
        >>> with httpx.Client(transport=httpx.MockTransport(letters)) as client:
        ...     with client.stream("GET", "https://example.org/") as response:
        ...         for chunk in response.iter_bytes():
        ...             print(chunk)
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
        response = self.send(request, auth=auth, follow_redirects=follow_redirects, stream=True)
        try:
            yield response
        finally:
            response.close()

    def send(
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
        return run(self._send(request, stream, auth, follow))

    def _send_single_request(self, request: Request) -> Response:
        """Send one request through the transport that its URL is for."""
        if not isinstance(request.stream, SyncByteStream):
            raise RuntimeError(
                "Attempted to send an async request with a sync Client instance: its body is async."
            )
        transport = self._transport_for_url(request.url)
        started = perf_counter()
        return self._received(request, transport.handle_request(request), started)

    # The sync side of the send loop

    async def _exchange(self, request: Request) -> Response:
        return self._send_single_request(request)

    async def _call_hooks(self, hooks: list[EventHook], subject: object) -> None:
        for hook in hooks:
            hook(subject)

    async def _read(self, response: Response) -> object:
        return response.read()

    async def _drain(self, response: Response) -> None:
        """Read what is left of a body, not decoded, up to a bound; a longer one costs the connection."""
        if response.is_stream_consumed or response.is_closed:
            return
        parts: list[bytes] = []
        raw: Any = response.iter_raw()
        for part in raw:
            parts.append(part)
            if response.num_bytes_downloaded > self._max_drained_size:
                raw.close()
                response.close()
                return
        response._keep_drained(b"".join(parts))

    async def _close_response(self, response: Response) -> None:
        response.close()

    def _start_flow(self, auth: Auth, request: Request) -> Generator[Request, Response, None]:
        return auth.sync_auth_flow(request)

    async def _next_of_flow(
        self, flow: Generator[Request, Response, None], response: Response | None
    ) -> Request | None:
        try:
            return next(flow) if response is None else flow.send(response)
        except StopIteration:
            return None

    async def _end_flow(self, flow: Generator[Request, Response, None]) -> None:
        flow.close()

    # Opening and closing

    def _transports(self) -> list[BaseTransport]:
        mounted = [transport for transport in self._mounts.values() if transport is not None]
        return [self._transport, *mounted]

    def stats(self) -> dict[str, OriginStats]:
        """What the connection pools are doing and have done, by origin (`scheme://host:port`).

        >>> import httpx
        >>> with httpx.Client() as client:
        ...     client.stats()
        {}
        """
        return self._collect_stats()

    def close(self) -> None:
        """Close the client, its transports and their connections. A second call does nothing."""
        if self._state is not ClientState.CLOSED:
            self._state = ClientState.CLOSED
            closing = Closing()
            for transport in self._transports():
                with closing:
                    transport.close()
            closing.done()

    def __enter__(self: T) -> T:
        self._open()
        for transport in self._transports():
            transport.__enter__()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self._state = ClientState.CLOSED
        closing = Closing()
        for transport in self._transports():
            with closing:
                transport.__exit__(exc_type, exc_value, traceback)
        closing.done()

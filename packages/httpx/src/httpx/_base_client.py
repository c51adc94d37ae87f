"""BaseClient: the settings of a client, and the request that they and a caller's arguments make.

What is the same on both sides and waits for nothing. No network, no colour.
"""

from __future__ import annotations

import enum
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from httpx_auth import Auth, BasicAuth, FunctionAuth
from httpx_core import URL, Cookies, Headers, QueryParams, Request, Timeout
from httpx_core._codings import accept_encoding

from . import _redirects
from .__about__ import __version__
from ._defaults import USE_CLIENT_DEFAULT, UseClientDefault
from ._environment import proxies_of_environment
from ._merging import merge_headers, merge_params, merge_url, with_trailing_slash
from ._patterns import URLPattern
from ._response_bounds import ResponseBounds

if TYPE_CHECKING:
    from httpx_auth import AuthTypes
    from httpx_core import (
        CookieTypes,
        HeaderTypes,
        QueryParamTypes,
        RequestContent,
        RequestData,
        RequestExtensions,
        RequestFiles,
        Response,
        TimeoutTypes,
    )
    from httpx_transports import Proxy, ProxyTypes

T = TypeVar("T")


class ClientState(enum.Enum):
    UNOPENED = 1
    """Made, and neither used as a context manager nor closed; requests can be sent."""
    OPENED = 2
    """Inside its `with` block."""
    CLOSED = 3
    """Closed; no request can be sent any more."""


class BaseClient(ResponseBounds):
    """What `Client` and `AsyncClient` have in common."""

    __module__ = "httpx"

    follow_redirects: bool
    """Whether redirects are followed where a request does not say."""
    max_redirects: int
    """How many redirects are followed before TooManyRedirects is raised."""

    def __init__(
        self,
        *,
        auth: AuthTypes | None,
        params: QueryParamTypes | None,
        headers: HeaderTypes | None,
        cookies: CookieTypes | None,
        timeout: TimeoutTypes,
        follow_redirects: bool,
        max_redirects: int,
        event_hooks: Mapping[str, list[Callable[..., Any]]] | None,
        base_url: URL | str,
        trust_env: bool,
        default_encoding: str | Callable[[bytes], str],
        max_response_size: int | None,
        max_content_codings: int,
        max_drained_size: int,
    ) -> None:
        from ._settings import checked_base_url, checked_redirects

        self._state = ClientState.UNOPENED
        self._base_url = with_trailing_slash(checked_base_url(base_url))
        self._auth = build_auth(auth)
        self._params = QueryParams(params)
        self.headers = headers
        self._cookies = Cookies(cookies)
        self.timeout = timeout
        self.follow_redirects = follow_redirects
        self.max_redirects = checked_redirects(max_redirects)
        self.event_hooks = {} if event_hooks is None else event_hooks
        self._trust_env = trust_env
        if default_encoding != "utf-8":
            from httpx_core._arguments import check_default_encoding

            check_default_encoding(default_encoding)
        self._default_encoding = default_encoding
        self.max_response_size = max_response_size
        self.max_content_codings = max_content_codings
        self.max_drained_size = max_drained_size

    # Settings

    @property
    def is_closed(self) -> bool:
        """Whether the client has been closed, so that no request can be sent."""
        return self._state is ClientState.CLOSED

    @property
    def trust_env(self) -> bool:
        """Whether proxies and CA files are looked up in the environment."""
        return self._trust_env

    @property
    def timeout(self) -> Timeout:
        """The limits of each request that does not bring its own."""
        return self._timeout

    @timeout.setter
    def timeout(self, timeout: TimeoutTypes) -> None:
        self._timeout = Timeout(timeout)

    @property
    def event_hooks(self) -> dict[str, list[Callable[..., Any]]]:
        """The callables told of each request (`"request"`) and response (`"response"`)."""
        return self._event_hooks

    @event_hooks.setter
    def event_hooks(self, event_hooks: Mapping[str, list[Callable[..., Any]]]) -> None:
        from ._settings import checked_hooks

        self._event_hooks = checked_hooks(event_hooks)

    @property
    def auth(self) -> Auth | None:
        """The authentication of each request that does not bring its own."""
        return self._auth

    @auth.setter
    def auth(self, auth: AuthTypes) -> None:
        self._auth = build_auth(auth)

    @property
    def base_url(self) -> URL:
        """The URL to whose path relative URLs are appended; its path ends in a slash."""
        return self._base_url

    @base_url.setter
    def base_url(self, url: URL | str) -> None:
        from ._settings import checked_base_url

        self._base_url = with_trailing_slash(checked_base_url(url))

    @property
    def headers(self) -> Headers:
        """The headers sent with each request."""
        return self._headers

    @headers.setter
    def headers(self, headers: HeaderTypes | None) -> None:
        client_headers = Headers(
            [
                (b"Accept", b"*/*"),
                (b"Accept-Encoding", accept_encoding().encode("ascii")),
                (b"Connection", b"keep-alive"),
                (b"User-Agent", b"python-httpx/" + __version__.encode("ascii")),
            ]
        )
        client_headers.update(headers)
        self._headers = client_headers

    @property
    def cookies(self) -> Cookies:
        """The cookies kept between requests."""
        return self._cookies

    @cookies.setter
    def cookies(self, cookies: CookieTypes) -> None:
        self._cookies = Cookies(cookies)

    @property
    def params(self) -> QueryParams:
        """The query parameters added to each request."""
        return self._params

    @params.setter
    def params(self, params: QueryParamTypes) -> None:
        self._params = QueryParams(params)

    # Requests

    def build_request(
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
        timeout: TimeoutTypes | UseClientDefault = USE_CLIENT_DEFAULT,
        extensions: RequestExtensions | None = None,
    ) -> Request:
        """Make a request of the arguments and the client's settings, to be sent by `send()`.

        Headers and cookies are merged, the request's winning; so are query parameters, which then take
        the place of the URL's own; a relative URL is appended to `base_url`.

        >>> import httpx
        >>> with httpx.Client(base_url="https://api.test/v1") as client:
        ...     client.build_request("GET", "/users", params={"page": 2})
        <Request('GET', 'https://api.test/v1/users?page=2')>

        InvalidURL, LocalProtocolError, TypeError, ValueError: as for `Request`.
        """
        try:
            if extensions is None or "timeout" not in extensions:
                limits = (
                    self._timeout if isinstance(timeout, UseClientDefault) else Timeout(timeout)
                )
                extensions = {**(extensions or {}), "timeout": limits.as_dict()}
        except TypeError as exc:
            if extensions is None or hasattr(extensions, "keys"):
                raise
            from httpx_core._arguments import wrong_type

            raise wrong_type("extensions", "a mapping of str to any", extensions) from exc
        if self._params or params is not None:
            params = merge_params(self._params, params)
        request = Request(
            method,
            self._merge_url(url),
            content=content,
            data=data,
            files=files,
            json=json,
            params=params,
            headers=merge_headers(self._headers, headers),
            cookies=self._merge_cookies(cookies),
            extensions=extensions,
        )
        if cookies:
            # They go with redirects within the origin.
            request._own_cookies = cookies  # type: ignore[attr-defined]  # a note of ours on the request
        return request

    def _merge_url(self, url: URL | str) -> URL:
        return merge_url(self._base_url, url)

    def _merge_cookies(self, cookies: CookieTypes | None) -> CookieTypes | None:
        if not cookies:
            return self._cookies or None
        merged = Cookies(self._cookies)
        merged.update(cookies)
        return merged

    def _set_timeout(self, request: Request) -> None:
        """Give a request that was made without one the client's timeout."""
        if "timeout" not in request.extensions:
            request.extensions = {**request.extensions, "timeout": self._timeout.as_dict()}

    def _request_auth(
        self, request: Request, auth: AuthTypes | UseClientDefault | None
    ) -> Auth | None:
        """The authentication of one request: its own, the client's, or the URL's userinfo."""
        chosen = self._auth if isinstance(auth, UseClientDefault) else build_auth(auth)
        if chosen is not None:
            return chosen
        url = request.url
        if url.userinfo:
            return BasicAuth(username=url.username, password=url.password)
        return None

    # Redirects

    def _redirect_request(self, request: Request, response: Response) -> Request:
        """The request that a redirect asks for."""
        method = _redirects.redirect_method(request, response)
        url = _redirects.redirect_url(request, response)
        headers = self._redirect_headers(request, url, method)
        bare = _redirects.drops_body(request, response, method)
        if bare:
            headers = _redirects.without_content(headers)
        same_origin = _redirects.same_origin(url, request.url)
        own_cookies = getattr(request, "_own_cookies", None) if same_origin else None
        first_origin = getattr(request, "_first_origin", request.url._origin)
        redirected = Request(
            method,
            url,
            headers=headers,
            cookies=self._redirect_cookies(own_cookies, url._origin == first_origin),
            stream=None if bare else request.stream,
            extensions=request.extensions,
        )
        if not bare and hasattr(request, "_content"):
            redirected._content = request._content
        if own_cookies:
            redirected._own_cookies = own_cookies  # type: ignore[attr-defined]  # see build_request
        redirected._first_origin = first_origin  # type: ignore[attr-defined]  # for the next redirect
        return redirected

    def _redirect_headers(self, request: Request, url: URL, method: str) -> Headers:
        return _redirects.redirect_headers(request, url, method)

    def _redirect_cookies(
        self, own_cookies: CookieTypes | None, to_first_origin: bool
    ) -> CookieTypes | None:
        """The cookies of a redirected request; those without a domain are for the first origin only."""
        if to_first_origin:
            return self._merge_cookies(own_cookies)
        if not self._cookies:
            return None
        cookies = Cookies()
        for cookie in self._cookies.jar:
            if cookie.domain:
                cookies.jar.set_cookie(cookie)
        return cookies

    # Opening

    def _open(self) -> None:
        """Become OPENED, once. RuntimeError: the client was opened before, or closed."""
        if self._state is not ClientState.UNOPENED:
            raise RuntimeError(
                {
                    ClientState.OPENED: "Cannot open a client instance more than once.",
                    ClientState.CLOSED: "Cannot reopen a client instance, once it has been closed.",
                }[self._state]
            )
        self._state = ClientState.OPENED

    # Proxies

    def _proxies(
        self, proxy: ProxyTypes | None, allow_environment: bool
    ) -> dict[URLPattern, Proxy | None]:
        """The proxy for each pattern, None where there is to be none."""
        if proxy is not None:
            from httpx_transports._settings import as_proxy

            return {URLPattern("all://"): as_proxy(proxy)}
        if not allow_environment:
            return {}
        from httpx_transports import Proxy

        return {
            pattern: None if url is None else Proxy(url)
            for pattern, url in proxies_of_environment().items()
        }


def build_auth(auth: AuthTypes | None) -> Auth | None:
    """What `auth=` stands for. TypeError: it is nothing that can authenticate."""
    if auth is None or isinstance(auth, Auth):
        return auth
    if callable(auth):
        return FunctionAuth(func=auth)
    pair = cast("tuple[Any, ...] | None", auth)  # a caller whom no type checker reads gives any
    if isinstance(pair, tuple) and len(pair) > 1:
        return BasicAuth(username=pair[0], password=pair[1])
    raise TypeError(
        'Invalid "auth" argument: it must be a (username, password) tuple, a callable that takes and '
        f"returns a Request, or an Auth, not {type(auth).__name__}."
    )


def warn_of_cookies() -> None:
    """Per-request cookies are sent, but what a server sets does not come back to them."""
    warnings.warn(
        "Setting per-request cookies=<...> is being deprecated, because the expected behaviour on "
        "cookie persistence is ambiguous. Set cookies directly on the client instance instead.",
        DeprecationWarning,
        stacklevel=3,
    )

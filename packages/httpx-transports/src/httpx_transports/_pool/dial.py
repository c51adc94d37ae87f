"""Dialer: from a request to the connection it needs, and from nothing to that connection.

The key that `route` gives a request is the identity of the connections that can serve it: scheme,
host and port, and the name that TLS verifies where it is another one. Two requests share a
connection only when their keys are equal; the TLS settings are the same for a whole transport.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Hashable
from time import monotonic
from typing import TYPE_CHECKING, Any

from httpx_core import ConnectError, ConnectTimeout, LocalProtocolError, UnsupportedProtocol

from .._attempt import name_limit
from .._proxies.negotiate import tunnel

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Sequence

    from httpx_core import Request

    from .._attempt import Attempt
    from .._backends.interface import SOCKET_OPTION, Backend, NetworkStream
    from .._connection import Connection
    from .._limits import Limits
    from .._proxy import Proxy

_SCHEMES = frozenset({"http", "https", "ws", "wss"})
_SECURE = frozenset({"https", "wss"})

# RFC 1928, 3. Of what is connected to, only the URL of a SOCKS proxy can be without a known port.
SOCKS_PORT = 1080

# Seconds between the tries of `retries=`: 0, then 0.5, doubled each time.
BACKOFF = 0.5
MAX_BACKOFF = 30.0


class Dialer:
    """How one transport reaches its servers."""

    def __init__(
        self,
        *,
        ssl_context: Callable[[], ssl.SSLContext],
        http1: bool,
        http2: bool,
        limits: Limits,
        proxy: Proxy | None,
        uds: str | None,
        local_address: str | None,
        retries: int,
        socket_options: Sequence[SOCKET_OPTION],
    ) -> None:
        self._ssl_context = ssl_context
        self._http1 = http1
        self.http2 = http2
        self.limits = limits
        self.proxy = proxy
        self._uds = uds
        self._local_address = local_address
        self._retries = retries
        self._socket_options = socket_options
        self._forwards = proxy is not None and proxy.url.scheme in ("http", "https")
        self._proxy_fields = [] if proxy is None else _proxy_fields(proxy)
        # Its own key: a tunnel through an https proxy to that proxy's own origin is something else.
        self._forward_key = (
            (*proxy.url._origin, "") if proxy is not None and self._forwards else None
        )

    def may_share(self, key: Any) -> bool:
        """Whether the connections of a key may turn out to carry many requests at once."""
        return self.http2 and (key[0] == "https" or not self._http1)

    def route(self, request: Request) -> Hashable:
        """The key of the connections that can serve a request.

        UnsupportedProtocol: the URL's scheme is none of ours, or it is not absolute.
        """
        origin = request.url._origin
        scheme = origin[0]
        if scheme not in _SCHEMES or not origin[1]:
            raise _unsupported(request)
        if scheme == "http" and self._forward_key is not None:
            return self._forward_key
        extensions = request.extensions
        if extensions and scheme in _SECURE:
            name = extensions.get("sni_hostname")
            if name:
                return (*origin, _server_name(name))
        return origin

    async def dial(self, backend: Backend, key: Any, attempt: Attempt) -> Connection:
        """Connect, with as many retries as the transport has, and say which protocol is spoken.

        ConnectError, ConnectTimeout, ProxyError.
        """
        delay = 0.0
        for left in range(self._retries, -1, -1):
            try:
                return await self._dial_once(backend, key, attempt)
            except (ConnectError, ConnectTimeout):
                if not left or attempt.left(None) == 0:
                    raise
            trace = attempt.trace
            if trace is not None:
                await trace.started("connection.retry", delay=delay)
            await backend.sleep(min(delay, attempt.left(None) or delay))
            if trace is not None:
                await trace.complete("connection.retry")
            delay = min(delay * 2 or BACKOFF, MAX_BACKOFF)
        raise AssertionError("unreachable")

    async def _dial_once(self, backend: Backend, key: Any, attempt: Attempt) -> Connection:
        # One limit for all the phases of connecting.
        deadline = attempt.deadline
        if attempt.connect is not None:
            until = monotonic() + attempt.connect
            if deadline is None or until < deadline:
                attempt.deadline = until
        try:
            return await self._establish(backend, key, attempt)
        except ConnectTimeout as exc:
            attempt.deadline = deadline
            if attempt.connect is None or attempt.left(None) == 0:
                raise
            name_limit(exc, "connect", attempt.connect)
            raise
        finally:
            attempt.deadline = deadline

    async def _establish(self, backend: Backend, key: Any, attempt: Attempt) -> Connection:
        """One try: TCP, then all that is agreed on over it; whatever fails, nothing stays open."""
        host, port = key[1:3] if self.proxy is None else self.proxy.url._origin[1:]
        port = port or SOCKS_PORT
        if "%" in host:
            # A URL spells the % before an IPv6 zone as %25 (RFC 6874, 2); systems want it plain.
            host = host.replace("%25", "%", 1)
        try:
            stream = await self._connect(backend, host, port, attempt)
        except (ConnectError, ConnectTimeout) as exc:
            if self.proxy is not None:
                exc.args = (f"The proxy cannot be reached. {exc.args[0]}",)
            raise
        try:
            return await self._agree(stream, backend, key, attempt)
        except BaseException:
            stream.close()
            raise

    async def _agree(
        self, stream: NetworkStream, backend: Backend, key: Any, attempt: Attempt
    ) -> Connection:
        """The proxy's handshakes, TLS, and the connection in the protocol agreed on."""
        scheme, host, port = key[:3]
        proxy = self.proxy
        if proxy is not None:
            if proxy.url.scheme == "https":
                stream = await self._secure(
                    stream,
                    proxy.ssl_context or self._context_for_proxies(),
                    proxy.url._origin[1],
                    ("http/1.1",),
                    attempt,
                )
            if key is self._forward_key:
                return self._http11(stream, backend, forward=True)
            stream = await tunnel(stream, proxy, host, port, attempt)
        if scheme in _SECURE:
            # A zone means something on this machine only: no certificate has it (RFC 6874, 4).
            name = key[3] if len(key) > 3 else host.partition("%")[0]
            step = "connection.start_tls" if proxy is None else "proxy.start_tls"
            stream = await self._secure(
                stream, self._ssl_context(), name, self._alpn(scheme), attempt, step
            )
            ssl_object = stream.get_extra_info("ssl_object")
            if ssl_object is not None and ssl_object.selected_alpn_protocol() == "h2":
                return self._http2_over(stream, backend)
            if not self._http1:
                raise ConnectError(
                    f"The server at {host}:{port} does not speak HTTP/2, and HTTP/1.1 is switched off."
                )
        elif self.http2 and not self._http1:
            return self._http2_over(stream, backend)
        return self._http11(stream, backend)

    async def _connect(
        self, backend: Backend, host: str, port: int, attempt: Attempt
    ) -> NetworkStream:
        limit = attempt.left(attempt.connect)
        trace = attempt.trace
        if self._uds is not None:
            if trace is None:
                return await backend.connect_unix(
                    self._uds, timeout=limit, socket_options=self._socket_options
                )
            return await trace.step(
                "connection.connect_unix_socket",
                backend.connect_unix(self._uds, timeout=limit, socket_options=self._socket_options),
                path=self._uds,
                timeout=limit,
                socket_options=self._socket_options,
            )
        connecting = backend.connect_tcp(
            host,
            port,
            timeout=limit,
            local_address=self._local_address,
            socket_options=self._socket_options,
            trace=trace,
        )
        if trace is None:
            return await connecting
        return await trace.step(
            "connection.connect_tcp",
            connecting,
            host=host,
            port=port,
            local_address=self._local_address,
            timeout=limit,
            socket_options=self._socket_options,
        )

    def _context_for_proxies(self) -> ssl.SSLContext:
        """The transport's context, unless it verifies nothing: what an origin is spared, a proxy is not."""
        from ssl import CERT_NONE

        context = self._ssl_context()
        if context.verify_mode != CERT_NONE:
            return context
        from .._tls_shared import default_context

        return default_context(http2=False)

    async def _secure(
        self,
        stream: NetworkStream,
        context: ssl.SSLContext,
        name: str,
        alpn: tuple[str, ...],
        attempt: Attempt,
        step: str = "connection.start_tls",
    ) -> NetworkStream:
        limit = attempt.left(attempt.connect)
        securing = stream.start_tls(context, name, limit, alpn=alpn)
        if attempt.trace is None:
            return await securing
        return await attempt.trace.step(
            step,
            securing,
            ssl_context=context,
            server_hostname=name,
            timeout=limit,
        )

    def _alpn(self, scheme: str) -> tuple[str, ...]:
        if not self.http2 or scheme == "wss":
            return ("http/1.1",)
        return ("h2", "http/1.1") if self._http1 else ("h2",)

    def _http11(self, stream: NetworkStream, backend: Backend, forward: bool = False) -> Connection:
        from .._http11.connection import HTTP11Connection

        limits = self.limits
        return HTTP11Connection(
            stream,
            backend,
            forward=forward,
            proxy_fields=self._proxy_fields if forward else (),
            max_header_size=limits.max_header_size,
            max_header_fields=limits.max_header_fields,
            max_interim_responses=limits.max_interim_responses,
        )

    def _http2_over(self, stream: NetworkStream, backend: Backend) -> Connection:
        from .._http2.connection import HTTP2Connection

        limits = self.limits
        return HTTP2Connection(
            stream,
            backend,
            max_header_size=limits.max_header_size,
            max_header_fields=limits.max_header_fields,
            max_interim_responses=limits.max_interim_responses,
            http2_stream_window=limits.http2_stream_window,
            http2_connection_window=limits.http2_connection_window,
            http2_ping_interval=limits.http2_ping_interval,
            http2_ping_timeout=limits.http2_ping_timeout,
        )


def _proxy_fields(proxy: Proxy) -> list[tuple[bytes, bytes]]:
    """What a forwarding proxy is sent with each request: its headers, and its credentials."""
    fields = proxy.headers.raw
    auth = proxy.raw_auth
    if auth is not None and "proxy-authorization" not in proxy.headers:
        fields.append((b"Proxy-Authorization", b"Basic " + b64encode(b":".join(auth))))
    return fields


def _server_name(name: Any) -> str:
    """The `sni_hostname` extension as text, checked before anything is sent."""
    if isinstance(name, bytes):
        name = name.decode("latin-1")
    if not isinstance(name, str):
        raise TypeError(f"The extension sni_hostname must be str, not {type(name).__name__}.")
    if not name.isascii() or not all(c.isalnum() or c in "-._:" for c in name):
        raise LocalProtocolError(f"The extension sni_hostname is no host name: {name!r}.")
    return name.lower()


def _unsupported(request: Request) -> UnsupportedProtocol:
    url = request.url
    if not url.scheme or not url.host:
        return UnsupportedProtocol(
            f"Request URL is missing an 'http://' or 'https://' protocol, or has no host: {url!r}.",
            request=request,
        )
    return UnsupportedProtocol(
        f"Request URL has an unsupported protocol '{url.scheme}://'; http, https, ws and wss are known.",
        request=request,
    )

"""HTTPTransport and AsyncHTTPTransport: HTTP over the network, with a pool of connections."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ._base import AsyncBaseTransport, BaseTransport
from ._bridge import run
from ._limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    import ssl

    from httpx_core import Request, Response

    from ._pool.dial import Dialer
    from ._pool.stats import OriginStats
    from ._types import SOCKET_OPTION, CertTypes, ProxyTypes


class HTTPTransport(BaseTransport):
    """Sends requests over the network and keeps connections for the next ones. Threads may share it.

    - `verify`, `cert`, `trust_env`: whom to trust, as for `create_ssl_context`.
    - `http1`, `http2`: the protocols to offer (HTTP/2 needs the extra `http2`); with `http1=False`
      cleartext connections start as HTTP/2 at once.
    - `limits`: the bounds of the pool.
    - `proxy`: what all requests go through.
    - `uds`: the path of a Unix domain socket to connect to in place of the URL's host.
    - `local_address`: the address to connect from.
    - `retries`: how often a failed *connect* is tried again, after 0, 0.5, 1 … seconds.
    - `socket_options`: arguments of `socket.setsockopt`.

    >>> with HTTPTransport(retries=1) as transport:
    ...     transport.stats()
    {}

    ImportError: `http2=True` without the package h2. ValueError: the proxy's scheme is not supported.
    TypeError, ValueError: an argument is of the wrong type, or cannot be meant.
    """

    __module__ = "httpx_transports"

    def __init__(
        self,
        verify: ssl.SSLContext | str | bool = True,
        cert: CertTypes | None = None,
        trust_env: bool = True,
        http1: bool = True,
        http2: bool = False,
        limits: Limits = DEFAULT_LIMITS,
        proxy: ProxyTypes | None = None,
        uds: str | None = None,
        local_address: str | None = None,
        retries: int = 0,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> None:
        from ._backends.blocking import BlockingBackend
        from ._pool.pool import Pool

        dialer = _dialer(
            verify,
            cert,
            trust_env,
            http1,
            http2,
            limits,
            proxy,
            uds,
            local_address,
            retries,
            socket_options,
        )
        self._pool = Pool(dialer, BlockingBackend())

    def handle_request(self, request: Request) -> Response:
        """Send a request and return its response, whose body is read from `response.stream`.

        Raises a subclass of `httpx_core.TransportError`.
        """
        return run(self._pool.handle(request))

    def close(self) -> None:
        """Close all connections; requests under way fail."""
        self._pool.close()

    def stats(self) -> dict[str, OriginStats]:
        """What the pool is doing and has done, by origin (`scheme://host:port`)."""
        return self._pool.stats()

    def __repr__(self) -> str:
        return f"<HTTPTransport {self._pool!r}>"


class AsyncHTTPTransport(AsyncBaseTransport):
    """Sends requests over the network and keeps connections for the next ones. Tasks may share it.

    Runs on asyncio and on trio. The arguments are those of `HTTPTransport`.

    >>> import asyncio
    >>> async def main() -> None:
    ...     async with AsyncHTTPTransport() as transport:
    ...         print(transport.stats())
    >>> asyncio.run(main())
    {}

    ImportError: `http2=True` without the package h2. ValueError: the proxy's scheme is not supported.
    TypeError, ValueError: an argument is of the wrong type, or cannot be meant.
    """

    __module__ = "httpx_transports"

    def __init__(
        self,
        verify: ssl.SSLContext | str | bool = True,
        cert: CertTypes | None = None,
        trust_env: bool = True,
        http1: bool = True,
        http2: bool = False,
        limits: Limits = DEFAULT_LIMITS,
        proxy: ProxyTypes | None = None,
        uds: str | None = None,
        local_address: str | None = None,
        retries: int = 0,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> None:
        from ._pool.pool import Pool

        dialer = _dialer(
            verify,
            cert,
            trust_env,
            http1,
            http2,
            limits,
            proxy,
            uds,
            local_address,
            retries,
            socket_options,
        )
        self._pool = Pool(dialer, None)

    async def handle_async_request(self, request: Request) -> Response:
        """Send a request and return its response, whose body is read from `response.stream`.

        Raises a subclass of `httpx_core.TransportError`.
        """
        return await self._pool.handle(request)

    async def aclose(self) -> None:
        """Close all connections; requests under way fail."""
        await self._pool.aclose()

    def stats(self) -> dict[str, OriginStats]:
        """What the pool is doing and has done, by origin (`scheme://host:port`)."""
        return self._pool.stats()

    def __repr__(self) -> str:
        return f"<AsyncHTTPTransport {self._pool!r}>"


def _dialer(
    verify: ssl.SSLContext | str | bool,
    cert: CertTypes | None,
    trust_env: bool,
    http1: bool,
    http2: bool,
    limits: Limits,
    proxy: ProxyTypes | None,
    uds: str | None,
    local_address: str | None,
    retries: int,
    socket_options: Iterable[SOCKET_OPTION] | None,
) -> Dialer:
    """Check the arguments of a transport and make of them what reaches its servers."""
    from ._pool.dial import Dialer
    from ._settings import (
        as_proxy,
        checked_address,
        checked_options,
        checked_retries,
        checked_uds,
    )

    if not isinstance(limits, Limits):
        raise TypeError(f"limits must be a Limits, not {type(limits).__name__}.")
    if http2:
        _require_h2()
    return Dialer(
        ssl_context=_context_source(verify, cert, trust_env, http2),
        http1=http1,
        http2=http2,
        limits=limits,
        proxy=None if proxy is None else as_proxy(proxy),
        uds=checked_uds(uds),
        local_address=checked_address(local_address),
        retries=checked_retries(retries),
        socket_options=checked_options(socket_options),
    )


def _context_source(
    verify: ssl.SSLContext | str | bool | None, cert: CertTypes | None, trust_env: bool, http2: bool
) -> Callable[[], ssl.SSLContext]:
    """What gives the TLS context at the first https connection: the shared one unless told otherwise.

    Arguments that can be wrong (a file that is not there) are looked at now.
    """
    if verify is None:
        verify = True  # many a wrapper hands None on for "not given", and 0.28 verified then
    if verify is True and cert is None:

        def shared() -> ssl.SSLContext:
            from ._tls_shared import default_context

            return default_context(http2, trust_env)

        return shared
    from ._tls import create_ssl_context

    context = create_ssl_context(verify, cert, trust_env)
    return lambda: context


def _require_h2() -> None:
    from importlib.util import find_spec

    if find_spec("h2") is None:
        raise ImportError(
            "http2=True needs the package h2, which is not installed: "
            "`pip install 'httpx[http2]'` or `pip install 'httpx-transports[http2]'`."
        )

"""HTTP transports: pooled HTTP/1.1 and HTTP/2 over the network, ASGI and WSGI apps, and mocks.

Importing this loads no socket, ssl, anyio, trio or h2: that waits for the first connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from httpx_core._later import load_later

from ._base import AsyncBaseTransport, BaseTransport
from ._http import AsyncHTTPTransport, HTTPTransport
from ._limits import DEFAULT_LIMITS, Limits
from ._proxy import Proxy

if TYPE_CHECKING:
    from .__about__ import __version__
    from ._asgi import ASGITransport
    from ._mock import MockTransport
    from ._pool.stats import OriginStats
    from ._tls import CertTypes, create_ssl_context
    from ._types import SOCKET_OPTION, ProxyTypes
    from ._wsgi import WSGITransport
else:
    __getattr__, __dir__ = load_later(
        __name__,
        {
            "ASGITransport": "httpx_transports._asgi",
            "CertTypes": "httpx_transports._tls",
            "MockTransport": "httpx_transports._mock",
            "OriginStats": "httpx_transports._pool.stats",
            "ProxyTypes": "httpx_transports._types",
            "SOCKET_OPTION": "httpx_transports._types",
            "WSGITransport": "httpx_transports._wsgi",
            "create_ssl_context": "httpx_transports._tls",
            "__version__": "httpx_transports.__about__",
        },
    )

__all__ = [
    "DEFAULT_LIMITS",
    "SOCKET_OPTION",
    "ASGITransport",
    "AsyncBaseTransport",
    "AsyncHTTPTransport",
    "BaseTransport",
    "CertTypes",
    "HTTPTransport",
    "Limits",
    "MockTransport",
    "OriginStats",
    "Proxy",
    "ProxyTypes",
    "WSGITransport",
    "__version__",
    "create_ssl_context",
]

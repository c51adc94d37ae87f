"""HTTP transports: pooled HTTP/1.1 and HTTP/2 over the network, ASGI and WSGI apps, and mocks.

Importing this loads no socket, ssl, anyio, trio or h2: that waits for the first connection.
"""

from __future__ import annotations

from .__about__ import __version__
from ._asgi import ASGITransport
from ._base import AsyncBaseTransport, BaseTransport
from ._http import AsyncHTTPTransport, HTTPTransport
from ._limits import DEFAULT_LIMITS, Limits
from ._mock import MockTransport
from ._pool.stats import OriginStats
from ._proxy import Proxy
from ._tls import CertTypes, create_ssl_context
from ._types import SOCKET_OPTION, ProxyTypes
from ._wsgi import WSGITransport

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

"""HTTP transports: pooled HTTP/1.1 and HTTP/2 over the network, ASGI and WSGI apps, and mocks.

Importing this loads no socket, ssl, anyio, trio or h2: that waits for the first connection.
"""

from __future__ import annotations

from ._asgi import ASGITransport as ASGITransport
from ._base import AsyncBaseTransport as AsyncBaseTransport
from ._base import BaseTransport as BaseTransport
from ._http import AsyncHTTPTransport as AsyncHTTPTransport
from ._http import HTTPTransport as HTTPTransport
from ._limits import DEFAULT_LIMITS as DEFAULT_LIMITS
from ._limits import Limits as Limits
from ._mock import MockTransport as MockTransport
from ._proxy import Proxy as Proxy
from ._tls import CertTypes as CertTypes
from ._tls import create_ssl_context as create_ssl_context
from ._types import SOCKET_OPTION as SOCKET_OPTION
from ._types import ProxyTypes as ProxyTypes
from ._wsgi import WSGITransport as WSGITransport

"""httpx: a fast HTTP client for Python, sync and async, HTTP/1.1 and HTTP/2.

>>> import httpx
>>> client = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, text="hi")))
>>> client.get("https://example.org/").text
'hi'

PYTEST_DONT_REWRITE: this distribution has a pytest plugin, so that pytest would rewrite the assert
statements of all of it, and warn wherever httpx was imported before pytest began.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from httpx_auth import (
    Auth,
    BasicAuth,
    DigestAuth,
    NetRCAuth,
)
from httpx_core import (
    URL,
    AsyncByteStream,
    ByteStream,
    CloseError,
    ConnectError,
    ConnectTimeout,
    CookieConflict,
    Cookies,
    DecodingError,
    Headers,
    HTTPError,
    HTTPStatusError,
    InvalidURL,
    LocalProtocolError,
    NetworkError,
    PoolTimeout,
    ProtocolError,
    ProxyError,
    QueryParams,
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    RequestError,
    RequestNotRead,
    Response,
    ResponseNotRead,
    StreamClosed,
    StreamConsumed,
    StreamError,
    SyncByteStream,
    Timeout,
    TimeoutException,
    TooManyRedirects,
    TransportError,
    UnsupportedProtocol,
    WriteError,
    WriteTimeout,
    codes,
)
from httpx_transports import (
    ASGITransport,
    AsyncBaseTransport,
    AsyncHTTPTransport,
    BaseTransport,
    HTTPTransport,
    Limits,
    MockTransport,
    Proxy,
    WSGITransport,
    create_ssl_context,
)

# Not from __about__: a module __version__ that were imported later would take the place of the text.
from .__version__ import __description__, __title__, __version__
from ._async_client import AsyncClient
from ._cli import main
from ._defaults import DEFAULT_MAX_REDIRECTS as DEFAULT_MAX_REDIRECTS
from ._defaults import USE_CLIENT_DEFAULT
from ._defaults import UseClientDefault as UseClientDefault
from ._functions import (
    delete,
    get,
    head,
    options,
    patch,
    post,
    put,
    request,
    stream,
)
from ._sync_client import Client

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """The modules whose names httpx 0.28 had, each loaded when somebody asks for it.

        `httpx._client.USE_CLIENT_DEFAULT` works after `import httpx` alone, as it always did.
        """
        if name in _KEPT_MODULES:
            from importlib import import_module

            return import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


_KEPT_MODULES = frozenset(
    (
        "_api",
        "_auth",
        "_client",
        "_config",
        "_content",
        "_decoders",
        "_exceptions",
        "_main",
        "_models",
        "_multipart",
        "_status_codes",
        "_transports",
        "_types",
        "_urlparse",
        "_urls",
        "_utils",
    )
)

# In the order of httpx 0.28, which takes no notice of case.
__all__ = [  # noqa: RUF022
    "__description__",
    "__title__",
    "__version__",
    "ASGITransport",
    "AsyncBaseTransport",
    "AsyncByteStream",
    "AsyncClient",
    "AsyncHTTPTransport",
    "Auth",
    "BaseTransport",
    "BasicAuth",
    "ByteStream",
    "Client",
    "CloseError",
    "codes",
    "ConnectError",
    "ConnectTimeout",
    "CookieConflict",
    "Cookies",
    "create_ssl_context",
    "DecodingError",
    "delete",
    "DigestAuth",
    "get",
    "head",
    "Headers",
    "HTTPError",
    "HTTPStatusError",
    "HTTPTransport",
    "InvalidURL",
    "Limits",
    "LocalProtocolError",
    "main",
    "MockTransport",
    "NetRCAuth",
    "NetworkError",
    "options",
    "patch",
    "PoolTimeout",
    "post",
    "ProtocolError",
    "Proxy",
    "ProxyError",
    "put",
    "QueryParams",
    "ReadError",
    "ReadTimeout",
    "RemoteProtocolError",
    "request",
    "Request",
    "RequestError",
    "RequestNotRead",
    "Response",
    "ResponseNotRead",
    "stream",
    "StreamClosed",
    "StreamConsumed",
    "StreamError",
    "SyncByteStream",
    "Timeout",
    "TimeoutException",
    "TooManyRedirects",
    "TransportError",
    "UnsupportedProtocol",
    "URL",
    "USE_CLIENT_DEFAULT",
    "WriteError",
    "WriteTimeout",
    "WSGITransport",
]

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
)
from httpx_core._later import load_later, show_all_names
from httpx_transports import (
    AsyncBaseTransport,
    AsyncHTTPTransport,
    BaseTransport,
    HTTPTransport,
    Limits,
    Proxy,
)

# Not from __about__: a module __version__ that were imported later would take the place of the text.
from .__version__ import __description__, __title__, __version__
from ._async_client import AsyncClient
from ._defaults import USE_CLIENT_DEFAULT
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

if TYPE_CHECKING:
    from httpx_auth import DigestAuth, NetRCAuth
    from httpx_core import codes
    from httpx_transports import ASGITransport, MockTransport, WSGITransport, create_ssl_context

    from ._cli import main
    from ._defaults import DEFAULT_MAX_REDIRECTS as DEFAULT_MAX_REDIRECTS
    from ._defaults import UseClientDefault as UseClientDefault
else:
    _load, __dir__ = load_later(
        __name__,
        {
            "ASGITransport": "httpx_transports",
            "DEFAULT_MAX_REDIRECTS": "httpx._defaults",
            "DigestAuth": "httpx_auth",
            "MockTransport": "httpx_transports",
            "NetRCAuth": "httpx_auth",
            "UseClientDefault": "httpx._defaults",
            "WSGITransport": "httpx_transports",
            "codes": "httpx_core",
            "create_ssl_context": "httpx_transports",
            "main": "httpx._cli",
        },
    )

    def __getattr__(name: str) -> object:
        """What is loaded later, and so are the modules whose names httpx 0.28 had.

        `httpx._client.USE_CLIENT_DEFAULT` works after `import httpx` alone, as it always did.
        """
        if name in _KEPT_MODULES:
            from importlib import import_module

            return import_module(f"{__name__}.{name}")
        return _load(name)


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

if not TYPE_CHECKING:
    # As in 0.28, `vars(httpx)` holds the public names of `__all__` and no others.
    show_all_names(__name__)
    del TYPE_CHECKING, annotations, load_later, show_all_names

"""The models of an HTTP client: URL, Headers, Cookies, Request, Response. No networking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._cookies import Cookies
from ._errors import (
    CloseError,
    ConnectError,
    ConnectTimeout,
    CookieConflict,
    DecodingError,
    HTTPError,
    HTTPStatusError,
    InvalidURL,
    LocalProtocolError,
    NetworkError,
    PoolTimeout,
    ProtocolError,
    ProxyError,
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    RequestError,
    RequestNotRead,
    ResponseNotRead,
    StreamClosed,
    StreamConsumed,
    StreamError,
    TimeoutException,
    TooManyRedirects,
    TransportError,
    UnsupportedProtocol,
    WriteError,
    WriteTimeout,
)
from ._headers import Headers
from ._later import load_later
from ._query import QueryParams
from ._request import Request
from ._response import Response
from ._streams import AsyncByteStream, ByteStream, SyncByteStream
from ._timeout import DEFAULT_TIMEOUT_CONFIG, UNSET, Timeout, UnsetType
from ._url import URL

if TYPE_CHECKING:
    from .__about__ import __version__
    from ._status import codes
    from ._types import (
        CookieTypes,
        FileContent,
        FileTypes,
        HeaderTypes,
        PrimitiveData,
        QueryParamTypes,
        RequestContent,
        RequestData,
        RequestExtensions,
        RequestFiles,
        ResponseContent,
        ResponseExtensions,
        TimeoutTypes,
        URLTypes,
    )
else:
    __getattr__, __dir__ = load_later(
        __name__,
        {
            # An IntEnum of 66 members takes longer to make than all of the exceptions.
            "codes": "httpx_core._status",
            "CookieTypes": "httpx_core._types",
            "FileContent": "httpx_core._types",
            "FileTypes": "httpx_core._types",
            "HeaderTypes": "httpx_core._types",
            "PrimitiveData": "httpx_core._types",
            "QueryParamTypes": "httpx_core._types",
            "RequestContent": "httpx_core._types",
            "RequestData": "httpx_core._types",
            "RequestExtensions": "httpx_core._types",
            "RequestFiles": "httpx_core._types",
            "ResponseContent": "httpx_core._types",
            "ResponseExtensions": "httpx_core._types",
            "TimeoutTypes": "httpx_core._types",
            "URLTypes": "httpx_core._types",
            "__version__": "httpx_core.__about__",
        },
    )

__all__ = [
    "DEFAULT_TIMEOUT_CONFIG",
    "UNSET",
    "URL",
    "AsyncByteStream",
    "ByteStream",
    "CloseError",
    "ConnectError",
    "ConnectTimeout",
    "CookieConflict",
    "CookieTypes",
    "Cookies",
    "DecodingError",
    "FileContent",
    "FileTypes",
    "HTTPError",
    "HTTPStatusError",
    "HeaderTypes",
    "Headers",
    "InvalidURL",
    "LocalProtocolError",
    "NetworkError",
    "PoolTimeout",
    "PrimitiveData",
    "ProtocolError",
    "ProxyError",
    "QueryParamTypes",
    "QueryParams",
    "ReadError",
    "ReadTimeout",
    "RemoteProtocolError",
    "Request",
    "RequestContent",
    "RequestData",
    "RequestError",
    "RequestExtensions",
    "RequestFiles",
    "RequestNotRead",
    "Response",
    "ResponseContent",
    "ResponseExtensions",
    "ResponseNotRead",
    "StreamClosed",
    "StreamConsumed",
    "StreamError",
    "SyncByteStream",
    "Timeout",
    "TimeoutException",
    "TimeoutTypes",
    "TooManyRedirects",
    "TransportError",
    "URLTypes",
    "UnsetType",
    "UnsupportedProtocol",
    "WriteError",
    "WriteTimeout",
    "__version__",
    "codes",
]

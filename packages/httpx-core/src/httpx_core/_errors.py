"""Every exception a request can raise, each named for whose fault it is or for the phase it struck in.

There is one hierarchy. The layer that sees a fault raises the final class itself, so nothing is
mapped on the way up, and every exception can be pickled without loss.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._request import Request
    from ._response import Response

_MODULE = "httpx_core"


class HTTPError(Exception):
    """The base of `RequestError` and `HTTPStatusError`: catch it around a request and `raise_for_status()`.

    >>> try:
    ...     raise ConnectError("Connecting to example.org:443 failed: no route to host")
    ... except HTTPError as exc:
    ...     print(exc)
    Connecting to example.org:443 failed: no route to host
    """

    __module__ = _MODULE

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self._request: Request | None = None

    @property
    def request(self) -> Request:
        """The request during which this was raised; RuntimeError when none was ever attached."""
        if self._request is None:
            raise RuntimeError("The .request property has not been set.")
        return self._request

    @request.setter
    def request(self, request: Request) -> None:
        self._request = request


class RequestError(HTTPError):
    """The base of all that goes wrong between sending a request and reading its response."""

    __module__ = _MODULE

    def __init__(self, message: str, *, request: Request | None = None) -> None:
        super().__init__(message)
        self._request = request


class TransportError(RequestError):
    """The base of all that goes wrong at or below the transport."""

    __module__ = _MODULE


class TimeoutException(TransportError):
    """The base of the timeouts, one for each phase of a request."""

    __module__ = _MODULE


class ConnectTimeout(TimeoutException):
    """No connection, TLS and proxies included, could be made within the connect timeout."""

    __module__ = _MODULE


class ReadTimeout(TimeoutException):
    """No bytes came from the server within the read timeout."""

    __module__ = _MODULE


class WriteTimeout(TimeoutException):
    """The server took none of the bytes of the request within the write timeout."""

    __module__ = _MODULE


class PoolTimeout(TimeoutException):
    """No connection of the pool became free within the pool timeout."""

    __module__ = _MODULE


class NetworkError(TransportError):
    """The base of the failures of the network itself."""

    __module__ = _MODULE


class ConnectError(NetworkError):
    """A connection could not be made: name not found, refused, unreachable, or TLS failed."""

    __module__ = _MODULE


class ReadError(NetworkError):
    """Reading from a connection failed, for one because the peer reset it."""

    __module__ = _MODULE


class WriteError(NetworkError):
    """Writing to a connection failed, for one because the peer reset it."""

    __module__ = _MODULE


class CloseError(NetworkError):
    """A connection could not be closed."""

    __module__ = _MODULE


class ProtocolError(TransportError):
    """The base of the violations of HTTP."""

    __module__ = _MODULE


class LocalProtocolError(ProtocolError):
    """The request would have violated HTTP; nothing of what is wrong with it was sent."""

    __module__ = _MODULE


class RemoteProtocolError(ProtocolError):
    """The server violated HTTP, for one by closing a connection in the middle of a response."""

    __module__ = _MODULE


class ProxyError(TransportError):
    """A proxy refused to make a connection, or answered what its protocol does not allow.

    Where an HTTP proxy answered a CONNECT with another status than 2xx, `status_code` and
    `reason_phrase` are that answer's, and `body` is the start of its body (at most 1 KB); None else.
    """

    __module__ = _MODULE

    status_code: int | None = None
    reason_phrase: str | None = None
    body: bytes | None = None


class UnsupportedProtocol(TransportError):
    """The URL's scheme is missing, or none that the transport can serve."""

    __module__ = _MODULE


class DecodingError(RequestError):
    """The body cannot be decoded as its Content-Encoding says: it is malformed, or it ends too soon."""

    __module__ = _MODULE


class TooManyRedirects(RequestError):
    """More redirects than `max_redirects` allows."""

    __module__ = _MODULE


class HTTPStatusError(HTTPError):
    """The response has an error status; raised by `Response.raise_for_status()`.

    >>> from httpx_core import Request, Response
    >>> response = Response(404, request=Request("GET", "https://example.org/"))
    >>> try:
    ...     response.raise_for_status()
    ... except HTTPStatusError as exc:
    ...     print(exc.response.status_code, exc.request.url)
    404 https://example.org/
    """

    __module__ = _MODULE

    def __init__(self, message: str, *, request: Request, response: Response) -> None:
        super().__init__(message)
        self._request = request
        self.response = response

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild_status_error, (type(self), self.args, self.__dict__.copy())


def _rebuild_status_error(
    cls: type[HTTPStatusError], args: tuple[Any, ...], state: dict[str, Any]
) -> HTTPStatusError:
    """Make a pickled HTTPStatusError again, whose __init__ needs more than its args."""
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class InvalidURL(Exception):
    """The URL cannot be parsed, or is not allowed; the message says which part and where.

    >>> from httpx_core import URL
    >>> try:
    ...     URL("https://example.org:port/")
    ... except InvalidURL as exc:
    ...     print(exc)
    Invalid port: 'port'
    """

    __module__ = _MODULE

    def __init__(self, message: str) -> None:
        super().__init__(message)


class CookieConflict(Exception):
    """Several cookies of one name, at different domains or paths: say which one you mean.

    >>> from httpx_core import Cookies
    >>> cookies = Cookies()
    >>> cookies.set("id", "1", domain="a.example")
    >>> cookies.set("id", "2", domain="b.example")
    >>> try:
    ...     cookies["id"]
    ... except CookieConflict:
    ...     print(cookies.get("id", domain="b.example"))
    2
    """

    __module__ = _MODULE

    def __init__(self, message: str) -> None:
        super().__init__(message)


class StreamError(RuntimeError):
    """The base of the mistakes in using a body: read twice, too late, or not yet."""

    __module__ = _MODULE

    def __init__(self, message: str) -> None:
        super().__init__(message)


class StreamConsumed(StreamError):
    """The body was already read or streamed, and cannot be had again.

    >>> from httpx_core import Response
    >>> response = Response(200, content=iter([b"once"]))
    >>> list(response.iter_bytes())
    [b'once']
    >>> try:
    ...     response.read()
    ... except StreamConsumed:
    ...     print("streamed already")
    streamed already
    """

    __module__ = _MODULE

    def __init__(self) -> None:
        super().__init__(
            "Attempted to read or stream some content, but the content has already been streamed. "
            "A request that may be sent more than once (redirects, authentication) needs its "
            "content as bytes or a seekable file."
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (), self.__dict__.copy()


class StreamClosed(StreamError):
    """The body can no longer be read, since its response has been closed."""

    __module__ = _MODULE

    def __init__(self) -> None:
        super().__init__("Attempted to read or stream content, but the stream has been closed.")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (), self.__dict__.copy()


class ResponseNotRead(StreamError):
    """The response's content was asked for before it had been read.

    >>> from httpx_core import Response
    >>> response = Response(200, content=iter([b"streamed"]))
    >>> try:
    ...     response.content
    ... except ResponseNotRead:
    ...     print(response.read())
    b'streamed'
    """

    __module__ = _MODULE

    def __init__(self) -> None:
        super().__init__(
            "Attempted to access streaming response content, without having called `read()`. "
            "Of an async response, await `aread()` first."
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (), self.__dict__.copy()


class RequestNotRead(StreamError):
    """The request's content was asked for, but it is a stream that has not been read."""

    __module__ = _MODULE

    def __init__(self) -> None:
        super().__init__(
            "Attempted to access streaming request content, without having called `read()`. "
            "Of an async body, await `aread()` first."
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (), self.__dict__.copy()

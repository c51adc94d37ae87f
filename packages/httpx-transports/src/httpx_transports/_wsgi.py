"""WSGITransport: sends requests straight into a WSGI application (PEP 3333), in this thread.

It promises that the application's iterable is iterated no faster than its response is read, and is
closed exactly once: at its end, on an error, or when the response is closed early. It opens no
connection and starts no thread.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from httpx_core import RemoteProtocolError, Request, Response, SyncByteStream, wire

from ._base import BaseTransport

if TYPE_CHECKING:
    from types import TracebackType
    from typing import TextIO

    from _typeshed import OptExcInfo
    from _typeshed.wsgi import WSGIApplication


class WSGITransport(BaseTransport):
    """Serves a client's requests by a WSGI application, for tests and for mounting one in a client.

    `raise_app_exceptions`: raise an exception that the application has handled itself, by giving
    its `exc_info` to `start_response`; False returns the error response it made instead. One that
    it has not handled is raised in any case. `script_name` and `remote_addr` become SCRIPT_NAME and
    REMOTE_ADDR. `wsgi_errors` is the application's log, `sys.stderr` when None.

    >>> from httpx_core import Request
    >>> def app(environ, start_response):
    ...     start_response("200 OK", [("Content-Type", "text/plain")])
    ...     return [b"Hello, ", environ["PATH_INFO"].encode()]
    >>> transport = WSGITransport(app)
    >>> response = transport.handle_request(Request("GET", "http://example.org/world"))
    >>> response.read()
    b'Hello, /world'
    """

    __module__ = "httpx_transports"

    def __init__(
        self,
        app: WSGIApplication,
        raise_app_exceptions: bool = True,
        script_name: str = "",
        remote_addr: str = "127.0.0.1",
        wsgi_errors: TextIO | None = None,
    ) -> None:
        if not callable(app):
            raise TypeError(f"app must be callable, not {type(app).__name__}.")
        self.app = app
        self.raise_app_exceptions = raise_app_exceptions
        self.script_name = script_name
        self.remote_addr = remote_addr
        self.wsgi_errors = wsgi_errors

    def handle_request(self, request: Request) -> Response:
        """Call the application, and return the response once the first bytes of its body are there.

        LocalProtocolError: the request is one that could not be sent. RemoteProtocolError: the
        application never called `start_response`. ValueError: the status it gave is none. Else what
        the application raises.
        """
        wire.check_request(request)
        request.read()
        call = _Call()
        body = _Body(call, self.app(self._environ(request), call.start_response))
        try:
            body.find_first()
            if call.exc_info is not None and self.raise_app_exceptions:
                _reraise(call.exc_info)
            if call.status is None:
                raise RemoteProtocolError(
                    "The WSGI application returned without calling start_response.", request=request
                )
            if request.method == "HEAD":
                # RFC 9110, 9.3.2: no content, whatever the application returned.
                body.close()
        except BaseException:
            body.close()
            raise
        # From here on the head has been sent, as far as the application is concerned.
        call.sent = True
        return Response(call.status, headers=call.headers, stream=body)

    def _environ(self, request: Request) -> dict[str, Any]:
        """PEP 3333's environ; its strings hold bytes as Latin-1, whatever encoding they are in."""
        from urllib.parse import unquote_to_bytes

        url = request.url
        path, _, query = url.raw_path.partition(b"?")
        environ: dict[str, Any] = {
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": url.scheme,
            "wsgi.input": BytesIO(request.content),
            # The input ends where the body ends, with or without a Content-Length.
            "wsgi.input_terminated": True,
            "wsgi.errors": self.wsgi_errors or sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": self.script_name,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query.decode("ascii"),
            "SERVER_NAME": url.raw_host.decode("ascii"),
            "SERVER_PORT": str(url.port or (443 if url.scheme == "https" else 80)),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": self.remote_addr,
        }
        for raw_name, raw_value in request.headers.raw:
            name = raw_name.decode("ascii").upper().replace("-", "_")
            if name not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                name = "HTTP_" + name
            value = raw_value.decode("latin-1")
            if name in environ:
                # RFC 3875, 4.1.18: several fields of one name are one value.
                value = environ[name] + ("; " if name == "HTTP_COOKIE" else ", ") + value
            environ[name] = value
        return environ


class _Call:
    """One call of the application: what it told `start_response`, and what it gave to `write`."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        self.exc_info: OptExcInfo | None = None
        self._written: list[bytes] = []
        self.sent = False

    def start_response(
        self,
        status: str,
        response_headers: list[tuple[str, str]],
        exc_info: OptExcInfo | None = None,
    ) -> Callable[[bytes], Any]:
        if exc_info is not None and self.sent:
            # PEP 3333: the head has gone, all that is left is to fail.
            _reraise(exc_info)
        code = status.partition(" ")[0]
        if len(code) != 3 or not (code.isascii() and code.isdigit()):
            raise ValueError(f"A WSGI status is a string such as '200 OK', and not {status!r}.")
        self.status = int(code)
        self.headers = [
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in response_headers
        ]
        self.exc_info = exc_info
        # PEP 3333's old way to send, from inside the call: kept until the response is read.
        return self._written.append

    def take_written(self) -> Iterator[bytes]:
        """What was written since the last time."""
        written, self._written[:] = self._written[:], ()
        return filter(None, written)


class _Body(SyncByteStream):
    """The body: what was written, then what the application's iterable yields, one by one."""

    def __init__(self, call: _Call, iterable: Iterable[bytes]) -> None:
        self._call = call
        self._iterable: Iterable[bytes] | None = iterable
        self._iterator = self._chunks(iterable)
        self._first = b""

    def find_first(self) -> None:
        """Get the first bytes: until then the application may still choose its head (PEP 3333)."""
        self._first = next(self._iterator, b"")

    def _chunks(self, iterable: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in iterable:
            yield from self._call.take_written()
            if chunk:
                yield chunk
        yield from self._call.take_written()

    def __iter__(self) -> Iterator[bytes]:
        try:
            if self._first:
                first, self._first = self._first, b""
                yield first
            yield from self._iterator
        finally:
            self.close()

    def close(self) -> None:
        iterable, self._iterable = self._iterable, None
        self._first = b""
        self._iterator = iter(())
        close = getattr(iterable, "close", None)
        if close is not None:
            close()


def _reraise(exc_info: OptExcInfo) -> None:
    exception: BaseException | None = exc_info[1]
    traceback: TracebackType | None = exc_info[2]
    if exception is not None:
        raise exception.with_traceback(traceback)

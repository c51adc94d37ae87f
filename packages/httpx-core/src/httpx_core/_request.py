"""Request: what is to be sent, whole and checked as far as it can be before it is sent.

Promises: the method is a token, so that it can start no second request; one of Content-Length and
Transfer-Encoding at most says how long the body is; no password shows in the repr. What else may go
on the wire is for `wire.check_fields` to say, which every transport asks.

Never here: sending, redirecting, authenticating.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ._content import encode_request
from ._errors import LocalProtocolError, RequestNotRead
from ._headers import Headers
from ._patterns import compiled
from ._pickling import picklable
from ._streams import AsyncByteStream, ByteStream, SyncByteStream, UnattachedStream
from ._url import URL
from ._url_reference import compose

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable

    from ._types import (
        CookieTypes,
        HeaderTypes,
        QueryParamTypes,
        RequestContent,
        RequestData,
        RequestExtensions,
        RequestFiles,
    )

# RFC 9110 5.6.2: what a method is made of.
_METHOD = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"

# The methods nearly every request has, so that they need no check.
_KNOWN_METHODS = {
    spelling: method
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "TRACE")
    for spelling in (method, method.lower())
}

# RFC 9110 8.6: methods for which content is expected say so when there is none.
_EXPECT_CONTENT = frozenset(["POST", "PUT", "PATCH"])

# The fields that say how long the body is: one of them at most is in a message (RFC 9112 6).
_FRAMING = frozenset([b"content-length", b"transfer-encoding"])

# The lengths of the names that decide what is added: no others are looked at.
_DECIDING = frozenset(map(len, (b"host", b"content-length", b"transfer-encoding", b"content-type")))

# Immutable, so that one serves every request without a body.
_NO_BODY = ByteStream(b"")


class Request:
    """A request, ready to be sent by a client or a transport.

    `method` is upper-cased. `params` takes the place of the URL's own query. The body is the first
    that is given of `content` (bytes, text, an iterable or a file of either side), `data` and
    `files` (a form; with files a multipart body), and `json`. The headers that the URL and the body
    call for (Host, Content-Length or Transfer-Encoding, Content-Type) are added where `headers`
    does not hold them. `stream` is a body that is sent as it is, and adds no header.

    >>> request = Request("POST", "https://example.org/notes", json={"text": "Hello"})
    >>> request
    <Request('POST', 'https://example.org/notes')>
    >>> request.headers["Content-Type"], request.content
    ('application/json', b'{"text":"Hello"}')

    LocalProtocolError: the method is no token (RFC 9110 9.1); Content-Length and
    Transfer-Encoding are both given (RFC 9112 6.2); a part's header would break the multipart body.
    InvalidURL: the URL cannot be parsed.
    TypeError, ValueError: an argument is of the wrong type, or cannot be encoded.
    """

    __module__ = "httpx_core"

    method: str
    url: URL
    headers: Headers
    stream: SyncByteStream | AsyncByteStream
    extensions: dict[str, Any]
    _content: bytes

    def __init__(
        self,
        method: str,
        url: URL | str,
        *,
        params: QueryParamTypes | None = None,
        headers: HeaderTypes | None = None,
        cookies: CookieTypes | None = None,
        content: RequestContent | None = None,
        data: RequestData | None = None,
        files: RequestFiles | None = None,
        json: Any | None = None,
        stream: SyncByteStream | AsyncByteStream | None = None,
        extensions: RequestExtensions | None = None,
    ) -> None:
        self.method = method = _KNOWN_METHODS.get(method) or _checked_method(method)
        if params is not None:
            url = URL(url, params=params)
        elif type(url) is not URL:
            url = URL(url)
        self.url = url
        self.headers = Headers(headers) if headers is not None else Headers._adopt([])
        try:
            self.extensions = {} if extensions is None else dict(extensions)
        except (TypeError, ValueError) as exc:
            from ._arguments import explain_pairs

            explain_pairs("extensions", "a mapping of str to any", extensions, exc)
            raise
        if cookies:
            self._add_cookies(cookies)
        fields: list[tuple[bytes, bytes]] = []
        if stream is not None:
            self.stream = stream
        elif content is None and data is None and files is None and json is None:
            self.stream, self._content = _NO_BODY, b""
        else:
            boundary = self._boundary() if files else None
            fields, self.stream = encode_request(content, data, files, json, boundary)
            if isinstance(self.stream, ByteStream):
                self._content = self.stream._stream
        self._add_fields(fields, adds_none=stream is not None)

    def _add_fields(self, fields: list[tuple[bytes, bytes]], adds_none: bool) -> None:
        """Add what the URL and the body call for and the caller has not given; Host comes first."""
        pairs = self.headers._pairs
        names = {pair[0].lower() for pair in pairs if len(pair[0]) in _DECIDING}
        is_framed = not names.isdisjoint(_FRAMING)
        if is_framed and names >= _FRAMING:
            # RFC 9112 6.2: a message with both is how requests are smuggled.
            raise LocalProtocolError(
                "The headers Content-Length and Transfer-Encoding cannot both be given."
            )
        if adds_none:
            return
        front: list[tuple[bytes, bytes]] = []
        if b"host" not in names and (host := self.url._host_header):
            front.append((b"Host", host))
        if not fields and not is_framed and self.method in _EXPECT_CONTENT:
            front.append((b"Content-Length", b"0"))
        for field in fields:
            name = field[0].lower()
            if name not in names and not (is_framed and name in _FRAMING):
                pairs.append(field)
        pairs[:0] = front

    def _add_cookies(self, cookies: CookieTypes) -> None:
        from ._cookies import Cookies

        Cookies(cookies).set_cookie_header(self)
        self.headers._changed()

    def _boundary(self) -> bytes | None:
        """Return the multipart boundary that the caller's Content-Type names, if it does."""
        content_type = self.headers.get("Content-Type")
        self.headers._changed()
        if content_type is None:
            return None
        from ._multipart import boundary_of

        return boundary_of(content_type)

    @property
    def content(self) -> bytes:
        """The body as bytes; RequestNotRead when it is a stream that has not been read."""
        try:
            return self._content
        except AttributeError:
            raise RequestNotRead from None

    def read(self) -> bytes:
        """Read the body into memory, if it is not there yet, and return it.

        RuntimeError: the body is an async stream: call `aread()`. StreamConsumed: it is a stream
        that was sent or read already.

        >>> Request("POST", "https://example.org/", content=iter([b"a", b"b"])).read()
        b'ab'
        """
        if not hasattr(self, "_content"):
            if not hasattr(self.stream, "__iter__"):
                raise RuntimeError("The request's body is an async stream: call `aread()` instead.")
            self._keep(b"".join(cast("Iterable[bytes]", self.stream)))
        return self._content

    async def aread(self) -> bytes:
        """Read the body into memory, if it is not there yet, and return it.

        RuntimeError: the body is a sync stream: call `read()`. StreamConsumed: it is a stream
        that was sent or read already.
        """
        if not hasattr(self, "_content"):
            if not hasattr(self.stream, "__aiter__"):
                raise RuntimeError("The request's body is a sync stream: call `read()` instead.")
            stream = cast("AsyncIterable[bytes]", self.stream)
            self._keep(b"".join([part async for part in stream]))
        return self._content

    def _keep(self, content: bytes) -> None:
        """Hold the body that was read, from where it can be sent as often as need be."""
        self._content = content
        self.stream = ByteStream(content)

    def __repr__(self) -> str:
        url = compose(self.url._uri_reference, mask_password=True)
        return f"<{type(self).__name__}({self.method!r}, {url!r})>"

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        state.pop("stream", None)
        state["extensions"] = picklable(self.extensions)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        content = state.get("_content")
        self.stream = UnattachedStream() if content is None else ByteStream(content)


def _checked_method(method: Any) -> str:
    """Return the method upper-cased; LocalProtocolError when it is no token (RFC 9110 9.1)."""
    if isinstance(method, bytes):
        method = method.decode("latin-1")
    if not isinstance(method, str):
        raise TypeError(f"Invalid type for method. Expected str, got {type(method)}: {method!r}")
    if compiled(_METHOD).fullmatch(method) is None:
        raise LocalProtocolError(
            f"Invalid method {method[:80]!r}: it must be letters, digits or any of !#$%&'*+-.^_`|~"
        )
    return method.upper()

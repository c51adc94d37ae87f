"""Response: what the server sent, its body read whole or streamed, by either side.

Promises: the body is decoded in bounded steps; reading it to the end, and whatever goes wrong while
reading, closes the response; `close()` never reads or decodes.

Never here: sockets, threads, event loops.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any

from ._codings import IDENTITY, MAX_CODINGS, ContentDecoder, LimitedDecoder, content_decoder
from ._content import encode_response
from ._errors import (
    HTTPStatusError,
    RequestError,
    ResponseNotRead,
    StreamClosed,
    StreamConsumed,
)
from ._headers import Headers
from ._iteration import AsyncItems, AsyncRaw, AsyncStaged, staged
from ._response_head import ResponseHead
from ._stages import Chunker, check_chunk_size, slices
from ._streams import AsyncByteStream, ByteStream, SyncByteStream, UnattachedStream
from ._text import LineSplitter, TextDecoder, is_text_encoding

if TYPE_CHECKING:
    from ._cookies import Cookies
    from ._request import Request
    from ._types import HeaderTypes, ResponseContent, ResponseExtensions


class Response(ResponseHead):
    """An answer to a request: status, header fields, and a body.

    The body is given as `content`, `text`, `html` or `json` (the first that is given counts), or as
    a `stream`, which adds no header fields of its own. A body that is in memory is read at once; any
    other is read by `read()` or `aread()`, or streamed by the `iter_` and `aiter_` methods.

    `default_encoding` is the charset of a body that names none: a codec's name, or a callable that
    gets the whole body and returns one.

    >>> response = Response(200, json={"name": "value"})
    >>> response.headers["content-type"]
    'application/json'
    >>> response.json()
    {'name': 'value'}

    TypeError: an argument is of the wrong type. DecodingError: `content` is not what its
    Content-Encoding says.
    """

    __module__ = "httpx_core"

    # What most responses never change is stored once, here, and not in each of them.
    next_request: Request | None = None
    is_closed: bool = False
    is_stream_consumed: bool = False
    default_encoding: str | Callable[[bytes], str] = "utf-8"
    _num_bytes_downloaded: int = 0
    # When the request was sent, by perf_counter(); the client sets it.
    _started: float | None = None
    # Whether the stream is a body that was taken from the connection, and not decoded.
    _is_drained: bool = False
    # Set when read, or when first asked for.
    _content: bytes
    _decoder: ContentDecoder
    _text: str
    _encoding: str | None
    _cookies: Cookies

    headers: Headers
    extensions: dict[str, Any]
    history: list[Response]
    stream: SyncByteStream | AsyncByteStream

    def __init__(
        self,
        status_code: int,
        *,
        headers: HeaderTypes | None = None,
        content: ResponseContent | None = None,
        text: str | None = None,
        html: str | None = None,
        json: Any = None,
        stream: SyncByteStream | AsyncByteStream | None = None,
        request: Request | None = None,
        extensions: ResponseExtensions | None = None,
        history: list[Response] | None = None,
        default_encoding: str | Callable[[bytes], str] = "utf-8",
    ) -> None:
        self.status_code = status_code
        self.headers = Headers(headers)
        self._request = request
        try:
            self.extensions = {} if extensions is None else dict(extensions)
            self.history = [] if history is None else list(history)
        except (TypeError, ValueError) as exc:
            from ._arguments import explain_response

            explain_response(extensions, history, exc)
            raise
        if default_encoding != "utf-8" or type(status_code) is not int:
            from ._arguments import check_default_encoding, check_status_code

            check_status_code(status_code)
            check_default_encoding(default_encoding)
            self.default_encoding = default_encoding
        if stream is not None:
            self.stream = stream
        else:
            fields, self.stream = encode_response(content, text, html, json)
            self._add_fields(fields)
            if type(self.stream) is ByteStream:
                self._take_content(self.stream._stream)

    @classmethod
    def _from_wire(
        cls,
        status_code: int,
        pairs: list[tuple[bytes, bytes]],
        stream: SyncByteStream | AsyncByteStream,
        extensions: dict[str, Any],
        request: Request | None,
        absent: frozenset[bytes] = frozenset(),
    ) -> Response:
        """Build a response of parsed parts, which become its own: none is copied or checked."""
        self = cls.__new__(cls)
        self.status_code = status_code
        self.headers = Headers._adopt(pairs, absent)
        self._request = request
        self.extensions = extensions
        self.history = []
        self.stream = stream
        return self

    def _add_fields(self, fields: list[tuple[bytes, bytes]]) -> None:
        """Add the body's own fields where the caller gave none; no chunking of a known length."""
        pairs = self.headers._pairs
        names = [name.lower() for name, _ in pairs]
        for field in fields:
            name = field[0].lower()
            if name in names or (name == b"transfer-encoding" and b"content-length" in names):
                continue
            pairs.append(field)
        if b"content-encoding" not in names:
            self._decoder = IDENTITY

    def _take_content(self, content: bytes) -> None:
        """Be a response that was read, but for a body that is to be decoded first."""
        if hasattr(self, "_decoder") and "decoding" not in self.extensions:
            self._content = content
            self.is_stream_consumed = self.is_closed = True
        else:
            self.read()
            self._num_bytes_downloaded = 0  # it came from no wire

    # Status, cookies, charset

    def raise_for_status(self) -> Response:
        """Return this response when its status code is 2xx, and raise `HTTPStatusError` otherwise.

        The message names status, reason, the URL without its userinfo, and where to read more.
        RuntimeError: no request was ever set.
        """
        if self._request is None:
            raise RuntimeError(
                "Cannot call `raise_for_status` as the request instance "
                "has not been set on this response."
            )
        if 200 <= self.status_code <= 299:
            return self
        from ._status_error import status_error_message

        message = status_error_message(self)
        raise HTTPStatusError(message, request=self._request, response=self)

    @property
    def cookies(self) -> Cookies:
        """The cookies that this response set, those included that a client would refuse to keep."""
        if not hasattr(self, "_cookies"):
            from ._cookies import Cookies

            cookies = Cookies._lenient()
            cookies.extract_cookies(self)
            self._cookies = cookies
        return self._cookies

    @property
    def encoding(self) -> str | None:
        """The name of the codec that `text` uses: the one set, the charset, or the default.

        May be set until `text` was read, ValueError after that.
        """
        if hasattr(self, "_encoding"):
            return self._encoding
        encoding = self.charset_encoding
        if not encoding or not is_text_encoding(encoding):
            default = self.default_encoding
            if isinstance(default, str):
                encoding = default
            elif hasattr(self, "_content"):
                encoding = default(self._content)
            else:
                return "utf-8"  # there is nothing yet to show to the callable
            if not encoding or not is_text_encoding(encoding):
                encoding = "utf-8"
        self._encoding = encoding
        return encoding

    @encoding.setter
    def encoding(self, value: str) -> None:
        if hasattr(self, "_text"):
            raise ValueError("Setting encoding after `text` has been accessed is not allowed.")
        self._encoding = value

    def _text_encoding(self) -> str:
        encoding = self.encoding
        return encoding if encoding and is_text_encoding(encoding) else "utf-8"

    # The body, whole

    @property
    def content(self) -> bytes:
        """The whole body, decoded; ResponseNotRead when it has not been read."""
        if not hasattr(self, "_content"):
            if not self._is_drained:
                raise ResponseNotRead()
            self.is_closed = self.is_stream_consumed = False
            return self.read()
        return self._content

    @property
    def text(self) -> str:
        """The whole body as text, malformed parts replaced; ResponseNotRead before it was read."""
        if not hasattr(self, "_text"):
            content = self.content
            self._text = content.decode(self._text_encoding(), "replace") if content else ""
        return self._text

    def json(self, **kwargs: Any) -> Any:
        """Return the body parsed as JSON, which is UTF-8, UTF-16 or UTF-32.

        `kwargs` are those of json.loads. ValueError: the body is no JSON. ResponseNotRead: it was
        not read.
        """
        from json import loads

        return loads(self.content, **kwargs)

    @property
    def num_bytes_downloaded(self) -> int:
        """How many bytes of the body came over the wire so far, before decoding."""
        return self._num_bytes_downloaded

    def read(self) -> bytes:
        """Read the whole body and return it, decoded. Reading again returns the same.

        StreamConsumed: it was streamed before. StreamClosed: the response was closed before.
        DecodingError: it is malformed or truncated.
        """
        if not hasattr(self, "_content"):
            content = self._take_from_memory(SyncByteStream)
            if content is None:
                content = b"".join(self.iter_bytes())
            else:
                self.close()
            self._content = content
        return self._content

    async def aread(self) -> bytes:
        """Read the whole body and return it, decoded, as `read()` does."""
        if not hasattr(self, "_content"):
            content = self._take_from_memory(AsyncByteStream)
            if content is None:
                content = b"".join([part async for part in self.aiter_bytes()])
            else:
                await self.aclose()
            self._content = content
        return self._content

    def _keep_drained(self, raw: bytes) -> None:
        """Keep a body that was read to its end to free its connection; it is decoded if asked for."""
        self.stream = ByteStream(raw)
        self._is_drained = True
        self._num_bytes_downloaded = 0

    def _take_from_memory(self, colour: type) -> bytes | None:
        """Return the body where nothing is left to do: it is there, with no coding and no limit.

        None: it is a body of another kind, or not of this colour. StreamConsumed, StreamClosed: as `read()`.
        """
        stream = self.stream
        content: bytes | None = None
        if type(stream) is ByteStream:
            content = stream._stream
        elif isinstance(stream, colour):
            # A transport's stream may have its body in memory too, and shows it by this name.
            content = getattr(stream, "_whole", None)
        if (
            content is None
            or self._get_content_decoder() is not IDENTITY
            or "decoding" in self.extensions
        ):
            return None
        if self.is_stream_consumed:
            raise StreamConsumed()
        if self.is_closed:
            raise StreamClosed()
        self._num_bytes_downloaded = len(content)
        self.is_stream_consumed = True
        return content

    def _get_content_decoder(self) -> ContentDecoder:
        """Return the decoder for the Content-Encoding, one and the same for the whole body."""
        if not hasattr(self, "_decoder"):
            headers = self.headers
            if headers._first(b"content-encoding") is None:
                self._decoder = IDENTITY
            else:
                codings = headers.get_list("content-encoding", split_commas=True)
                limits = self.extensions.get("decoding", {})
                allowed = limits.get("max_content_codings", MAX_CODINGS)
                self._decoder = content_decoder(codings, allowed)
        return self._decoder

    def _body_decoder(self) -> ContentDecoder:
        """Return the decoder, within the limits that the client set (the extension `decoding`)."""
        decoder = self._get_content_decoder()
        limits = self.extensions.get("decoding")
        limit = None if limits is None else limits.get("max_response_size")
        return decoder if limit is None else LimitedDecoder(decoder, limit)

    # The body, streamed

    def iter_raw(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Stream the body as it comes over the wire, not decoded, in chunks of `chunk_size` bytes.

        StreamConsumed, StreamClosed: it was read or closed before. ValueError: `chunk_size` is not
        at least 1.
        """
        check_chunk_size(chunk_size)
        raw = self._raw()
        return raw if chunk_size is None else staged(self, raw, Chunker(chunk_size, b""))

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Stream the body decoded, in chunks of `chunk_size` bytes, or else as it comes.

        At most 96 KiB are decoded ahead of what is taken. A body that was read is given from memory.
        DecodingError: it is malformed or truncated. Others as `iter_raw()`.
        """
        check_chunk_size(chunk_size)
        if hasattr(self, "_content"):
            return slices(self._content, chunk_size)
        decoder = self._body_decoder()
        raw = self.iter_raw()
        decoded = raw if decoder is IDENTITY else staged(self, raw, decoder)
        return decoded if chunk_size is None else staged(self, decoded, Chunker(chunk_size, b""))

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """Stream the body as text, in chunks of `chunk_size` characters, or else as it comes."""
        check_chunk_size(chunk_size)
        text = staged(self, self.iter_bytes(), TextDecoder(self._text_encoding()))
        return text if chunk_size is None else staged(self, text, Chunker(chunk_size, ""))

    def iter_lines(self) -> Iterator[str]:
        """Stream the body as lines without their ends, where str.splitlines() ends them."""
        return staged(self, self.iter_text(), LineSplitter())

    def _raw(self) -> Iterator[bytes]:
        stream = self._begin(SyncByteStream)
        try:
            for part in stream:
                if part:
                    self._num_bytes_downloaded += len(part)
                    yield part
        except GeneratorExit:
            raise
        except BaseException as exc:
            self._fail(exc)
            raise
        self.close()

    def aiter_raw(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Stream the body as it comes over the wire, as `iter_raw()` does."""
        check_chunk_size(chunk_size)
        raw = AsyncRaw(self)
        return raw if chunk_size is None else AsyncStaged(self, raw, Chunker(chunk_size, b""))

    def aiter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Stream the body decoded, as `iter_bytes()` does."""
        check_chunk_size(chunk_size)
        if hasattr(self, "_content"):
            return AsyncItems(slices(self._content, chunk_size))
        decoder = self._body_decoder()
        raw = self.aiter_raw()
        decoded = raw if decoder is IDENTITY else AsyncStaged(self, raw, decoder)
        return (
            decoded if chunk_size is None else AsyncStaged(self, decoded, Chunker(chunk_size, b""))
        )

    def aiter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """Stream the body as text, as `iter_text()` does."""
        check_chunk_size(chunk_size)
        text = AsyncStaged(self, self.aiter_bytes(), TextDecoder(self._text_encoding()))
        return text if chunk_size is None else AsyncStaged(self, text, Chunker(chunk_size, ""))

    def aiter_lines(self) -> AsyncIterator[str]:
        """Stream the body as lines, as `iter_lines()` does."""
        return AsyncStaged(self, self.aiter_text(), LineSplitter())

    def _begin(self, colour: type) -> Any:
        """Return the stream, to be iterated this once."""
        if self.is_stream_consumed:
            raise StreamConsumed()
        if self.is_closed:
            raise StreamClosed()
        if not isinstance(self.stream, colour):
            raise RuntimeError(_wrong_colour("read", colour))
        self.is_stream_consumed = True
        return self.stream

    # Closing

    def close(self) -> None:
        """Close the response, and let go of its connection, whatever of the body is unread.

        RuntimeError: it is an asynchronous one.
        """
        if not isinstance(self.stream, SyncByteStream):
            raise RuntimeError(_wrong_colour("close", SyncByteStream))
        if not self.is_closed:
            self._stop_clock()
            self.is_closed = True
            self.stream.close()

    async def aclose(self) -> None:
        """Close the response, as `close()` does."""
        if not isinstance(self.stream, AsyncByteStream):
            raise RuntimeError(_wrong_colour("close", AsyncByteStream))
        if not self.is_closed:
            self._stop_clock()
            self.is_closed = True
            if type(self.stream) is not ByteStream:
                await self.stream.aclose()

    def _stop_clock(self) -> None:
        if self._started is not None:
            self._elapsed = perf_counter() - self._started

    def _fail(self, exc: BaseException) -> None:
        """Close the response for what went wrong, which itself is raised by the caller."""
        self._name_request(exc)
        try:
            self.close()
        except Exception:  # noqa: S110 - the first error is the one to report
            pass

    async def _afail(self, exc: BaseException) -> None:
        """Close the response for what went wrong, which itself is raised by the caller."""
        self._name_request(exc)
        try:
            await self.aclose()
        except Exception:  # noqa: S110 - the first error is the one to report
            pass

    def _name_request(self, exc: BaseException) -> None:
        if isinstance(exc, RequestError) and exc._request is None and self._request is not None:
            exc.request = self._request

    # Python

    def __repr__(self) -> str:
        return f"<Response [{self.status_code} {self.reason_phrase}]>"

    def __getstate__(self) -> dict[str, Any]:
        from ._pickling import can_be_pickled, picklable

        state = self.__dict__.copy()
        for name in ("stream", "is_closed", "_decoder", "_started"):
            state.pop(name, None)
        state["extensions"] = picklable(self.extensions)
        if not can_be_pickled(self.default_encoding):
            state.pop("default_encoding")
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.is_closed = True
        self.stream = UnattachedStream()


def _wrong_colour(doing: str, colour: type) -> str:
    if colour is SyncByteStream:
        return f"Attempted to {doing} an asynchronous response synchronously: use `a{doing}()`."
    return f"Attempted to {doing} a synchronous response asynchronously: use `{doing}()`."

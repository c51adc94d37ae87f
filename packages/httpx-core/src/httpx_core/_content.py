"""What a body given as content, data, files, json, text or html becomes: header fields and a stream.

Pure: nothing is read here, files are only measured. The fields are those the body calls for
(Content-Length or Transfer-Encoding, then Content-Type); whether they are added is decided by who
knows the other fields.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from . import _files
from ._streams import AsyncIteratorByteStream, ByteStream, FileByteStream, IteratorByteStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._streams import AsyncByteStream, SyncByteStream
    from ._types import RequestContent, RequestData, RequestFiles, ResponseContent

    Encoded = tuple[list[tuple[bytes, bytes]], SyncByteStream | AsyncByteStream]

# Values of a form that are several values. A constant, since a type checker knows nothing of what they hold.
REPEATED: tuple[type[Any], ...] = (list, tuple)

_CHUNKED = (b"Transfer-Encoding", b"chunked")
_FORM = (b"Content-Type", b"application/x-www-form-urlencoded")
_JSON = (b"Content-Type", b"application/json")
_TEXT = (b"Content-Type", b"text/plain; charset=utf-8")
_HTML = (b"Content-Type", b"text/html; charset=utf-8")


def encode_request(
    content: RequestContent | None = None,
    data: RequestData | RequestContent | None = None,
    files: RequestFiles | None = None,
    json: Any | None = None,
    boundary: bytes | None = None,
) -> Encoded:
    """Return the fields and the stream of a request's body: the first of the arguments given wins.

    None counts as not given, and so do data and files that are empty. `data` and `files` together
    make one multipart body.
    """
    if content is not None:
        return encode_content(content)
    if data is not None and not isinstance(data, Mapping):
        _warn_of_raw_data()
        return encode_content(data, "data")
    if files:
        from ._multipart import encode_multipart

        return encode_multipart(cast("RequestData", data or {}), files, boundary)
    if data:
        return _in_memory(encode_form(cast("RequestData", data)), _FORM)
    if json is not None:
        return _in_memory(encode_json(json), _JSON)
    return [], ByteStream(b"")


def encode_response(
    content: ResponseContent | None = None,
    text: str | None = None,
    html: str | None = None,
    json: Any | None = None,
) -> Encoded:
    """Return the fields and the stream of a response's body: the first of the arguments given wins."""
    if content is not None:
        return encode_content(content)
    if text is not None:
        return _in_memory(_encode_text("text", text), _TEXT)
    if html is not None:
        return _in_memory(_encode_text("html", html), _HTML)
    if json is not None:
        return _in_memory(encode_json(json), _JSON)
    return [], ByteStream(b"")


def encode_content(content: object, name: str = "content") -> Encoded:
    """Return the fields and the stream of a body that was given as it is to be sent.

    `name` is the argument's, for the TypeError that says it cannot be a body.
    """
    if isinstance(content, str):
        content = content.encode("utf-8")
    elif isinstance(content, (bytearray, memoryview)):
        content = bytes(cast("bytearray", content))
    if isinstance(content, bytes):
        fields = [(b"Content-Length", b"%d" % len(content))] if content else []
        return fields, ByteStream(content)
    if hasattr(content, "read") or hasattr(content, "aread"):
        return _encode_file(content)
    kind = type(content)
    # A dict is iterable, but to send its keys is never what was meant.
    if isinstance(content, Iterable) and not isinstance(content, dict):
        return [_CHUNKED], IteratorByteStream(cast("Iterable[bytes]", content))
    if isinstance(content, AsyncIterable):
        return [_CHUNKED], AsyncIteratorByteStream(cast("AsyncIterable[bytes]", content))
    raise TypeError(
        f"Unexpected type for {name!r}, {kind!r}: it must be "
        f"{'a mapping, ' if name == 'data' else ''}str, bytes, a file or an iterable of bytes"
    )


def _encode_text(name: str, text: Any) -> bytes:
    if not isinstance(text, str):
        from ._arguments import wrong_type

        raise wrong_type(name, "str", text)
    return text.encode("utf-8")


def encode_form(data: Mapping[str, Any]) -> bytes:
    """Return `data` as application/x-www-form-urlencoded; a list or tuple repeats its key."""
    from urllib.parse import urlencode

    pairs: list[tuple[str, str]] = []
    for key, value in data.items():
        if isinstance(value, REPEATED):
            pairs += [(key, primitive_text(item)) for item in value]
        else:
            pairs.append((key, primitive_text(value)))
    return urlencode(pairs).encode("ascii")


def encode_json(value: Any) -> bytes:
    """Return `value` as compact JSON in UTF-8; ValueError for NaN and the infinities."""
    return _json_encoder()(value).encode("utf-8")


def primitive_text(value: Any) -> str:
    """Return a form's value as text: `true`, `false`, nothing for None, else its str()."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    return "" if value is None else str(value)


@lru_cache(maxsize=1)
def _json_encoder() -> Callable[[Any], str]:
    """Return the encode method of the one encoder: making one for each call costs 1 µs."""
    from json import JSONEncoder

    return JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def _in_memory(body: bytes, content_type: tuple[bytes, bytes]) -> Encoded:
    return [(b"Content-Length", b"%d" % len(body)), content_type], ByteStream(body)


def _encode_file(file: Any) -> Encoded:
    """Return the fields and the stream of a file, from where it stands to its end."""
    if _files.is_text(file):
        raise TypeError("A file given as content must be opened in binary mode, not text mode.")
    stream: SyncByteStream | AsyncByteStream
    if _files.async_reader(file) is not None:
        stream, extent = AsyncIteratorByteStream(file), _files.async_extent(file)
    else:
        stream, extent = FileByteStream(file), _files.extent(file)
    if extent is None:
        return [_CHUNKED], stream
    return [(b"Content-Length", b"%d" % (extent[1] - extent[0]))], stream


def _warn_of_raw_data() -> None:
    import warnings

    # The caller of Request(...): this function, encode_request and Request.__init__ lie between.
    warnings.warn(
        "Use 'content=<...>' to upload raw bytes/text content.", DeprecationWarning, stacklevel=4
    )

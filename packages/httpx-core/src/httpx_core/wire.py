"""For authors of transports: the check of what goes out, and fast ways in and out of the models.

Everything here is pure: bytes in, bytes out; no socket, no clock. A transport calls `encode_head`,
or `check_method`, `check_target` and `check_fields` where the head is written otherwise (HTTP/2),
before its first byte, so that no request can write any message but its own.

The checks are those that h11 makes of what is sent, and stricter where two fields would leave it
to the reader where a message ends (RFC 9112 6.3, 11.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ._errors import LocalProtocolError
from ._response import Response
from ._streams import AsyncByteStream, ByteStream, SyncByteStream

if TYPE_CHECKING:
    from ._request import Request

__all__ = [
    "buffered",
    "check_fields",
    "check_method",
    "check_request",
    "check_target",
    "encode_fields",
    "encode_head",
    "is_replayable",
    "request_line",
    "response",
]

Fields = Sequence[tuple[bytes, bytes]]

# RFC 9110 5.6.2
_is_token = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").fullmatch
# RFC 9112 3.2: visible ASCII.
_TARGET_BYTES = bytes(range(0x21, 0x7F))
# RFC 9110 5.5 forbids CR, LF and NUL in a value; VT and FF are line ends to some readers.
_BREAKING = b"\x00\n\x0b\x0c\r"
_HARMLESS = bytes(byte for byte in range(256) if byte not in _BREAKING)
# At most 20 digits, as h11 has it: 2**64 has 20.
_is_length = re.compile(rb"[0-9]{1,20}").fullmatch

_USUAL_METHODS = frozenset(
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "CONNECT", "TRACE"]
)
# Names that need no look at their characters: a set is asked in a tenth of the pattern's time.
_USUAL_NAMES = frozenset(
    b"""host accept accept-encoding accept-language accept-charset connection user-agent
    content-length content-type content-encoding content-disposition content-language
    transfer-encoding te trailer expect upgrade authorization proxy-authorization cookie origin
    referer date range if-match if-none-match if-modified-since if-unmodified-since if-range
    cache-control pragma priority forwarded via x-forwarded-for x-forwarded-host
    x-forwarded-proto x-requested-with x-request-id x-api-key idempotency-key last-event-id
    traceparent tracestate baggage upgrade-insecure-requests sec-fetch-dest sec-fetch-mode
    sec-fetch-site sec-websocket-key sec-websocket-version sec-websocket-protocol
    sec-websocket-extensions""".split()
)


def check_method(method: str) -> None:
    """Refuse a method that is no token (RFC 9110 9.1).

    >>> check_method("PURGE")

    LocalProtocolError: it is empty or holds a character that no method may have.
    """
    if method not in _USUAL_METHODS and not _is_token(method.encode("utf-8", "replace")):
        raise LocalProtocolError(f"The method {method!r} is not a token as RFC 9110 defines it.")


def check_target(target: bytes) -> None:
    """Refuse a request target that is not one run of visible ASCII (RFC 9112 3.2).

    >>> check_target(b"/search?q=a%20b")

    LocalProtocolError: it is empty or holds whitespace, a control character or a byte over 127.
    """
    wrong = target.translate(None, _TARGET_BYTES)
    if wrong:
        raise LocalProtocolError(
            f"The request target holds {_name_byte(wrong[0])} at offset {target.index(wrong[:1])}: "
            "it must be percent-encoded."
        )
    if not target:
        raise LocalProtocolError("The request target is empty.")


def check_fields(pairs: Fields) -> None:
    """Refuse header fields that would break the message, or leave its end in doubt.

    A name must be a token; a value must hold no CR, LF, NUL, VT or FF and neither begin nor end
    with whitespace. Host, Content-Length and Transfer-Encoding may each occur once, the last two
    not together; a length is digits, and the only transfer coding is chunked.

    >>> check_fields([(b"Host", b"example.org"), (b"Accept", b"*/*")])

    LocalProtocolError: the first field that is wrong, by name, and what is wrong with it. Values
    are not shown, since they may be secret.
    """
    if b"".join([value for _, value in pairs]).translate(None, _HARMLESS):
        raise _first_wrong(pairs)
    _check_names(pairs)


def check_request(request: Request) -> None:
    r"""Refuse a request whose method or header fields would break a message, whoever reads it.

    For transports that write none, such as those that call an application: what they take is what
    can be sent.

    >>> from httpx_core import Request
    >>> check_request(Request("GET", "http://example.org/", headers={"X-Note": "one\r\ntwo"}))
    Traceback (most recent call last):
    httpx_core.LocalProtocolError: The header 'X-Note' holds CR at offset 3.

    LocalProtocolError: as `check_method` and `check_fields`; it has the request.
    """
    try:
        check_method(request.method)
        check_fields(request.headers.raw)
    except LocalProtocolError as exc:
        exc.request = request
        raise


def encode_head(method: str, target: bytes, pairs: Fields) -> bytes:
    r"""Write the head of an HTTP/1.1 request, checked, ready to be sent.

    It is `request_line` and `encode_fields`, for a caller who keeps neither.

    >>> encode_head("GET", b"/", [(b"Host", b"example.org")])
    b'GET / HTTP/1.1\r\nHost: example.org\r\n\r\n'

    LocalProtocolError: as `check_method`, `check_target` and `check_fields`; or there is no Host.
    """
    return request_line(method, target) + encode_fields(pairs)


def request_line(method: str, target: bytes) -> bytes:
    r"""Write the first line of an HTTP/1.1 request, checked (RFC 9112 3).

    >>> request_line("GET", b"/")
    b'GET / HTTP/1.1\r\n'

    LocalProtocolError: as `check_method` and `check_target`.
    """
    if method not in _USUAL_METHODS:
        check_method(method)
    if not target or target.translate(None, _TARGET_BYTES):
        check_target(target)
    return b"%b %b HTTP/1.1\r\n" % (method.encode(), target)


def encode_fields(pairs: Fields) -> bytes:
    r"""Write the fields of an HTTP/1.1 request, checked, and the empty line that ends the head.

    They are written as they stand, but Host is put first (RFC 9110 7.2).

    >>> encode_fields([(b"Host", b"example.org")])
    b'Host: example.org\r\n\r\n'

    LocalProtocolError: as `check_fields`; or there is no Host.
    """
    if b"host" not in _check_names(pairs):
        raise LocalProtocolError("A request must have a Host header, and this one has none.")
    if pairs[0][0].lower() != b"host":
        pairs = sorted(pairs, key=lambda field: field[0].lower() != b"host")
    lines = [b": ".join(field) for field in pairs]
    block = b"\r\n".join([*lines, b"", b""])
    # All line ends in it are those just written: no field brought one of its own.
    if block.translate(None, _HARMLESS) != b"\r\n" * (len(lines) + 1):
        raise _first_wrong(pairs)
    return block


def _check_names(fields: Fields) -> set[bytes]:
    """Check all but the inside of values; return the names, lower-cased."""
    names: set[bytes] = set()
    for name, value in fields:
        names.add(name.lower())
        if value.strip() != value:
            raise _first_wrong(fields)
    if not names <= _USUAL_NAMES:
        for name in names - _USUAL_NAMES:
            if not _is_token(name):
                raise _first_wrong(fields)
    if len(names) != len(fields) or b"content-length" in names or b"transfer-encoding" in names:
        _check_framing([(name.lower(), value) for name, value in fields])
    return names


def _check_framing(fields: Iterable[tuple[bytes, bytes]]) -> None:
    """Check what says where the message ends and whom it is for.

    1. RFC 9112 3.2: one Host at most.
    2. RFC 9112 6.3: one Content-Length, all digits.
    3. RFC 9112 6.1: Transfer-Encoding once, only chunked, and never beside a Content-Length.
    """
    seen: set[bytes] = set()
    for name, value in fields:
        if name in (b"host", b"content-length", b"transfer-encoding"):
            if name in seen:
                raise _wrong(name, "is there more than once")
            seen.add(name)
        if name == b"content-length" and not _is_length(value):
            raise _wrong(name, "is not a length: 1 to 20 digits")
        if name == b"transfer-encoding" and value.lower() != b"chunked":
            raise _wrong(name, "is not 'chunked', the only transfer coding that can be sent")
    if b"content-length" in seen and b"transfer-encoding" in seen:
        raise LocalProtocolError(
            "The headers Content-Length and Transfer-Encoding exclude each other: "
            "only one of them can say where the body ends."
        )


def _first_wrong(fields: Fields) -> LocalProtocolError:
    """Find the field that does not pass, and say which and why."""
    for name, value in fields:
        if not _is_token(name):
            return LocalProtocolError(f"The header name {name!r} is not a token (RFC 9110 5.6.2).")
        breaking = value.translate(None, _HARMLESS)
        if breaking:
            place = value.index(breaking[:1])
            return _wrong(name, f"holds {_name_byte(breaking[0])} at offset {place}")
        if value.strip() != value:
            return _wrong(name, "begins or ends with whitespace")
    return LocalProtocolError("A header field would break the message.")


def _wrong(name: bytes, fault: str) -> LocalProtocolError:
    return LocalProtocolError(f"The header {name.decode('ascii')!r} {fault}.")


_BYTE_NAMES = {0: "NUL", 9: "a tab", 10: "LF", 11: "VT", 12: "FF", 13: "CR", 32: "a space"}


def _name_byte(byte: int) -> str:
    return _BYTE_NAMES.get(byte, f"the byte 0x{byte:02x}")


def buffered(stream: object) -> bytes | None:
    """The whole body of a stream that is in memory, so that it can leave with the head.

    None for any other, subclasses of ByteStream among them, since they may iterate otherwise.

    >>> buffered(ByteStream(b"Hello"))
    b'Hello'
    """
    return stream._stream if type(stream) is ByteStream else None


def is_replayable(stream: object) -> bool:
    """Whether what this stream gave can be had again, byte for byte, to send a request anew."""
    return bool(getattr(stream, "_replayable", False))


def response(
    status: int,
    pairs: list[tuple[bytes, bytes]],
    stream: SyncByteStream | AsyncByteStream,
    extensions: dict[str, Any],
    request: Request | None = None,
    absent: frozenset[bytes] = frozenset(),
) -> Response:
    """Build a Response of parsed parts, without a copy or a check.

    The list of pairs and the dict of extensions become the response's own. `absent` are lower-cased
    names of fields that the caller knows not to be among the pairs, so that nobody looks for them again.

    >>> response(200, [(b"Content-Type", b"text/plain")], ByteStream(b"Hello"), {}).read()
    b'Hello'
    """
    return Response._from_wire(status, pairs, stream, extensions, request, absent)

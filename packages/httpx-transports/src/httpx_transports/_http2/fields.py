"""The fields of HTTP/2 messages: a request's are written and checked, a response's are checked.

Pure functions, no h2, no state. h2's own checks are switched off for these reasons: it sends CR, LF
and NUL in names and values, it makes one malformed response the end of a whole connection where RFC
9113 (8.1.1) makes it the end of one stream, and it looks at each byte in Python.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from httpx_core import LocalProtocolError, wire

from .._http11.outgoing import request_target

if TYPE_CHECKING:
    from httpx_core import Request

    Pair = tuple[bytes, bytes]

# RFC 9113, 8.2.2: what speaks of the connection has no place on a stream.
CONNECTION_FIELDS = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"}
)

# What Connection says without naming another field.
_USUAL_OPTIONS = frozenset({b"keep-alive", b"close"})

# RFC 7541, 7.1.3: never put into a compression table, by no hop, since what shares a table with a
# secret can be used to guess it.
SECRET_FIELDS = frozenset({b"authorization", b"cookie", b"proxy-authorization"})

# RFC 9113, 8.2.1, and RFC 9110, 5.1: a token without upper case.
_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9a-z]+")

# RFC 9113, 8.2.1: no NUL, LF, CR anywhere, no space or tab at either end.
_BAD_VALUE = re.compile(rb"[\x00\r\n]|^[ \t]|[ \t]\Z")

# RFC 9113, 8.3.2: three digits. 101 is not used in HTTP/2 (8.6).
_STATUS = re.compile(rb"[1-9][0-9][0-9]")


def request_fields(request: Request) -> tuple[list[Pair], list[Pair]]:
    """The pseudo-header fields and the other fields of a request, checked, ready to be encoded.

    LocalProtocolError: the request cannot be sent; nothing of it was.
    """
    headers = request.headers.raw
    method = request.method
    extensions = request.extensions
    url = request.url
    if method == "CONNECT" or (extensions and "target" in extensions):
        target = request_target(request, False)
    else:
        target = url.raw_path
    wire.check_method(method)
    wire.check_target(target)
    wire.check_fields(headers)
    authority = None
    nominating = False
    fields: list[Pair] = []
    for name, value in headers:
        name = name.lower()
        if name in CONNECTION_FIELDS:
            nominating = nominating or (name == b"connection" and value not in _USUAL_OPTIONS)
            continue
        if name == b"host":
            authority = value
            continue
        if name == b"te" and value.lower() != b"trailers":
            # RFC 9113, 8.2.2.
            raise LocalProtocolError(
                f"The TE field of an HTTP/2 request may say trailers only, not {value!r}."
            )
        fields.append((name, value))
    if nominating:
        fields = _without_nominated(fields, headers)
    if authority is None:
        authority = url.netloc
    if method == "CONNECT":
        # RFC 9113, 8.5: neither :scheme nor :path.
        return [(b":method", b"CONNECT"), (b":authority", target)], fields
    if not target.startswith(b"/") and not (target == b"*" and method == "OPTIONS"):
        # RFC 9113, 8.3.1.
        raise LocalProtocolError(
            f"The target of an HTTP/2 request must start with a slash, and is {target!r}."
        )
    pseudo = [
        (b":method", method.encode("ascii")),
        (b":authority", authority),
        (b":scheme", url.raw_scheme),
        (b":path", target),
    ]
    return pseudo, fields


def _without_nominated(fields: list[Pair], headers: Sequence[Pair]) -> list[Pair]:
    """Drop the fields that Connection names (RFC 9110, 7.6.1); they were for the next hop alone."""
    named = {
        option.strip().lower()
        for name, value in headers
        if name.lower() == b"connection"
        for option in value.split(b",")
    }
    return [pair for pair in fields if pair[0] not in named]


def declared_length(fields: Sequence[Pair]) -> int | None:
    """What a checked request's Content-Length says; None without one."""
    for name, value in fields:
        if name == b"content-length":
            return int(value)
    return None


class MalformedError(Exception):
    """A response's fields break RFC 9113 (8.1.1): the end of its stream; the message says how."""


def response_head(pairs: Sequence[Pair], max_fields: int) -> tuple[int, list[Pair]]:
    """The status and the other fields of a response, or of an interim one."""
    if not pairs or pairs[0][0] != b":status":
        raise MalformedError("its head does not begin with :status")
    status = pairs[0][1]
    if _STATUS.fullmatch(status) is None:
        raise MalformedError(f"its status is {status[:20]!r}")
    return int(status), checked_fields(pairs[1:], max_fields)


def checked_fields(pairs: Sequence[Pair], max_fields: int) -> list[Pair]:
    """The fields of a response, or its trailers, without pseudo-header fields (RFC 9113, 8.1)."""
    if len(pairs) > max_fields:
        raise MalformedError(f"it has {len(pairs)} fields, and {max_fields} are allowed")
    fields: list[Pair] = []
    for name, value in pairs:
        if _NAME.fullmatch(name) is None:
            kind = "a pseudo-header field out of place" if name[:1] == b":" else "no field name"
            raise MalformedError(f"{name[:50]!r} is {kind}")
        if _BAD_VALUE.search(value) is not None:
            raise MalformedError(
                f"the value of its field {name[:50]!r} has a byte that is not allowed"
            )
        if name in CONNECTION_FIELDS:
            raise MalformedError(f"its field {name!r} has no place in HTTP/2")
        fields.append((name, value))
    return fields


def response_length(fields: Sequence[Pair]) -> int | None:
    """What a response's Content-Length says (RFC 9110, 8.6); None without one."""
    length: int | None = None
    for name, value in fields:
        if name == b"content-length":
            if not value.isdigit() or len(value) > 20:
                raise MalformedError(f"its Content-Length is {value[:50]!r}")
            if length is not None and length != int(value):
                raise MalformedError("it has two Content-Length fields that differ")
            length = int(value)
    return length

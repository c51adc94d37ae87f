"""Outgoing: what a request is on the wire, and how its body is framed; no socket, no clock.

All that can be wrong with a request and can be known beforehand is found here, before its first byte
is sent: LocalProtocolError. What a streamed body yields is measured piece by piece as it is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from httpx_core import LocalProtocolError, wire

from .._body import Upload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from httpx_core import Request

    from .sending import Sender

# The lengths of the names that decide here: the loop looks at no others.
_DECIDING = frozenset(
    map(len, (b"connection", b"content-length", b"expect", b"transfer-encoding", b"upgrade"))
)
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}

# A body in memory up to this many bytes leaves with its head in one write; a bigger one is not copied.
ONE_WRITE = 65_536

LAST_CHUNK = b"0\r\n\r\n"


class Block:
    """The fields of a request, checked and encoded, and what they say of it.

    `length`: what Content-Length says, 0 without one; `chunked`: it has none since it comes in chunks.
    `expects`: the body waits for 100 (Continue). `upgrade`: there is an Upgrade field. `closing`: the
    request says that the connection ends with it.
    """

    __slots__ = ("chunked", "closing", "data", "expects", "fields", "length", "upgrade")

    def __init__(self, fields: list[tuple[bytes, bytes]]) -> None:
        self.fields = fields
        self.data = wire.encode_fields(fields)
        self.chunked = self.closing = self.expects = self.upgrade = False
        self.length = 0
        for name, value in fields:
            if len(name) not in _DECIDING:
                continue
            name = name.lower()
            if name == b"content-length":
                self.length = int(value)
            elif name == b"transfer-encoding":
                self.chunked = True
            elif name == b"expect":
                self.expects = b"100-continue" in value.lower()
            elif name == b"upgrade":
                self.upgrade = True
            elif name == b"connection":
                self.closing = self.closing or b"close" in value.lower()


class Outgoing:
    """A checked request: what leaves `first`, its head and a body that is small and need not wait, and
    any other `body`, as bytes when it is in memory, else `upload`.

    `known` is the block of the last request on the connection: one with the same fields, as those of
    one client often have, needs no new one (5 microseconds of some 35). `all_sent`: with `first` the
    whole of the request leaves; false after a response that came before its end. The others are those
    of its `block`.
    """

    __slots__ = (
        "all_sent",
        "block",
        "body",
        "chunked",
        "closing",
        "expects",
        "first",
        "length",
        "sender",
        "upgrade",
        "upload",
    )

    sender: Sender
    """Who sends what does not leave with `first`, once there is one."""

    def __init__(
        self,
        request: Request,
        is_async: bool,
        forward: bool,
        proxy_fields: Sequence[tuple[bytes, bytes]],
        known: Block | None,
    ) -> None:
        fields = request.headers.raw
        if proxy_fields:
            fields = _merge(proxy_fields, fields)
        line = wire.request_line(request.method, request_target(request, forward))
        block = Block(fields) if known is None or known.fields != fields else known
        self.block = block
        first = line + block.data
        self.chunked = block.chunked
        self.closing = block.closing
        self.expects = block.expects
        self.upgrade = block.upgrade
        self.length = block.length
        self.all_sent = True
        body = wire.buffered(request.stream)
        self.upload: Upload | None = None
        if body is None:
            self.upload = Upload(request.stream, is_async)
        elif self.chunked:
            body = chunk(body) + LAST_CHUNK if body else LAST_CHUNK
        elif len(body) != self.length:
            raise (too_little if len(body) < self.length else too_much)(self.length)
        if body is None or len(body) > ONE_WRITE or (body and self.expects):
            self.all_sent = False
        elif body:
            first += body
        self.first = first
        self.body = body


def request_target(request: Request, forward: bool) -> bytes:
    """The request target (RFC 9112, 3.2): the `target` extension, else by method, else the path.

    `forward`: it goes to a proxy that is no tunnel, and needs the absolute form (3.2.2). A CONNECT
    has the authority form, its port always there (3.2.3).
    """
    target = request.extensions.get("target")
    if target is not None:
        if isinstance(target, str):
            # What is not ASCII is refused by the check of the head.
            target = target.encode("utf-8", "surrogatepass")
        if not isinstance(target, bytes):
            raise TypeError(
                f"The extension target must be bytes or str, not {type(target).__name__}."
            )
        return target
    url = request.url
    if request.method == "CONNECT":
        netloc = url.netloc
        return (
            netloc
            if url.port is not None
            else b"%b:%d" % (netloc, _DEFAULT_PORTS.get(url.scheme, 80))
        )
    if forward:
        return b"%b://%b%b" % (url.raw_scheme, url.netloc, url.raw_path)
    return url.raw_path


def chunk(data: bytes | memoryview) -> bytes:
    """One chunk (RFC 9112, 7.1); `data` must not be empty, which would end the body."""
    return b"".join((b"%x\r\n" % len(data), data, b"\r\n"))


def too_little(length: int) -> LocalProtocolError:
    return LocalProtocolError(f"Too little data for declared Content-Length ({length} bytes).")


def too_much(length: int) -> LocalProtocolError:
    return LocalProtocolError(f"Too much data for declared Content-Length ({length} bytes).")


def _merge(
    proxy_fields: Sequence[tuple[bytes, bytes]], fields: list[tuple[bytes, bytes]]
) -> list[tuple[bytes, bytes]]:
    """The request's fields and those for the proxy, the request's own winning."""
    own = {name.lower() for name, _ in fields}
    return fields + [pair for pair in proxy_fields if pair[0].lower() not in own]

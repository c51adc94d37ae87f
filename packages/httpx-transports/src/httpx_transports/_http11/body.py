"""Body framing: where the body of a response ends (RFC 9112, 6 and 7); bytes in, bytes out.

One decoder a body. `feed(data)` takes bytes as they come from the network and returns those of the
body among them, without a copy where there is nothing to cut. After each call `complete` says whether
the body has ended, and `leftover` holds what came behind its end. `end()` says that the peer has closed:
it completes the body or raises RemoteProtocolError.
"""

from __future__ import annotations

import re

from httpx_core import ReadError, RemoteProtocolError

from .head import BLANK_LINE, plain_trailers
from .referee import judge_trailers

# Bytes of one chunk-size line, its extensions included (RFC 9112, 7.1.1: bounded by the recipient).
MAX_CHUNK_LINE = 16_384
# 16 hexadecimal digits hold 64 bits; h11 takes 20.
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;[^\r\n]*)?[ \t]*\r\n")


class Decoder:
    """What the three framings have in common."""

    __slots__ = ("complete", "leftover", "plain", "trailers")

    def __init__(self) -> None:
        self.complete = False
        self.leftover = b""
        self.plain = True
        """Whether the referee was not needed: a connection on which it was is not used again."""
        self.trailers: list[tuple[bytes, bytes]] = []

    def feed(self, data: bytes) -> bytes:
        raise NotImplementedError

    def end(self) -> None:
        raise NotImplementedError


class LengthDecoder(Decoder):
    """A body of a known length in bytes; of none at all, when `length` is 0."""

    __slots__ = ("_length", "_remaining")

    def __init__(self, length: int) -> None:
        # Written out: most responses make one of these, and calling the base costs as much again.
        self.complete = length == 0
        self.leftover = b""
        self.plain = True
        self.trailers = []
        self._length = self._remaining = length

    def feed(self, data: bytes) -> bytes:
        remaining = self._remaining - len(data)
        if remaining > 0:
            self._remaining = remaining
            return data
        self.complete = True
        self._remaining = 0
        if remaining == 0:
            return data
        self.leftover = data[remaining:]
        return data[:remaining]

    def end(self) -> None:
        raise RemoteProtocolError(
            "peer closed connection without sending complete message body "
            f"(received {self._length - self._remaining} bytes, expected {self._length})"
        )


# Of a body that has come whole; shared, since nothing is ever fed to it or left over by it.
NOTHING_MORE = LengthDecoder(0)


class CloseDecoder(Decoder):
    """A body that ends where the connection does; one that is `broken` has no end that can be trusted."""

    __slots__ = ("broken",)

    def __init__(self) -> None:
        super().__init__()
        self.broken = False

    def feed(self, data: bytes) -> bytes:
        return data

    def end(self) -> None:
        if self.broken:
            raise ReadError(
                "The connection broke while the request was being sent: the response, which ends "
                "where the connection does, may have been cut short."
            )
        self.complete = True


class ChunkedDecoder(Decoder):
    """A body in chunks, then perhaps trailers, which count on the bounds of the message's head.

    `max_size` bytes and `max_fields` fields are what the trailer section may still hold.
    """

    __slots__ = ("_due", "_max_fields", "_max_size", "_pending", "_section")

    def __init__(self, max_size: int, max_fields: int) -> None:
        super().__init__()
        self._max_size = max_size
        self._max_fields = max_fields
        self._due = 0
        """Bytes of the current chunk, and of the CRLF behind it, that are still to come."""
        self._pending = b""
        """The start of a line whose end has not come."""
        self._section: bytearray | None = None
        """The trailer section so far, once the last chunk has come."""

    def feed(self, data: bytes) -> bytes:
        if self._section is not None:
            self._feed_trailers(self._section, data)
            return b""
        if self._pending:
            data = self._join_pending(data)
        parts: list[bytes] = []
        at = 0
        size = len(data)
        due = self._due
        while at < size:
            if not due:
                line = _CHUNK_LINE.match(data, at)
                if line is None or line.end() - at > MAX_CHUNK_LINE:
                    _check_unfinished_line(data, at)
                    break
                at = line.end()
                length = int(line[1], 16)
                if not length:
                    self._section = bytearray()
                    self._feed_trailers(self._section, data[at:])
                    at = size
                    break
                due = length + 2
            stop = at + due - 2
            if stop > size:
                parts.append(data[at:] if at else data)
                due = stop + 2 - size
                at = size
                break
            if stop > at:
                parts.append(data[at:stop])
                at = stop
            # The CRLF is checked, and not skipped: CVE-2025-43859 was h11 not doing so.
            if data[at : at + 2] == b"\r\n":
                at += 2
                due = 0
            elif data[at:] in (b"", b"\r"):
                due = 2
                break
            else:
                raise RemoteProtocolError(
                    "The server sent a malformed body: a chunk without CRLF at its end."
                )
        self._due = due
        if at < size:
            self._pending = data[at:]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def end(self) -> None:
        raise RemoteProtocolError(
            "peer closed connection without sending complete message body (incomplete chunked read)"
        )

    def _join_pending(self, data: bytes) -> bytes:
        """What there is to read now: nothing, as long as a line that has begun does not end."""
        data = self._pending + data
        self._pending = b""
        if not self._due and data.find(b"\n") < 0:
            _check_unfinished_line(data, 0)
            self._pending = data
            return b""
        return data

    def _feed_trailers(self, section: bytearray, data: bytes) -> None:
        """Collect the trailer section, and read it when its blank line has come."""
        searched = max(0, len(section) - 2)
        section += data
        if section.startswith(b"\n"):
            end = 1
        elif section.startswith(b"\r\n"):
            end = 2
        else:
            blank = BLANK_LINE.search(section, searched)
            end = 0 if blank is None else blank.end()
        if (end or len(section)) - 2 > self._max_size:
            raise RemoteProtocolError(
                "The server sent trailers beyond the limit of the header block."
            )
        if not end:
            return
        block = bytes(section[:end])
        if block != b"\r\n":
            trailers = plain_trailers(block)
            if trailers is None:
                trailers = judge_trailers(block)
                self.plain = False
            if len(trailers) > self._max_fields:
                raise RemoteProtocolError(
                    "The server sent more trailer fields than the limit allows."
                )
            self.trailers += trailers
        self.leftover = bytes(section[end:])
        self.complete = True


def _check_unfinished_line(data: bytes, at: int) -> None:
    """Refuse a chunk-size line that can no longer become one, however it goes on."""
    if len(data) - at > MAX_CHUNK_LINE:
        raise RemoteProtocolError(
            f"The server sent a malformed body: a chunk-size line over {MAX_CHUNK_LINE} bytes."
        )
    if data.find(b"\n", at) >= 0:
        raise RemoteProtocolError("The server sent a malformed body: illegal chunk-size line.")

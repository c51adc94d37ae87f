"""The content codings gzip (RFC 1952) and deflate (RFC 1950, and RFC 1951 bare), over zlib."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from ._codings import PIECE, STEP, ContentDecoder
from ._errors import DecodingError

_GZIP = zlib.MAX_WBITS | 16
_BARE = -zlib.MAX_WBITS

# ID1, ID2 and CM of RFC 1952 section 2.3.1.
_MEMBER = b"\x1f\x8b\x08"


def _pieces(data: bytes) -> Iterator[bytes]:
    if len(data) <= PIECE:
        yield data
        return
    for start in range(0, len(data), PIECE):
        yield data[start : start + PIECE]


class GzipDecoder(ContentDecoder):
    """gzip: any number of members in a row; what then begins no member is ignored."""

    __slots__ = ("_begun", "_held", "_member", "_over")

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._begun = False  # whether the member at hand has had a byte
        self._held = b""  # up to two bytes after a member, which may begin another
        self._over = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        for piece in _pieces(chunk):
            if self._over:
                return
            if self._held:
                piece = self._held + piece
                self._held = b""
                piece = self._next_member(piece)
            while piece:
                self._begun = True
                yield from _inflate(self._member, piece, "gzip")
                if not self._member.eof:
                    break
                piece = self._next_member(self._member.unused_data)

    def _next_member(self, rest: bytes) -> bytes:
        """Decide whether `rest`, after a whole member, begins another; return what to feed it."""
        self._begun = False
        if rest.startswith(_MEMBER):
            self._member = zlib.decompressobj(_GZIP)
            return rest
        if _MEMBER.startswith(rest):
            self._held = rest
        else:
            self._over = True
        return b""

    def end(self) -> Iterator[bytes]:
        if self._begun:
            yield from _inflate_rest(self._member, "gzip")


class DeflateDecoder(ContentDecoder):
    """deflate: zlib's format as RFC 9110 has it, or the bare one that some servers send."""

    __slots__ = ("_held", "_stream")

    def __init__(self) -> None:
        self._held = b""
        self._stream: zlib._Decompress | None = None

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        stream = self._stream
        if stream is None:
            chunk = self._held + chunk
            if len(chunk) < 2:
                self._held = chunk
                return
            self._held = b""
            stream = self._stream = zlib.decompressobj(_window_bits(chunk))
        for piece in _pieces(chunk):
            if stream.eof:
                return
            yield from _inflate(stream, piece, "deflate")

    def end(self) -> Iterator[bytes]:
        if self._stream is not None:
            yield from _inflate_rest(self._stream, "deflate")
        elif self._held:
            raise _truncated("deflate")


def _window_bits(head: bytes) -> int:
    """Tell zlib's format from the bare one by its first two bytes (RFC 1950 section 2.2).

    A bare stream that begins so would begin with a stored block whose padding is not zero, which
    no compressor writes.
    """
    is_zlib = head[0] & 0x0F == 8 and head[0] >> 4 <= 7 and (head[0] << 8 | head[1]) % 31 == 0
    return zlib.MAX_WBITS if is_zlib else _BARE


def _inflate(stream: zlib._Decompress, data: bytes, coding: str) -> Iterator[bytes]:
    """Feed `data` to zlib, and take what it gives in steps."""
    while True:
        try:
            step = stream.decompress(data, STEP)
        except zlib.error as exc:
            raise DecodingError(f"The body is not valid {coding}: {exc}") from exc
        if step:
            yield step
        data = stream.unconsumed_tail
        # A full step may have left output inside zlib even though all input is used.
        if stream.eof or (not data and len(step) < STEP):
            return


def _inflate_rest(stream: zlib._Decompress, coding: str) -> Iterator[bytes]:
    if not stream.eof:
        yield from _inflate(stream, b"", coding)
    if not stream.eof:
        raise _truncated(coding)


def _truncated(coding: str) -> DecodingError:
    return DecodingError(f"The body ends in the middle of its {coding} data: it was truncated.")

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


class _ZlibDecoder(ContentDecoder):
    """What both codings share: zlib streams, fed in pieces and emptied in steps.

    `_open` gets the bytes that a stream begins with and sets `_stream`, or keeps them in `_held`
    until there are enough to tell, or sets `_over`. It returns what to feed the stream.
    """

    __slots__ = ("_begun", "_held", "_over", "_stream")

    _coding: str

    def __init__(self) -> None:
        self._stream: zlib._Decompress | None = None
        self._begun = False  # whether there is a stream that has not come to its end
        self._held = b""
        self._over = False

    def _open(self, data: bytes) -> bytes:
        raise NotImplementedError

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        # Written flat: a generator for each piece or step costs 2 % of the whole.
        for start in range(0, len(chunk), PIECE):
            data = chunk[start : start + PIECE]
            if not self._begun:
                data = self._open(self._held + data)
            while self._begun:
                stream = self._stream
                assert stream is not None  # noqa: S101 - for the type checker
                try:
                    step = stream.decompress(data, STEP)
                except zlib.error as exc:
                    raise DecodingError(f"The body is not valid {self._coding}: {exc}") from exc
                if step:
                    yield step
                if stream.eof:
                    self._begun = False
                    data = self._open(stream.unused_data)
                    continue
                data = stream.unconsumed_tail
                # A full step may have left output inside zlib even though all input is used.
                if not data and len(step) < STEP:
                    break
            if self._over:
                return

    def end(self) -> Iterator[bytes]:
        if self._begun:
            raise DecodingError(
                f"The body ends in the middle of its {self._coding} data: it was truncated."
            )
        return iter(())


class GzipDecoder(_ZlibDecoder):
    """gzip: any number of members in a row; what then begins no member is ignored."""

    __slots__ = ("_has_member",)

    _coding = "gzip"

    def __init__(self) -> None:
        super().__init__()
        self._has_member = False

    def _open(self, data: bytes) -> bytes:
        if self._over or not data:
            return b""
        self._held = b""
        if data.startswith(_MEMBER) or not self._has_member:
            self._stream = zlib.decompressobj(_GZIP)
            self._has_member = self._begun = True
            return data
        if _MEMBER.startswith(data):
            self._held = data
        else:
            self._over = True
        return b""


class DeflateDecoder(_ZlibDecoder):
    """deflate: zlib's format as RFC 9110 has it, or the bare one that some servers send."""

    __slots__ = ()

    _coding = "deflate"

    def _open(self, data: bytes) -> bytes:
        if self._stream is not None:
            self._over = True  # one stream, and what follows it is ignored
        elif len(data) < 2:
            self._held = data
        else:
            self._held = b""
            self._stream = zlib.decompressobj(_window_bits(data))
            self._begun = True
            return data
        return b""

    def end(self) -> Iterator[bytes]:
        self._begun = self._begun or bool(self._held)
        return super().end()


def _window_bits(head: bytes) -> int:
    """Tell zlib's format from the bare one by its first two bytes (RFC 1950 section 2.2).

    A bare stream that begins so would begin with a stored block whose padding is not zero, which
    no compressor writes.
    """
    is_zlib = head[0] & 0x0F == 8 and head[0] >> 4 <= 7 and (head[0] << 8 | head[1]) % 31 == 0
    return zlib.MAX_WBITS if is_zlib else _BARE

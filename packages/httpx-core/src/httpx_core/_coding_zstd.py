"""The content coding zstd (RFC 8878, RFC 9659), over compression.zstd or its backport."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ._coding_libraries import zstd_library
from ._codings import PIECE, STEP, ContentDecoder
from ._errors import DecodingError

# RFC 9659 section 3: a decoder of this content coding takes no window above 8 MiB.
_WINDOW_LOG_MAX = 23


def new_decoder() -> ContentDecoder | None:
    """Return a decoder, or None where no library is installed that bounds its output."""
    library = zstd_library()
    return None if library is None else ZstdDecoder(library)


class ZstdDecoder(ContentDecoder):
    """zstd: any number of frames in a row, skippable ones included."""

    __slots__ = ("_begun", "_error", "_frame", "_library", "_options")

    def __init__(self, library: Any) -> None:
        self._library = library
        self._error: type[Exception] = library.ZstdError
        self._options = {library.DecompressionParameter.window_log_max: _WINDOW_LOG_MAX}
        self._frame = library.ZstdDecompressor(options=self._options)
        self._begun = False  # whether the frame at hand has had a byte

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        for start in range(0, len(chunk), PIECE):
            piece = chunk[start : start + PIECE]
            while piece:
                if self._frame.eof:
                    self._frame = self._library.ZstdDecompressor(options=self._options)
                self._begun = True
                yield from self._steps(piece)
                if not self._frame.eof:
                    break
                self._begun = False
                piece = self._frame.unused_data

    def _steps(self, data: bytes) -> Iterator[bytes]:
        frame = self._frame
        while True:
            try:
                step: bytes = frame.decompress(data, max_length=STEP)
            except self._error as exc:
                raise DecodingError(
                    f"The body is not valid zstd, or its window is above 8 MiB: {exc}"
                ) from exc
            if step:
                yield step
            if frame.eof or frame.needs_input:
                return
            data = b""

    def end(self) -> Iterator[bytes]:
        if self._begun:
            raise DecodingError("The body ends in the middle of its zstd data: it was truncated.")
        return iter(())

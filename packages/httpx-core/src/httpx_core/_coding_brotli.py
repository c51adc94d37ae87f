"""The content coding br (RFC 7932), over brotli or brotlicffi.

Version 1.2 or newer: older ones cannot bound their output.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ._coding_libraries import brotli_library
from ._codings import PIECE, ContentDecoder
from ._errors import DecodingError

# brotli rounds this up to the end of its buffer's block, 96 KiB less 32 bytes: the largest below
# the step that all decoders keep to.
_LIMIT = 65536


def new_decoder() -> ContentDecoder | None:
    """Return a decoder, or None where no library is installed that bounds its output."""
    library = brotli_library()
    return None if library is None else BrotliDecoder(library)


class BrotliDecoder(ContentDecoder):
    """br: one stream, and nothing after it."""

    __slots__ = ("_begun", "_error", "_stream")

    def __init__(self, library: Any) -> None:
        self._stream = library.Decompressor()
        self._error: type[Exception] = library.error
        self._begun = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        for start in range(0, len(chunk), PIECE):
            self._begun = True
            yield from self._steps(chunk[start : start + PIECE])

    def _steps(self, data: bytes) -> Iterator[bytes]:
        stream = self._stream
        while True:
            try:
                step: bytes = stream.process(data, output_buffer_limit=_LIMIT)
            except self._error as exc:
                raise DecodingError(f"The body is not valid br: {exc}") from exc
            if step:
                yield step
            elif stream.can_accept_more_data():
                return
            # That it can accept more does not mean that it has given all: only an empty step does.
            if stream.is_finished():
                return
            data = b""

    def end(self) -> Iterator[bytes]:
        if self._begun and not self._stream.is_finished():
            raise DecodingError("The body ends in the middle of its br data: it was truncated.")
        return iter(())

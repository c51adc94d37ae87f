"""Text of a body: which charset, decoding over chunk borders, and lines.

Promises: never fails on a charset's name or on malformed text (unknown names mean utf-8, malformed
sequences become U+FFFD), and takes linear time whatever the sizes of the chunks.
"""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterable
from functools import lru_cache

from ._patterns import compiled
from ._stages import Parts, Stage

# A parameter of Content-Type up to its semicolon, which inside quotes ends nothing.
_PARAMETER = r'(?s)(?:[^;"]+|"(?:[^"\\]+|\\.)*"?)+'

# Where str.splitlines() ends a line.
_LINE_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"

# Codecs for host names and no charsets: they fail on malformed text, or take quadratic time.
_CODINGS_OF_NAMES = frozenset(["idna", "punycode"])


def charset_of(content_type: str) -> str | None:
    """Return the charset parameter of a Content-Type, in lower case; None when it has none."""
    for match in compiled(_PARAMETER).finditer(content_type):
        parameter = match[0]
        name, _, value = parameter.partition("=")
        name = name.strip().lower()
        if name == "charset":
            return _unquoted(value.strip()).lower()
        if name == "charset*":  # RFC 8187: charset'language'value
            return value.strip().rpartition("'")[2].lower()
    return None


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return compiled(r"\\(.)").sub(r"\1", value[1:-1])
    return value


@lru_cache(maxsize=256)
def is_text_encoding(name: str) -> bool:
    """Say whether `name` is a codec that makes text of bytes, piece by piece, replacing errors."""
    try:
        codecs.getincrementaldecoder(name)
        # Some codecs make bytes of bytes (hex), or only fail (undefined).
        b"a\xff".decode(name, "replace")
        return codecs.lookup(name).name not in _CODINGS_OF_NAMES
    except (LookupError, ValueError):
        return False


class TextDecoder(Stage[bytes, str]):
    """Bytes to text in one charset; a character may be cut by a chunk's border."""

    __slots__ = ("_can_overflow", "_decoder", "_encoding", "_held", "_wanted")

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._held = Parts(b"")
        self._wanted = 0
        self._can_overflow = codecs.lookup(encoding).name.startswith("iso2022")

    def feed(self, chunk: bytes) -> Iterable[str]:
        if self._wanted:
            self._held.add(chunk)
            if self._held.size < self._wanted:
                return ()
            chunk = self._held.take()
        before = self._decoder.getstate() if self._can_overflow else (b"", 0)
        try:
            text = self._decode(chunk, False)
        except UnicodeError:
            # The decoders of ISO 2022 want to see 16 bytes of an escape sequence and keep but 8.
            # They get these bytes again with others behind them.
            self._decoder.setstate(before)
            self._held.add(chunk)
            self._wanted = 2 * len(chunk)
            return ()
        if text:
            self._wanted = 0
            return (text,)
        # What the decoder keeps it reads again with the next chunk, and utf-7 keeps all of a run in
        # base64. As much again must come first, or small chunks would take quadratic time.
        self._wanted = len(self._decoder.getstate()[0])
        return ()

    def end(self) -> Iterable[str]:
        text = self._decode(self._held.take(), True)
        return (text,) if text else ()

    def _decode(self, data: bytes, final: bool) -> str:
        try:
            return self._decoder.decode(data, final)
        except UnicodeError:
            if self._can_overflow:
                raise
            # Of the others only utf-16 and utf-32 fail when told to replace: they ask for a byte
            # order mark, which bytes.decode() does without. Without one it is this machine's order.
            kept = self._decoder.getstate()[0]
            name = f"{codecs.lookup(self._encoding).name}-{sys.byteorder[0]}e"
            self._decoder = codecs.getincrementaldecoder(name)(errors="replace")
            return self._decoder.decode(kept + data, final)


class LineSplitter(Stage[str, str]):
    """Text to lines, without their ends, as str.splitlines() has it."""

    __slots__ = ("_line", "_open", "_return")

    def __init__(self) -> None:
        self._line = Parts("")  # what is there of a line whose end has not come
        self._open = False
        self._return = False  # whether the last character was CR, which LF may follow

    def feed(self, chunk: str) -> Iterable[str]:
        if self._return:
            chunk = "\r" + chunk
        self._return = chunk.endswith("\r")
        if self._return:
            chunk = chunk[:-1]
        lines = chunk.splitlines()
        if not lines:
            return ()
        is_ended = chunk[-1] in _LINE_ENDS
        if self._open:
            if len(lines) == 1 and not is_ended:
                self._line.add(lines[0])
                return ()
            self._line.add(lines[0])
            lines[0] = self._line.take()
        self._open = not is_ended
        if self._open:
            self._line.add(lines.pop())
        return lines

    def end(self) -> Iterable[str]:
        if self._return or self._open:
            self._return = self._open = False
            return (self._line.take(),)
        return ()

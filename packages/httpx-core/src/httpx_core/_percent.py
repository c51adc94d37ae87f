"""Percent-encoding (RFC 3986 section 2.1), one set of characters for each component of a URL.

Pure text in, text out. Only what must be escaped is escaped, escapes that are already there are
kept, and every function takes time linear in its input. Encoding what is encoded changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._patterns import compiled

if TYPE_CHECKING:
    import re

# What each component escapes, beside everything outside ASCII. The sets are those of httpx 0.28,
# which are near the percent-encode sets of the WHATWG URL standard; tests hold them in a table.
_CONTROLS = r"\x00-\x1f\x7f"
_BEYOND_ASCII = r"|[^\x00-\x7f]+"
PATH = rf'[{_CONTROLS} "<>`{{}}]+{_BEYOND_ASCII}'
QUERY = rf'[{_CONTROLS} "<>]+{_BEYOND_ASCII}'
FRAGMENT = rf'[{_CONTROLS} "<>`]+{_BEYOND_ASCII}'
USERINFO = rf'[{_CONTROLS} "#/;<=>?@\[\\\]^`{{|}}]+{_BEYOND_ASCII}'

_ESCAPE = tuple(f"%{byte:02X}" for byte in range(256))
_ESCAPES = r"(?:%[0-9A-Fa-f]{2})+"

_FORM_UNSAFE = r"[^A-Za-z0-9_.~-]"
_FORM_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.~-")
_FORM_ESCAPE = tuple(
    "+" if byte == 0x20 else chr(byte) if byte in _FORM_SAFE else _ESCAPE[byte]
    for byte in range(256)
)


def quote(text: str, unsafe: str) -> str:
    """Escape the runs of `text` that a pattern matches, as UTF-8 bytes; a `%` is left as it is."""
    pattern = compiled(unsafe)
    if pattern.search(text) is None:
        return text
    return pattern.sub(_escape_run, text)


def _escape_run(match: re.Match[str]) -> str:
    return "".join([_ESCAPE[byte] for byte in match[0].encode("utf-8")])


def unquote(text: str) -> str:
    """Decode the valid escapes of `text` as UTF-8; bytes that are none become U+FFFD."""
    if "%" not in text:
        return text
    return compiled(_ESCAPES).sub(_decode_run, text)


def _decode_run(match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "replace")


def form_quote(text: str) -> str:
    """Encode a name or value for application/x-www-form-urlencoded: space is `+`, `%` is `%25`."""
    if compiled(_FORM_UNSAFE).search(text) is None:
        return text
    return "".join([_FORM_ESCAPE[byte] for byte in text.encode("utf-8")])


def form_unquote(text: str) -> str:
    """Decode a name or value of application/x-www-form-urlencoded."""
    if "+" in text:
        text = text.replace("+", " ")
    return unquote(text)

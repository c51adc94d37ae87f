"""JSON laid out for reading: white space and colours are added, and no value is ever changed.

Numbers, escapes, the order of the members and doubled names stay as they came, which would be lost
if the text were parsed and written again. Linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_PIECES = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')

INDENT = "    "

MAX_INDENTATION = 4 * 1024 * 1024
"""Characters of indentation; deep nesting would make ever more of it."""

PLAIN = {"name": "", "text": "", "other": ""}
COLOURED = {"name": "\x1b[94m", "text": "\x1b[33m", "other": "\x1b[36m"}
_RESET = "\x1b[0m"


def laid_out(text: str, colours: dict[str, str] = PLAIN) -> str | None:
    """The text with one member or item a line, or None when it is no JSON (or is nested deep)."""
    import json

    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    pieces = _PIECES.findall(text)
    depth = indentation = 0
    for piece in pieces:
        if piece in "{[":
            depth += 1
        elif piece in "}]":
            depth -= 1
        elif piece != ",":
            continue
        indentation += depth * len(INDENT)
    if indentation > MAX_INDENTATION:
        return None
    return "".join(_spaced(pieces, colours))


def _spaced(pieces: list[str], colours: dict[str, str]) -> Iterator[str]:
    newline = "\n"
    for position, piece in enumerate(pieces):
        following = pieces[position + 1] if position + 1 < len(pieces) else ""
        if piece in "{[":
            yield piece
            if following in "}]":
                continue
            newline += INDENT
            yield newline
        elif piece in "}]":
            if pieces[position - 1] not in "{[":
                newline = newline[: -len(INDENT)]
                yield newline
            yield piece
        elif piece == ",":
            yield piece + newline
        elif piece == ":":
            yield ": "
        else:
            colour = colours[_kind(piece, following)]
            yield f"{colour}{piece}{_RESET}" if colour else piece


def _kind(piece: str, following: str) -> str:
    if not piece.startswith('"'):
        return "other"
    return "name" if following == ":" else "text"

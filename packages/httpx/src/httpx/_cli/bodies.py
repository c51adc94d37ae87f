"""The body of a response on standard output: laid out, coloured, streamed, or only counted.

What is shown is never held whole in memory beyond `PRETTY_LIMIT`; binary data is not shown at all
where somebody would read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from . import json_text
from .terminal import Screen, visible

if TYPE_CHECKING:
    from httpx_core import Response

PRETTY_LIMIT = 1024 * 1024
"""Characters up to which a body is laid out and coloured; a longer one is shown as it comes."""

# By the end of a media type: what pygments calls it.
_LEXERS = {
    "html": "html",
    "xml": "xml",
    "css": "css",
    "javascript": "javascript",
    "yaml": "yaml",
}

_TEXTUAL = frozenset(
    (
        "csv",
        "ecmascript",
        "graphql",
        "javascript",
        "json",
        "ndjson",
        "sql",
        "toml",
        "x-ndjson",
        "x-sh",
        "x-www-form-urlencoded",
        "xml",
        "yaml",
    )
)


def show_body(screen: Screen, response: Response) -> None:
    """Show a body in the way that its type and the screen ask for."""
    media_type = media_type_of(response)
    if media_type:
        _show(screen, response, media_type, is_text(media_type))
        return
    # Nothing says what it is: its beginning does.
    chunks = response.iter_bytes()
    first = next(chunks, b"")
    if not looks_like_text(first):
        _count(screen, len(first) + sum(map(len, chunks)))
        return
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    screen.write(decoder.decode(first))
    for chunk in chunks:
        screen.write(decoder.decode(chunk))
        screen.flush()
    screen.write(decoder.decode(b"", True))
    screen.end_line()


def write_body(screen: Screen, response: Response) -> None:
    """The body and nothing else: for a terminal as `show_body`, for all others its bytes, decoded
    from their content coding, as they come.
    """
    if screen.is_terminal:
        show_body(screen, response)
        return
    for chunk in response.iter_bytes():
        screen.write_bytes(chunk)


def _show(screen: Screen, response: Response, media_type: str, text: bool) -> None:
    if not text:
        _count(screen, sum(map(len, response.iter_bytes())))
        return
    chunks = response.iter_text()
    lexer = _lexer_of(media_type)
    if lexer == "json" or (lexer is not None and screen.coloured):
        start, complete = _up_to(chunks, PRETTY_LIMIT)
        if complete:
            _show_laid_out(screen, start, lexer)
            return
        screen.write(start)
    for chunk in chunks:
        screen.write(chunk)
        screen.flush()
    screen.end_line()


def _show_laid_out(screen: Screen, text: str, lexer: str) -> None:
    if screen.is_terminal:
        text = visible(text)
    if lexer == "json":
        colours = json_text.COLOURED if screen.coloured else json_text.PLAIN
        screen.write_styled(json_text.laid_out(text, colours) or text)
    else:
        screen.write_styled(_highlighted(text, lexer))
    screen.end_line()


def _highlighted(text: str, lexer: str) -> str:
    """The text with colours, its lines as they are: the terminal breaks what is too long."""
    try:
        from io import StringIO

        from rich.console import Console
        from rich.syntax import Syntax
    except ModuleNotFoundError:  # click was installed without the extra
        return text
    out = StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", width=80)
    syntax = Syntax("", lexer, theme="ansi_dark", background_color="default")
    console.print(syntax.highlight(text.rstrip("\n")), soft_wrap=True, end="")
    return out.getvalue()


def _count(screen: Screen, size: int) -> None:
    if size:
        screen.line(f"<{size} bytes of binary data>")


def _up_to(chunks: Iterator[str], limit: int) -> tuple[str, bool]:
    """The text up to the chunk that passes the limit, and whether that is all of it."""
    parts: list[str] = []
    size = 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > limit:
            return "".join(parts), False
    return "".join(parts), True


def media_type_of(response: Response) -> str:
    """The type and subtype of a Content-Type, in lower case; empty without one."""
    media_type: str = response.headers.get("content-type", "")
    return media_type.partition(";")[0].strip().lower()


def is_text(media_type: str) -> bool:
    kind, _, subtype = media_type.partition("/")
    return kind == "text" or subtype.rpartition("+")[2] in _TEXTUAL


def looks_like_text(start: bytes) -> bool:
    """Whether the first bytes of a body are those of UTF-8 text, a cut character at their end aside."""
    import codecs

    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return not any(char < " " and char not in "\t\n\r\f\x1b" for char in text)


def _lexer_of(media_type: str) -> str | None:
    subtype = media_type.partition("/")[2].rpartition("+")[2]
    if subtype == "json":
        return "json"
    return next((name for end, name in _LEXERS.items() if subtype.endswith(end)), None)

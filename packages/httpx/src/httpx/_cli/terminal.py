"""What standard output is, and how text gets onto it: a terminal sees no escape sequence of a server's.

A terminal obeys what is written to it: ESC sequences can move the cursor over what was shown,
change its title, or answer for the user. So what came from the network is shown to a terminal with
its control characters made visible. A file or a pipe gets the text as it came.
"""

from __future__ import annotations

import os
import sys
from typing import TextIO

RESET = "\x1b[0m"
BOLD = "\x1b[1m"
RED = "\x1b[31m"
GREEN = "\x1b[32m"
YELLOW = "\x1b[33m"
CYAN = "\x1b[36m"
DIM = "\x1b[2m"

# The pictures of Unicode for C0 and DEL, and the replacement character for C1, which has none.
_VISIBLE: dict[int, int | None] = {
    code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)
}
_VISIBLE[0x7F] = 0x2421
_VISIBLE[0x0D] = None  # of a line end, or to overwrite the line: neither needs to be seen
_VISIBLE.update(dict.fromkeys(range(0x80, 0xA0), 0xFFFD))


def visible(text: str) -> str:
    """The text with control characters that a terminal would obey made visible; tabs and line ends stay."""
    return text.translate(_VISIBLE)


def is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def wants_colour(stream: TextIO) -> bool:
    """Whether to colour what goes there: a terminal that knows how, and no NO_COLOR (no-color.org)."""
    environ = os.environ
    if not is_terminal(stream) or environ.get("NO_COLOR") or environ.get("TERM") == "dumb":
        return False
    return os.name != "nt" or "WT_SESSION" in environ or "TERM" in environ


class Screen:
    """A text stream to show things on: `stream`, whether it is a terminal, whether in colour,
    whether a line can be drawn anew.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.is_terminal = is_terminal(stream)
        self.coloured = wants_colour(stream)
        self.can_overwrite = self.is_terminal and os.environ.get("TERM") != "dumb"
        self._at_line_start = True

    def write(self, text: str, style: str = "") -> None:
        """Show a text of ours or of the network's, in a style if this screen has colours."""
        if self.is_terminal:
            text = visible(text)
        if style and self.coloured and text:
            self.write_styled(f"{style}{text}{RESET}")
        else:
            self.write_styled(text)
        if text:
            self._at_line_start = text.endswith("\n")

    def write_styled(self, text: str) -> None:
        """Write a text as it is; its escape sequences are ours."""
        stream = self.stream
        try:
            stream.write(text)
        except UnicodeEncodeError:
            encoding = stream.encoding
            stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        if text:
            self._at_line_start = text.endswith("\n")

    def line(self, text: str = "", style: str = "") -> None:
        self.write(text, style)
        self.write_styled("\n")

    def end_line(self) -> None:
        """Begin a new line, unless this is the start of one."""
        if not self._at_line_start:
            self.write_styled("\n")

    def note(self, text: str) -> None:
        """A line of the command's own about what happens, marked by a star."""
        self.line(f"* {text}", DIM)

    def write_bytes(self, data: bytes) -> None:
        """Write bytes past any encoding; only for what is no terminal."""
        self.stream.flush()
        self.stream.buffer.write(data)
        self.stream.buffer.flush()

    def width(self) -> int:
        """The columns of this terminal, now; 80 for one that does not say."""
        try:
            return os.get_terminal_size(self.stream.fileno()).columns or 80
        except (OSError, ValueError):
            return 80

    def flush(self) -> None:
        self.stream.flush()


def abandon_stdout() -> None:
    """Let what is still buffered for a reader that has gone vanish, so that the end of the process
    does not complain of it.
    """
    try:
        descriptor = sys.stdout.fileno()
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, descriptor)
        os.close(devnull)
    except (AttributeError, OSError, ValueError):  # it is no file of the system's
        pass

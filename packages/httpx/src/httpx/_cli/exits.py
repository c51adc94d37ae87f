"""How the command line ends: its exit codes, and the sentence that goes with a failure. No I/O."""

from __future__ import annotations

import re

SUCCESS = 0
"""The answer is a success (2xx)."""

HTTP_ERROR = 1
"""The answer came, and is none: an error status, or a redirect that was not followed."""

USAGE = 2
"""The arguments cannot be meant; nothing was sent."""

NETWORK = 3
"""No whole answer came."""

FILE = 4
"""A file cannot be read or written, or a download not be continued without damage."""

INTERRUPTED = 130
"""Ctrl-C: 128 and the number of SIGINT, as shells have it."""

BROKEN_PIPE = 141
"""Who read the output has gone: 128 and the number of SIGPIPE."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class Failure(Exception):
    """The command ends here: `code` is its exit code, and its text one sentence for the user."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def sentence(text: object) -> str:
    """A text as one line that a terminal can show as it is: part of it may be a server's."""
    return _CONTROLS.sub(" ", str(text)).strip()


def cause(exc: BaseException) -> str:
    """What an error says for itself; of a system's error the reason, without number or file name."""
    if isinstance(exc, OSError) and exc.strerror:
        return sentence(exc.strerror)
    return sentence(exc) or type(exc).__name__

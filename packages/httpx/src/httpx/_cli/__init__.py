"""`httpx.main`: the command line, which is loaded when it is run.

Nothing of it is imported with the package, and click and rich (the extra `cli`) only by a run.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    import click


class CommandLine:
    """The command `httpx`: call it to run what `sys.argv`, or `args`, asks for.

    It always leaves by SystemExit; the exit codes are in `docs/command-line.md`. Where click is
    installed it can be used like the `click.Command` that it stands for, by `click.testing` too.
    """

    __module__ = "httpx"

    def __call__(self, args: Sequence[str] | None = None) -> NoReturn:
        """Run the command line and leave."""
        try:
            raise SystemExit(self._command().main(args))
        except KeyboardInterrupt:
            # Before the command itself was under way, which answers the same.
            raise SystemExit(130) from None

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        try:
            return getattr(self._command(), name)
        except SystemExit as exc:
            raise AttributeError(f"{name!r} needs the extra 'cli'") from exc

    def _command(self) -> click.Command:
        """The command; without click, a sentence that says what to install, and exit code 2."""
        try:
            from .command import command
        except ModuleNotFoundError as exc:
            if exc.name != "click":
                raise
            sys.stderr.write(
                "The httpx command line needs the extra 'cli': pip install 'httpx[cli]'\n"
            )
            raise SystemExit(2) from None
        return command


main: CommandLine = CommandLine()
"""The command `httpx`, as a console script calls it."""

"""Runs the command and ends it: whatever stops it becomes an exit code and one sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from . import exits
from .exits import Failure, cause, sentence
from .options import Options
from .reports import failure_report
from .terminal import Screen, abandon_stdout
from .transfer import Transfer


def run(options: Options) -> int:
    """Send the request, show or save what comes, and return the exit code; errors are shown too."""
    return _ended(options.output == "json", lambda out, err: _interruptible(options, out, err))


def refuse(reason: str, as_json: bool) -> int:
    """Say, as `run` does, that the arguments cannot be read, and return the exit code."""

    def fail(out: Screen, err: Screen) -> int:
        raise Failure(exits.USAGE, reason)

    return _ended(as_json, fail)


def _ended(as_json: bool, work: Callable[[Screen, Screen], int]) -> int:
    # A standard stream that is None was closed when the process was started.
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        out, err = Screen(sys.stdout or nowhere), Screen(sys.stderr or nowhere)
        return _ended_on(out, err, as_json, work)


def _ended_on(
    out: Screen, err: Screen, as_json: bool, work: Callable[[Screen, Screen], int]
) -> int:
    """Work, and turn whatever ends it into an exit code and a sentence."""
    try:
        try:
            code = work(out, err)
        except Failure as exc:
            if as_json:
                out.line(failure_report(exc))
            raise
        finally:
            out.flush()
    except Failure as exc:
        return _tell(str(exc), exc.code)
    except BrokenPipeError:
        abandon_stdout()
        return exits.BROKEN_PIPE
    except OSError as exc:
        abandon_stdout()
        return _tell(f"A file cannot be read or written: {cause(exc)}.", exits.FILE)
    return code


def _interruptible(options: Options, out: Screen, err: Screen) -> int:
    try:
        return Transfer(options, out, err).run()
    except KeyboardInterrupt as exc:
        raise Failure(exits.INTERRUPTED, "Interrupted.") from exc


def _tell(text: str, code: int) -> int:
    try:
        if sys.stderr is not None:
            sys.stderr.write(f"httpx: {sentence(text)}\n")
            sys.stderr.flush()
    except OSError:  # standard error is closed: the exit code says it
        pass
    return code

"""The command line for tests: run in this process, in one of its own, or on a terminal of its own."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
from typing import Any, NamedTuple

import pytest

import httpx

SCRIPT = [sys.executable, "-W", "error", "-c", "import httpx; httpx.main()"]


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


class InProcess:
    """Runs the command in this process: `command("--timeout", "1", url)`."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *args: str) -> Outcome:
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            httpx.main(args)
        assert isinstance(caught.value.code, int)
        out, err = self._capsys.readouterr()
        return Outcome(caught.value.code, out, err)


def environment(**changes: str) -> dict[str, str]:
    """The environment of this process, without what has a say in colours, and with the changes."""
    left_out = {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return {**kept, "PYTHONIOENCODING": "utf-8", **changes}


def run_script(*args: str, **more: Any) -> Outcome:
    """Run the command in a process of its own; `input` is what it can read."""
    more.setdefault("env", environment())
    shown = subprocess.run(
        [*SCRIPT, *args], capture_output=True, encoding="utf-8", timeout=60, check=False, **more
    )
    return Outcome(shown.returncode, shown.stdout, shown.stderr)


def start_script(*args: str) -> subprocess.Popen[bytes]:
    """Start the command as a process that Ctrl-C ends, whatever started the tests.

    A shell has what it starts with `&` ignore Ctrl-C, which goes on to the processes started there;
    a handler does not.
    """
    outer = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [*SCRIPT, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
        )
    finally:
        signal.signal(signal.SIGINT, outer)


def run_on_terminal(*args: str, width: int = 80, **changes: str) -> tuple[int, str]:
    """Run the command on a terminal of its own; its exit code and what the terminal got."""
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    try:
        process = subprocess.Popen(
            [*SCRIPT, *args],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment(**{"TERM": "xterm", **changes}),
        )
    finally:
        os.close(theirs)
    shown = b""
    try:
        while data := _read(ours):
            shown += data
    finally:
        os.close(ours)
    return process.wait(60), shown.decode("utf-8").replace("\r\n", "\n")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # EIO is a terminal's end of file on Linux
        return b""

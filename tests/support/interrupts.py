"""Ctrl-C at every point where it can strike, one after the other.

CPython looks for signals where a function begins, after a call, and where a loop jumps back: nowhere
else. So KeyboardInterrupt is raised at the n-th of these points in our own code, for n = 1, 2, 3 …
Finalizers are left out, since Python itself drops what is raised in one.
"""

from __future__ import annotations

import dis
import sys
from types import FrameType
from typing import Any

OURS = ("/httpx_core/", "/httpx_transports/", "/httpx_auth/", "/httpx/src/")


class CtrlC:
    """Raises KeyboardInterrupt at the n-th point within `with`, which swallows it.

    `again` after so many further points another one is raised. `struck` says how often it was.
    """

    def __init__(self, n: int, again: int = 0) -> None:
        self.left = n
        self.again = again
        self.struck = 0
        self.where = ""
        self._before: Any = None

    def __enter__(self) -> CtrlC:
        # That of a measurement of coverage, as a rule, which is to go on afterwards.
        self._before = sys.gettrace()
        sys.settrace(self._enter)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        sys.settrace(self._before)
        return kind is KeyboardInterrupt

    def _enter(self, frame: FrameType, event: str, argument: object) -> Any:
        if not any(part in frame.f_code.co_filename for part in OURS) or _is_finalizing(frame):
            return None
        frame.f_trace_lines = False
        frame.f_trace_opcodes = True
        before = "CALL"
        code = frame.f_code.co_code

        def step(frame: FrameType, event: str, argument: object) -> Any:
            nonlocal before
            if event == "opcode":
                if before.startswith("CALL") or before == "JUMP_BACKWARD":
                    self._count(frame)
                before = dis.opname[code[frame.f_lasti]]
            elif event == "exception":
                before = ""
            return step

        return step

    def _count(self, frame: FrameType) -> None:
        self.left -= 1
        if self.left:
            return
        self.left = self.again
        self.struck += 1
        self.where += f" {frame.f_code.co_name}:{frame.f_lineno}"
        raise KeyboardInterrupt


def _is_finalizing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False

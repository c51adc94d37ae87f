"""Tells whether work grows with the square of its input by counting steps, without a clock.

A step is a line of Python that is run. What a C function does inside, a pattern for one, is not
seen: that is left to the limit on the time of one input.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

# A hidden loop over the input costs this many times more for four times as much of it.
TIMES = 4
# Twice over linear is an algorithm that is n log n, or a first call that imports something.
SLACK = 2
FREE = 2000  # steps


def steps(function: Callable[[], object]) -> int:
    """How many lines of Python a call runs; what it raises is no matter."""
    count = 0

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    except Exception:
        pass
    finally:
        sys.settrace(before)
    return count


def check_linear(function: Callable[[str], object], piece: str, size: int = 4096) -> None:
    """Fail when `function` of four times as much text takes far more than four times the steps."""
    short = piece * max(1, size // max(1, len(piece)))
    few = steps(lambda: function(short))
    many = steps(lambda: function(short * TIMES))
    assert many <= SLACK * TIMES * few + FREE, (
        f"{few} steps for {len(short)} characters of {piece!r}, {many} for {TIMES} times as many"
    )

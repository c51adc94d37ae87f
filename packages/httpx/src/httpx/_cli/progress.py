"""The progress of a download, on one line of a terminal: bar, part, speed, time that is left.

The line is drawn to the width that the terminal has, at most ten times a second, and cleared in
the end. Where standard error is no terminal, nothing is drawn.
"""

from __future__ import annotations

from collections import deque
from time import monotonic

from .terminal import CYAN, RESET, Screen

INTERVAL = 0.1
"""Seconds between two drawings."""

WINDOW = 3.0
"""Seconds over which the speed is measured."""

_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")

MIN_BAR = 6


def amount(size: float) -> str:
    """A number of bytes for a reader, in powers of a thousand: `12 bytes`, `94.5 MB`."""
    unit = 0
    while size >= 999.95 and unit < len(_UNITS) - 1:
        size /= 1000
        unit += 1
    return f"{size:.0f} {_UNITS[0]}" if unit == 0 else f"{size:.1f} {_UNITS[unit]}"


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: the letters of East Asia take two, accents none."""
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text
    )


def clock(seconds: float) -> str:
    """A duration as `0:07`, `12:30` or `3:00:05`."""
    minutes, second = divmod(round(min(seconds, 359_999)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def progress_line(
    label: str, done: int, total: int | None, rate: float | None, width: int
) -> tuple[str, str, str]:
    """What a line of `width` columns shows: what stands before the bar, the bar, what is after it.

    The most important last to go: the label and the time that is left give way first.
    """
    speed = "" if rate is None else f"{amount(rate)}/s"
    if not total:
        texts = [(f"{label}  ", f"{amount(done)}  {speed}"), ("", f"{amount(done)}  {speed}")]
        for before, after in texts:
            if columns(before) + len(after) <= width:
                return before, "", after
        return "", "", amount(done)[:width]
    share = min(done / total, 1.0)
    percent = f"{share:4.0%}"
    part = f"{amount(done)} of {amount(total)}"
    left = "" if not rate else f"{clock((total - done) / rate)} left"
    for before, after in (
        (f"{label} {percent} ", f" {part}  {speed}  {left}"),
        (f"{label} {percent} ", f" {part}  {speed}"),
        (f"{percent} ", f" {part}  {speed}"),
        (f"{percent} ", f" {speed}"),
    ):
        room = min(width - columns(before) - len(after), 40)
        if room >= MIN_BAR:
            filled = int(share * room)
            return before, "━" * filled + "─" * (room - filled), after
    return "", "", percent.strip()[:width]


class Progress:
    """Draws the progress of a file that `already` has some of its `total` bytes."""

    def __init__(self, screen: Screen, label: str, already: int, total: int | None) -> None:
        self._screen = screen
        self._label = label
        self._done = already
        self._total = total
        self._drawn = False
        self._next = 0.0
        self._marks = deque([(monotonic(), already)])
        self._shows = screen.can_overwrite

    def advance(self, size: int) -> None:
        """So many more bytes are in the file."""
        self._done += size
        if not self._shows:
            return
        now = monotonic()
        if now >= self._next:
            self._next = now + INTERVAL
            self._marks.append((now, self._done))
            while len(self._marks) > 2 and now - self._marks[0][0] > WINDOW:
                self._marks.popleft()
            self._draw()

    def clear(self) -> None:
        """Leave the line empty for what comes next."""
        if self._drawn:
            self._screen.write_styled("\r\x1b[K")
            self._screen.flush()
            self._drawn = False

    def _draw(self) -> None:
        (began, before), (now, done) = self._marks[0], self._marks[-1]
        rate = (done - before) / (now - began) if now > began else None
        # The last column is left free: some terminals go to the next line after it.
        width = self._screen.width() - 1
        start, bar, end = progress_line(self._label, self._done, self._total, rate, width)
        if bar and self._screen.coloured:
            bar = f"{CYAN}{bar}{RESET}"
        self._screen.write_styled(f"\r{start}{bar}{end}\x1b[K")
        self._screen.flush()
        self._drawn = True

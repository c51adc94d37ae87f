"""Attempt: one request on its way through the transport, its limits, and how far it got.

Pool and connections share it. The connection notes what became of the request, and the pool
decides from that whether it may go again.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from httpx_core._timeout import wrong_timeout

from ._trace import Trace

if TYPE_CHECKING:
    from httpx_core import Request, TimeoutException


# Seconds, 11 days: a longer limit is none. The system's calls overflow beyond some weeks or years,
# each at another length, and infinity is how some programs say that they want no limit.
LONGEST = 1e6


def _no_limit(limit: float) -> float | None:
    """What a limit above `LONGEST` stands for; TypeError when it is not above, but no number at all."""
    if limit != limit:
        raise TypeError("NaN")
    return None


class Attempt:
    """A request with its limits in seconds (`connect`, `read`, `write`, `pool`), None for no limit.

    `deadline`, on the clock of `time.monotonic()`, is where the total limit ends, or None. A client sets
    it in the extension `deadline`, for all the requests that redirects and authentication make of one.
    `sent`: some of the request may have reached the peer. `answered`: a first byte of the response
    came. `refused`: the peer said that it did not process the request (GOAWAY, REFUSED_STREAM).
    `reused`: the connection had served a request before. `over`: the connection has been given back, and
    may be another request's by now.
    """

    __slots__ = (
        "answered",
        "connect",
        "deadline",
        "over",
        "pool",
        "read",
        "refused",
        "request",
        "reused",
        "sent",
        "total",
        "trace",
        "write",
    )

    def __init__(self, request: Request, is_async: bool) -> None:
        extensions = request.extensions
        self.request = request
        self.connect: float | None = None
        self.read: float | None = None
        self.write: float | None = None
        self.pool: float | None = None
        self.total: float | None = None
        self.deadline: float | None = None
        self.trace: Trace | None = None
        self.sent = self.answered = self.refused = self.reused = self.over = False
        if extensions:
            timeout = extensions.get("timeout")
            if timeout:
                try:
                    connect, read = timeout.get("connect"), timeout.get("read")
                    write, pool = timeout.get("write"), timeout.get("pool")
                    if connect is not None:
                        self.connect = connect if connect <= LONGEST else _no_limit(connect)
                    if read is not None:
                        self.read = read if read <= LONGEST else _no_limit(read)
                    if write is not None:
                        self.write = write if write <= LONGEST else _no_limit(write)
                    if pool is not None:
                        self.pool = pool if pool <= LONGEST else _no_limit(pool)
                    total = timeout.get("total")
                    if total is not None and not total <= LONGEST:
                        total = _no_limit(total)
                except (AttributeError, TypeError) as exc:
                    raise wrong_timeout(timeout) from exc
                if total is not None:
                    self.total = total
                    deadline = extensions.get("deadline")
                    self.deadline = monotonic() + total if deadline is None else deadline
            trace = extensions.get("trace")
            if trace is not None:
                self.trace = Trace(trace, is_async)

    def left(self, limit: float | None) -> float | None:
        """The smaller of a phase's limit and what is left of the total one, never below 0."""
        if self.deadline is None:
            return limit
        remaining = max(0.0, self.deadline - monotonic())
        return remaining if limit is None or remaining < limit else limit

    def name_total(self, exc: TimeoutException) -> None:
        """Let a timeout that the total limit caused say so; the class is that of the phase it struck in."""
        # uvloop counts in whole milliseconds, so that its timers may fire one early.
        if self.total is None or self.deadline is None:
            return
        if monotonic() >= self.deadline - 0.002:
            name_limit(exc, "total", self.total)


def name_limit(exc: TimeoutException, name: str, limit: float) -> None:
    """Let a timeout say which limit of several phases ended it."""
    # What was left of it when its last phase began is no limit that anybody set, and that nothing
    # came within that says nothing of what came before.
    said, timed_out, _ = exc.args[0].partition(" timed out")
    said = said + timed_out if timed_out else said.partition(" within ")[0].rstrip(".")
    exc.args = (f"{said} (the {name} limit is {limit:g} seconds).",)

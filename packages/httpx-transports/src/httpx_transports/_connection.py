"""What the pool asks of a connection, whichever protocol it speaks.

Rules for all connections:

1. `exchange` is called only while fewer than `limit` exchanges are open.
2. For each call of `exchange`, `on_done(attempt)` is called: before `exchange` raises, or when the
   body of its response has been read to the end, closed, or failed. It never waits. Called again it
   does nothing; `attempt.over` says that it was, and that the connection may be another's.
3. Before `on_done`, `limit` and `keepalive` say what the connection is still good for: a limit of 0
   means that no exchange may start any more; the pool closes it when its last exchange is done.
4. A change of `limit` at any other time (SETTINGS, GOAWAY, the peer's close) is told by `on_change`.
5. Any BaseException in the middle of an exchange, cancellation above all, leaves the connection with
   a limit of 0 (HTTP/1.1) or the stream reset (HTTP/2), and calls `on_done`. Ctrl-C strikes between
   any two steps, of `exchange` itself too: the pool calls `abandon` for what nobody else saw.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from httpx_core import Response

    from ._attempt import Attempt


class Connection:
    """One connection to a server or proxy, over which requests are exchanged for responses."""

    __slots__ = ("on_lost",)

    protocol: str
    """`"HTTP/1.1"` or `"HTTP/2"`."""

    limit: int
    """How many exchanges may be open at once; 0 when no new one may start."""

    keepalive: float | None
    """For how many seconds the peer said that it keeps an idle connection, or None."""

    on_done: Callable[[Any], None]
    on_lost: Callable[[Any], None]
    """To be called in place of `on_done` by the garbage collector, for a response that nobody closed."""
    on_change: Callable[[Any], None]

    async def exchange(self, attempt: Attempt) -> Response:
        """Send the request and return the response once its head is there, its body a stream."""
        raise NotImplementedError

    def abandon(self, attempt: Attempt) -> None:
        """End what an exchange has open, wherever it was interrupted, and call `on_done`.

        Never waits, and closes the connection where that has to be. On an exchange that is over, which
        has given the connection back, it does no more than to call `on_done` again.
        """
        raise NotImplementedError

    def is_stale(self) -> bool:
        """Whether an idle connection has been closed, or written to, by the peer; never waits."""
        raise NotImplementedError

    def close(self) -> None:
        """Close at once; open exchanges fail. Never waits, never raises, can be called twice."""
        raise NotImplementedError

"""What stands in for connections and wakeups when PoolState is tried without a network."""

from __future__ import annotations

from typing import Any

from httpx_transports._pool.state import PoolState, Slot


class FakeConnection:
    """What the state reads of a connection, and whether it was closed, and how often."""

    def __init__(self, limit: int = 1, keepalive: float | None = None) -> None:
        self.limit = limit
        self.keepalive = keepalive
        self.protocol = "HTTP/2" if limit > 1 else "HTTP/1.1"
        self.closed = 0


class Wakeup:
    def __init__(self) -> None:
        self.is_set = False


def settle(state: PoolState) -> None:
    """Do what the shell does with the lists that the state leaves."""
    for connection in state.to_close:
        connection.closed += 1
    for waiter in state.to_wake:
        assert not waiter.wakeup.is_set
        waiter.wakeup.is_set = True
    state.to_close.clear()
    state.to_wake.clear()


def connect(state: PoolState, origin: str, **kwargs: Any) -> Slot:
    slot = state.take(origin, 0.0)
    assert slot is not None
    assert slot.connection is None
    state.opened(slot, FakeConnection(**kwargs))
    return slot

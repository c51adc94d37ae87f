"""Books of a pool that were broken off half-way are written anew from who holds what."""

from __future__ import annotations

import threading
from typing import Any

from tests.transports.pool_fakes import FakeConnection, Wakeup, connect, settle

from httpx_transports import HTTPTransport, Limits
from httpx_transports._pool.mending import mend
from httpx_transports._pool.slots import Slot, Waiter
from httpx_transports._pool.state import PoolState


def held(state: PoolState, name: str, holder: Slot | Waiter) -> Any:
    state.held[name] = holder
    return holder


def waits(state: PoolState, name: str, origin: str) -> Waiter:
    assert state.take(origin, 0.0) is None
    waiter: Waiter = held(state, name, state.wait(origin, Wakeup()))
    return waiter


def books(state: PoolState) -> dict[str, tuple[int, int, int, int, int]]:
    return {
        str(origin.key): (
            origin.slots,
            origin.connecting,
            origin.active,
            origin.idle,
            len(origin.waiting),
        )
        for origin in state.origins.values()
    }


def test_whoever_holds_a_slot_keeps_it_and_is_counted_again() -> None:
    state = PoolState(5, 5, 5.0)
    connected = held(state, "first", connect(state, "a"))
    connecting = held(state, "second", state.take("b", 0.0))
    connected.active = connecting.active = 7
    state.origins["a"].slots = state.origins["b"].connecting = 9
    state.torn = True
    mend(state)
    assert {"a": (1, 0, 1, 0, 0), "b": (1, 1, 1, 0, 0)} == books(state)
    assert [connected, connecting] == list(state.slots)
    assert (1, 1) == (connected.active, connecting.active)
    assert [] == state.to_close
    assert not state.torn


def test_a_connection_that_nobody_holds_is_closed_and_a_slot_without_one_is_dropped() -> None:
    state = PoolState(5, 5, 5.0)
    idle = connect(state, "a")
    connection = idle.connection
    state.done(idle, 0.0)
    lost = connect(state, "b").connection
    assert state.take("c", 0.0) is not None
    mend(state)
    assert [connection, lost] == state.to_close
    assert ([], []) == (list(state.slots), list(state.idle))
    assert {"a": (0,) * 5, "b": (0,) * 5, "c": (0,) * 5} == books(state)


def test_what_was_closed_is_not_given_to_the_next_request() -> None:
    state = PoolState(1, 1, 5.0)
    state.done(connect(state, "a"), 0.0)
    mend(state)
    settle(state)
    slot = state.take("a", 0.0)
    assert slot is not None
    assert slot.connection is None


def test_who_was_given_a_slot_and_perhaps_not_told_is_woken() -> None:
    state = PoolState(1, 1, 5.0)
    slot = held(state, "first", connect(state, "a"))
    waiter = waits(state, "second", "a")
    # As if it broke off right after the slot had been given: nothing else is written yet.
    del state.held["first"]
    waiter.slot = slot
    mend(state)
    assert [waiter] == state.to_wake
    assert {"a": (1, 0, 1, 0, 0)} == books(state)
    assert [] == list(state.queue)


def test_those_who_wait_keep_their_order_and_get_what_has_become_free() -> None:
    state = PoolState(2, 2, 5.0)
    for name in ("first", "second"):
        held(state, name, connect(state, "a"))
    waiters = [waits(state, f"{n}", origin) for n, origin in enumerate("bcb")]
    # The second one has ended, and it broke off as that was to be entered.
    del state.held["second"]
    state.queue.clear()
    mend(state)
    given = waiters[0].slot
    assert given is not None
    assert given.connection is None
    assert [waiters[0]] == state.to_wake
    assert waiters[1:] == list(state.queue)
    assert {"a": (1, 0, 1, 0, 0), "b": (1, 1, 1, 0, 1), "c": (0, 0, 0, 0, 1)} == books(state)


def test_a_shared_connection_with_room_takes_those_who_wait_for_it() -> None:
    state = PoolState(1, 1, 5.0)
    slot = connect(state, "a", limit=2)
    for name in ("first", "second"):
        held(state, name, slot)
    state._reserve(slot)
    waiter = waits(state, "third", "a")
    del state.held["second"]
    mend(state)
    assert waiter.slot is slot
    assert [slot] == list(state.shared)
    assert {"a": (1, 0, 2, 0, 0)} == books(state)
    assert [] == list(state.origins["a"].available)


def test_a_shared_connection_makes_way_for_another_origin_after_it() -> None:
    state = PoolState(1, 1, 5.0)
    slot = held(state, "first", connect(state, "a", limit=100))
    waits(state, "second", "b")
    state.leaving = None
    mend(state)
    assert state.leaving is slot
    assert state.take("a", 0.0) is None


def test_what_was_held_when_the_pool_was_closed_is_of_no_account() -> None:
    state = PoolState(1, 1, 5.0)
    held(state, "first", connect(state, "a"))
    waiter = waits(state, "second", "a")
    state.clear()
    settle(state)
    assert waiter.closed
    mend(state)
    assert ([], [], []) == (list(state.slots), state.to_close, state.to_wake)
    assert {"a": (0,) * 5} == books(state)


def test_to_mend_twice_changes_nothing() -> None:
    state = PoolState(2, 2, 5.0)
    held(state, "first", connect(state, "a", limit=3))
    held(state, "second", state.take("b", 0.0))
    waiter = waits(state, "third", "c")
    mend(state)
    once = (books(state), list(state.slots), list(state.queue))
    mend(state)
    assert once == (books(state), list(state.slots), list(state.queue))
    assert [waiter] == once[2]
    assert isinstance(next(iter(state.slots)).connection, FakeConnection)


def test_closing_tells_those_too_whom_a_broken_off_call_had_taken_out_of_the_queue() -> None:
    transport = HTTPTransport(limits=Limits(max_connections=1))
    state = transport._pool._state
    held(state, "first", state.take("a", 0.0))
    waiter = held(state, "second", state.wait("a", threading.Event()))
    waiter.origin.waiting.clear()
    state.queue.clear()
    state.torn = True
    transport.close()
    assert waiter.closed
    assert waiter.wakeup.is_set()

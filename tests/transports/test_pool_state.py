"""PoolState without a network: its rules as properties, its promises as cases."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.transports.pool_fakes import FakeConnection, Wakeup, connect, settle

from httpx_transports._pool.state import MAX_QUIET_ORIGINS, PoolState, Slot, Waiter


class PoolMachine(RuleBasedStateMachine):
    """Random use by many requests; after each step the rules at the head of state.py hold."""

    MAX_CONNECTIONS = 3
    MAX_KEEPALIVE = 2

    def __init__(self) -> None:
        super().__init__()
        self.state = PoolState(self.MAX_CONNECTIONS, self.MAX_KEEPALIVE, 5.0)
        self.now = 0.0
        self.connecting: list[Slot] = []
        self.open: list[Slot] = []
        self.waiters: list[Waiter] = []
        self.connections: list[FakeConnection] = []

    def got(self, slot: Slot) -> None:
        (self.connecting if slot.connection is None else self.open).append(slot)

    def after(self) -> None:
        settle(self.state)
        for waiter in list(self.waiters):
            assert waiter.wakeup.is_set == (waiter.slot is not None or waiter.closed)
            if waiter.wakeup.is_set:
                self.waiters.remove(waiter)
                if waiter.slot is not None:
                    self.got(waiter.slot)

    @rule(origin=st.sampled_from("abcd"), may_share=st.booleans(), fresh=st.booleans())
    def request(self, origin: str, may_share: bool, fresh: bool) -> None:
        slot = self.state.take(origin, self.now, may_share, fresh)
        if slot is None:
            self.waiters.append(self.state.wait(origin, Wakeup(), may_share))
        else:
            self.got(slot)
        self.after()

    @precondition(lambda self: self.connecting)
    @rule(
        data=st.data(), limit=st.sampled_from([1, 1, 2, 5]), keepalive=st.sampled_from([None, 1, 3])
    )
    def connected(self, data: st.DataObject, limit: int, keepalive: float | None) -> None:
        slot = self.connecting.pop(data.draw(st.integers(0, len(self.connecting) - 1)))
        connection = FakeConnection(limit, keepalive)
        self.connections.append(connection)
        if self.state.opened(slot, connection):
            self.open.append(slot)
        self.after()

    @precondition(lambda self: self.connecting)
    @rule(data=st.data())
    def connect_failed(self, data: st.DataObject) -> None:
        slot = self.connecting.pop(data.draw(st.integers(0, len(self.connecting) - 1)))
        self.state.failed(slot)
        self.after()

    @precondition(lambda self: self.open)
    @rule(data=st.data(), outcome=st.sampled_from(["reusable", "reusable", "dead"]))
    def exchange_ended(self, data: st.DataObject, outcome: str) -> None:
        slot = self.open.pop(data.draw(st.integers(0, len(self.open) - 1)))
        if outcome == "dead" and slot.connection is not None:
            slot.connection.limit = 0
        self.state.done(slot, self.now)
        self.after()

    @precondition(lambda self: self.open)
    @rule(data=st.data(), limit=st.integers(0, 4))
    def limit_changed(self, data: st.DataObject, limit: int) -> None:
        slot = data.draw(st.sampled_from(self.open))
        if slot.connection.protocol == "HTTP/2":
            slot.connection.limit = limit
            self.state.changed(slot)
            self.after()

    @precondition(lambda self: any(slot.active == 1 for slot in self.open))
    @rule(data=st.data())
    def found_stale(self, data: st.DataObject) -> None:
        slot = data.draw(st.sampled_from([slot for slot in self.open if slot.active == 1]))
        if slot not in self.state.slots:
            return
        self.open.remove(slot)
        self.got(self.state.replace(slot))
        self.after()

    @precondition(lambda self: self.waiters)
    @rule(data=st.data())
    def gave_up(self, data: st.DataObject) -> None:
        waiter = self.waiters.pop(data.draw(st.integers(0, len(self.waiters) - 1)))
        self.state.leave(waiter, self.now)
        self.after()

    @rule(seconds=st.sampled_from([0.5, 2.5, 10.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def closed(self) -> None:
        self.state.clear()
        self.after()
        assert not self.waiters

    @invariant()
    def the_rules_hold(self) -> None:
        state = self.state
        assert len(state.slots) <= self.MAX_CONNECTIONS
        assert len(state.idle) <= self.MAX_KEEPALIVE
        kept = [slot.connection for slot in state.slots if slot.connection is not None]
        assert len(set(map(id, kept))) == len(kept)
        for connection in self.connections:
            assert connection.closed == (0 if any(connection is k for k in kept) else 1)
        for slot in state.slots:
            assert slot.is_idle == (slot in state.idle) == (slot.active == 0)
            assert slot.active == self.open.count(slot) + self.connecting.count(slot)
        self.the_figures_add_up()
        self.nobody_waits_in_vain()

    def the_figures_add_up(self) -> None:
        for origin in self.state.origins.values():
            slots = [slot for slot in self.state.slots if slot.origin is origin]
            assert origin.slots == len(slots)
            assert origin.idle == sum(slot.is_idle for slot in slots)
            assert origin.active == sum(slot.active for slot in slots)
            assert origin.connecting == sum(slot.connection is None for slot in slots)
            assert origin.opened - origin.closed == origin.slots - origin.connecting
            room = {
                s
                for s in slots
                if s.connection is not None
                and s.active < s.connection.limit
                and s is not self.state.leaving
            }
            assert set(origin.available) == room

    def nobody_waits_in_vain(self) -> None:
        state = self.state
        for waiter in self.waiters:
            assert waiter in waiter.origin.waiting
            assert not waiter.origin.available
            # Somebody waits for a slot only when none may be made, else for somebody who connects.
            if waiter in state.queue:
                assert len(state.slots) == self.MAX_CONNECTIONS
                assert not state.idle
                if not waiter.origin.slots and waiter is next(iter(state.queue)):
                    # Some slot is on its way to become free.
                    assert state.leaving or len(state.shared) < len(state.slots)
            else:
                assert waiter.origin.connecting


TestPoolMachine = PoolMachine.TestCase
TestPoolMachine.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)


def test_waiters_are_served_in_the_order_they_came_whatever_their_origin() -> None:
    state = PoolState(1, None, 5.0)
    slot = connect(state, "a")
    waiters = [state.wait(origin, Wakeup()) for origin in "bab" if state.take(origin, 0.0) is None]
    served = []
    while len(served) < 3:
        state.done(slot, 0.0)
        (waiter,) = state.to_wake
        settle(state)
        served.append(waiters.index(waiter))
        assert waiter.slot is not None
        slot = waiter.slot
        if slot.connection is None:
            state.opened(slot, FakeConnection())
    assert [0, 1, 2] == served


def test_only_idle_connections_count_against_max_keepalive() -> None:
    state = PoolState(10, 5, 5.0)
    slots = [connect(state, "a") for _ in range(10)]
    assert [] == state.to_close
    for slot in slots:
        state.done(slot, 0.0)
    assert 5 == len(state.idle)
    assert 5 == len(state.to_close)


@pytest.mark.parametrize(
    ("expiry", "advertised", "kept_until"),
    [
        (5.0, None, 5.0),
        (0.5, None, 0.5),
        (5.0, 3, 2.0),
        (5.0, 60, 5.0),
        (None, 10, 9.0),
        (None, None, None),
    ],
)
def test_an_idle_connection_is_kept_for_the_smaller_of_both_sides_limits(
    expiry: float | None, advertised: float | None, kept_until: float | None
) -> None:
    state = PoolState(None, None, expiry)
    slot = connect(state, "a", keepalive=advertised)
    state.done(slot, 0.0)
    before = 1e9 if kept_until is None else kept_until - 0.01
    assert state.take("a", before) is slot
    state.done(slot, 0.0)
    if kept_until is not None:
        later = state.take("a", kept_until)
        assert later is not None
        assert later.connection is None


def test_a_server_that_keeps_connections_for_a_second_gets_a_new_one_each_time() -> None:
    state = PoolState(None, None, 5.0)
    slot = connect(state, "a", keepalive=1)
    connection = slot.connection
    state.done(slot, 0.0)
    assert [connection] == state.to_close


def test_requests_to_an_origin_that_may_share_wait_for_the_first_connection() -> None:
    state = PoolState(None, None, 5.0)
    first = state.take("a", 0.0, may_share=True)
    assert first is not None
    waiters = []
    for _ in range(99):
        assert state.take("a", 0.0, may_share=True) is None
        waiters.append(state.wait("a", Wakeup(), may_share=True))
    state.opened(first, FakeConnection(limit=100))
    assert [first] * 99 == [waiter.slot for waiter in waiters]
    assert 1 == len(state.slots)


def test_when_it_does_not_share_each_waiter_connects_as_far_as_the_limit_goes() -> None:
    state = PoolState(3, None, 5.0)
    first = state.take("a", 0.0, may_share=True)
    assert first is not None
    waiters = []
    for _ in range(4):
        assert state.take("a", 0.0, may_share=True) is None
        waiters.append(state.wait("a", Wakeup(), may_share=True))
    state.opened(first, FakeConnection())
    assert [False, False, True, True] == [waiter.slot is None for waiter in waiters]
    assert [waiters[2], waiters[3]] == list(state.queue)


def test_a_failed_connect_lets_those_who_waited_for_it_try_for_themselves() -> None:
    state = PoolState(None, None, 5.0)
    first = state.take("a", 0.0, may_share=True)
    assert first is not None
    assert state.take("a", 0.0, may_share=True) is None
    waiter = state.wait("a", Wakeup(), may_share=True)
    state.failed(first)
    assert waiter.slot is not None
    assert waiter.slot.connection is None


def test_a_shared_connection_under_steady_load_makes_way_for_another_origin() -> None:
    state = PoolState(1, None, 5.0)
    slot = connect(state, "a", limit=100)
    assert state.take("b", 0.0) is None
    waiter = state.wait("b", Wakeup())
    # No new exchange joins the connection; the one on it ends, and its slot goes to who waited.
    assert state.take("a", 0.0) is None
    behind = state.wait("a", Wakeup())
    state.done(slot, 0.0)
    assert waiter.slot is not None
    assert behind.slot is None


def test_a_shared_connection_serves_again_when_who_it_made_way_for_gave_up() -> None:
    state = PoolState(1, None, 5.0)
    slot = connect(state, "a", limit=100)
    assert state.take("b", 0.0) is None
    waiter = state.wait("b", Wakeup())
    assert state.take("a", 0.0) is None
    behind = state.wait("a", Wakeup())
    state.leave(waiter, 0.0)
    assert behind.slot is slot
    assert state.take("a", 0.0) is slot


def test_a_full_shared_connection_does_not_make_way_for_its_own_origin() -> None:
    state = PoolState(1, None, 5.0)
    slot = connect(state, "a", limit=2)
    assert state.take("a", 0.0) is slot
    assert state.take("a", 0.0) is None
    waiter = state.wait("a", Wakeup())
    state.done(slot, 0.0)
    assert waiter.slot is slot


def test_what_was_given_to_a_waiter_that_gave_up_goes_to_the_next() -> None:
    state = PoolState(1, None, 5.0)
    slot = connect(state, "a")
    assert state.take("a", 0.0) is None
    first, second = state.wait("a", Wakeup()), state.wait("a", Wakeup())
    state.done(slot, 0.0)
    assert first.slot is slot
    state.leave(first, 0.0)
    assert second.slot is slot


def test_a_fresh_connection_is_made_although_idle_ones_are_there() -> None:
    state = PoolState(2, None, 5.0)
    slots = [connect(state, "a"), connect(state, "a")]
    newest = slots[1].connection
    for slot in slots:
        state.done(slot, 0.0)
    taken = state.take("a", 0.0, fresh=True)
    assert taken is not None
    assert taken.connection is None
    assert [newest] == state.to_close
    assert 2 == len(state.slots)


def test_exchanges_that_outlive_a_cleared_pool_change_nothing() -> None:
    state = PoolState(1, None, 5.0)
    slot = connect(state, "a")
    connecting_pool = PoolState(1, None, 5.0)
    connecting = connecting_pool.take("a", 0.0)
    assert connecting is not None
    state.clear()
    connecting_pool.clear()
    assert [slot.connection] == state.to_close
    state.done(slot, 0.0)
    state.changed(slot)
    late = FakeConnection()
    assert not connecting_pool.opened(connecting, late)
    assert [late] == connecting_pool.to_close
    assert {} == state.slots == connecting_pool.slots


def test_quiet_origins_are_forgotten_beyond_a_bound() -> None:
    state = PoolState(1, 1, 5.0)
    for number in range(MAX_QUIET_ORIGINS + 50):
        slot = connect(state, f"origin-{number}")
        state.done(slot, 0.0)
    assert len(state.origins) <= MAX_QUIET_ORIGINS + 1


def test_origins_of_which_everybody_gave_up_waiting_are_forgotten_too() -> None:
    state = PoolState(0, None, 5.0)
    for number in range(MAX_QUIET_ORIGINS + 50):
        assert state.take(number, 0.0) is None
        state.leave(state.wait(number, Wakeup()), 0.0)
    assert MAX_QUIET_ORIGINS == len(state.origins)


def test_a_dead_connection_that_another_replaces_makes_room_for_who_waits() -> None:
    state = PoolState(2, None, 5.0)
    dead, shared = connect(state, "a"), connect(state, "a", limit=2)
    taken = state.take("a", 0.0)
    assert taken is shared
    state.done(shared, 0.0)
    assert state.take("b", 0.0) is None
    waiter = state.wait("b", Wakeup())
    assert state.replace(dead) is shared
    assert waiter.slot is not None
    assert [waiter] == state.to_wake


def lines_run(state: PoolState, slot: Slot) -> int:
    """How many lines of state.py one request costs that is queued, served, and done."""
    count = 0

    def tracer(frame: Any, event: str, argument: Any) -> Any:
        nonlocal count
        if frame.f_code.co_filename.endswith("state.py"):
            count += event == "line"
            return tracer
        return None

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        state.take("a", 0.0)
        state.wait("a", Wakeup())
        state.done(slot, 0.0)
    finally:
        sys.settrace(before)
    settle(state)
    return count


def test_a_request_costs_the_same_at_ten_and_at_five_thousand_waiters() -> None:
    costs = []
    for waiting in (10, 5000):
        state = PoolState(1, None, 5.0)
        slot = connect(state, "a")
        for number in range(waiting):
            origin = "a" if number < 2 else f"b{number % 7}"
            assert state.take(origin, 0.0) is None
            state.wait(origin, Wakeup())
        costs.append(lines_run(state, slot))
    assert costs[0] == costs[1]
    assert costs[0] > 10


def test_a_request_costs_the_same_with_ten_and_five_thousand_connections() -> None:
    costs = []
    for connections in (10, 5000):
        state = PoolState(None, None, 5.0)
        slots = [connect(state, "a") for _ in range(connections)]
        for slot in slots[1:]:
            state.done(slot, 0.0)
        costs.append(lines_run(state, slots[0]))
    assert costs[0] == costs[1]
    assert costs[0] > 10


@pytest.mark.parametrize("maximum", [1, 2, 10])
def test_those_for_whom_a_shared_connection_has_no_room_do_not_depend_on_it(maximum: int) -> None:
    state = PoolState(maximum, maximum, 5.0)
    first = state.take("a", 0.0, may_share=True)
    assert first is not None
    waiters = []
    for _ in range(5):
        assert state.take("a", 0.0, may_share=True) is None
        waiters.append(state.wait("a", Wakeup(), may_share=True))
    connection = FakeConnection(2, None)
    state.opened(first, connection)
    # One shares it, and one more connects where that is allowed, but not one for each.
    assert min(maximum, 2) == len(state.slots)
    assert min(maximum, 2) == sum(waiter.slot is not None for waiter in waiters)

    connection.limit = 0  # GOAWAY
    state.changed(first)
    state.done(first, 0.0)
    state.done(first, 0.0)
    assert first not in state.slots
    assert state.origins["a"].connecting

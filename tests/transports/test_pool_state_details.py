"""PoolState's smaller promises: who makes way, what is counted, what expires, what is forgotten."""

from __future__ import annotations

import weakref

import pytest
from tests.transports.pool_fakes import FakeConnection, Wakeup, connect, settle

from httpx_transports._pool.state import MAX_QUIET_ORIGINS, PoolState


def test_a_connection_that_serves_its_own_origins_waiter_then_makes_way_for_the_next_origin() -> (
    None
):
    state = PoolState(1, None, 5.0)
    slot = connect(state, "a", limit=2)
    assert state.take("a", 0.0) is slot
    own, other = (state.wait(key, Wakeup()) for key in "ab" if state.take(key, 0.0) is None)
    state.done(slot, 0.0)
    assert own.slot is slot
    state.done(slot, 0.0)
    assert state.take("a", 0.0) is None
    state.done(slot, 0.0)
    assert other.slot is not None


def test_a_connection_that_gets_more_room_serves_its_waiter_and_then_makes_way() -> None:
    state = PoolState(1, None, 5.0)
    slot = connect(state, "a", limit=2)
    slot.connection.limit = 1
    state.changed(slot)
    own, other = (state.wait(key, Wakeup()) for key in "ab" if state.take(key, 0.0) is None)
    slot.connection.limit = 2
    state.changed(slot)
    assert own.slot is slot
    assert other.slot is None
    assert state.leaving is slot


def test_connections_make_way_one_after_the_other() -> None:
    state = PoolState(1, None, 5.0)
    first = connect(state, "a", limit=100)
    assert state.take("b", 0.0) is None
    waiter = state.wait("b", Wakeup())
    state.done(first, 0.0)
    second = waiter.slot
    assert second is not None
    assert state.leaving is None
    state.opened(second, FakeConnection(limit=100))
    assert state.take("c", 0.0) is None
    state.wait("c", Wakeup())
    assert state.leaving is second


def test_a_connection_goes_on_making_way_when_another_one_is_closed() -> None:
    state = PoolState(2, None, 5.0)
    first, second = connect(state, "a", limit=100), connect(state, "b", limit=100)
    for key in "cd":
        assert state.take(key, 0.0) is None
        state.wait(key, Wakeup())
    assert state.leaving is first
    second.connection.limit = 0  # GOAWAY
    state.done(second, 0.0)
    assert state.leaving is first


def test_what_expires_first_is_closed_although_others_have_time_left() -> None:
    state = PoolState(None, None, 5.0)
    short, long = connect(state, "a", keepalive=3), connect(state, "b")
    connection = short.connection
    state.done(short, 0.0)
    state.done(long, 0.0)
    assert state.take("c", 3.0) is not None
    assert [connection] == state.to_close


def test_an_origin_begins_with_figures_of_nothing() -> None:
    state = PoolState(None, None, 5.0)
    assert state.take("a", 0.0) is not None
    origin = state.origins["a"]
    figures = (origin.opened, origin.reused, origin.closed, origin.retried, origin.idle)
    assert (0, 0, 0, 0, 0) == figures
    assert (1, 1, 1) == (origin.active, origin.connecting, origin.slots)


def test_a_dead_connection_that_another_request_has_joined_is_left_as_it_is() -> None:
    state = PoolState(None, None, 5.0)
    slot = connect(state, "a", limit=100)
    assert state.take("a", 0.0) is slot
    connection = slot.connection
    assert state.replace(slot) is slot
    assert connection is slot.connection
    assert [] == state.to_close


def test_a_retired_pool_closes_what_is_idle_and_what_becomes_idle() -> None:
    state = PoolState(None, None, 5.0)
    slots = [connect(state, "a"), connect(state, "a")]
    idle, busy = (slot.connection for slot in slots)
    state.done(slots[0], 0.0)
    state.retire()
    assert [idle] == state.to_close
    state.done(slots[1], 0.0)
    assert [idle, busy] == state.to_close


def test_a_request_can_tell_that_the_pool_was_cleared_since_it_began() -> None:
    state = PoolState(None, None, 5.0)
    before = state.clears
    state.clear()
    assert before < state.clears


def test_one_idle_connection_is_kept_where_one_may_be_and_none_where_none_may() -> None:
    for maximum in (0, 1):
        state = PoolState(None, maximum, 5.0)
        slots = [connect(state, "a"), connect(state, "a")]
        for slot in slots:
            state.done(slot, 0.0)
        assert maximum == len(state.idle)
        assert 2 - maximum == len(state.to_close)


def test_each_request_on_a_connection_that_was_there_counts_as_one_reuse() -> None:
    state = PoolState(None, None, 5.0)
    slot = connect(state, "a", limit=100)
    assert 0 == state.origins["a"].reused
    assert state.take("a", 0.0) is slot
    assert 1 == state.origins["a"].reused
    state.done(slot, 0.0)
    state.done(slot, 0.0)
    assert state.take("a", 1.0) is slot
    assert 2 == state.origins["a"].reused


def test_a_connection_that_turns_out_to_be_dead_counts_as_no_reuse() -> None:
    state = PoolState(None, None, 5.0)
    slot = connect(state, "a")
    state.done(slot, 0.0)
    assert state.take("a", 0.0, fresh=True) is slot
    assert 0 == state.origins["a"].reused


def test_an_origin_that_was_quiet_and_is_in_use_again_is_not_forgotten() -> None:
    state = PoolState(2, 0, 5.0)
    state.done(connect(state, "again"), 0.0)
    connect(state, "again")
    for number in range(MAX_QUIET_ORIGINS + 1):
        state.done(connect(state, f"origin-{number}"), 0.0)
    assert "again" in state.origins


def test_an_idle_connection_that_takes_no_more_exchanges_is_closed() -> None:
    state = PoolState(None, None, 5.0)
    slot = connect(state, "a", limit=100)
    connection = slot.connection
    state.done(slot, 0.0)
    connection.limit = 0  # GOAWAY
    state.changed(slot)
    assert [connection] == state.to_close
    assert {} == state.slots


def test_a_dead_connection_is_replaced_by_one_that_is_there() -> None:
    state = PoolState(None, None, 5.0)
    dead, other = connect(state, "a"), connect(state, "a")
    connection = dead.connection
    state.done(other, 0.0)
    assert other is state.replace(dead)
    assert ([connection], [other]) == (state.to_close, list(state.slots))


def test_a_connection_that_gets_more_room_while_it_is_idle_stays_idle() -> None:
    state = PoolState(None, None, 5.0)
    slot = connect(state, "a", limit=2)
    state.done(slot, 0.0)
    slot.connection.limit = 5
    state.changed(slot)
    assert (True, []) == (slot.is_idle, state.to_close)
    assert slot is state.take("a", 1.0)


def test_an_origin_that_is_used_again_is_not_forgotten() -> None:
    state = PoolState(None, 0, 5.0)
    state.done(connect(state, "a"), 0.0)
    busy = connect(state, "a")
    for number in range(MAX_QUIET_ORIGINS + 1):
        state.done(connect(state, number), 0.0)
    assert busy.origin is state.origins["a"]
    assert 2 == busy.origin.opened


def test_a_connection_that_was_used_meanwhile_expires_as_much_later() -> None:
    state = PoolState(None, None, 5.0)
    slot = connect(state, "a")
    connection = slot.connection
    state.done(slot, 0.0)
    assert slot is state.take("a", 3.0)
    state.done(slot, 4.0)
    assert state.take("b", 6.0) is not None
    assert [] == state.to_close
    assert state.take("b", 9.0) is not None
    assert [connection] == state.to_close


def test_a_full_connection_that_need_not_make_way_any_more_takes_nobody_in() -> None:
    state = PoolState(1, None, 5.0)
    slot = connect(state, "a", limit=2)
    assert slot is state.take("a", 0.0)
    waiter = state.wait("b", Wakeup()) if state.take("b", 0.0) is None else None
    assert waiter is not None
    assert slot is state.leaving
    state.leave(waiter, 0.0)
    assert state.leaving is None
    assert state.take("a", 0.0) is None


@pytest.mark.parametrize("first", ["closed", "in use"])
def test_what_has_expired_is_closed_behind_a_connection_that_is_not_idle_any_more(
    first: str,
) -> None:
    state = PoolState(None, 1, 5.0)
    early, late = connect(state, "a", keepalive=3), connect(state, "b")
    connection = late.connection
    state.done(early, 0.0)
    if first == "in use":
        assert state.take("a", 1.0) is early
    state.done(late, 1.0)  # the only one that is kept
    assert (early in state.slots) == (first == "in use")
    settle(state)
    assert state.take("c", 6.0) is not None
    assert [connection] == state.to_close


def test_after_a_failed_connect_those_who_depended_on_it_queue_behind_those_who_did_not() -> None:
    state = PoolState(1, None, 5.0)
    connecting = state.take("a", 0.0)
    assert connecting is not None
    alone, depending = (state.wait("a", Wakeup(), may_share) for may_share in (False, True))
    state.failed(connecting)
    assert alone.slot is not None
    assert depending.slot is None
    assert [depending] == list(state.queue)


def test_a_request_that_cannot_share_does_not_wait_for_the_connection_of_another() -> None:
    state = PoolState(2, None, 5.0)
    assert state.take("a", 0.0) is not None
    assert state.take("a", 0.0) is not None
    assert state.take("a", 0.0) is None
    assert [state.wait("a", Wakeup())] == list(state.queue)


def test_a_connection_is_used_once_its_first_exchange_has_ended() -> None:
    state = PoolState(None, None, 5.0)
    slot = connect(state, "a", limit=100)
    assert state.take("a", 0.0) is slot
    assert not slot.used
    state.done(slot, 0.0)
    assert slot.used


def test_the_origin_that_has_been_quiet_for_longest_is_forgotten_first() -> None:
    state = PoolState(1, 0, 5.0)
    for number in range(MAX_QUIET_ORIGINS + 1):
        state.done(connect(state, f"origin-{number}"), 0.0)
    assert "origin-0" not in state.origins
    assert f"origin-{MAX_QUIET_ORIGINS}" in state.origins


def test_who_gives_up_when_it_was_to_connect_leaves_that_to_the_next() -> None:
    state = PoolState(1, None, 5.0)
    slot = connect(state, "a")
    assert state.take("b", 0.0) is None
    first, second = state.wait("b", Wakeup()), state.wait("b", Wakeup())
    state.done(slot, 0.0)
    assert first.slot is not None
    assert first.slot.connection is None
    state.leave(first, 0.0)
    assert second.slot is not None
    assert second.slot.connection is None


def test_a_connection_that_was_busy_when_its_time_came_up_expires_the_next_time() -> None:
    state = PoolState(None, None, 5.0)
    slot = connect(state, "a")
    connection = slot.connection
    state.done(slot, 0.0)
    assert state.take("a", 4.0) is slot
    assert state.take("b", 6.0) is not None
    state.done(slot, 7.0)
    assert state.take("c", 11.0) is not None
    assert [] == state.to_close
    assert state.take("d", 12.0) is not None
    assert [connection] == state.to_close


def test_a_slot_that_is_to_connect_again_is_not_used() -> None:
    state = PoolState(None, None, 5.0)
    slot = connect(state, "a")
    state.done(slot, 0.0)
    assert state.take("a", 0.0, fresh=True) is slot
    assert not slot.used


def test_a_change_of_what_is_not_there_yet_or_not_any_more_changes_nothing() -> None:
    state = PoolState(None, None, 5.0)
    connecting = state.take("a", 0.0)
    assert connecting is not None
    state.changed(connecting)
    gone = connect(state, "b", limit=100)
    connection = gone.connection
    state.done(gone, 0.0)
    state.clear()
    connection.limit = 0
    state.changed(gone)
    assert [connection] == state.to_close


def test_a_connection_that_makes_way_gets_no_exchange_when_its_limit_changes() -> None:
    state = PoolState(1, None, 5.0)
    slot = connect(state, "a", limit=100)
    for key in "ba":
        assert state.take(key, 0.0) is None
        state.wait(key, Wakeup())
    slot.connection.limit = 50
    state.changed(slot)
    assert 1 == slot.active
    assert state.take("a", 0.0) is None


def test_a_connection_in_steady_use_is_noted_once_among_those_that_will_expire() -> None:
    state = PoolState(None, None, 5.0)
    slot = connect(state, "a")
    for _ in range(100):
        state.done(slot, 0.0)
        assert state.take("a", 0.0) is slot
    assert 1 == len(state._expiries)


def test_nothing_of_connections_that_were_closed_is_kept_until_they_would_have_expired() -> None:
    state = PoolState(None, 2, 3600.0)
    lost = []
    for n in range(1000):
        slot = connect(state, f"origin {n}")
        lost.append(weakref.ref(slot.connection))
        state.done(slot, float(n))
        settle(state)
    del slot
    assert [None] * 998 == [connection() for connection in lost[:-2]]
    assert len(state._expiries) < 50
    assert 2 == len(state.idle)
    state.take("another", 4598.0)
    assert 1 == len(state.idle)
    state.take("another", 4599.0)
    assert 0 == len(state.idle)

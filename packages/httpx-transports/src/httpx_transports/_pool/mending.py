"""Mending: the books of a pool written anew, after a call that wrote them was broken off half-way.

Ctrl-C is raised wherever the interpreter happens to be, in the middle of `PoolState` too. What then
still holds is what one step wrote: `slots`, and `held`, which says who holds which slot or waits for
one. All else follows from these. What nobody holds is closed: nobody can say how far it got.

This takes time in proportion to all connections and waiters, and is done after an interruption only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .slots import Slot, Waiter

if TYPE_CHECKING:
    from .state import PoolState


def mend(state: PoolState) -> None:
    """Count again, and give those who wait what has become free, in the order in which they came."""
    state.torn = True
    active: dict[Slot, int] = {}
    waiters: list[Waiter] = []
    for holder in state.held.values():
        slot = holder.slot if isinstance(holder, Waiter) else holder
        if slot is not None:
            active[slot] = active.get(slot, 0) + 1
            if isinstance(holder, Waiter):
                # It was given, and perhaps not told.
                state.to_wake.append(holder)
        elif isinstance(holder, Waiter) and not holder.closed:
            waiters.append(holder)
    # Those of a pool that was closed meanwhile are held still, and not in `slots` any more.
    state.to_close.extend(
        slot.connection
        for slot in state.slots
        if slot not in active and slot.connection is not None
    )
    state.slots = {slot: None for slot in state.slots if slot in active}
    _forget_what_follows(state)
    for slot in state.slots:
        _count(state, slot, active[slot])
    for waiter in waiters:
        waiter.origin.waiting[waiter] = None
        state.queue[waiter] = None
    for slot in state.slots:
        if slot in slot.origin.available:
            state._share(slot)
    state._serve_queue()
    state._make_way()
    for origin in list(state.origins.values()):
        state._settle(origin)
    state.torn = False


def _forget_what_follows(state: PoolState) -> None:
    for origin in state.origins.values():
        origin.available.clear()
        origin.waiting.clear()
        origin.slots = origin.connecting = origin.active = origin.idle = 0
    state.queue.clear()
    state.idle.clear()
    state.shared.clear()
    state.leaving = None
    state._expiries.clear()


def _count(state: PoolState, slot: Slot, active: int) -> None:
    """Enter a slot that is held."""
    origin = slot.origin
    slot.active = active
    slot.is_idle = slot.scheduled = False
    origin.slots += 1
    origin.active += active
    if slot.connection is None:
        origin.connecting += 1
        return
    if slot.connection.protocol == "HTTP/2":
        state.shared[slot] = None
    if active < slot.connection.limit:
        origin.available[slot] = None

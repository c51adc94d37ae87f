"""PoolState: who gets which connection, decided without a socket, a clock or a lock.

Rules this file keeps:

1. Never more than `max_connections` slots, nor more than `max_keepalive` idle ones.
2. A slot is reserved for as many exchanges as its connection carries, and for nobody else.
3. First come, first served: nobody takes a connection that a waiter could have had, and a waiter for
   one origin does not keep the others of that origin from a connection that only they can use.
4. Each call costs the same whatever the number of connections and waiters.

Theory of operation. A *slot* is the right to have one connection; it is made when somebody is told to
connect, and dropped when that fails or its connection is closed. `available` holds, per origin, the
slots that can take one more exchange: idle ones, and shared (HTTP/2) ones with room. A request that
finds none, and no room for another slot, waits in `queue`, for any slot at all; one that finds somebody
connecting to an origin that may turn out to share its connection waits only in its origin's `waiting`.
Every waiter is in its origin's `waiting`. When all slots are shared and somebody waits for another
origin, one of them is `leaving`: it takes no more exchanges, so that it becomes free. Time is passed in,
in seconds. What has to be done outside, connections to close and waiters to wake, is left in
`to_close` and `to_wake`, for the caller to take.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from heapq import heapify, heappop, heappush
from typing import Any

from .slots import Origin, Slot, Waiter

# Origins without a connection or a waiter are forgotten, with their figures, beyond this number.
MAX_QUIET_ORIGINS = 1024

# Entries of slots that are no more, beyond as many as there are slots, which are not worth looking for.
FEW = 16


class PoolState:
    """The books of one pool. Limits of None mean that there is none."""

    __slots__ = (
        "_expiries",
        "_keepalive_expiry",
        "_max_connections",
        "_max_keepalive",
        "_quiet",
        "_serial",
        "clears",
        "held",
        "idle",
        "leaving",
        "origins",
        "owner",
        "queue",
        "shared",
        "slots",
        "to_close",
        "to_wake",
        "torn",
    )

    def __init__(
        self,
        max_connections: int | None,
        max_keepalive: int | None,
        keepalive_expiry: float | None,
    ) -> None:
        self._max_connections = float("inf") if max_connections is None else max_connections
        self._max_keepalive = float("inf") if max_keepalive is None else max_keepalive
        self._keepalive_expiry = keepalive_expiry
        self._serial = 0
        self._expiries: list[tuple[float, int, Slot]] = []
        self._quiet: OrderedDict[Origin, None] = OrderedDict()
        self.clears = 0
        """How often `clear` was called: a request from before must not go again."""
        self.owner: object = None
        """The event loop whose connections these are; for the caller to note."""
        self.held: dict[object, Slot | Waiter] = {}
        """Who holds which slot, or waits for one, in the order of coming; for the caller to note."""
        self.torn = False
        """Whether a call is under way, or was broken off half-way; for the caller to note. See `mend`."""
        self.origins: dict[Hashable, Origin] = {}
        self.slots: dict[Slot, None] = {}
        self.idle: OrderedDict[Slot, None] = OrderedDict()
        # The slots whose connections carry many exchanges; and the one of them that takes no more,
        # since somebody waits for a slot and none of these would ever become free by itself.
        self.shared: OrderedDict[Slot, None] = OrderedDict()
        self.leaving: Slot | None = None
        self.queue: OrderedDict[Waiter, None] = OrderedDict()
        self.to_close: list[Any] = []
        self.to_wake: list[Waiter] = []

    # What a request asks

    def take(
        self, key: Hashable, now: float, may_share: bool = False, fresh: bool = False
    ) -> Slot | None:
        """Reserve a slot for one exchange, or return None: then `wait` is the next call.

        The slot's connection is None when the caller is to connect, and to say `opened` or `failed`.
        `may_share`: the origin may turn out to speak HTTP/2, so that it is worth waiting for the first
        connection rather than opening many. `fresh`: an idle connection has just turned out to be
        dead, so that the origin's other idle ones are not trusted with the same request.
        """
        if self._expiries and self._expiries[0][0] <= now:
            self._expire(now)
        origin = self.origins.get(key)
        if origin is None:
            origin = self._add_origin(key)
        if origin.available:
            slot = self._reserve(next(reversed(origin.available)))
            if fresh and slot.active == 1:
                self._retire(slot)
            return slot
        if may_share and origin.connecting and origin.shares is not False:
            return None
        if self._make_room():
            return self._add_slot(origin)
        return None

    def wait(self, key: Hashable, wakeup: Any, may_share: bool = False) -> Waiter:
        """Join the queue, right after `take` returned None, in the same turn."""
        origin = self.origins[key]
        waiter = Waiter(origin, wakeup)
        origin.waiting[waiter] = None
        if not (may_share and origin.connecting and origin.shares is not False):
            self.queue[waiter] = None
            self._make_way()
        return waiter

    def leave(self, waiter: Waiter, now: float) -> None:
        """Leave the queue, having given up. What was given in the meantime is given back."""
        if waiter.slot is not None:
            slot, waiter.slot = waiter.slot, None
            if slot.connection is None:
                self.failed(slot)
            else:
                self.done(slot, now)
            return
        waiter.origin.waiting.pop(waiter, None)
        self.queue.pop(waiter, None)
        self._settle(waiter.origin)
        self._need_no_way()
        self._make_way()

    def replace(self, slot: Slot) -> Slot:
        """Give up a reserved slot whose idle connection is dead, for another idle one or to connect anew.

        The slot itself, as it is, when others have joined it since: what they find out is theirs.
        """
        if slot.active > 1:
            return slot
        origin = slot.origin
        self._retire(slot)
        if not origin.available:
            return slot
        other = self._reserve(next(reversed(origin.available)))
        self._discard_empty(slot)
        if self.queue:
            self._serve_queue()
        return other

    # What became of a slot

    def opened(self, slot: Slot, connection: Any) -> bool:
        """The caller of `take` has connected, and goes on to use the connection itself.

        False: the pool was closed in the meantime, and the connection has to be closed too.
        """
        if slot not in self.slots:
            self.to_close.append(connection)
            return False
        origin = slot.origin
        slot.connection = connection
        slot.used = False
        origin.connecting -= 1
        origin.opened += 1
        origin.shares = connection.protocol == "HTTP/2"
        if origin.shares:
            self.shared[slot] = None
        if slot.active < connection.limit:
            self._share(slot)
        if origin.waiting:
            self._reconsider(origin)
        self._make_way()
        return True

    def failed(self, slot: Slot) -> None:
        """The caller of `take` has not connected."""
        origin = slot.origin
        self._discard_empty(slot)
        if origin.waiting:
            self._reconsider(origin)
        if self.queue:
            self._serve_queue()
            self._make_way()
        self._settle(origin)

    def done(self, slot: Slot, now: float) -> None:
        """One exchange of a slot has ended, or its reservation was not used."""
        if slot not in self.slots:
            return
        origin = slot.origin
        slot.active -= 1
        origin.active -= 1
        slot.used = True
        if slot.active >= slot.connection.limit or slot is self.leaving:
            self._shrink(slot)
        elif slot.active:
            self._share(slot)
        elif not self.queue or next(iter(self.queue)).origin is origin:
            if origin.waiting:
                self._share(slot)
            else:
                self._rest(slot, now)
        else:
            # The longest waiter wants another origin: this connection makes way for its own.
            self._drop(slot)
            self._serve_queue()
            self._settle(origin)
        if self.queue:
            self._make_way()

    def changed(self, slot: Slot) -> None:
        """The connection of a slot takes more, fewer, or no more exchanges than before."""
        if slot not in self.slots or slot.connection is None:
            return
        if slot.active >= slot.connection.limit or slot is self.leaving:
            self._shrink(slot)
        elif slot.active:
            self._share(slot)
        if self.queue:
            self._make_way()

    def retire(self) -> None:
        """Close what is idle, and from now on what becomes idle: another state takes this one's place."""
        self._max_keepalive = 0
        for slot in list(self.idle):
            self._drop(slot)

    def clear(self) -> None:
        """Forget everything: all connections are to be closed, all waiters told that the pool is."""
        self.clears += 1
        self.to_close.extend(slot.connection for slot in self.slots if slot.connection is not None)
        for origin in self.origins.values():
            for waiter in origin.waiting:
                waiter.closed = True
                self.to_wake.append(waiter)
        for origin in self.origins.values():
            origin.closed += origin.slots - origin.connecting
            origin.available.clear()
            origin.waiting.clear()
            origin.slots = origin.connecting = origin.active = origin.idle = 0
        self.queue.clear()
        self.idle.clear()
        self.shared.clear()
        self.leaving = None
        self.slots.clear()
        self._expiries.clear()

    # The parts

    def _add_origin(self, key: Hashable) -> Origin:
        origin = self.origins[key] = Origin(key)
        return origin

    def _settle(self, origin: Origin) -> None:
        """Remember an origin that has nothing any more among the quiet ones, of which few are kept."""
        if origin.slots or origin.waiting:
            return
        self._quiet[origin] = None
        self._quiet.move_to_end(origin)
        while len(self._quiet) > MAX_QUIET_ORIGINS:
            oldest, _ = self._quiet.popitem(last=False)
            if not oldest.slots and not oldest.waiting:
                self.origins.pop(oldest.key, None)

    def _make_room(self) -> bool:
        """Whether one more slot may be made, an idle connection of another origin closed for it or not."""
        if len(self.slots) < self._max_connections:
            return True
        if not self.idle:
            return False
        oldest = next(iter(self.idle))
        self._drop(oldest)
        self._settle(oldest.origin)
        return True

    def _add_slot(self, origin: Origin) -> Slot:
        slot = Slot(origin)
        self.slots[slot] = None
        origin.slots += 1
        origin.connecting += 1
        origin.active += 1
        return slot

    def _reserve(self, slot: Slot) -> Slot:
        origin = slot.origin
        if slot.is_idle:
            slot.is_idle = False
            del self.idle[slot]
            origin.idle -= 1
        slot.active += 1
        origin.active += 1
        origin.reused += 1
        if slot.active >= slot.connection.limit:
            origin.available.pop(slot, None)
        return slot

    def _share(self, slot: Slot) -> None:
        """Give the room on a connection to those who wait for its origin, the longest first."""
        origin = slot.origin
        origin.available[slot] = None
        while origin.waiting and slot.active < slot.connection.limit:
            self._give(next(iter(origin.waiting)), self._reserve(slot))
        if slot.active >= slot.connection.limit:
            origin.available.pop(slot, None)

    def _shrink(self, slot: Slot) -> None:
        """Take a slot off the available ones, and drop it when nobody is left on it."""
        slot.origin.available.pop(slot, None)
        if not slot.active:
            self._drop(slot)
            if self.queue:
                self._serve_queue()
            self._settle(slot.origin)

    def _give(self, waiter: Waiter, slot: Slot) -> None:
        waiter.slot = slot
        del waiter.origin.waiting[waiter]
        self.queue.pop(waiter, None)
        self.to_wake.append(waiter)

    def _rest(self, slot: Slot, now: float) -> None:
        """Keep an unused connection for later, for as long as both sides allow."""
        if self._max_keepalive <= 0:
            self._drop(slot)
            self._settle(slot.origin)
            return
        keepalive = slot.connection.keepalive
        expiry = self._keepalive_expiry
        if keepalive is not None:
            # A second less than the server said, for what is on the way when it closes.
            expiry = keepalive - 1 if expiry is None else min(expiry, keepalive - 1)
        if expiry is not None:
            if expiry <= 0:
                self._drop(slot)
                self._settle(slot.origin)
                return
            slot.expires = now + expiry
            if not slot.scheduled:
                self._schedule(slot)
        else:
            slot.expires = float("inf")
        slot.is_idle = True
        slot.origin.idle += 1
        slot.origin.available[slot] = None
        self.idle[slot] = None
        if len(self.idle) > self._max_keepalive:
            oldest = next(iter(self.idle))
            self._drop(oldest)
            self._settle(oldest.origin)

    def _schedule(self, slot: Slot) -> None:
        # One entry a slot: it moves when it comes up, so that busy connections do not fill the heap.
        if len(self._expiries) > 2 * len(self.slots) + FEW:
            # Those of slots that are no more would stay until they come up, which may be in hours.
            self._expiries = [entry for entry in self._expiries if entry[2] in self.slots]
            heapify(self._expiries)
        slot.scheduled = True
        self._serial += 1
        heappush(self._expiries, (slot.expires, self._serial, slot))

    def _expire(self, now: float) -> None:
        """Close the connections that have been idle for too long."""
        while self._expiries and self._expiries[0][0] <= now:
            slot = heappop(self._expiries)[2]
            slot.scheduled = False
            if slot not in self.slots:
                continue
            if not slot.is_idle:
                continue
            if slot.expires <= now:
                self._drop(slot)
                self._settle(slot.origin)
            else:
                self._schedule(slot)

    def _retire(self, slot: Slot) -> None:
        """Close the connection of a reserved slot, and keep the slot for connecting again."""
        origin = slot.origin
        origin.reused -= 1
        origin.available.pop(slot, None)
        self._forget_shared(slot)
        self.to_close.append(slot.connection)
        slot.connection = None
        slot.used = False
        origin.connecting += 1
        origin.closed += 1

    def _discard_empty(self, slot: Slot) -> None:
        """Drop a reserved slot that has no connection."""
        origin = slot.origin
        if slot not in self.slots:
            return
        del self.slots[slot]
        origin.slots -= 1
        origin.connecting -= 1
        origin.active -= 1

    def _drop(self, slot: Slot) -> None:
        """Drop a slot on which no exchange is open, and close its connection."""
        origin = slot.origin
        if slot.is_idle:
            slot.is_idle = False
            del self.idle[slot]
            origin.idle -= 1
        origin.available.pop(slot, None)
        self._forget_shared(slot)
        del self.slots[slot]
        origin.slots -= 1
        origin.closed += 1
        self.to_close.append(slot.connection)
        # The slot itself may be in `_expiries` for long.
        slot.connection = None

    def _reconsider(self, origin: Origin) -> None:
        """Let those who waited for the outcome of a connect try for slots of their own.

        Of those for whom a shared connection had no room one connects, and the others wait for that.
        """
        for waiter in list(origin.waiting):
            if waiter in self.queue:
                continue
            if origin.shares and origin.connecting:
                break
            if not self.queue and self._make_room():
                self._give(waiter, self._add_slot(origin))
            else:
                self.queue[waiter] = None
        self._make_way()

    def _serve_queue(self) -> None:
        """Give the slots that have become free to those who wait longest."""
        while self.queue and len(self.slots) < self._max_connections:
            waiter = next(iter(self.queue))
            self._give(waiter, self._add_slot(waiter.origin))

    def _make_way(self) -> None:
        """Let the oldest shared connection run out, when all are shared and another origin's turn it is.

        A shared connection under steady load is never idle, so that its origin would keep all others
        waiting for ever.
        """
        if not self.queue or len(self.shared) < len(self.slots) or self.leaving is not None:
            return
        if not self.shared or next(iter(self.queue)).origin.slots:
            return
        self.leaving = slot = next(iter(self.shared))
        slot.origin.available.pop(slot, None)

    def _need_no_way(self) -> None:
        """Let a connection that was to run out serve again, when nobody waits for its slot any more."""
        slot = self.leaving
        if slot is None or (self.queue and not next(iter(self.queue)).origin.slots):
            return
        self.leaving = None
        if slot.active < slot.connection.limit:
            self._share(slot)

    def _forget_shared(self, slot: Slot) -> None:
        self.shared.pop(slot, None)
        if self.leaving is slot:
            self.leaving = None

"""Pool: does what PoolState decides. It connects, waits, closes, and sends again what may go again.

Rules this file keeps:

1. The lock is held for bookkeeping only: never while something waits, closes, or wakes.
2. Whatever is raised, cancellation above all, what was reserved is given back. Ctrl-C is raised
   anywhere, between any two steps of this file too. So what a request holds is written down in
   `PoolState.held` when it is taken, and crossed off by one step when it is given back: to give
   back twice does nothing, and whoever is interrupted is given back by the next one up.
3. `PoolState.torn` is set while the lock is held for writing: who finds it set finds the books half
   written, and mends them first.
4. A pool belongs to an event loop and to a process: in another one it starts empty.
"""

from __future__ import annotations

import sys
import weakref
from collections import deque
from collections.abc import Hashable
from contextlib import nullcontext, suppress
from functools import partial
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from httpx_core import (
    ConnectError,
    PoolTimeout,
    RequestError,
    TimeoutException,
)

from .._attempt import Attempt
from .._backends.current import current
from .again import may_go_again
from .mending import mend
from .slots import Slot, Waiter
from .state import PoolState
from .stats import OriginStats

if TYPE_CHECKING:
    from httpx_core import Request, Response

    from .._backends.interface import Backend
    from .._connection import Connection
    from .dial import Dialer


class Pool:
    """The connections of one transport, and the way of a request through them."""

    def __init__(self, dialer: Dialer, backend: Backend | None) -> None:
        """`backend` is None on the async side, where the running event loop decides."""
        self._dialer = dialer
        self._fixed_backend = backend
        self._backend = backend
        self._lock = Lock()
        self._lost: deque[tuple[PoolState, Attempt]] = deque()
        """Requests whose places are to be taken back: their responses were dropped, or they failed."""
        self._state = self._new_state()
        _pools.add(self)

    def _new_state(self) -> PoolState:
        limits = self._dialer.limits
        return PoolState(
            limits.max_connections, limits.max_keepalive_connections, limits.keepalive_expiry
        )

    async def handle(self, request: Request) -> Response:
        """Send one request over a connection of its own, and return the response.

        Raises what the connection raises, with the request attached.
        """
        # One look at `_state`: a loop in another thread may put its own there at any moment.
        if self._fixed_backend is None:
            backend, state = self._adopt()
        else:
            backend, state = self._fixed_backend, self._state
        attempt = Attempt(request, backend.is_async)
        tries = 0
        fresh = False
        try:
            key = self._dialer.route(request)
            clears = state.clears
            while True:
                slot = self._take(state, attempt, key, backend, fresh)
                if isinstance(slot, Waiter):
                    slot = await self._wait(state, slot, attempt)
                connection = slot.connection
                while connection is not None and slot.active == 1 and connection.is_stale():
                    slot = self._replace(state, attempt, slot)
                    connection = slot.connection
                if connection is None:
                    connection = await self._connect(state, slot, backend, attempt)
                else:
                    attempt.reused = slot.used
                try:
                    response: Response = await connection.exchange(attempt)
                    return response
                except RequestError as exc:
                    if state.clears != clears or not may_go_again(attempt, exc, tries):
                        raise
                    if attempt.trace is not None:
                        await attempt.trace.tell("retry.request", {"exception": exc})
                tries += 1
                slot.origin.retried += 1
                # Who refuses is alive: nothing speaks against the other connections.
                fresh = not attempt.refused
                attempt.reused = attempt.sent = attempt.answered = attempt.refused = False
        except BaseException as exc:
            self._lost.append((state, attempt))
            self._find_lost()
            if isinstance(exc, RequestError):
                if exc._request is None:
                    exc.request = request
                if isinstance(exc, TimeoutException):
                    attempt.name_total(exc)
            raise

    def _adopt(self) -> tuple[Backend, PoolState]:
        """The backend of the running event loop, and its connections; idle ones of another are closed."""
        backend, owner = current()
        state = self._state
        if state.owner is not owner:
            state = self._new_state()
            state.owner = owner
            with self._lock:
                stale, self._state, self._backend = self._state, state, backend
                stale.retire()
            self._flush(stale)
        return backend, state

    def use(self, backend: Backend) -> None:
        """Have `backend` in place of the network, from the next connection on."""
        self._fixed_backend = self._backend = backend

    def _take(
        self, state: PoolState, attempt: Attempt, key: Hashable, backend: Backend, fresh: bool
    ) -> Slot | Waiter:
        """A slot for the request, or its place in the queue."""
        dialer = self._dialer
        may_share = dialer.http2 and dialer.may_share(key)
        if self._lost:
            self._find_lost()
        with self._lock:
            if state.torn:
                mend(state)
            state.torn = True
            found: Slot | Waiter | None = state.take(key, monotonic(), may_share, fresh)
            if found is None:
                found = state.wait(key, backend.wakeup(), may_share)
            attempt.over = False
            state.held[attempt] = found
            state.torn = False
        if self._lost:
            # Collected under the lock: nobody else may come to give its place to who waits.
            self._find_lost()
        if state.to_close:
            self._flush(state)
        return found

    async def _wait(self, state: PoolState, waiter: Waiter, attempt: Attempt) -> Slot:
        """Wait for a slot, first come, first served, for as long as the pool limit allows."""
        trace = attempt.trace
        limit = attempt.left(attempt.pool)
        origin = describe(waiter.origin.key)
        if trace is None:
            await waiter.wakeup.wait(limit)
        else:
            await trace.step("pool.wait", waiter.wakeup.wait(limit), origin=origin)
        with self._lock:
            # Given at the last moment counts as given.
            slot = waiter.slot
            if slot is not None:
                state.held[attempt] = slot
        if slot is not None:
            if self._lost:
                self._find_lost()
            return slot
        if waiter.closed:
            raise ConnectError(
                f"The transport was closed while a request waited for a connection to {origin}."
            )
        raise PoolTimeout(
            f"Waiting for a connection to {origin} timed out: none became free within "
            f"{limit:g} seconds (the pool limit)."
        )

    def _replace(self, state: PoolState, attempt: Attempt, slot: Slot) -> Slot:
        with self._lock:
            if state.torn:
                mend(state)
            state.torn = True
            slot = state.held[attempt] = state.replace(slot)
            state.torn = False
        self._flush(state)
        if self._lost:
            self._find_lost()
        return slot

    async def _connect(
        self, state: PoolState, slot: Slot, backend: Backend, attempt: Attempt
    ) -> Connection:
        """Make the connection of a slot."""
        connection: Connection | None = None
        try:
            connection = await self._dialer.dial(backend, slot.origin.key, attempt)
            connection.on_done = partial(self._done, state)
            connection.on_lost = partial(self._lose, state)
            connection.on_change = partial(self._changed, state, slot)
            with self._lock:
                if state.torn:
                    mend(state)
                state.torn = True
                is_ours = state.opened(slot, connection)
                state.torn = False
            self._flush(state)
            if self._lost:
                self._find_lost()
        except BaseException:
            if connection is not None:
                connection.close()
            raise
        if not is_ours:
            raise ConnectError("The transport was closed while a request was connecting.")
        return connection

    def _done(self, state: PoolState, attempt: Attempt) -> None:
        """Give back what a request holds; nothing, when that has been done already."""
        with self._lock:
            if state.torn:
                mend(state)
            state.torn = True
            slot: Any = state.held.pop(attempt, None)
            if slot is not None:
                attempt.over = True
                state.done(slot, monotonic())
            state.torn = False
        if state.to_close or state.to_wake:
            self._flush(state)
        if self._lost:
            self._find_lost(attempt)

    def _give_up(self, state: PoolState, attempt: Attempt) -> None:
        """Give back a place in the queue, or a slot that never had a connection."""
        with self._lock:
            if state.torn:
                mend(state)
            state.torn = True
            held = state.held.pop(attempt, None)
            if isinstance(held, Waiter):
                state.leave(held, monotonic())
            elif held is not None:
                state.failed(held)
            state.torn = False
        self._flush(state)

    def _lose(self, state: PoolState, attempt: Attempt) -> None:
        """Take back what a response held that was dropped unread.

        The garbage collector may call this anywhere, in the middle of this class too: what it cannot
        do now is left for whoever holds the lock, or the next who does.
        """
        self._lost.append((state, attempt))
        if not self._lock.locked():
            self._find_lost()

    def _find_lost(self, over: Attempt | None = None) -> None:
        """Take back the places of requests that have come to an end where nobody else saw it.

        `over` is being taken back already, by this very method.
        """
        lost = self._lost
        while lost:
            try:
                state, attempt = entry = lost[0]
            except IndexError:
                # Another thread was quicker.
                return
            if attempt is over:
                return
            held = state.held.get(attempt)
            if isinstance(held, Slot) and held.connection is not None:
                held.connection.abandon(attempt)
            else:
                self._give_up(state, attempt)
            # Not before: an interruption leaves it to the next request.
            with suppress(ValueError):
                lost.remove(entry)

    def _changed(self, state: PoolState, slot: Slot, connection: object) -> None:
        with self._lock:
            if state.torn:
                mend(state)
            state.torn = True
            state.changed(slot)
            state.torn = False
        self._flush(state)

    def _flush(self, state: PoolState) -> None:
        """Close and wake what the state says, outside the lock."""
        while state.to_close or state.to_wake:
            closing: list[Any] = []
            waking: list[Waiter] = []
            try:
                with self._lock:
                    closing, state.to_close = state.to_close, []
                    waking, state.to_wake = state.to_wake, []
                for waiter in waking:
                    waiter.wakeup.set()
                for connection in closing:
                    connection.close()
            except BaseException:
                # Again, and all of it: both can be done twice.
                with self._lock:
                    state.to_close += closing
                    state.to_wake += waking
                raise

    def close(self) -> None:
        """Close all connections; requests that are under way or waiting fail."""
        state = self._state
        with self._lock:
            if state.torn:
                mend(state)
            state.torn = True
            state.clear()
            state.torn = False
        self._flush(state)

    async def aclose(self) -> None:
        """Close all connections, and let the event loop see it."""
        had_some = bool(self._state.slots)
        self.close()
        if had_some and self._backend is not None:
            # Transports of an event loop let go of their sockets in its next turns. A cancel scope
            # does not end this: the error that leaves the caller's block would be lost by it.
            anyio = sys.modules.get("anyio")
            with anyio.CancelScope(shield=True) if anyio is not None else nullcontext():
                await self._backend.sleep(0)

    def stats(self) -> dict[str, OriginStats]:
        """The figures of each origin, by `scheme://host:port`."""
        with self._lock:
            figures = {
                describe(origin.key): OriginStats(
                    origin.active,
                    origin.idle,
                    len(origin.waiting),
                    origin.opened,
                    origin.reused,
                    origin.closed,
                    origin.retried,
                )
                for origin in self._state.origins.values()
            }
        if self._lost:
            self._find_lost()
        return figures

    # Names that code written for httpx 0.28 reads.

    @property
    def _connections(self) -> list[Connection]:
        with self._lock:
            return [slot.connection for slot in self._state.slots if slot.connection is not None]

    @property
    def _requests(self) -> list[object]:
        with self._lock:
            active = [slot for slot in self._state.slots for _ in range(slot.active)]
            waiting = [w for origin in self._state.origins.values() for w in origin.waiting]
        return [*active, *waiting]

    @property
    def _proxy_url(self) -> Any:
        proxy = self._dialer.proxy
        return None if proxy is None else proxy.url

    @property
    def _proxy_headers(self) -> list[tuple[bytes, bytes]]:
        proxy = self._dialer.proxy
        return [] if proxy is None else list(proxy.headers.raw)

    def __repr__(self) -> str:
        origins = ", ".join(
            f"{name}: {s.active} active, {s.idle} idle, {s.waiting} waiting"
            for name, s in self.stats().items()
        )
        return f"<Pool [{origins}]>"

    def __del__(self) -> None:
        if sys.is_finalizing():
            # Nothing can be imported any more, and the system closes what is open.
            return
        connections = [slot.connection for slot in self._state.slots if slot.connection is not None]
        if connections:
            import warnings

            warnings.warn(
                f"A client or transport was lost with {len(connections)} open connections: call its "
                f"close() or aclose(), or use it as a context manager.",
                ResourceWarning,
                stacklevel=2,
                source=self,
            )
            for connection in connections:
                connection.close()

    def _forget(self) -> None:
        """In the child of a fork: start anew, and leave alone what is the parent's."""
        _inherited.append(self._state)
        self._lock = Lock()
        self._lost.clear()
        self._state = self._new_state()


def describe(key: Any) -> str:
    """How messages and figures name what a connection leads to."""
    scheme, host, port = key[:3]
    if ":" in host:
        host = f"[{host}]"
    name = f"{scheme}://{host}:{port}" if port else f"{scheme}://{host}"
    if len(key) < 4:
        return name
    return f"{name} (as {key[3]})" if key[3] else f"{name} (forward proxy)"


_pools: weakref.WeakSet[Pool] = weakref.WeakSet()

# Connections of the parent of a fork: kept, for letting them go could write to their sockets.
_inherited: list[PoolState] = []


def _forget_all() -> None:
    for pool in list(_pools):
        pool._forget()


def _register() -> None:
    import os

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_forget_all)


_register()

"""Waiting for another task, through anyio: the wake-up and the lock of the trio backend."""

from __future__ import annotations

from collections import deque

import anyio

from .interface import Lock, Wakeup


class TrioWakeup(Wakeup):
    """An anyio event that is made only when there is something to wait for."""

    __slots__ = ("_event", "is_set")

    def __init__(self) -> None:
        self.is_set = False
        self._event: anyio.Event | None = None

    def set(self) -> None:
        self.is_set = True
        if self._event is not None:
            self._event.set()

    async def wait(self, timeout: float | None) -> bool:
        if self.is_set:
            return True
        if timeout is not None and timeout <= 0:
            return False
        self._event = event = anyio.Event()
        if timeout is None:
            await event.wait()
        else:
            with anyio.move_on_after(timeout):
                await event.wait()
        return self.is_set


class TrioLock(Lock):
    """A lock that is handed over directly, so that nobody overtakes the one who waited longest."""

    __slots__ = ("_held", "_waiting")

    def __init__(self) -> None:
        self._held = False
        self._waiting: deque[anyio.Event] = deque()

    def try_acquire(self) -> bool:
        if self._held:
            return False
        self._held = True
        return True

    async def acquire(self) -> None:
        if not self._held:
            self._held = True
            return
        turn = anyio.Event()
        self._waiting.append(turn)
        try:
            await turn.wait()
        except BaseException:
            if turn.is_set():
                # It was handed over in the moment of the cancellation.
                self.release()
            else:
                self._waiting.remove(turn)
            raise

    def release(self) -> None:
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._held = False

"""Waiting for another thread: the wake-up and the lock of the blocking backend."""

from __future__ import annotations

import threading
from collections import deque

from .interface import Lock, Wakeup


class BlockingWakeup(Wakeup):
    """A lock that is held until `set` lets go of it: a tenth of the price of a `threading.Event`."""

    __slots__ = ("_gate", "_setting", "is_set")

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._gate.acquire()
        self._setting = threading.Lock()
        self.is_set = False

    def set(self) -> None:
        with self._setting:
            if not self.is_set:
                self.is_set = True
                self._gate.release()

    async def wait(self, timeout: float | None) -> bool:
        if self.is_set:
            return True
        if timeout is None:
            self._gate.acquire()
        elif timeout <= 0 or not self._gate.acquire(timeout=min(timeout, threading.TIMEOUT_MAX)):
            return self.is_set
        return True


class BlockingLock(Lock):
    """A lock between threads that is handed to them in the order in which they asked."""

    __slots__ = ("_held", "_state", "_waiting")

    def __init__(self) -> None:
        self._state = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Lock] = deque()

    def try_acquire(self) -> bool:
        with self._state:
            if self._held:
                return False
            self._held = True
            return True

    async def acquire(self) -> None:
        with self._state:
            if not self._held:
                self._held = True
                return
            gate = threading.Lock()
            gate.acquire()
            self._waiting.append(gate)
        try:
            gate.acquire()
        except BaseException:
            # Ctrl-C in the main thread: leave the queue, or hand on what was just given.
            with self._state:
                if gate in self._waiting:
                    self._waiting.remove(gate)
                    raise
            self.release()
            raise

    def release(self) -> None:
        with self._state:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False

"""SignsOfLife: when a peer was heard last, when to ask it, and when to believe that it is dead.

Pure state: the moments are passed in, in seconds of one clock.
"""

from __future__ import annotations


class SignsOfLife:
    """What is known of a peer's being alive.

    A peer that was not heard for `interval` seconds is asked by a PING, and is dead when it is not
    heard within `timeout` seconds after that. An `interval` of None never asks.
    """

    __slots__ = ("_asked", "_interval", "heard", "timeout")

    def __init__(self, interval: float | None, timeout: float, now: float) -> None:
        self._interval = interval
        self.timeout = timeout
        self.heard = now
        # When a PING went out that has not been answered.
        self._asked: float | None = None

    def hear(self, now: float) -> None:
        """Bytes came, whichever: they are as good as an answer."""
        self.heard = now
        self._asked = None

    def ask(self, now: float) -> None:
        """A PING goes out."""
        self._asked = now

    def due(self) -> float | None:
        """When there is something to do if nothing comes; None: never."""
        if self._interval is None:
            return None
        return self.heard + self._interval if self._asked is None else self._asked + self.timeout

    def must_ask(self, now: float) -> bool:
        return (
            self._interval is not None
            and self._asked is None
            and now >= self.heard + self._interval
        )

    def is_dead(self, now: float) -> bool:
        return self._asked is not None and now >= self._asked + self.timeout

"""What the pool keeps books about: origins, slots, and those who wait. Values only: nothing decides here."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any


class Origin:
    """What the pool knows of one origin, its figures included."""

    __slots__ = (
        "active",
        "available",
        "closed",
        "connecting",
        "idle",
        "key",
        "opened",
        "retried",
        "reused",
        "shares",
        "slots",
        "waiting",
    )

    def __init__(self, key: Hashable) -> None:
        self.key = key
        self.available: OrderedDict[Slot, None] = OrderedDict()
        self.waiting: OrderedDict[Waiter, None] = OrderedDict()
        self.slots = 0
        self.connecting = 0
        # Whether one connection carries many exchanges: not known (None) before the first answer.
        self.shares: bool | None = None
        self.active = self.idle = 0
        self.opened = self.reused = self.closed = self.retried = 0


class Slot:
    """The right to one connection, and how many exchanges are open on it."""

    __slots__ = ("active", "connection", "expires", "is_idle", "origin", "scheduled", "used")

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.connection: Any = None
        self.active = 1
        self.used = False
        self.is_idle = False
        self.expires = 0.0
        self.scheduled = False


class Waiter:
    """A request that has to wait; once `slot` is set it has been given one."""

    __slots__ = ("closed", "origin", "slot", "wakeup")

    def __init__(self, origin: Origin, wakeup: Any) -> None:
        self.origin = origin
        self.wakeup = wakeup
        self.slot: Slot | None = None
        self.closed = False

"""Happy Eyeballs (RFC 8305) as a plan: which address to try, and when.

No socket and no clock in this file: a backend asks what is due, passing the time, and does it.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

DELAY = 0.25
"""Seconds between two attempts: the Connection Attempt Delay that RFC 8305 section 5 recommends."""


class Address(NamedTuple):
    """One way to reach a host: a socket family, and the address that `socket.connect` takes."""

    family: int
    sockaddr: Any


def from_getaddrinfo(answers: Iterable[tuple[Any, ...]], local_family: int | None) -> list[Address]:
    """The addresses of a lookup in the order to try; only those of `local_family`, when a source
    address asks.
    """
    unique = dict.fromkeys(Address(int(answer[0]), answer[4]) for answer in answers)
    usable = [
        address
        for address in unique
        if address.family in (socket.AF_INET, socket.AF_INET6)
        and (local_family is None or address.family == local_family)
    ]
    return interleave(usable)


def interleave(addresses: Sequence[Address]) -> list[Address]:
    """Alternate the families, beginning with that of the first address (RFC 8305 section 4).

    The order within a family, which is the resolver's (RFC 6724), stays.
    """
    if not addresses:
        return []
    first = addresses[0].family
    preferred = [address for address in addresses if address.family == first]
    others = [address for address in addresses if address.family != first]
    order: list[Address] = []
    for index in range(max(len(preferred), len(others))):
        order += preferred[index : index + 1]
        order += others[index : index + 1]
    return order


class Race:
    """The attempts at connecting to one host.

    Each starts `delay` seconds after the one before, or at once when that one failed.

    >>> race = Race([Address(2, ("192.0.2.1", 80)), Address(2, ("192.0.2.2", 80))])
    >>> race.start(now=0.0)
    Address(family=2, sockaddr=('192.0.2.1', 80))
    >>> race.start(now=0.1), race.due
    (None, 0.25)
    >>> race.failed()
    >>> race.start(now=0.1)
    Address(family=2, sockaddr=('192.0.2.2', 80))
    """

    __slots__ = ("_addresses", "_delay", "_due", "_next")

    def __init__(self, addresses: Sequence[Address], delay: float = DELAY) -> None:
        self._addresses = addresses
        self._delay = delay
        self._next = 0
        self._due = float("-inf")

    @property
    def due(self) -> float | None:
        """When the next attempt is to start, on the clock that `start` is given; None when none is
        left.
        """
        return self._due if self._next < len(self._addresses) else None

    def start(self, now: float) -> Address | None:
        """The address to try now, or None when none is left or none is due yet."""
        if self._next == len(self._addresses) or now < self._due:
            return None
        address = self._addresses[self._next]
        self._next += 1
        self._due = now + self._delay
        return address

    def failed(self) -> None:
        """Note that an attempt failed: the next one is due at once."""
        self._due = float("-inf")

"""The figures that a pool gives of itself. Values only: nothing here counts."""

from __future__ import annotations

from typing import NamedTuple


class OriginStats(NamedTuple):
    """The figures of one origin: requests that are `active` or `waiting`, connections that are `idle`
    now; connections `opened` and `closed`, requests that `reused` one or were `retried`, so far.
    """

    active: int
    idle: int
    waiting: int
    opened: int
    reused: int
    closed: int
    retried: int


OriginStats.__module__ = "httpx_transports"  # type checkers take it for a field in the class body

"""Timeout: the limits of the four phases of a request, in seconds, as one immutable value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._types import TimeoutTypes


class UnsetType:
    """The type of UNSET, which tells 'not given' from None."""

    __module__ = "httpx_core"
    __slots__ = ()

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        return "UNSET"


UNSET = UnsetType()


class Timeout:
    """How long each phase of a request may take, in seconds; None for no limit.

    `connect` is for making a connection, `read` for waiting for bytes, `write` for sending them,
    `pool` for waiting for a free connection. `total`, None unless given, is for the whole call,
    redirects, authentication and the body included.

    Give one default, or all four:

    >>> Timeout(5.0)
    Timeout(timeout=5.0)
    >>> Timeout(5.0, connect=60.0)
    Timeout(connect=60.0, read=5.0, write=5.0, pool=5.0)

    ValueError: neither a default nor all four were given. TypeError: a limit is no number.
    """

    __module__ = "httpx_core"
    __slots__ = ("connect", "pool", "read", "total", "write")

    connect: float | None
    read: float | None
    write: float | None
    pool: float | None
    total: float | None

    def __init__(
        self,
        timeout: TimeoutTypes | UnsetType = UNSET,
        *,
        connect: None | float | UnsetType = UNSET,
        read: None | float | UnsetType = UNSET,
        write: None | float | UnsetType = UNSET,
        pool: None | float | UnsetType = UNSET,
        total: None | float = None,
    ) -> None:
        raise NotImplementedError

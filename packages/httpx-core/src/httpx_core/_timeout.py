"""Timeout: the limits of the phases of a request, in seconds, as one value.

It only holds numbers. No clock is read and nothing waits in this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

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
"""The one value of its type: 'not given', where None means no limit."""


class Timeout:
    """How long each phase of a request may take, in seconds; None for no limit.

    `connect` is for making a connection, `read` for waiting for bytes, `write` for sending them,
    `pool` for waiting for a free connection. `total`, None unless given, is for the whole call,
    redirects, authentication and the body included. A limit of 0 or less has passed already.

    Give one default, or all four, or a tuple of two to four in the order (connect, read, write,
    pool), where those left out have no limit:

    >>> Timeout(5.0)
    Timeout(timeout=5.0)
    >>> Timeout(5.0, connect=60.0)
    Timeout(connect=60.0, read=5.0, write=5.0, pool=5.0)
    >>> Timeout((3.0, 10.0)).as_dict()
    {'connect': 3.0, 'read': 10.0, 'write': None, 'pool': None}

    ValueError: neither a default nor all four were given, a tuple has the wrong length, or a limit
    is NaN. TypeError: a limit is no number.
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
        default: Any = UNSET
        if isinstance(timeout, Timeout):
            if not (connect is read is write is pool is UNSET):
                raise ValueError(
                    "Timeout() takes another Timeout or limits by name, not both: "
                    "build it from the other's attributes."
                )
            connect, read, write, pool = timeout.connect, timeout.read, timeout.write, timeout.pool
            total = timeout.total if total is None else total
        elif isinstance(timeout, tuple):
            if not 2 <= len(timeout) <= 4:
                raise ValueError(
                    "A timeout given as a tuple is (connect, read), (connect, read, write) or "
                    f"(connect, read, write, pool); this one has {len(timeout)} items."
                )
            connect, read, write, pool = (*timeout, None, None)[:4]
        else:
            default = timeout if timeout is UNSET else _seconds("timeout", timeout)
        if default is UNSET and UNSET in (connect, read, write, pool):
            raise ValueError(
                "httpx.Timeout must either include a default, or set all four parameters explicitly: "
                "connect, read, write and pool."
            )
        self.connect = default if connect is UNSET else _seconds("connect", connect)
        self.read = default if read is UNSET else _seconds("read", read)
        self.write = default if write is UNSET else _seconds("write", write)
        self.pool = default if pool is UNSET else _seconds("pool", pool)
        self.total = None if total is None else _seconds("total", total)

    def as_dict(self) -> dict[str, float | None]:
        """The four limits by name, as `request.extensions["timeout"]` holds them.

        `total` is among them only when it is set.
        """
        limits = {
            "connect": self.connect,
            "read": self.read,
            "write": self.write,
            "pool": self.pool,
        }
        if self.total is not None:
            limits["total"] = self.total
        return limits

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Timeout):
            return NotImplemented
        return self.as_dict() == other.as_dict()

    def __repr__(self) -> str:
        total = "" if self.total is None else f", total={self.total}"
        if self.connect == self.read == self.write == self.pool:
            return f"Timeout(timeout={self.connect}{total})"
        return (
            f"Timeout(connect={self.connect}, read={self.read}, "
            f"write={self.write}, pool={self.pool}{total})"
        )


def _seconds(name: str, value: Any) -> float | None:
    """Check one limit; what is like a float (numpy's, Fraction) is kept as it came."""
    if value is None:
        return None
    if not isinstance(value, (int, float)) and not hasattr(value, "__float__"):
        if name == "timeout":
            from ._arguments import wrong_type

            raise wrong_type(
                "timeout", "a number of seconds, a tuple of them, a Timeout or None", value
            )
        raise TypeError(
            f"The timeout {name!r} is a number of seconds or None, not {type(value).__name__}."
        )
    if value != value:
        raise ValueError(f"The timeout {name!r} cannot be NaN.")
    seconds: float = value
    return seconds


def wrong_timeout(limits: object) -> TypeError:
    """Say what keeps the extension `timeout` from being the dict of `Timeout.as_dict()`."""
    if not isinstance(limits, Mapping):
        return TypeError(
            "The extension timeout must be a dict of seconds by phase, as Timeout(5.0).as_dict() "
            f"gives it, not {type(limits).__name__}."
        )
    for name, value in cast("Mapping[str, Any]", limits).items():
        try:
            _seconds(name, value)
        except (TypeError, ValueError) as exc:
            return TypeError(f"In the extension timeout: {exc}")
    return TypeError(
        "A limit of the extension timeout is no number of seconds that can be counted."
    )


DEFAULT_TIMEOUT_CONFIG = Timeout(5.0)
"""The limits of a client that was given none: five seconds for each phase, and no total."""

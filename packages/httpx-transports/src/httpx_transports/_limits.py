"""Limits: how many connections a transport may have, for how long, and how much a peer may send."""

from __future__ import annotations

from typing import Any, ClassVar

KIB = 1024
MIB = 1024 * 1024

# RFC 9113, 6.9.2: what every window starts with, and 6.9.1: what none may pass.
MIN_WINDOW = 65_535
MAX_WINDOW = 2**31 - 1


class Limits:
    """The limits of one connection pool, and of what its servers may send.

    Of the pool, None for no limit:

    - `max_connections`: connections at the same time.
    - `max_keepalive_connections`: idle ones kept for later.
    - `keepalive_expiry`: for how many seconds an idle one is kept.

    Of what a server may make us hold:

    - `max_header_size`, `max_header_fields`: bytes and fields in the header block of one response.
    - `max_interim_responses`: responses before the final one (RFC 9110, 15.2).
    - `http2_stream_window`, `http2_connection_window`: bytes that an HTTP/2 server may send ahead of
      the reader (RFC 9113, 5.2).
    - `http2_ping_interval`, `http2_ping_timeout`: an HTTP/2 connection that is silent for so many
      seconds while something is waited for is asked for a sign of life, and given up when none comes
      within so many. None for the first: it is never asked.

    >>> Limits(max_connections=10, max_keepalive_connections=5)
    Limits(max_connections=10, max_keepalive_connections=5, keepalive_expiry=5.0)

    TypeError: a limit is no number. ValueError: a limit is negative.
    """

    __module__ = "httpx_transports"
    __slots__ = (
        "http2_connection_window",
        "http2_ping_interval",
        "http2_ping_timeout",
        "http2_stream_window",
        "keepalive_expiry",
        "max_connections",
        "max_header_fields",
        "max_header_size",
        "max_interim_responses",
        "max_keepalive_connections",
    )

    max_connections: int | None
    max_keepalive_connections: int | None
    keepalive_expiry: float | None
    max_header_size: int
    max_header_fields: int
    max_interim_responses: int
    http2_stream_window: int
    http2_connection_window: int
    http2_ping_interval: float | None
    http2_ping_timeout: float

    def __init__(
        self,
        *,
        max_connections: int | None = None,
        max_keepalive_connections: int | None = None,
        keepalive_expiry: float | None = 5.0,
        max_header_size: int = 100 * KIB,
        max_header_fields: int = 1000,
        max_interim_responses: int = 100,
        http2_stream_window: int = 4 * MIB,
        http2_connection_window: int = 16 * MIB,
        http2_ping_interval: float | None = 30.0,
        http2_ping_timeout: float = 10.0,
    ) -> None:
        self.max_connections = max_connections
        self.max_keepalive_connections = max_keepalive_connections
        self.keepalive_expiry = keepalive_expiry
        self.max_header_size = max_header_size
        self.max_header_fields = max_header_fields
        self.max_interim_responses = max_interim_responses
        self.http2_stream_window = http2_stream_window
        self.http2_connection_window = http2_connection_window
        self.http2_ping_interval = http2_ping_interval
        self.http2_ping_timeout = http2_ping_timeout
        for name in self.__slots__:
            value = getattr(self, name)
            if value is None and name in _MAY_BE_NONE:
                continue
            if not isinstance(value, (int, float)):
                raise TypeError(
                    f"Limits: {name} must be a number{' or None' if name in _MAY_BE_NONE else ''}, "
                    f"not {type(value).__name__}."
                )
            if value < 0 or value != value:
                raise ValueError(f"Limits: {name} must not be negative, and is {value!r}.")
            if name.endswith("_window") and not MIN_WINDOW <= value <= MAX_WINDOW:
                raise ValueError(
                    f"Limits: {name} must be from {MIN_WINDOW} to {MAX_WINDOW} bytes, and is {value!r}."
                )

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Limits) and all(
            getattr(self, name) == getattr(other, name) for name in self.__slots__
        )

    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # equal by value, and it was never hashable

    def __repr__(self) -> str:
        others = [
            name
            for name in self.__slots__
            if name not in _SHOWN and getattr(self, name) != getattr(_DEFAULTS, name)
        ]
        return (
            f"Limits({', '.join(f'{name}={getattr(self, name)!r}' for name in (*_SHOWN, *others))})"
        )


_SHOWN = ("max_connections", "max_keepalive_connections", "keepalive_expiry")
_MAY_BE_NONE = (*_SHOWN, "http2_ping_interval")
_DEFAULTS = Limits()

DEFAULT_LIMITS = Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=5.0)
"""The limits of a transport, and so of a client, that was given none."""

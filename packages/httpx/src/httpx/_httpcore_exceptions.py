"""What httpcore raises, raised as ours: for transports of others that are built on httpcore.

No transport of ours needs this, and it never imports httpcore: an exception of httpcore is known by
the name of the module of its class.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import httpx_core

_COUNTERPARTS: dict[str, type[httpx_core.TransportError]] = {
    "TimeoutException": httpx_core.TimeoutException,
    "ConnectTimeout": httpx_core.ConnectTimeout,
    "ReadTimeout": httpx_core.ReadTimeout,
    "WriteTimeout": httpx_core.WriteTimeout,
    "PoolTimeout": httpx_core.PoolTimeout,
    "NetworkError": httpx_core.NetworkError,
    "ConnectError": httpx_core.ConnectError,
    "ReadError": httpx_core.ReadError,
    "WriteError": httpx_core.WriteError,
    "ProxyError": httpx_core.ProxyError,
    "UnsupportedProtocol": httpx_core.UnsupportedProtocol,
    "ProtocolError": httpx_core.ProtocolError,
    "LocalProtocolError": httpx_core.LocalProtocolError,
    "RemoteProtocolError": httpx_core.RemoteProtocolError,
}


@contextmanager
def map_httpcore_exceptions() -> Generator[None]:
    """Raise the exceptions of httpcore that leave the block as those of httpx; let all others pass."""
    try:
        yield
    except Exception as exc:
        counterpart = _counterpart(type(exc))
        if counterpart is None:
            raise
        raise counterpart(str(exc) or type(exc).__name__) from exc


def _counterpart(cls: type[Exception]) -> type[httpx_core.TransportError] | None:
    """Our class for the nearest class of httpcore that has one, or None."""
    for base in cls.__mro__:
        if base.__module__.partition(".")[0] == "httpcore" and base.__name__ in _COUNTERPARTS:
            return _COUNTERPARTS[base.__name__]
    return None

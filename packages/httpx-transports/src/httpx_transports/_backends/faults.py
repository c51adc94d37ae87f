"""The exceptions of the network: which class, and a message that names the phase, the peer and the limit.

Every backend raises through these functions, so that a failure reads the same in every colour.
Nothing here is raised: the caller raises, chained to what it caught.
"""

from __future__ import annotations

import os
import sys

from httpx_core import (
    ConnectError,
    ConnectTimeout,
    ReadError,
    ReadTimeout,
    WriteError,
    WriteTimeout,
)


def peer_name(host: str, port: int) -> str:
    """`host:port` for messages, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def reason(exc: BaseException) -> str:
    """What an exception says, the same on every backend; its class where it says nothing."""
    if type(exc).__module__ == "builtins" and isinstance(exc, OSError) and exc.errno:
        # asyncio puts words of its own here.
        return f"[Errno {exc.errno}] {os.strerror(exc.errno)}"
    return str(exc) or type(exc).__name__


def connect_timeout(peer: str, limit: float | None, doing: str = "Connecting to") -> ConnectTimeout:
    return ConnectTimeout(f"{doing} {peer} timed out{_within(limit)}.")


def connect_error(peer: str, exc: BaseException, doing: str = "Connecting to") -> ConnectError:
    return ConnectError(f"{doing} {peer} failed: {reason(exc)}")


def read_timeout(peer: str, limit: float | None) -> ReadTimeout:
    return ReadTimeout(f"Reading from {peer} timed out: no bytes came{_within(limit)}.")


def read_error(peer: str, exc: BaseException) -> ReadError:
    return ReadError(f"Reading from {peer} failed: {reason(exc)}")


def is_unclean_end(exc: BaseException) -> bool:
    """Whether a read failed because the peer closed without TLS's close_notify, as many servers do.

    It is no end of a body that lasts until the connection closes. Everywhere else it says what any
    other end says.
    """
    ssl = sys.modules.get("ssl")
    return ssl is not None and isinstance(exc.__cause__, ssl.SSLEOFError)


def read_closed(peer: str) -> ReadError:
    return ReadError(f"Reading from {peer} failed: the connection has been closed on this side.")


def write_timeout(peer: str, limit: float | None) -> WriteTimeout:
    return WriteTimeout(f"Writing to {peer} timed out: it took no bytes{_within(limit)}.")


def write_deadline(peer: str) -> WriteTimeout:
    return WriteTimeout(
        f"Writing to {peer} timed out: not all was sent when the total limit ended."
    )


def write_error(peer: str, exc: BaseException) -> WriteError:
    return WriteError(f"Writing to {peer} failed: {reason(exc)}")


def write_cut_short(peer: str) -> WriteError:
    return WriteError(f"Writing to {peer} failed: an earlier write was cut short.")


def write_closed(peer: str) -> WriteError:
    return WriteError(f"Writing to {peer} failed: the connection has been closed on this side.")


def _within(limit: float | None) -> str:
    return "" if limit is None else f" within {max(limit, 0):.4g} seconds"

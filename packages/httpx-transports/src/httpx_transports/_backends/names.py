"""Name lookup: which addresses a host has, for every backend.

An IP literal never leaves this process. A name is looked up by the system's resolver, which cannot
be interrupted: so where a limit is set it runs in a thread that is left behind when the limit ends.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, TypeVar

from .happy_eyeballs import Address, from_getaddrinfo

if TYPE_CHECKING:
    from .._trace import Trace

T = TypeVar("T")


def literal(host: str, port: int) -> list[Address]:
    """The one address of an IP literal (zone included), or none when `host` is a name.

    The resolver's function is not called for what can only be a name: it would be on the event
    loop, and programs put their own in its place, which may take its time.
    """
    if ":" not in host and not host.rstrip(".").rpartition(".")[2][:1].isdigit():
        # Every spelling of an IPv4 address has a number at its end (inet_aton).
        return []
    if host[-1:].isdigit():
        try:
            socket.inet_pton(socket.AF_INET, host)
        except (OSError, ValueError):
            # Also an IPv6 one: only the system knows all spellings.
            pass
        else:
            return [Address(int(socket.AF_INET), (host, port))]
    try:
        answers = socket.getaddrinfo(
            host.encode("ascii"),
            port,
            type=socket.SOCK_STREAM,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
    except (OSError, UnicodeError):
        return []
    return from_getaddrinfo(answers, None)


def lookup(host: str, port: int) -> Any:
    """Ask the system's resolver, waiting as long as it takes.

    Raises OSError when there is no such name. The name goes as `str`, which is what those expect
    who put a function of their own in the place of the system's.
    """
    if not host.isascii():
        raise OSError(f"the name {host!r} is not ASCII")
    if "\x00" in host:
        raise OSError("the name holds a NUL character")
    try:
        return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    except UnicodeError:
        # Python's codec `idna` refuses labels that are empty or too long: ask past it.
        return socket.getaddrinfo(host.encode("ascii"), port, 0, socket.SOCK_STREAM)


def lookup_within(host: str, port: int, seconds: float) -> Any:
    """Ask the system's resolver in a thread of its own.

    Raises TimeoutError after `seconds`, else whatever `lookup` raises.
    """
    import threading

    outcome: list[Any] = []
    done = threading.Event()

    def work() -> None:
        try:
            outcome.append(lookup(host, port))
        except Exception as exc:
            outcome.append(exc)
        finally:
            done.set()

    threading.Thread(target=work, name=f"httpx-lookup-{host}", daemon=True).start()
    if not done.wait(seconds):
        raise TimeoutError(f"no answer for the name {host!r}")
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]


async def told(trace: Trace | None, looking_up: Awaitable[T], host: str, port: int) -> T:
    """Await a lookup, telling a trace of it: httpx 0.28 counted it to connecting."""
    if trace is None:
        return await looking_up
    return await trace.step("connection.resolve_name", looking_up, host=host, port=port)


def usable(answers: Any, local_address: str | None) -> list[Address]:
    """The addresses of a lookup in the order to try.

    Raises OSError when none is of the source address's family.
    """
    local_family = None
    if local_address is not None:
        own = literal(local_address, 0)
        local_family = own[0].family if own else None
    addresses = from_getaddrinfo(answers, local_family)
    if not addresses:
        raise OSError("the name has no address that can be used" + _from(local_address))
    return addresses


def _from(local_address: str | None) -> str:
    return "" if local_address is None else f" from {local_address}"

"""The settings of a transport, checked when it is made: each error names the argument and its type.

Imported with the first transport. No file is opened and no socket made here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from ._proxy import Proxy

if TYPE_CHECKING:
    from ._backends.interface import SOCKET_OPTION
    from ._types import ProxyTypes

# What an option may be. A constant, since a type checker knows nothing of what they hold.
_OPTION: tuple[type[Any], ...] = (tuple, list)


def as_proxy(proxy: ProxyTypes) -> Proxy:
    """What `proxy=` stands for. TypeError: nothing; else as for `Proxy`."""
    from httpx_core import URL

    if isinstance(proxy, Proxy):
        return proxy
    if not isinstance(proxy, (str, URL)):
        raise TypeError(f"proxy must be a URL, a str or a Proxy, not {type(proxy).__name__}.")
    return Proxy(proxy)


def checked_uds(uds: Any) -> str | None:
    """The path of a Unix domain socket as text or bytes. TypeError: it is no path."""
    if uds is None:
        return None
    try:
        path = cast("str", os.fspath(uds))
    except TypeError as exc:
        raise TypeError(
            f"uds must be the path of a Unix domain socket, not {type(uds).__name__}."
        ) from exc
    return path


def checked_address(local_address: Any) -> str | None:
    """The address to connect from. TypeError: it is no text."""
    if local_address is not None and not isinstance(local_address, (str, bytes)):
        raise TypeError(
            f"local_address must be an IP address as str, not {type(local_address).__name__}."
        )
    return cast("str | None", local_address)


def checked_retries(retries: Any) -> int:
    """How often to try again. TypeError: it is no integer. ValueError: it is negative."""
    if not isinstance(retries, int):
        raise TypeError(f"retries must be a number, an int, not {type(retries).__name__}.")
    if retries < 0:
        raise ValueError(f"retries must be 0 or a positive number, and is {retries!r}.")
    return retries


def checked_options(socket_options: Any) -> tuple[SOCKET_OPTION, ...]:
    """The arguments of `socket.setsockopt`, each three or four in number.

    TypeError: they are not in an iterable of tuples that begin with two ints. ValueError: their number
    is another one.
    """
    if socket_options is None:
        return ()
    given: object = socket_options
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise TypeError(
            "socket_options must be an iterable of (level, option, value) tuples, "
            f"not {type(socket_options).__name__}."
        )
    options: tuple[Any, ...] = tuple(socket_options)
    for position, option in enumerate(options):
        if not isinstance(option, _OPTION):
            raise TypeError(
                "socket_options must hold (level, option, value) tuples, but item "
                f"{position} is {type(option).__name__}."
            )
        if not 3 <= len(option) <= 4:
            raise ValueError(
                "socket_options must hold (level, option, value) or (level, option, None, length), "
                f"but item {position} has {len(option)} items."
            )
        for part in option[:2]:
            if not isinstance(part, int):
                raise TypeError(
                    "socket_options must name level and option by ints, but in item "
                    f"{position} there is {type(part).__name__}."
                )
    return options

"""The settings of a client, checked when it is made: each error names the argument and its type.

What has the right methods is right, whatever its class: transports are used by their methods alone,
and a mock is one. No value is shown, only its type.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from httpx_core import URL
from httpx_transports import AsyncBaseTransport, BaseTransport

from ._patterns import URLPattern

T = TypeVar("T")

_OTHER = {
    "handle_request": ("handle_async_request", "an AsyncClient"),
    "handle_async_request": ("handle_request", "a Client"),
}


def checked_transport(name: str, transport: T, method: str) -> T:
    """A transport that has the method a client calls. TypeError: it has not, or is a class."""
    given: object = transport
    if isinstance(given, type):
        if issubclass(given, (BaseTransport, AsyncBaseTransport)):
            raise TypeError(
                f"{name} must be a transport, not the class {given.__name__}: call it to make one."
            )
    elif not hasattr(given, method):
        other, client = _OTHER[method]
        hint = f"; what has {other} is for {client}" if hasattr(given, other) else ""
        raise TypeError(
            f"{name} must be a transport with the method {method}, not {type(given).__name__}{hint}."
        )
    return transport


def checked_mounts(mounts: Any, method: str) -> dict[URLPattern, Any]:
    """The mounts by pattern, None for no transport of its own. TypeError, ValueError: an item is wrong."""
    if not hasattr(mounts, "items"):
        raise TypeError(
            f"mounts must be a mapping of URL patterns to transports, not {type(mounts).__name__}."
        )
    checked: dict[URLPattern, Any] = {}
    for pattern, transport in mounts.items():
        if not isinstance(pattern, str):
            raise TypeError(
                "mounts must have URL patterns such as 'https://' for keys, each a str, "
                f"not {type(pattern).__name__}."
            )
        if transport is not None:
            checked_transport(f"mounts[{pattern!r}]", transport, method)
        checked[URLPattern(pattern)] = transport
    return checked


def checked_hooks(event_hooks: Any) -> dict[str, list[Callable[..., Any]]]:
    """The hooks by event, in lists of our own. TypeError: they are no lists of callables by name."""
    if not hasattr(event_hooks, "get"):
        raise TypeError(
            "event_hooks must be a mapping of 'request' and 'response' to lists of callables, "
            f"not {type(event_hooks).__name__}."
        )
    checked: dict[str, list[Callable[..., Any]]] = {}
    for event in ("request", "response"):
        given = event_hooks.get(event, [])
        try:
            hooks: list[Any] = list(given)
        except TypeError as exc:
            raise TypeError(
                f"event_hooks[{event!r}] must be a list of callables, not {type(given).__name__}."
            ) from exc
        for hook in hooks:
            if not callable(hook):
                raise TypeError(
                    f"event_hooks[{event!r}] must hold callables, not {type(hook).__name__}."
                )
        checked[event] = hooks
    return checked


def checked_base_url(base_url: Any) -> URL:
    """The base URL, parsed. TypeError: it is neither text nor a URL."""
    if not isinstance(base_url, (str, URL)):
        raise TypeError(f"base_url must be a str or a URL, not {type(base_url).__name__}.")
    return URL(base_url)


def checked_redirects(max_redirects: Any) -> int:
    """How many redirects to follow. TypeError: it is no number (an infinite one is)."""
    if isinstance(max_redirects, (int, float)) or hasattr(max_redirects, "__index__"):
        return cast("int", max_redirects)
    raise TypeError(f"max_redirects must be an int, not {type(max_redirects).__name__}.")

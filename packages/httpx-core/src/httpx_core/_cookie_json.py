"""Cookies as JSON, to be kept in a file and read again: nothing is lost, and nothing in it is ever run.

One object a cookie, in the order in which they were set, with the names of the standard library's
Cookie; what is usual is left out. A pickle would run what it holds when it is read; this holds text,
numbers and flags only, and a file that breaks that is refused whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from http.cookiejar import Cookie
from typing import Any

from ._cookie_jar import StoredCookie, new_cookie

FORMAT = "httpx-cookies"
VERSION = 1

_TEXT = (str,)
_OPTIONAL_TEXT = (str, type(None))
_FLAG = (bool,)
_MOMENT = (int, float, type(None))

# Each attribute of a cookie: its types, and what it is where it is left out.
_REQUIRED = {"name": _TEXT, "value": _OPTIONAL_TEXT, "domain": _TEXT, "path": _TEXT}
_USUAL: dict[str, tuple[tuple[type, ...], Any]] = {
    "host_only": (_FLAG, False),
    "path_specified": (_FLAG, True),
    "secure": (_FLAG, False),
    "expires": (_MOMENT, None),
    "discard": (_FLAG, None),
    "rest": ((dict,), {}),
    "version": ((int, type(None)), 0),
    "port": (_OPTIONAL_TEXT, None),
    "port_specified": (_FLAG, False),
    "comment": (_OPTIONAL_TEXT, None),
    "comment_url": (_OPTIONAL_TEXT, None),
    "rfc2109": (_FLAG, False),
}

# What JSON gives. Constants, since a type checker knows nothing of what they hold.
_OBJECT: type[Any] = dict
_LIST: type[Any] = list
_BOOL: type[Any] = bool

# What would end a Cookie header or begin another cookie (RFC 6265 4.2.1).
_breaks = re.compile(r"[\x00-\x08\x0a-\x1f\x7f;]").search


def dump(cookies: Iterable[Cookie]) -> str:
    """Write cookies as JSON."""
    told = [_described(cookie) for cookie in sorted(cookies, key=_created)]
    return json.dumps({"format": FORMAT, "version": VERSION, "cookies": told}, indent=1)


def load(text: str | bytes) -> list[StoredCookie]:
    """Read what `dump` wrote. ValueError: it is something else, or a cookie in it would break a message."""
    whole = json.loads(text)
    if not isinstance(whole, _OBJECT) or whole.get("format") != FORMAT:
        raise ValueError(f"This JSON holds no cookies: it has no 'format' of {FORMAT!r}.")
    if whole.get("version") != VERSION:
        raise ValueError(
            f"These cookies have the version {whole.get('version')!r}; {VERSION} is known."
        )
    told = whole.get("cookies")
    if not isinstance(told, _LIST):
        raise ValueError("The 'cookies' of this JSON are no list.")
    return [_cookie(each, place) for place, each in enumerate(told)]


def _created(cookie: Cookie) -> int:
    return cookie.created if isinstance(cookie, StoredCookie) else 0


def _described(cookie: Cookie) -> dict[str, Any]:
    told: dict[str, Any] = {name: getattr(cookie, name) for name in _REQUIRED}
    all_of_it: dict[str, Any] = {
        "host_only": bool(cookie.domain) and not cookie.domain_specified,
        "rest": cookie._rest,  # type: ignore[attr-defined]  # the one way to all that is not standard
    }
    for name, (_, usual) in _USUAL.items():
        value = all_of_it[name] if name in all_of_it else getattr(cookie, name)
        if name == "discard":
            usual = cookie.expires is None
        if value != usual:
            told[name] = value
    return told


def _cookie(told: Any, place: int) -> StoredCookie:
    if not isinstance(told, _OBJECT):
        raise ValueError(f"Cookie {place} is no object.")
    unknown = told.keys() - _REQUIRED.keys() - _USUAL.keys()
    if unknown:
        raise ValueError(f"Cookie {place} has an attribute that is not known: {min(unknown)!r}.")
    found: dict[str, Any] = {}
    for name, types in _REQUIRED.items():
        if name not in told:
            raise ValueError(f"Cookie {place} has no {name!r}.")
        found[name] = _typed(told[name], types, name, place)
    for name, (types, usual) in _USUAL.items():
        found[name] = _typed(told[name], types, name, place) if name in told else usual
    for text in (found["name"], found["value"] or ""):
        if _breaks(text):
            raise ValueError(f"The name or value of cookie {place} would break a Cookie header.")
    return _made(found)


def _typed(value: Any, types: tuple[type, ...], name: str, place: int) -> Any:
    if not isinstance(value, types) or (isinstance(value, _BOOL) and bool not in types):
        raise ValueError(f"The {name!r} of cookie {place} is of the wrong type.")
    if isinstance(value, _OBJECT) and not all(
        item is None or isinstance(item, str) for item in value.values()
    ):
        raise ValueError(f"The {name!r} of cookie {place} holds something that is no text.")
    return value


def _made(found: dict[str, Any]) -> StoredCookie:
    cookie = new_cookie(
        found["name"],
        found["value"],
        domain=found["domain"],
        host_only=found["host_only"],
        path=found["path"],
        path_specified=found["path_specified"],
        secure=found["secure"],
        expires=found["expires"],
        rest=dict(found["rest"]),
    )
    for name in ("version", "port", "port_specified", "comment", "comment_url", "rfc2109"):
        setattr(cookie, name, found[name])
    if found["discard"] is not None:
        cookie.discard = found["discard"]
    return cookie

"""Read a Set-Cookie value, and its dates, by the algorithms of RFC 6265 section 5.

Pure: text in, values out. No clock, no store; whether a cookie is kept is decided in `_cookie_jar`.
Where RFC 6265bis is stricter (control characters, sizes) it is followed; what RFC 6265 ignores (a
cookie without a name, or without `=`) is ignored.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import NamedTuple

from ._cookie_limits import MAX_COOKIE_SIZE

# RFC 6265bis 5.6, for an attribute's value in bytes.
MAX_ATTRIBUTE_SIZE = 1024

_WSP = " \t"
_has_control = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]").search


class SetCookie(NamedTuple):
    """A cookie as the server wrote it; None where it did not say."""

    name: str
    value: str
    expires: int | None  # seconds since 1970
    max_age: int | None  # seconds from now
    domain: str | None  # in lower case, without a leading dot
    path: str | None
    secure: bool
    rest: dict[str, str | None]  # HttpOnly, SameSite and what else there was, as written


def parse(text: str, max_size: int = MAX_COOKIE_SIZE) -> SetCookie | None:
    """Read one Set-Cookie value (RFC 6265 5.2); None when it is to be ignored.

    `max_size` is what its name and value may have together, in bytes.

    An attribute that is malformed is as if it were not there; of two that are not, the last counts.
    """
    if _has_control(text):
        return None
    pair, _, tail = text.partition(";")
    name, equals, value = pair.partition("=")
    name = name.strip(_WSP)
    value = value.strip(_WSP)
    if not equals or not name or _size(name) + _size(value) > max_size:
        return None
    expires: int | None = None
    max_age: int | None = None
    domain: str | None = None
    path: str | None = None
    secure = False
    rest: dict[str, str | None] = {}
    for attribute in tail.split(";") if tail else ():
        key, equals, content = attribute.partition("=")
        key = key.strip(_WSP)
        content = content.strip(_WSP)
        if _size(content) > MAX_ATTRIBUTE_SIZE:
            continue
        match key.lower():
            case "expires":
                moment = parse_date(content)
                expires = expires if moment is None else moment
            case "max-age":
                if re.fullmatch(r"-?[0-9]+", content):
                    max_age = int(content)
            case "domain":
                domain = content.removeprefix(".").lower() or domain
            case "path":
                path = content if content.startswith("/") else None
            case "secure":
                secure = True
            case "":
                pass
            case _:
                rest[key] = content if equals else None
    return SetCookie(name, value, expires, max_age, domain, path, secure, rest)


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# The delimiters of RFC 6265 5.1.1: %x09 / %x20-2F / %x3B-40 / %x5B-60 / %x7B-7E
_date_tokens = re.compile(r"[^\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+").findall
_is_time = re.compile(r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?![0-9])").match
_is_day = re.compile(r"([0-9]{1,2})(?![0-9])").match
_is_year = re.compile(r"([0-9]{2,4})(?![0-9])").match


def parse_date(text: str) -> int | None:
    """Read a cookie's date (RFC 6265 5.1.1) as seconds since 1970; None when it is none.

    >>> parse_date("Wed, 09 Jun 2021 10:18:14 GMT")
    1623233894
    """
    clock: re.Match[str] | None = None
    day = month = year = -1
    for token in _date_tokens(text):
        if clock is None and (found := _is_time(token)):
            clock = found
        elif day < 0 and (found := _is_day(token)):
            day = int(found[1])
        elif month < 0 and token[:3].lower() in _MONTHS:
            month = _MONTHS.index(token[:3].lower()) + 1
        elif year < 0 and (found := _is_year(token)):
            year = int(found[1])
    if 70 <= year <= 99:
        year += 1900
    elif 0 <= year <= 69:
        year += 2000
    if clock is None or year < 1601:
        return None
    hour, minute, second = map(int, clock.groups())
    try:
        # Refuses hours over 23, minutes and seconds over 59, and days that the month has not.
        moment = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    except ValueError:
        return None
    return int(moment.timestamp())

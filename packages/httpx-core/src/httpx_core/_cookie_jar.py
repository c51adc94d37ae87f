"""A CookieJar of the standard library that stores and sends by RFC 6265 and RFC 6265bis.

It is imported when there is a first cookie to keep, since `http.cookiejar` brings `socket` and
`ssl` with it. It serves wherever a CookieJar does, `urllib.request` included, and the standard
library's other jars can save its cookies.

How what RFC 6265 stores is kept in the standard library's Cookie:

- host-only: `domain` is the host and `domain_specified` is False;
- for a domain: `domain` begins with a dot; one that a user set without the dot counts as well;
- for every host: `domain` is empty. Only a user can set one, never a server;
- a host without a dot is kept with `.local` at its end, as http.cookiejar has always done, so
  that a jar keeps its names: http://testserver/ is `testserver.local`.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Container, Iterable, Iterator
from copy import copy
from http.cookiejar import Cookie, CookieJar
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import Request as UrllibRequest

from ._cookie_limits import DEFAULT_COOKIE_LIMITS, CookieLimits
from ._set_cookie import SetCookie, parse

if TYPE_CHECKING:
    from http.client import HTTPMessage, HTTPResponse
    from threading import RLock

# The end of the year 9999: later than this no jar of the standard library can save.
_END_OF_TIME = 253402300799

_is_ipv4 = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}").fullmatch

# Tells which of two cookies was there first, whatever the clock does.
_created = itertools.count(1)


class Place(NamedTuple):
    """What of a URL decides on its cookies."""

    secure: bool
    host: str  # in ASCII and lower case, IPv6 without brackets
    path: str  # as it is sent, without the query


class StoredCookie(Cookie):
    """A Cookie that knows when it was first set."""

    created = 0


class RFC6265CookieJar(CookieJar):
    """Keeps and gives cookies by RFC 6265.

    Unless `strict` is off, it also refuses what RFC 6265bis refuses: a Secure cookie from a
    server that was not asked securely, or one of that server's that would shadow a Secure cookie;
    a name with the prefix `__Secure-` or `__Host-` that breaks the prefix's promise; and a cookie for
    a whole top-level domain or, when `public_suffixes` is given, for a whole public suffix.
    """

    if TYPE_CHECKING:  # what the standard library's type stubs leave out
        _cookies: dict[str, dict[str, dict[str, Cookie]]]
        _cookies_lock: RLock

    def __init__(
        self,
        public_suffixes: Container[str] | None = None,
        strict: bool = True,
        limits: CookieLimits = DEFAULT_COOKIE_LIMITS,
    ) -> None:
        super().__init__()
        self.public_suffixes = public_suffixes
        self.strict = strict
        self.limits = limits

    def __iter__(self) -> Iterator[Cookie]:
        """The cookies there are now, by domain and path in the order these came first."""
        with self._cookies_lock:
            return iter(
                [
                    cookie
                    for paths in self._cookies.values()
                    for cookies in paths.values()
                    for cookie in cookies.values()
                ]
            )

    # Storing, RFC 6265 5.3

    def store(self, values: Iterable[str], place: Place) -> None:
        """Keep what the Set-Cookie values of a response from this place say."""
        now = int(time.time())
        with self._cookies_lock:
            secure_ones = {} if place.secure else self._secure_by_name()
            for value in values:
                said = parse(value, self.limits.size)
                cookie = None if said is None else self._accept(said, place, now)
                if cookie is None or (
                    self.strict and _shadows(cookie, secure_ones.get(cookie.name, ()))
                ):
                    continue
                if cookie.expires is not None and cookie.expires <= now:
                    self._drop(cookie)
                else:
                    self._keep(cookie, now)

    def _secure_by_name(self) -> dict[str, list[Cookie]]:
        found: dict[str, list[Cookie]] = {}
        for cookie in self:
            if cookie.secure:
                found.setdefault(cookie.name, []).append(cookie)
        return found

    def _accept(self, said: SetCookie, place: Place, now: int) -> StoredCookie | None:
        """Make the cookie that was said, or None when it must not be kept."""
        domain = said.domain
        if domain is not None and self.strict and self._is_public_suffix(domain):
            if domain != place.host:
                return None
            domain = None
        if domain is not None and not _said_domain_matches(domain, place.host):
            return None
        path = said.path or default_path(place.path)
        if self.strict and not _keeps_its_promises(said, place):
            return None
        host_only = domain is None or is_ip(place.host)
        expires = said.expires
        if said.max_age is not None:
            # Max-Age rules over Expires, and no age or less has passed already.
            expires = now + said.max_age if said.max_age > 0 else 0
        return new_cookie(
            said.name,
            said.value,
            domain=stored_host(place.host) if host_only else f".{domain}",
            host_only=host_only,
            path=path,
            path_specified=said.path is not None,
            secure=said.secure,
            expires=None if expires is None else min(expires, _END_OF_TIME),
            rest=said.rest,
        )

    def _is_public_suffix(self, domain: str) -> bool:
        # With a list or without one: its first rule is that each top-level domain is a suffix.
        if "." not in domain.rstrip(".") and ":" not in domain:
            return True
        return self.public_suffixes is not None and domain in self.public_suffixes

    def _get(self, cookie: Cookie) -> Cookie | None:
        """The cookie in whose place this one would come."""
        return self._cookies.get(cookie.domain, {}).get(cookie.path, {}).get(cookie.name)

    def _drop(self, cookie: Cookie) -> None:
        if self._get(cookie) is not None:
            self.clear(cookie.domain, cookie.path, cookie.name)

    def _keep(self, cookie: Cookie, now: int) -> None:
        """Keep a server's cookie; one that is new and one too many takes the place of another."""
        is_new = self._get(cookie) is None
        self.set_cookie(cookie)
        if is_new:
            of_domain = [c for path in self._cookies[cookie.domain].values() for c in path.values()]
            if len(of_domain) > self.limits.per_domain:
                self._drop(min(of_domain, key=lambda c: _worth(c, now)))
            # So many domains at least hold that many cookies.
            elif (
                len(self._cookies) * self.limits.per_domain > self.limits.total
                and len(self) > self.limits.total
            ):
                self._drop(min(self, key=lambda c: _worth(c, now)))

    def set_cookie(self, cookie: Cookie) -> None:
        """Keep a cookie as it is; the one in whose place it comes hands on its turn."""
        with self._cookies_lock:
            earlier = self._get(cookie)
            if isinstance(cookie, StoredCookie) and isinstance(earlier, StoredCookie):
                cookie = copy(cookie)  # it may be in another jar as well
                cookie.created = earlier.created
            super().set_cookie(cookie)

    # Sending, RFC 6265 5.4

    def header_for(self, place: Place) -> str:
        """The Cookie header for a request to this place, empty when there is none to send."""
        now = int(time.time())
        with self._cookies_lock:
            chosen = [
                cookie
                for domain, paths in self._cookies.items()
                for path, cookies in paths.items()
                if path_matches(place.path, path)
                for cookie in cookies.values()
                if _goes_to(cookie, domain, place.host)
                and (place.secure or not cookie.secure)
                and not cookie.is_expired(now)
            ]
        chosen.sort(key=lambda cookie: (-len(cookie.path), _turn(cookie)))
        # A cookie of another jar may have no value; it is then its name alone.
        return "; ".join([c.name if c.value is None else f"{c.name}={c.value}" for c in chosen])

    # The standard library's interface, with these rules instead of its own

    def extract_cookies(self, response: HTTPResponse, request: UrllibRequest) -> None:
        """Keep the cookies of a response of urllib."""
        # `info()` is what the standard library asks for too: whatever looks like a response has it.
        headers: HTTPMessage = response.info()  # pyright: ignore[reportDeprecated]
        self.store(headers.get_all("Set-Cookie", []), _place_of_url(request.get_full_url()))

    def add_cookie_header(self, request: UrllibRequest) -> None:
        """Set the Cookie header of a request of urllib, unless it has one."""
        header = self.header_for(_place_of_url(request.get_full_url()))
        if header and not request.has_header("Cookie"):
            request.add_unredirected_header("Cookie", header)

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        with self._cookies_lock:
            del state["_cookies_lock"]
            state["_cookies"] = {
                domain: {path: dict(cookies) for path, cookies in paths.items()}
                for domain, paths in self._cookies.items()
            }
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        CookieJar.__init__(self)  # a lock of its own
        self.__dict__.update(state)


def _turn(cookie: Cookie) -> int:
    return cookie.created if isinstance(cookie, StoredCookie) else 0


def _worth(cookie: Cookie, now: int) -> tuple[bool, int]:
    """RFC 6265 5.3: what has expired goes first, then what was set first."""
    return not cookie.is_expired(now), _turn(cookie)


def _keeps_its_promises(said: SetCookie, place: Place) -> bool:
    """RFC 6265bis 5.7 on Secure and on the prefixes, which have no case."""
    if said.secure and not place.secure:
        return False
    name = said.name.lower()
    if name.startswith("__host-"):
        return said.secure and said.domain is None and said.path == "/"
    return said.secure or not name.startswith("__secure-")


def _shadows(cookie: Cookie, secure_ones: Iterable[Cookie]) -> bool:
    """RFC 6265bis 5.7: whether a cookie would stand before a Secure one of the same name."""
    domain = cookie.domain.lstrip(".")
    for other in secure_ones:
        others = other.domain.lstrip(".")
        if (domain_matches(domain, others) or domain_matches(others, domain)) and path_matches(
            cookie.path, other.path
        ):
            return True
    return False


def new_cookie(
    name: str,
    value: str,
    *,
    domain: str,
    host_only: bool,
    path: str,
    path_specified: bool,
    secure: bool = False,
    expires: int | None = None,
    rest: dict[str, str | None],
) -> StoredCookie:
    """Make a cookie as the standard library describes one."""
    cookie = StoredCookie(
        version=0,
        name=name,
        value=value,
        port=None,
        port_specified=False,
        domain=domain,
        domain_specified=bool(domain) and not host_only,
        domain_initial_dot=domain.startswith("."),
        path=path,
        path_specified=path_specified,
        secure=secure,
        expires=expires,
        discard=expires is None,
        comment=None,
        comment_url=None,
        rest=rest,  # type: ignore[arg-type]  # values of None are what the parser there makes
        rfc2109=False,
    )
    cookie.created = next(_created)
    return cookie


def is_ip(host: str) -> bool:
    """Whether this host is an IP address, which no domain but itself matches."""
    return ":" in host or _is_ipv4(host) is not None


def stored_host(host: str) -> str:
    """The name under which the host-only cookies of a host are kept."""
    return host if "." in host or ":" in host else f"{host}.local"


def domain_matches(host: str, domain: str) -> bool:
    """RFC 6265 5.1.3: the host is the domain, or a name below it and no IP address."""
    return host == domain or (host.endswith(f".{domain}") and not is_ip(host))


def _said_domain_matches(domain: str, host: str) -> bool:
    if domain[:1] == "[" and domain[-1:] == "]" and ":" in domain:
        domain = domain[1:-1]  # an IPv6 address as it stands in a URL
    return domain_matches(host, domain) or domain == stored_host(host)


def _goes_to(cookie: Cookie, domain: str, host: str) -> bool:
    if not domain:
        return True
    domain = domain.lower()
    if not cookie.domain_specified and not domain.startswith("."):
        return domain in (stored_host(host), host)
    return _said_domain_matches(domain.removeprefix("."), host)


def default_path(path: str) -> str:
    """RFC 6265 5.1.4: the path up to its last slash, which is not part of it."""
    return path[: path.rfind("/")] or "/" if path.startswith("/") else "/"


def path_matches(path: str, cookie_path: str) -> bool:
    """RFC 6265 5.1.4: the cookie's path is the path or a folder on the way to it."""
    if not path.startswith(cookie_path):
        return False
    return (
        len(path) == len(cookie_path)
        or cookie_path.endswith("/")
        or path[len(cookie_path)] == "/"
        or not cookie_path
    )


def _place_of_url(url: str) -> Place:
    parts = urlsplit(url)
    return Place(parts.scheme in ("https", "wss"), parts.hostname or "", parts.path or "/")

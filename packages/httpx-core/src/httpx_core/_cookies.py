"""Cookies: the cookies of a client or a response, as a mapping over a CookieJar.

`http.cookiejar` is imported with the first cookie, and not before: it brings `socket` and `ssl`
with it. A response without Set-Cookie and a request without cookies to send cost next to nothing.
"""

from __future__ import annotations

from collections.abc import Container, ItemsView, Iterator, Mapping, MutableMapping, ValuesView
from typing import TYPE_CHECKING, Any

from ._cookie_limits import (
    DEFAULT_COOKIE_LIMITS,
    MAX_COOKIE_SIZE,
    MAX_COOKIES,
    MAX_COOKIES_PER_DOMAIN,
    CookieLimits,
)
from ._errors import CookieConflict

if TYPE_CHECKING:
    from http.cookiejar import Cookie, CookieJar

    from ._cookie_jar import Place, RFC6265CookieJar
    from ._request import Request
    from ._response import Response
    from ._types import CookieTypes


class Cookies(MutableMapping[str, str]):
    """Cookies by name, kept and sent by the rules of RFC 6265.

    >>> cookies = Cookies({"theme": "dark"})
    >>> cookies.set("session", "a1", domain="example.org")
    >>> cookies["theme"], cookies.get("session", domain="example.org")
    ('dark', 'a1')

    `cookies` is a dict or a list of (name, value), other Cookies, which are copied, or a CookieJar of
    the standard library, which is used as it is and keeps by its own policy. Cookies without a
    domain, such as those of a dict, are sent to every host.

    `public_suffixes`, a container of str such as a set made of the list at publicsuffix.org, makes
    it refuse cookies for a whole public suffix like `co.uk`. A server's new cookie beyond `max_cookies` in
    all, or `max_cookies_per_domain`, takes the place of the oldest; one of more than `max_cookie_size`
    bytes in name and value is ignored (RFC 6265 6.1). What you set yourself is always taken.

    CookieConflict: several cookies have the name asked for, at different domains or paths.
    """

    __module__ = "httpx_core"

    def __init__(
        self,
        cookies: CookieTypes | None = None,
        *,
        public_suffixes: Container[str] | None = None,
        max_cookies: int = MAX_COOKIES,
        max_cookies_per_domain: int = MAX_COOKIES_PER_DOMAIN,
        max_cookie_size: int = MAX_COOKIE_SIZE,
    ) -> None:
        self._strict = True
        self._public_suffixes = public_suffixes
        limits = CookieLimits(max_cookies, max_cookies_per_domain, max_cookie_size)
        self._limits = DEFAULT_COOKIE_LIMITS if limits.are_defaults() else limits
        if cookies is None:
            pass
        elif isinstance(cookies, Cookies):
            if public_suffixes is None:
                self._public_suffixes = cookies._public_suffixes
            if self._limits is DEFAULT_COOKIE_LIMITS:
                self._limits = cookies._limits
            self.update(cookies)
        elif isinstance(cookies, Mapping):
            for name, value in cookies.items():
                self.set(name, value)
        elif isinstance(cookies, list):
            try:
                pairs = [(name, value) for name, value in cookies]
            except (TypeError, ValueError) as exc:
                from ._arguments import explain_pairs

                explain_pairs("cookies", "a list of (name, value) pairs", cookies, exc)
                raise
            for name, value in pairs:
                self.set(name, value)
        elif hasattr(cookies, "extract_cookies"):
            self.jar = cookies
        else:
            from ._arguments import wrong_type

            raise wrong_type(
                "cookies", "a dict, a list of (name, value), Cookies or a CookieJar", cookies
            )

    @classmethod
    def _lenient(cls) -> Cookies:
        """Cookies that show what a server set, those included which a client must not keep."""
        cookies = cls()
        cookies._strict = False
        return cookies

    @property
    def jar(self) -> CookieJar:
        """The http.cookiejar.CookieJar that holds the cookies, made when first asked for."""
        jar: CookieJar | None = self.__dict__.get("_jar")
        if jar is None:
            from ._cookie_jar import RFC6265CookieJar

            # setdefault, so that threads which come together all get the same.
            made: CookieJar = self.__dict__.setdefault(
                "_jar", RFC6265CookieJar(self._public_suffixes, self._strict, self._limits)
            )
            return made
        return jar

    @jar.setter
    def jar(self, jar: CookieJar) -> None:
        self.__dict__["_jar"] = jar

    def _all(self) -> list[Cookie]:
        """The cookies there are now, whatever other threads do meanwhile."""
        jar: CookieJar | None = self.__dict__.get("_jar")
        if jar is None:
            return []
        lock = getattr(jar, "_cookies_lock", None)
        if lock is None:
            return list(jar)
        with lock:
            return list(jar)

    def _own_jar(self) -> RFC6265CookieJar | None:
        """The jar when it keeps by our rules."""
        from ._cookie_jar import RFC6265CookieJar

        jar = self.jar
        return jar if isinstance(jar, RFC6265CookieJar) else None

    def extract_cookies(self, response: Response) -> None:
        """Keep the cookies that a response sets, those that may be kept."""
        headers = response.headers
        if headers._first(b"set-cookie") is None:
            return
        jar = self._own_jar()
        if jar is not None:
            jar.store(headers.get_list("set-cookie"), _place(response.request))
        else:
            from ._foreign_jar import extract_by_its_own_rules

            extract_by_its_own_rules(self.jar, response)

    def set_cookie_header(self, request: Request) -> None:
        """Set the Cookie header of a request to the cookies that go to its URL.

        A Cookie header that is there already is left as it is.
        """
        if "_jar" not in self.__dict__ or "cookie" in request.headers:
            return
        jar = self._own_jar()
        if jar is not None:
            header = jar.header_for(_place(request))
            if header:
                request.headers["Cookie"] = header
        else:
            from ._foreign_jar import send_by_its_own_rules

            send_by_its_own_rules(self.jar, request)

    def set(self, name: str, value: str, domain: str = "", path: str = "/") -> None:
        """Set a cookie; without a domain it goes to every host, else to that and all below it."""
        from ._cookie_jar import new_cookie

        cookie = new_cookie(
            name,
            value,
            domain=domain,
            host_only=False,
            path=path,
            path_specified=bool(path),
            rest={"HttpOnly": None},
        )
        self.jar.set_cookie(cookie)

    def get(  # type: ignore[override]  # a mapping's get() has no domain and path
        self,
        name: str,
        default: str | None = None,
        domain: str | None = None,
        path: str | None = None,
    ) -> str | None:
        """The value of a cookie by name, and by domain and path where given.

        CookieConflict: more than one cookie matches.
        """
        value = None
        for cookie in self._matching(name, domain, path):
            if value is not None:
                raise CookieConflict(
                    f"Multiple cookies exist with name={name}: say which by domain= or path=."
                )
            value = cookie.value
        return default if value is None else value

    def _matching(self, name: str | None, domain: str | None, path: str | None) -> list[Cookie]:
        return [
            cookie
            for cookie in self._all()
            if (name is None or cookie.name == name)
            and (domain is None or cookie.domain == domain)
            and (path is None or cookie.path == path)
        ]

    def delete(self, name: str, domain: str | None = None, path: str | None = None) -> None:
        """Remove the cookies of a name, of a domain and path where given; none is no error."""
        for cookie in self._matching(name, domain, path):
            try:
                self.jar.clear(cookie.domain, cookie.path, cookie.name)
            except KeyError:  # another thread was faster
                pass

    def clear(self, domain: str | None = None, path: str | None = None) -> None:
        """Remove all cookies, or those of a domain, or those of a path of a domain.

        KeyError: there is none of that domain or path. ValueError: a path needs its domain.
        """
        if path is not None and domain is None:
            raise ValueError("clear() needs the domain whose path is to be cleared.")
        jar = self.jar
        if path is not None:
            jar.clear(domain, path)
        elif domain is not None:
            jar.clear(domain)
        else:
            jar.clear()

    # A mapping's update() also takes keyword arguments, which here would be options to come.
    def update(self, cookies: CookieTypes | None = None) -> None:  # type: ignore[override]  # see above
        """Set all these cookies, as they are, in the place of those of same name, domain and path."""
        if cookies is None:
            return
        given = cookies if isinstance(cookies, Cookies) else Cookies(cookies)
        for cookie in given._all():
            self.jar.set_cookie(cookie)

    def to_json(self) -> str:
        """Write all the cookies as JSON, to be kept where others cannot read it: cookies are secrets.

        Nothing is lost: host-only, expiry, and cookies of the session, which end when you drop them.

        >>> saved = Cookies({"theme": "dark"}).to_json()
        >>> Cookies.from_json(saved)["theme"]
        'dark'
        """
        from ._cookie_json import dump

        return dump(self._all())

    @classmethod
    def from_json(cls, text: str | bytes) -> Cookies:
        """Read cookies that `to_json` wrote, for a client's `cookies`.

        >>> Cookies.from_json('{"format": "httpx-cookies", "version": 1, "cookies": []}')
        <Cookies[]>

        ValueError: it is no such JSON, or a cookie in it would break a message.
        """
        from ._cookie_json import load

        cookies = cls()
        for cookie in load(text):
            cookies.jar.set_cookie(cookie)
        return cookies

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __setitem__(self, name: str, value: str) -> None:
        self.set(name, value)

    def __delitem__(self, name: str) -> None:
        self.delete(name)

    def __contains__(self, name: object) -> bool:
        return any(cookie.name == name for cookie in self._all())

    def __iter__(self) -> Iterator[str]:
        return iter([cookie.name for cookie in self._all()])

    def __len__(self) -> int:
        return len(self._all())

    def __bool__(self) -> bool:
        jar: CookieJar | None = self.__dict__.get("_jar")
        return jar is not None and any(True for _ in self._all())

    def items(self) -> ItemsView[str, str]:
        """(name, value) of every cookie; a name may occur more than once."""
        return _Items(self)

    def values(self) -> ValuesView[str]:
        """The value of every cookie."""
        return _Values(self)

    def __repr__(self) -> str:
        cookies = [f"<Cookie {c.name}={c.value} for {c.domain} />" for c in self._all()]
        return f"<Cookies[{', '.join(cookies)}]>"

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        jar = state.get("_jar")
        if jar is not None:
            from ._cookie_jar import RFC6265CookieJar
            from ._pickling import can_be_pickled

            if not isinstance(jar, RFC6265CookieJar) and not can_be_pickled(jar):
                # Jars of the standard library hold a lock; their cookies are what counts.
                kept = RFC6265CookieJar(self._public_suffixes, limits=self._limits)
                for cookie in self._all():
                    kept.set_cookie(cookie)
                jar = kept
            state["_jar"] = jar
        return state


class _Items(ItemsView[str, str]):
    """Without asking the mapping by name, which is in doubt where two cookies have the same."""

    _mapping: Cookies

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter([(cookie.name, cookie.value or "") for cookie in self._mapping._all()])

    def __contains__(self, item: object) -> bool:
        return item in list(self)


class _Values(ValuesView[str]):
    _mapping: Cookies

    def __iter__(self) -> Iterator[str]:
        return iter([cookie.value or "" for cookie in self._mapping._all()])

    def __contains__(self, value: object) -> bool:
        return value in list(self)


def _place(request: Request) -> Place:
    from ._cookie_jar import Place

    url = request.url
    scheme, host, _ = url._origin
    path = url.raw_path.partition(b"?")[0].decode("ascii")
    return Place(scheme in ("https", "wss"), host, path or "/")

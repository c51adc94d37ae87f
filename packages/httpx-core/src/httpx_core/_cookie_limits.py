"""CookieLimits: how many cookies servers may set, and how large ones. Numbers only; the jar keeps to them."""

from __future__ import annotations

# RFC 6265 6.1 asks for at least 3000, and 50 of a domain; browsers keep about this many of one.
MAX_COOKIES = 3000
MAX_COOKIES_PER_DOMAIN = 180
# RFC 6265 6.1: at least 4096 bytes a cookie; RFC 6265bis 5.6 takes it for name and value together.
MAX_COOKIE_SIZE = 4096


class CookieLimits:
    """The limits of one jar, checked. TypeError: one is no int. ValueError: one is negative."""

    __slots__ = ("per_domain", "size", "total")

    def __init__(
        self,
        total: int = MAX_COOKIES,
        per_domain: int = MAX_COOKIES_PER_DOMAIN,
        size: int = MAX_COOKIE_SIZE,
    ) -> None:
        self.total = _checked("max_cookies", total)
        self.per_domain = _checked("max_cookies_per_domain", per_domain)
        self.size = _checked("max_cookie_size", size)

    def are_defaults(self) -> bool:
        """Whether these are what a jar has when it is told nothing."""
        defaults = (MAX_COOKIES, MAX_COOKIES_PER_DOMAIN, MAX_COOKIE_SIZE)
        return (self.total, self.per_domain, self.size) == defaults


def _checked(name: str, value: int) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}.")
    if value < 0:
        raise ValueError(f"{name} must not be negative, and is {value!r}.")
    return value


DEFAULT_COOKIE_LIMITS = CookieLimits()

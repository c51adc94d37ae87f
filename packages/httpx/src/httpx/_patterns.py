"""URL patterns: which requests a mounted transport, or a proxy, is for. Pure; no lookup of names."""

from __future__ import annotations

from typing import Any

from httpx_core import URL


class URLPattern:
    """`all://`, `https://`, `all://*.example.org` (subdomains only), `all://*example.org` (with the
    domain itself), `http://host:port`.

    Patterns sort with the most specific first: those with a port, then by the length of the host, then
    by that of the scheme. ValueError: the pattern has no `://`.
    """

    __module__ = "httpx"
    __slots__ = ("_domain", "_host", "_itself", "_port", "_scheme", "pattern", "priority")

    def __init__(self, pattern: str) -> None:
        if pattern and "://" not in pattern:
            raise ValueError(
                "Proxy keys should use proper URL forms rather than plain scheme strings. "
                f'Instead of "{pattern}", use "{pattern}://"'
            )
        url = URL(pattern)
        self.pattern = pattern
        self._scheme = "" if url.scheme == "all" else url.scheme
        host = "" if url.host == "*" else url.host
        self._port = url.port
        # The domain whose subdomains match, for a pattern that begins with a star.
        self._domain = ""
        self._itself = False
        self._host = host
        if host.startswith("*"):
            self._itself = not host.startswith("*.")
            self._domain = "." + host.lstrip("*").lstrip(".")
        self.priority = (0 if self._port is not None else 1, -len(host), -len(self._scheme))

    def matches(self, url: URL) -> bool:
        """Whether the pattern is for a URL."""
        if self._scheme and self._scheme != url.scheme:
            return False
        # The port that is meant where the URL leaves it out: `all://host:443` is for https://host/.
        if self._port is not None and self._port != url._origin[2]:
            return False
        if not self._host:
            return True
        host = url.host
        if self._domain:
            return host.endswith(self._domain) or (self._itself and host == self._domain[1:])
        return host == self._host

    def __hash__(self) -> int:
        return hash(self.pattern)

    def __lt__(self, other: URLPattern) -> bool:
        return self.priority < other.priority

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, URLPattern) and self.pattern == other.pattern

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.pattern!r})"

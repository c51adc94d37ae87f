"""The parts of a URL as a tuple, for code that took them from httpx 0.28's parser. No I/O.

`httpx_core.URL` does the parsing; this only lays its result out in the old shape.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from httpx_core import URL


class ParseResult(NamedTuple):
    """The parts of a URL, normalised and percent-encoded; `port` is None when it is the scheme's own."""

    scheme: str
    userinfo: str
    host: str
    port: int | None
    path: str
    query: str | None
    fragment: str | None

    @property
    def netloc(self) -> str:
        """Host and port, as in a Host field."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    @property
    def authority(self) -> str:
        """Userinfo, host and port (RFC 3986, 3.2)."""
        return f"{self.userinfo}@{self.netloc}" if self.userinfo else self.netloc

    def copy_with(self, **kwargs: Any) -> ParseResult:
        """Parse again with some parts replaced."""
        return urlparse(str(self), **kwargs) if kwargs else self

    def __str__(self) -> str:
        return "".join(
            [
                f"{self.scheme}:" if self.scheme else "",
                f"//{self.authority}" if self.authority else "",
                self.path,
                "" if self.query is None else f"?{self.query}",
                "" if self.fragment is None else f"#{self.fragment}",
            ]
        )


def urlparse(url: str = "", **kwargs: Any) -> ParseResult:
    """Parse a URL, with parts replaced by keyword as in `URL(url, **kwargs)`.

    >>> urlparse("https://EXAMPLE.org:443/a b?q").path
    '/a%20b'

    InvalidURL: it is none.
    """
    parts = URL(url, **kwargs)._uri_reference
    return ParseResult(
        parts.scheme,
        parts.userinfo,
        parts.host,
        parts.port,
        parts.path,
        parts.query,
        parts.fragment,
    )

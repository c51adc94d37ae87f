"""Proxy: where a proxy is, and what it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from httpx_core import URL, Headers

if TYPE_CHECKING:
    import ssl

    from httpx_core import HeaderTypes

_SCHEMES = ("http", "https", "socks5", "socks5h")


class Proxy:
    """A proxy by its URL: `http://` and `https://` (forwarding and CONNECT), `socks5://`, `socks5h://`.

    Credentials are given in the URL or as `auth=(username, password)`; they go to the proxy alone.
    `headers` are sent to the proxy: with CONNECT, or with each forwarded request. `ssl_context` is
    for TLS with the proxy itself.

    >>> Proxy("http://alice:secret@proxy.example.org:3128")
    Proxy('http://proxy.example.org:3128', auth=('alice', '********'))

    ValueError: the scheme is none of the four. InvalidURL: the URL cannot be parsed.
    TypeError: an argument is of the wrong type.
    """

    __module__ = "httpx_transports"

    def __init__(
        self,
        url: URL | str,
        *,
        ssl_context: ssl.SSLContext | None = None,
        auth: tuple[str, str] | None = None,
        headers: HeaderTypes | None = None,
    ) -> None:
        url = URL(url)
        if url.scheme not in _SCHEMES:
            raise ValueError(
                f"Unknown scheme for proxy URL {url!r}: it must be one of {', '.join(_SCHEMES)}."
            )
        if not url.host:
            raise ValueError(f"Proxy: the URL has no host: {url!r}.")
        if url.username or url.password:
            auth = (url.username, url.password)
            url = url.copy_with(username=None, password=None)
        elif auth is not None:
            _check_auth(auth)
        if ssl_context is not None and not hasattr(ssl_context, "wrap_bio"):
            raise TypeError(
                f"ssl_context must be an ssl.SSLContext, not {type(ssl_context).__name__}."
            )
        self.url: URL = url
        self.auth: tuple[str, str] | None = auth
        self.headers: Headers = Headers(headers)
        self.ssl_context: ssl.SSLContext | None = ssl_context

    @property
    def raw_auth(self) -> tuple[bytes, bytes] | None:
        """The credentials in UTF-8."""
        if self.auth is None:
            return None
        return self.auth[0].encode("utf-8"), self.auth[1].encode("utf-8")

    def __repr__(self) -> str:
        auth = "" if self.auth is None else f", auth=({self.auth[0]!r}, '********')"
        headers = f", headers={dict(self.headers)!r}" if self.headers else ""
        if "proxy-authorization" in self.headers:
            headers = f", headers={self.headers!r}"
        return f"Proxy({str(self.url)!r}{auth}{headers})"


def _check_auth(auth: Any) -> None:
    """TypeError: it holds no name and password. More than two items were always taken for two."""
    try:
        pair = auth[0], auth[1]
    except (TypeError, LookupError) as exc:
        raise TypeError(
            f"auth must be a (username, password) tuple of str, not {type(auth).__name__}."
        ) from exc
    for part in pair:
        if not isinstance(part, str):
            raise TypeError(
                "auth must be a (username, password) tuple of str, "
                f"but there is {type(part).__name__} in it."
            )

"""URL: a parsed and normalised URL, as an immutable value.

The class only holds a parse and shows its parts; the rules are in the modules it calls. `str()` of
a URL holds its password, `repr()` never does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._host import display_host
from ._percent import unquote
from ._query import QueryParams
from ._url_components import replace
from ._url_join import resolve
from ._url_reference import Reference, compose, parse

if TYPE_CHECKING:
    from ._raw_url import RawURL
    from ._types import QueryParamTypes


class URL:
    """A URL, absolute or relative, parsed by RFC 3986 and normalised.

    >>> url = URL("HTTPS://jo%40example.org:secret@Bücher.example:443/a/../search?q=1#top")
    >>> url
    URL('https://jo%40example.org:[secure]@xn--bcher-kva.example/search?q=1#top')
    >>> url.scheme, url.host, url.raw_host, url.port
    ('https', 'bücher.example', b'xn--bcher-kva.example', None)
    >>> url.path, url.query, url.fragment, url.username
    ('/search', b'q=1', 'top', 'jo@example.org')

    Scheme and host are in lower case, default ports are left out, dot segments are resolved, and
    what a component cannot hold is percent-encoded; escapes that are there stay as they are.

    Keyword arguments replace components: `scheme`, `username`, `password`, `host`, `path` and
    `fragment` (str), `userinfo`, `netloc`, `query` and `raw_path` (bytes), `port` (int), each of
    which can be None, and `params`, whatever QueryParams takes:

    >>> URL("https://example.org/?old=1", path="/search", params={"q": "a b"})
    URL('https://example.org/search?q=a+b')

    A URL equals another, or a str, when both are written the same once parsed. InvalidURL: it
    cannot be parsed, is longer than 65,536 characters, or holds what no URL may hold, such as
    control characters. TypeError: an argument is unknown or of the wrong type.
    """

    __module__ = "httpx_core"
    __slots__ = ("__weakref__", "_uri_reference")

    _uri_reference: Reference

    def __init__(self, url: URL | str = "", **kwargs: Any) -> None:
        if isinstance(url, str):
            reference = parse(url)
        elif isinstance(url, URL):
            reference = url._uri_reference
        else:
            # Not the value itself: bytes with a password in them are a common mistake.
            raise TypeError(f"Argument 'url' must be str or URL but got {type(url).__name__}")
        self._uri_reference = replace(reference, kwargs) if kwargs else reference

    @property
    def scheme(self) -> str:
        """The scheme in lower case, such as `"https"`; empty for a relative URL."""
        return self._uri_reference.scheme

    @property
    def raw_scheme(self) -> bytes:
        """The scheme as bytes."""
        return self._uri_reference.scheme.encode("ascii")

    @property
    def userinfo(self) -> bytes:
        """Username and password as they are in the URL, percent-encoded.

        >>> URL("https://jo:a%20b@example.org").userinfo
        b'jo:a%20b'
        """
        return self._uri_reference.userinfo.encode("ascii")

    @property
    def username(self) -> str:
        """The username, decoded; empty when there is none."""
        return unquote(self._uri_reference.userinfo.partition(":")[0])

    @property
    def password(self) -> str:
        """The password, decoded; empty when there is none."""
        return unquote(self._uri_reference.userinfo.partition(":")[2])

    @property
    def host(self) -> str:
        """The host in Unicode and lower case, an IPv6 address without its brackets.

        >>> URL("http://[::FFFF:192.0.2.1]:8000/").host
        '::ffff:192.0.2.1'
        """
        return display_host(self._uri_reference.host)

    @property
    def raw_host(self) -> bytes:
        """The host as it is sent and looked up: ASCII, names in their IDNA form.

        >>> URL("https://中国.example").raw_host
        b'xn--fiqs8s.example'
        """
        return self._uri_reference.host.encode("ascii")

    @property
    def port(self) -> int | None:
        """The port; None when there is none, or when it is the default one of the scheme.

        >>> URL("https://example.org:8443").port, URL("https://example.org:443").port
        (8443, None)
        """
        return self._uri_reference.port

    @property
    def netloc(self) -> bytes:
        """Host and port as bytes, without username and password: what the Host field holds.

        >>> URL("https://jo:secret@example.org:8443/").netloc
        b'example.org:8443'
        """
        return self._uri_reference.netloc()

    @property
    def path(self) -> str:
        """The path, decoded; `/` when it is empty."""
        return unquote(self._uri_reference.path or "/")

    @property
    def query(self) -> bytes:
        """The query as it is sent, without `?`; empty when there is none."""
        return (self._uri_reference.query or "").encode("ascii")

    @property
    def params(self) -> QueryParams:
        """The query, decoded into its parameters.

        >>> URL("https://example.org/?a=1&b=%C3%A9").params["b"]
        'é'
        """
        return QueryParams(self._uri_reference.query)

    @property
    def raw_path(self) -> bytes:
        """Path and query as they are sent: what HTTP calls the origin-form of a request target.

        >>> URL("https://example.org/a b?c=d#e").raw_path
        b'/a%20b?c=d'
        """
        return self._uri_reference.raw_path()

    @property
    def fragment(self) -> str:
        """The fragment, decoded, without `#`; it is never sent."""
        return unquote(self._uri_reference.fragment or "")

    @property
    def raw(self) -> RawURL:
        """Deprecated: the parts as bytes. Use `raw_scheme`, `raw_host`, `port` and `raw_path`."""
        import warnings

        from ._raw_url import RawURL

        warnings.warn("URL.raw is deprecated.", stacklevel=2)
        return RawURL(self.raw_scheme, self.raw_host, self.port, self.raw_path)

    @property
    def is_absolute_url(self) -> bool:
        """Whether there are a scheme and a host, so that a request can be sent to it."""
        return bool(self._uri_reference.scheme and self._uri_reference.host)

    @property
    def is_relative_url(self) -> bool:
        """Whether the scheme or the host is missing."""
        return not self.is_absolute_url

    @property
    def _origin(self) -> tuple[str, str, int]:
        """Scheme, ASCII host and port (0 when there is no default): who may share a connection."""
        return self._uri_reference.origin()

    @property
    def _host_header(self) -> bytes:
        """The value of the Host field (RFC 9112 section 3.2)."""
        return self._uri_reference.host_header()

    def copy_with(self, **kwargs: Any) -> URL:
        """Return a copy with components replaced, by the keyword arguments of `URL`.

        >>> URL("https://example.org/a").copy_with(path="/b", port=8443)
        URL('https://example.org:8443/b')
        """
        return _from_reference(replace(self._uri_reference, kwargs))

    def copy_set_param(self, key: str, value: Any = None) -> URL:
        """Return a copy whose query has this one value for `key`.

        >>> URL("https://example.org/?a=1&a=2").copy_set_param("a", 3)
        URL('https://example.org/?a=3')
        """
        return self.copy_with(params=self.params.set(key, value))

    def copy_add_param(self, key: str, value: Any = None) -> URL:
        """Return a copy whose query has this value for `key`, too.

        >>> URL("https://example.org/?a=1").copy_add_param("a", 2)
        URL('https://example.org/?a=1&a=2')
        """
        return self.copy_with(params=self.params.add(key, value))

    def copy_remove_param(self, key: str) -> URL:
        """Return a copy whose query is without `key`.

        >>> URL("https://example.org/?a=1&b=2").copy_remove_param("a")
        URL('https://example.org/?b=2')
        """
        return self.copy_with(params=self.params.remove(key))

    def copy_merge_params(self, params: QueryParamTypes) -> URL:
        """Return a copy whose query has the values of `params` for the keys in there.

        >>> URL("https://example.org/?a=1&b=2").copy_merge_params({"b": 3})
        URL('https://example.org/?a=1&b=3')
        """
        return self.copy_with(params=self.params.merge(params))

    def join(self, url: URL | str) -> URL:
        """Return the absolute form of `url` as seen from this one (RFC 3986 section 5).

        InvalidURL: `url` cannot be parsed, or cannot be resolved.

        >>> URL("https://example.org/a/b?c").join("../d")
        URL('https://example.org/d')
        """
        return _from_reference(resolve(self._uri_reference, URL(url)._uri_reference))

    def __hash__(self) -> int:
        return hash(self._uri_reference.text())

    def __eq__(self, other: Any) -> bool:
        if isinstance(other, URL):
            return self._uri_reference.text() == other._uri_reference.text()
        if isinstance(other, str):
            return self._uri_reference.text() == parse(other).text()
        return False

    def __str__(self) -> str:
        return self._uri_reference.text()

    def __repr__(self) -> str:
        return f"URL({compose(self._uri_reference, mask_password=True)!r})"

    def __reduce__(self) -> tuple[type[URL], tuple[str]]:
        return type(self), (str(self),)


def _from_reference(reference: Reference) -> URL:
    url = URL.__new__(URL)
    url._uri_reference = reference
    return url

"""Parsing and composing of URI references (RFC 3986), and the immutable result.

Text or components in, a `Reference` out whose components are checked, normalised and
percent-encoded; or InvalidURL, which says which part and where. Nothing here does I/O.

Rules of this file:
1. Composing a reference and parsing what came out gives an equal reference.
2. No component ever moves into another one (CVE-2021-41945).
3. All of it takes linear time, and no reference is longer than 65,536 characters.
4. An error never shows what may be a username or a password.
"""

from __future__ import annotations

from functools import lru_cache

from . import _percent
from ._errors import InvalidURL
from ._host import DOMAIN_SCHEMES, encode_host
from ._patterns import compiled
from ._url_path import SCHEME_PREFIX, remove_dot_segments

MAX_LENGTH = 65536  # characters, of a whole URL and of each component

# One text is parsed once while it stays among the last 1,024 seen. Longer ones are not kept, which
# bounds what the cache can hold to 2 MiB of text.
_CACHED_REFERENCES = 1024
_CACHED_LENGTH = 2048
_CACHED_AUTHORITIES = 512
_CACHED_AUTHORITY_LENGTH = 255

_DELIMITERS = len("://@[]:65535?#")

DEFAULT_PORTS = {"ftp": 21, "http": 80, "https": 443, "ws": 80, "wss": 443}

# RFC 3986 appendix B, but a scheme must be one (section 3.1). An empty scheme is let through before
# an authority: `://example.org` is a URL without a scheme, as it always was in httpx.
_SPLIT = (
    r"(?s)"  # a line end in a fragment, too, is for `check_printable` to refuse
    r"(?:([A-Za-z][A-Za-z0-9+.-]*):|:(?=//))?"
    r"(?://([^/?#]*))?"
    r"([^?#]*)"
    r"(?:\?([^#]*))?"
    r"(?:#(.*))?"
)
_ENCODED_SOMEWHERE = r'[ "<>`{}]'
_CONTROL = r"[\x00-\x1f\x7f]"


class Reference:
    """The components of a URI reference, each normalised and encoded; never changed once made.

    What a request asks for again and again is worked out once and kept, which two threads may do
    at the same time with the same result.
    """

    # None: not asked for yet.
    _text: str | None = None
    _netloc: bytes | None = None
    _raw_path: bytes | None = None
    _origin: tuple[str, str, int] | None = None
    _host_header: bytes | None = None

    def __init__(
        self,
        scheme: str,
        userinfo: str,
        host: str,
        port: int | None,
        path: str,
        query: str | None,
        fragment: str | None,
    ) -> None:
        self.scheme = scheme
        self.userinfo = userinfo
        self.host = host  # in ASCII, an IPv6 address without brackets
        self.port = port  # None when it is the scheme's default
        self.path = path
        self.query = query
        self.fragment = fragment

    def __repr__(self) -> str:
        return f"<Reference {compose(self, mask_password=True)}>"

    def text(self) -> str:
        text = self._text
        if text is None:
            text = self._text = compose(self)
        return text

    def has_authority(self) -> bool:
        return bool(self.host or self.userinfo or self.port is not None)

    def netloc(self) -> bytes:
        netloc = self._netloc
        if netloc is None:
            netloc = self._netloc = _host_and_port(self.host, self.port).encode("ascii")
        return netloc

    def raw_path(self) -> bytes:
        raw_path = self._raw_path
        if raw_path is None:
            path = self.path or "/"
            if self.query is not None:
                path = f"{path}?{self.query}"
            raw_path = self._raw_path = path.encode("ascii")
        return raw_path

    def origin(self) -> tuple[str, str, int]:
        origin = self._origin
        if origin is None:
            port = self.port
            if port is None:
                port = DEFAULT_PORTS.get(self.scheme, 0)
            origin = self._origin = (self.scheme, self.host, port)
        return origin

    def host_header(self) -> bytes:
        value = self._host_header
        if value is None:
            # RFC 6874 section 4: a zone identifier means nothing to anyone but this host.
            host = self.host.partition("%")[0] if ":" in self.host else self.host
            value = self._host_header = _host_and_port(host, self.port).encode("ascii")
        return value

    def with_query(self, query: str | None) -> Reference:
        """Replace the query by an encoded one."""
        reference = Reference(
            self.scheme, self.userinfo, self.host, self.port, self.path, query, self.fragment
        )
        check_length(reference)
        return reference


def parse(url: str) -> Reference:
    """Parse `url`, or remember having parsed it."""
    if len(url) <= _CACHED_LENGTH:
        return _parse_cached(url)
    return _parse(url)


def _parse(url: str) -> Reference:
    if len(url) > MAX_LENGTH:
        raise InvalidURL("URL too long")
    plain = url.isascii() and url.isprintable()
    if not plain:
        check_printable(url, "URL")
    # Every text matches, since all of the pattern's parts can be empty.
    scheme, authority, path, query, fragment = compiled(_SPLIT).match(url).groups()  # type: ignore[union-attr] # see above
    scheme = scheme.lower() if scheme else ""
    userinfo, host, port = "", "", None
    if authority:
        try:
            if len(authority) <= _CACHED_AUTHORITY_LENGTH:
                userinfo, host, port = _read_authority_cached(authority, scheme)
            else:
                userinfo, host, port = _read_authority(authority, scheme)
        except InvalidURL:
            if "@" in path or (query and "@" in query) or (fragment and "@" in fragment):
                # `http://user:pass/word@host/`: the message would show the half of a password,
                # and so would the exception it is chained to.
                raise InvalidURL(
                    "Invalid host or port before the first '/', '?' or '#'. If that is part of a "
                    "username or password, it must be percent-encoded."
                ) from None
            raise
    expanded = not plain or compiled(_ENCODED_SOMEWHERE).search(url) is not None
    if expanded:
        path = _percent.quote(path, _percent.PATH)
        query = query and _percent.quote(query, _percent.QUERY)
        fragment = fragment and _percent.quote(fragment, _percent.FRAGMENT)
    has_authority = bool(host or userinfo or port is not None)
    if scheme or has_authority:
        path = remove_dot_segments(path)
    if not has_authority:
        path = check_rootless_path(path, scheme)
    reference = Reference(scheme, userinfo, host, port, path, query, fragment)
    if expanded:
        check_length(reference)
    return reference


_parse_cached = lru_cache(maxsize=_CACHED_REFERENCES)(_parse)


def compose(reference: Reference, *, mask_password: bool = False) -> str:
    """Put the components together (RFC 3986 section 5.3)."""
    text = f"{reference.scheme}:" if reference.scheme else ""
    if reference.has_authority():
        userinfo = reference.userinfo
        if userinfo:
            if mask_password and ":" in userinfo:
                userinfo = userinfo.partition(":")[0] + ":[secure]"
            userinfo += "@"
        text = f"{text}//{userinfo}{_host_and_port(reference.host, reference.port)}"
    text += reference.path
    if reference.query is not None:
        text = f"{text}?{reference.query}"
    if reference.fragment is not None:
        text = f"{text}#{reference.fragment}"
    return text


def _host_and_port(host: str, port: int | None) -> str:
    if ":" in host:
        host = f"[{host}]"
    return host if port is None else f"{host}:{port}"


def _read_authority(authority: str, scheme: str) -> tuple[str, str, int | None]:
    """Split an authority into its encoded userinfo, its encoded host, and its port."""
    if "\\" in authority:
        # To browsers a backslash ends the authority, to RFC 3986 it is not allowed:
        # `http://good.test\@evil.test/` must not mean one host here and another one elsewhere.
        position = authority.index("\\")
        raise InvalidURL(f"Invalid character in authority: '\\\\' at position {position}.")
    userinfo, at, netloc = authority.rpartition("@")
    host, port = read_netloc(netloc, scheme)
    if at and not host:
        check_has_host(scheme)
    if userinfo:
        userinfo = _percent.quote(userinfo, _percent.USERINFO)
    return userinfo, host, port


_read_authority_cached = lru_cache(maxsize=_CACHED_AUTHORITIES)(_read_authority)


def read_netloc(netloc: str, scheme: str) -> tuple[str, int | None]:
    """Split `host:port` into the encoded host and the port, None when it is the default one."""
    if netloc[:1] == "[":
        host, bracket, rest = netloc.rpartition("]")
        if not bracket:
            raise InvalidURL(f"Invalid IPv6 address: {_shortened(netloc)} has no ']'")
        host += bracket
        if rest and rest[0] != ":":
            raise InvalidURL(f"Invalid port: {_shortened(rest)}")
        port = rest[1:]
    else:
        host, _, port = netloc.partition(":")
    return encode_host(host, scheme) if host else "", read_port(port, scheme)


def check_has_host(scheme: str) -> None:
    """Refuse a username or password without a host, where the scheme needs one."""
    if scheme and scheme in DOMAIN_SCHEMES:
        raise InvalidURL("Invalid host: a username or password is followed by no host")


def read_port(port: str, scheme: str) -> int | None:
    """Read a port of ASCII digits, 0 to 65535; None when there is none, or the scheme's default."""
    if not port:
        return None
    if not (port.isascii() and port.isdigit()):
        raise InvalidURL(f"Invalid port: {_shortened(port)}")
    digits = port.lstrip("0") or "0"
    # The length first: int() of 65,000 digits is neither linear nor allowed.
    if len(digits) > 5 or int(digits) > 65535:
        raise InvalidURL(f"Invalid port: {_shortened(port)}")
    return drop_default_port(int(digits), scheme)


def drop_default_port(port: int | None, scheme: str) -> int | None:
    return None if port == DEFAULT_PORTS.get(scheme) else port


def _shortened(text: str) -> str:
    return repr(text) if len(text) <= 80 else f"{text[:77]!r}..."


def check_printable(text: str, name: str) -> None:
    """Refuse control characters, which no part of a URL may hold, and lone surrogates."""
    if found := compiled(_CONTROL).search(text):
        raise InvalidURL(
            f"Invalid non-printable ASCII character in {name}, {found[0]!r} "
            f"at position {found.start()}."
        )
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as exc:
        # Not chained: the cause carries the whole text, which can hold a password.
        raise InvalidURL(
            f"Invalid character in {name}, {text[exc.start]!r} at position {exc.start}."
        ) from None


def check_rootless_path(path: str, scheme: str) -> str:
    """Check the path of a reference that has no authority, where it could be read as another part.

    RFC 3986 section 3.3: it cannot begin with `//`, and without a scheme its first segment cannot
    hold a `:`; section 4.2 says to write `./a:b` then, which is what comes back.
    """
    if path[:2] == "//":
        kind = "URLs without a host" if scheme else "Relative URLs"
        raise InvalidURL(f"{kind} cannot have a path starting with '//'")
    if scheme:
        return path
    if path[:1] == ":":
        raise InvalidURL("Relative URLs cannot have a path starting with ':'")
    return f"./{path}" if compiled(SCHEME_PREFIX).match(path) else path


def check_length(reference: Reference) -> None:
    """Refuse a reference that is too long to be parsed again, as escapes can make it."""
    components = {
        "scheme": reference.scheme,
        "userinfo": reference.userinfo,
        "host": reference.host,
        "path": reference.path,
        "query": reference.query or "",
        "fragment": reference.fragment or "",
    }
    if sum(map(len, components.values())) + _DELIMITERS <= MAX_LENGTH:
        return
    for name, value in components.items():
        if len(value) > MAX_LENGTH:
            raise InvalidURL(f"URL component {name!r} too long")
    if len(reference.text()) > MAX_LENGTH:
        raise InvalidURL("URL too long")

"""The keyword arguments of `URL(...)` and `URL.copy_with(...)`: checked, encoded, put in place.

Each argument is checked by itself before it meets the others, so that none can hold a delimiter
that would end its component: text never moves from one component into another.
"""

from __future__ import annotations

from typing import Any

from . import _percent
from ._errors import InvalidURL
from ._host import encode_host
from ._patterns import compiled
from ._query import QueryParams
from ._url_path import SCHEME_PREFIX, remove_dot_segments
from ._url_reference import (
    MAX_LENGTH,
    Reference,
    check_has_host,
    check_length,
    check_printable,
    check_rootless_path,
    read_netloc,
    read_port,
)

_TYPES: dict[str, type] = {
    "scheme": str,
    "username": str,
    "password": str,
    "userinfo": bytes,
    "host": str,
    "port": int,
    "netloc": bytes,
    "path": str,
    "query": bytes,
    "raw_path": bytes,
    "fragment": str,
    "params": object,
}


def replace(base: Reference, arguments: dict[str, Any]) -> Reference:
    """Return `base` with the components replaced that `arguments` names.

    TypeError: an argument is unknown or of the wrong type. InvalidURL: its value is not allowed.
    """
    for name, value in arguments.items():
        expected = _TYPES.get(name)
        if expected is None:
            raise TypeError(f"{name!r} is an invalid keyword argument for URL()")
        if value is not None and not isinstance(value, expected):
            raise TypeError(
                f"Argument {name!r} must be {expected.__name__} but got {type(value).__name__}"
            )
    if len(arguments) == 1 and "params" in arguments:
        return base.with_query(_encode_params(arguments["params"]))
    return _replace(base, arguments)


def _encode_params(params: Any) -> str | None:
    return str(QueryParams(params)) or None


def _replace(base: Reference, arguments: dict[str, Any]) -> Reference:
    scheme, userinfo, host, port = base.scheme, base.userinfo, base.host, base.port
    path, query, fragment = base.path, base.query, base.fragment

    if "scheme" in arguments:
        scheme = _checked("scheme", arguments["scheme"] or "").lower()
        if scheme and not compiled(SCHEME_PREFIX).fullmatch(f"{scheme}:"):
            raise InvalidURL("Invalid URL component 'scheme'")
    # Where two arguments name the same thing, the first in each of these chains counts.
    if "username" in arguments or "password" in arguments:
        userinfo = _join_userinfo(arguments.get("username"), arguments.get("password"))
    elif "userinfo" in arguments:
        text = _checked("userinfo", _ascii("userinfo", arguments["userinfo"]) or "", "@")
        userinfo = _percent.quote(text, _percent.USERINFO)

    if "netloc" in arguments:
        netloc = _checked("netloc", _ascii("netloc", arguments["netloc"]) or "")
        host, port = read_netloc(netloc, scheme)
    else:
        host = _checked("host", arguments.get("host", host) or "")
        port = arguments.get("port", port)
        # Read again even when they are not new: both hang on the scheme.
        host = encode_host(host, scheme) if host else ""
        port = None if port is None else read_port(str(port), scheme)

    if "raw_path" in arguments:
        raw_path, mark, raw_query = (_ascii("raw_path", arguments["raw_path"]) or "").partition("?")
        path = _encode_path(raw_path)
        query = _encode_query(raw_query if mark else None)
    else:
        if "path" in arguments:
            path = _encode_path(arguments["path"] or "")
        if "params" in arguments:
            query = _encode_params(arguments["params"])
        elif "query" in arguments:
            query = _encode_query(_ascii("query", arguments["query"]))
    if "fragment" in arguments:
        fragment = arguments["fragment"]
        if fragment is not None:
            fragment = _percent.quote(_checked("fragment", fragment), _percent.FRAGMENT)
    return assemble(scheme, userinfo, host, port, path, query, fragment)


def assemble(
    scheme: str,
    userinfo: str,
    host: str,
    port: int | None,
    path: str,
    query: str | None,
    fragment: str | None,
) -> Reference:
    """Make a Reference of encoded components, once they are seen to fit together."""
    has_authority = bool(host or userinfo or port is not None)
    if userinfo and not host:
        check_has_host(scheme)
    if scheme or has_authority:
        path = remove_dot_segments(path)
    if not has_authority:
        path = check_rootless_path(path, scheme)
    elif path and path[0] != "/":
        raise InvalidURL("For absolute URLs, path must be empty or begin with '/'")
    reference = Reference(scheme, userinfo, host, port, path, query, fragment)
    check_length(reference)
    return reference


def _join_userinfo(username: str | None, password: str | None) -> str:
    userinfo = _encode_secret("username", username or "")
    if password:
        userinfo += ":" + _encode_secret("password", password)
    return userinfo


def _encode_secret(name: str, value: str) -> str:
    """Encode a username or password, in which every character is allowed, being escaped."""
    try:
        return _percent.quote(value, _percent.USERINFO).replace(":", "%3A")
    except UnicodeEncodeError as exc:
        # A UnicodeEncodeError carries the text it failed on, so it is not chained.
        raise InvalidURL(f"Invalid character in URL {name}, at position {exc.start}.") from None


def _encode_path(path: str) -> str:
    return _percent.quote(_checked("path", path, "?#"), _percent.PATH)


def _encode_query(query: str | None) -> str | None:
    if query is None:
        return None
    return _percent.quote(_checked("query", query, "#"), _percent.QUERY)


def _checked(name: str, value: str, delimiters: str = "") -> str:
    if len(value) > MAX_LENGTH:
        raise InvalidURL(f"URL component {name!r} too long")
    check_printable(value, f"URL {name} component")
    if any(delimiter in value for delimiter in delimiters):
        raise InvalidURL(f"Invalid URL component {name!r}")
    return value


def _ascii(name: str, value: bytes | None) -> str | None:
    if value is None:
        return None
    try:
        return value.decode("ascii")
    except UnicodeDecodeError as exc:
        # Not chained: the cause carries the bytes, which can hold a password.
        raise InvalidURL(
            f"Invalid URL component {name!r}: not ASCII at position {exc.start}"
        ) from None

"""URLs made of keyword arguments, changed copies, and what a URL is as a Python value."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import warnings
from typing import Any

import pytest

from httpx_core import URL, InvalidURL, QueryParams

BASE = "http://u:p@h:81/a?b#c"

# arguments -> str(URL(BASE, **arguments))
REPLACED: list[tuple[dict[str, Any], str]] = [
    ({}, BASE),
    ({"scheme": "HTTPS"}, "https://u:p@h:81/a?b#c"),
    ({"scheme": None}, "//u:p@h:81/a?b#c"),
    ({"host": "É.com"}, "http://u:p@xn--9ca.com:81/a?b#c"),
    ({"host": "::1"}, "http://u:p@[::1]:81/a?b#c"),
    ({"host": "[::1]"}, "http://u:p@[::1]:81/a?b#c"),
    ({"port": 8080}, "http://u:p@h:8080/a?b#c"),
    ({"port": 80}, "http://u:p@h/a?b#c"),
    ({"port": None}, "http://u:p@h/a?b#c"),
    ({"port": 443, "scheme": "https"}, "https://u:p@h/a?b#c"),
    ({"netloc": b"b:82"}, "http://u:p@b:82/a?b#c"),
    ({"netloc": b"b"}, "http://u:p@b/a?b#c"),
    ({"netloc": b"[::1]:82"}, "http://u:p@[::1]:82/a?b#c"),
    ({"netloc": b"b", "host": "ignored", "port": 9}, "http://u:p@b/a?b#c"),
    ({"username": "x"}, "http://x@h:81/a?b#c"),
    ({"password": "y"}, "http://:y@h:81/a?b#c"),
    (
        {"username": "x@:/%41 é", "password": "@:/"},
        "http://x%40%3A%2F%41%20%C3%A9:%40%3A%2F@h:81/a?b#c",
    ),
    ({"username": "x", "password": ""}, "http://x@h:81/a?b#c"),
    ({"username": None}, "http://h:81/a?b#c"),
    ({"userinfo": b"x:y"}, "http://x:y@h:81/a?b#c"),
    ({"userinfo": None}, "http://h:81/a?b#c"),
    ({"userinfo": b"x:y", "username": "z"}, "http://z@h:81/a?b#c"),
    ({"path": "/d"}, "http://u:p@h:81/d?b#c"),
    ({"path": "/d/../é%41 "}, "http://u:p@h:81/%C3%A9%41%20?b#c"),
    ({"path": "//d"}, "http://u:p@h:81//d?b#c"),
    ({"path": None}, "http://u:p@h:81?b#c"),
    ({"query": b"d e"}, "http://u:p@h:81/a?d%20e#c"),
    ({"query": b""}, "http://u:p@h:81/a?#c"),
    ({"query": None}, "http://u:p@h:81/a#c"),
    ({"raw_path": b"/d?e?f"}, "http://u:p@h:81/d?e?f#c"),
    ({"raw_path": b"/d"}, "http://u:p@h:81/d#c"),
    ({"raw_path": b"/d?"}, "http://u:p@h:81/d?#c"),
    ({"raw_path": b"/d?e", "params": {"f": "g"}}, "http://u:p@h:81/d?e#c"),
    ({"fragment": "d#e %"}, "http://u:p@h:81/a?b#d#e%20%"),
    ({"fragment": ""}, "http://u:p@h:81/a?b#"),
    ({"fragment": None}, "http://u:p@h:81/a?b"),
    ({"params": {"d": "e f&%41"}}, "http://u:p@h:81/a?d=e+f%26%2541#c"),
    ({"params": "d=e f"}, "http://u:p@h:81/a?d=e+f#c"),
    ({"params": b"d=e"}, "http://u:p@h:81/a?d=e#c"),
    ({"params": [("d", 1), ("d", None)]}, "http://u:p@h:81/a?d=1&d=#c"),
    ({"params": {}}, "http://u:p@h:81/a#c"),
    ({"params": None}, "http://u:p@h:81/a#c"),
    ({"params": {}, "query": b"d"}, "http://u:p@h:81/a#c"),
]


@pytest.mark.parametrize(("arguments", "expected"), REPLACED)
def test_a_keyword_argument_replaces_its_component(
    arguments: dict[str, Any], expected: str
) -> None:
    assert expected == str(URL(BASE, **arguments))
    assert expected == str(URL(BASE).copy_with(**arguments))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"scheme": "https", "host": "h", "path": "/x"}, "https://h/x"),
        ({"path": "/x"}, "/x"),
        ({"path": "b:c"}, "./b:c"),
        ({"username": "x"}, "//x@"),
        ({"port": 80}, "//:80"),
        ({"scheme": "http+unix", "host": "/run/d.sock"}, "http+unix://%2frun%2fd.sock"),
        ({"url": "http://h"}, "http://h"),
    ],
)
def test_a_url_can_be_made_of_components_alone(arguments: dict[str, Any], expected: str) -> None:
    assert expected == str(URL(**arguments))
    assert URL(**arguments) == URL(str(URL(**arguments)))


@pytest.mark.parametrize("text", ["http://h:81", "http://[::1]:81", "http://é.com", "http://h"])
def test_the_netloc_of_one_url_fits_another(text: str) -> None:
    assert URL(text) == URL("http://x:9").copy_with(netloc=URL(text).netloc)


NO_PARAMS = (
    "Argument 'params' must be a mapping, a list or tuple of pairs, str, bytes or None but got "
)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("scheme", b"http", "Argument 'scheme' must be str but got bytes"),
        ("host", b"h", "Argument 'host' must be str but got bytes"),
        ("port", "80", "Argument 'port' must be int but got str"),
        ("port", 80.0, "Argument 'port' must be int but got float"),
        ("netloc", "h", "Argument 'netloc' must be bytes but got str"),
        ("username", 1, "Argument 'username' must be str but got int"),
        ("password", b"secret", "Argument 'password' must be str but got bytes"),
        ("userinfo", "u:secret", "Argument 'userinfo' must be bytes but got str"),
        ("path", b"/", "Argument 'path' must be str but got bytes"),
        ("raw_path", "/", "Argument 'raw_path' must be bytes but got str"),
        ("query", "a", "Argument 'query' must be bytes but got str"),
        ("fragment", b"a", "Argument 'fragment' must be str but got bytes"),
        ("extra", "a", "'extra' is an invalid keyword argument for URL()"),
        (
            "params",
            1,
            NO_PARAMS + "int",
        ),
    ],
)
def test_a_wrong_argument_is_a_type_error_that_names_it(
    name: str, value: object, expected: str
) -> None:
    with pytest.raises(TypeError) as caught:
        URL("http://h/", **{name: value})
    assert expected == str(caught.value)


NOT_PRINTABLE = "Invalid non-printable ASCII character in URL "

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"scheme": "1a"}, "Invalid URL component 'scheme'"),
    ({"scheme": "a:"}, "Invalid URL component 'scheme'"),
    ({"scheme": "é"}, "Invalid URL component 'scheme'"),
    ({"host": "a:80"}, "Invalid IPv6 address: '[a:80]'"),
    ({"host": "a/b"}, "Invalid character in host: '/' at position 1."),
    ({"host": "u@h"}, "Invalid character in host: '@' at position 1."),
    ({"host": "h\\x"}, "Invalid character in host: '\\\\' at position 1."),
    ({"host": "a\nb"}, NOT_PRINTABLE + "host component, '\\n' at position 1."),
    ({"netloc": b"u@h"}, "Invalid character in host: '@' at position 1."),
    ({"netloc": b"h:x"}, "Invalid port: 'x'"),
    ({"netloc": b"\xff"}, "Invalid URL component 'netloc': not ASCII at position 0"),
    ({"port": 65536}, "Invalid port: '65536'"),
    ({"port": -1}, "Invalid port: '-1'"),
    ({"port": True}, "Invalid port: 'True'"),
    ({"userinfo": b"u@v"}, "Invalid URL component 'userinfo'"),
    ({"path": "d"}, "For absolute URLs, path must be empty or begin with '/'"),
    ({"path": "/d?e"}, "Invalid URL component 'path'"),
    ({"path": "/d#e"}, "Invalid URL component 'path'"),
    ({"path": "/\r"}, NOT_PRINTABLE + "path component, '\\r' at position 1."),
    ({"raw_path": b"/d?e#f"}, "Invalid URL component 'query'"),
    ({"raw_path": b"/\xff"}, "Invalid URL component 'raw_path': not ASCII at position 1"),
    ({"query": b"a#b"}, "Invalid URL component 'query'"),
    ({"query": b"a\x00"}, NOT_PRINTABLE + "query component, '\\x00' at position 1."),
    ({"fragment": "a\n"}, NOT_PRINTABLE + "fragment component, '\\n' at position 1."),
    ({"username": "\ud800"}, "Invalid character in URL username, at position 0."),
    ({"host": "", "port": None, "path": "//x"}, "URLs without a host cannot have a path starting with '//'"),
    ({"host": "", "username": "u"}, "Invalid host: a username or password is followed by no host"),
    ({"scheme": "a" * 65537}, "URL component 'scheme' too long"),
    ({"host": "a" * 65537}, "URL component 'host' too long"),
    ({"username": "a" * 65537}, "URL component 'userinfo' too long"),
    ({"path": "/" + "a" * 65536}, "URL component 'path' too long"),
    ({"query": b"a" * 65537}, "URL component 'query' too long"),
    ({"fragment": "a" * 65537}, "URL component 'fragment' too long"),
    ({"params": {"a": "a" * 65536}}, "URL component 'query' too long"),
    ({"path": "/" + "a" * 40000, "query": b"a" * 40000}, "URL too long"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_a_component_that_is_not_allowed_is_refused(
    arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidURL) as caught:
        URL("http://h/", **arguments)
    assert message == str(caught.value)


@pytest.mark.parametrize("length", [65535, 65536])
def test_the_longest_url_has_65536_characters(length: int) -> None:
    text = "http://h/" + "a" * (length - 9)
    assert text == str(URL(text))


@pytest.mark.parametrize(
    "text",
    ["a" * 65537, "http://h/" + "é" * 20000, "http://h/?" + " " * 30000, "http://" + "@" * 100_000],
)
def test_a_url_that_is_too_long_even_once_encoded_is_refused(text: str) -> None:
    with pytest.raises(InvalidURL, match="too long"):
        URL(text)


def test_relative_paths_that_read_as_another_part_are_refused() -> None:
    with pytest.raises(InvalidURL, match="Relative URLs cannot have a path starting with ':'"):
        URL(path=":abc")
    with pytest.raises(InvalidURL, match="Relative URLs cannot have a path starting with '//'"):
        URL(path="//abc")


def test_copies_with_changed_parameters() -> None:
    url = URL("http://h/?a=1&b=2&a=3")
    assert "http://h/?a=4&b=2" == str(url.copy_set_param("a", 4))
    assert "http://h/?a=1&b=2&a=3&c=d+e" == str(url.copy_add_param("c", "d e"))
    assert "http://h/?b=2" == str(url.copy_remove_param("a"))
    assert "http://h/?a=1&b=5&a=3&c=6" == str(url.copy_merge_params({"b": 5, "c": 6}))
    assert "http://h/" == str(url.copy_remove_param("a").copy_remove_param("b"))
    assert "http://h/?a=1&b=2&a=3" == str(url)


def test_params_are_the_decoded_query() -> None:
    assert QueryParams({"a": "A b c"}) == URL("http://h/?a=%41+b%20c").params
    assert QueryParams() == URL("http://h/").params


def test_urls_are_equal_when_they_are_written_the_same() -> None:
    url = URL("HTTP://H:80/a/../b")
    assert url == URL("http://h/b")
    assert url == "http://h:80/b"
    assert url != "http://h/b/"
    assert url != 1
    assert url != b"http://h/b"
    assert URL("http://h") != URL("http://h/")
    assert hash(url) == hash(URL("http://h/b"))
    assert 1 == {URL("http://h/b"): 1}[url]


def test_a_url_of_a_url_is_equal_and_a_new_object() -> None:
    url = URL("http://h")
    assert url == URL(url)
    assert url is not URL(url)


@pytest.mark.parametrize(
    "url", [URL(BASE), URL(""), URL(path="b:c"), URL("http://é.com:81"), URL(username="u")]
)
def test_a_url_can_be_pickled_and_copied(url: URL) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(url, protocol))
        assert (url, URL) == (again, type(again))
        assert url.raw_path == again.raw_path
    assert url == copy.copy(url) == copy.deepcopy(url)


def test_a_url_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        URL("http://h").host = "x"  # type: ignore[misc] # the mistake under test


def test_raw_is_deprecated_and_holds_four_parts() -> None:
    with pytest.warns(UserWarning, match=r"^URL\.raw is deprecated\.$"):
        raw = URL("https://é.com:81/a b?c").raw
    assert (b"https", b"xn--9ca.com") == (raw.raw_scheme, raw.raw_host)
    assert (81, b"/a%20b?c") == (raw.port, raw.raw_path)
    assert 4 == len(raw)


@pytest.mark.parametrize(
    ("text", "origin", "host_header"),
    [
        ("http://EXAMPLE.org/a", ("http", "example.org", 80), b"example.org"),
        ("https://u:p@h:443", ("https", "h", 443), b"h"),
        ("https://h:8443", ("https", "h", 8443), b"h:8443"),
        ("ws://é.com", ("ws", "xn--9ca.com", 80), b"xn--9ca.com"),
        ("http://[FE80::1]:81", ("http", "fe80::1", 81), b"[fe80::1]:81"),
        ("http://[fe80::1%25en0]", ("http", "fe80::1%25en0", 80), b"[fe80::1]"),
        ("foo://h", ("foo", "h", 0), b"h"),
        ("/a", ("", "", 0), b""),
    ],
)
def test_origin_and_host_field_are_known_to_the_layers_above(
    text: str, origin: tuple[str, str, int], host_header: bytes
) -> None:
    assert origin == URL(text)._origin
    assert host_header == URL(text)._host_header


def test_libraries_can_read_the_parse() -> None:
    reference = URL("http://u@h:81/a%20b?c")._uri_reference
    assert ("/a%20b", "h", 81, "c", None) == (
        reference.path,
        reference.host,
        reference.port,
        reference.query,
        reference.fragment,
    )


def test_the_classes_carry_the_name_of_their_package() -> None:
    assert ("httpx_core", "httpx_core") == (URL.__module__, QueryParams.__module__)


def test_ordinary_urls_load_neither_idna_nor_ipaddress_nor_urllib() -> None:
    code = (
        "import sys; before = set(sys.modules); from httpx_core import URL;"
        "u = URL('https://u:p%20@example.org:81/a b', params={'a': 'b c'}).join('../c?d=%41');"
        "u.host, u.path, u.params['d'], str(u);"
        "print(sorted({'idna', 'ipaddress', 'urllib.parse'} & (set(sys.modules) - before)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert "[]" == shown.strip()


def test_no_warning_is_given_for_anything_but_raw() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        URL(BASE).copy_with(path="/x").join("y")


def test_delimiters_that_are_not_there_do_not_count_to_the_length() -> None:
    url = URL("http://a/").copy_with(path="/" + "a" * 65_527)
    assert 65_536 == len(str(url))
    with pytest.raises(InvalidURL, match="URL too long"):
        URL("http://a/").copy_with(path="/" + "a" * 65_528)

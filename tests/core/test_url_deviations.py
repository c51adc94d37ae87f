"""Where URL and QueryParams differ from httpx 0.28.1, and why: the accepted list, each row a test.

All other outcomes are the same: some 60,000 generated calls were compared with 0.28.1 (parsing,
keyword arguments, join, parameters), and every difference belongs to a row of these tables. The
second column is what 0.28.1 gives.
"""

from __future__ import annotations

import pytest

from httpx_core import URL, InvalidURL, QueryParams

REFUSED = "InvalidURL"

# text, 0.28.1, here, reason
PARSED = [
    # hosts
    ("http://a b/", "http://a%20b/", REFUSED, "WHATWG: forbidden host code point"),
    ("http://a<b/", "http://a%3Cb/", REFUSED, "WHATWG: forbidden host code point"),
    ("http://a|b/", "http://a|b/", REFUSED, "WHATWG: forbidden host code point"),
    ("http://[", "http://%5B", REFUSED, "WHATWG: forbidden host code point"),
    ("http://ho%01st/", "http://ho%01st/", REFUSED, "escapes in a host are decoded and checked"),
    ("http://a%2541/", "http://a%2541/", REFUSED, "decoded once, never twice (CVE-2026-47076)"),
    ("http://%41.com/", "http://%41.com/", "http://a.com/", "one spelling for one host"),
    (
        "http://%C3%A9.com/",
        "http://%c3%a9.com/",
        "http://xn--9ca.com/",
        "one spelling for one host",
    ),
    ("http://1.2.3.4.5/", "http://1.2.3.4.5/", REFUSED, "WHATWG: ends in a number, no IPv4"),
    ("http://foo.0/", "http://foo.0/", REFUSED, "WHATWG: ends in a number, no IPv4"),
    ("http://[FE80::1]/", "http://[FE80::1]/", "http://[fe80::1]/", "RFC 3986 6.2.2.1: lower case"),
    ("http://xn--a/", "http://xn--a/", REFUSED, "no IDNA name; `.host` raised IDNAError"),
    # authority
    ("http://a\\b/", "http://a\\b/", REFUSED, "a backslash ends the authority in browsers"),
    ("http://a\\@b/", "http://a%5C@b/", REFUSED, "a backslash ends the authority in browsers"),
    ("http://@/x", "http:/x", REFUSED, "WHATWG: credentials without a host"),
    ("http://u@/x", "http://u@/x", REFUSED, "WHATWG: credentials without a host"),
    # ports
    ("http://h:65536/", "http://h:65536/", REFUSED, "RFC 9293: ports have 16 bits"),
    ("http://h:-1/", "http://h:-1/", REFUSED, "RFC 3986 3.2.3: ASCII digits only"),
    ("http://h: 81/", "http://h:81/", REFUSED, "RFC 3986 3.2.3: ASCII digits only"),
    ("http://h:8_1/", "http://h:81/", REFUSED, "RFC 3986 3.2.3: ASCII digits only"),
    ("http://h:８１/", "http://h:81/", REFUSED, "RFC 3986 3.2.3: ASCII digits only"),
    ("HTTP://h:80/", "http://h:80/", "http://h/", "the default port, whatever the scheme's case"),
    # paths
    ("http://h/..", "http://h", "http://h/", "RFC 3986 5.2.4"),
    ("http://h/a/b/..", "http://h/a", "http://h/a/", "RFC 3986 5.2.4"),
    ("http://h/a/.", "http://h/a", "http://h/a/", "RFC 3986 5.2.4"),
    ("http:////a", "http://a", REFUSED, "the path became the host (CVE-2021-41945)"),
    (":a", "a", REFUSED, "RFC 3986 4.2: no relative path begins with ':'"),
    # text
    ("http://h/\ud800", "UnicodeEncodeError", REFUSED, "an error names the part and the position"),
    ("http://h/" + "é" * 20000, "120009 characters", REFUSED, "it could not be parsed again"),
]

# base, reference, 0.28.1, here, reason
JOINED = [
    ("http://h/a?b#c", "", "http://h/a?b#c", "http://h/a?b", "RFC 3986 5.2.2: the fragment goes"),
    ("http://h/a?b", "?", "http://h/a?b", "http://h/a?", "RFC 3986 5.2.2: an empty query is one"),
    ("http://h/a", "b#", "http://h/b", "http://h/b#", "RFC 3986 5.2.2: an empty fragment is one"),
    ("http://h/", "a//b", "http://h/a/b", "http://h/a//b", "RFC 3986 5.2.4: empty segments stay"),
    ("http://h/", "a//.", "http://h/a/", "http://h/a//", "RFC 3986 5.2.4: empty segments stay"),
    ("foo://h/a", "b", "b", "foo://h/b", "RFC 3986 5.2: for every scheme"),
    ("mailto:a", "b", "b", "mailto:b", "RFC 3986 5.2: for every scheme"),
    ("/a/b", "../../../c", "c", "/c", "an absolute path stays one"),
    ("a/b", "..", "/", "./", "a relative path stays one"),
    ("?x", "y", "/y", "y", "a relative path stays one"),
    ("a", "./b:c", "b:c", "./b:c", "RFC 3986 4.2: `b:` would be a scheme"),
]


@pytest.mark.parametrize(("text", "before", "now", "reason"), PARSED)
def test_a_url_is_parsed_otherwise_than_by_httpx_0_28(
    text: str, before: str, now: str, reason: str
) -> None:
    if now == REFUSED:
        with pytest.raises(InvalidURL):
            URL(text)
    else:
        assert now == str(URL(text))
    assert before != now
    assert reason


@pytest.mark.parametrize(("base", "reference", "before", "now", "reason"), JOINED)
def test_a_reference_is_resolved_otherwise_than_by_httpx_0_28(
    base: str, reference: str, before: str, now: str, reason: str
) -> None:
    assert now == str(URL(base).join(reference))
    assert before != now
    assert reason


def test_the_netloc_of_an_ipv6_url_can_be_given_back() -> None:
    """0.28.1 raises InvalidURL, though it is what its own `netloc` gave."""
    assert "http://[::1]:81/" == str(URL("http://h/", netloc=b"[::1]:81"))


def test_a_relative_path_that_reads_as_a_scheme_is_marked_as_a_path() -> None:
    """0.28.1 writes `b:c`, which it reads back as scheme and path. RFC 3986 section 4.2."""
    assert "./b:c" == str(URL(path="b:c"))


def test_bytes_beyond_ascii_are_an_invalid_url() -> None:
    """0.28.1 lets UnicodeDecodeError out, which carries the bytes."""
    for name in ("query", "raw_path", "netloc", "userinfo"):
        with pytest.raises(InvalidURL, match=f"'{name}': not ASCII at position 0"):
            URL("http://h/", **{name: b"\xff"})


def test_query_params_keep_the_order_of_all_pairs() -> None:
    """0.28.1 groups them by key: `a=1&a=3&b=2`."""
    assert "a=1&b=2&a=3" == str(QueryParams("a=1&b=2&a=3"))
    assert "a=1&b=2&a=3" == str(QueryParams("a=1&b=2").add("a", 3))


def test_query_params_hash_as_they_compare() -> None:
    """0.28.1 hashes the text, so that equal ones can have different hashes."""
    assert hash(QueryParams("a=1&b=2")) == hash(QueryParams("b=2&a=1"))


def test_an_empty_list_gives_no_pair() -> None:
    """0.28.1 makes a key without a value, at which `keys` works and `items` raises IndexError."""
    assert {} == dict(QueryParams({"a": []}))


@pytest.mark.parametrize("argument", [1, {"a"}, [("a",)], [1]])
def test_what_is_no_parameters_is_a_type_error(argument: object) -> None:
    """0.28.1 lets AttributeError and IndexError out."""
    with pytest.raises(TypeError, match="'params'"):
        QueryParams(argument)  # type: ignore[arg-type] # the mistake under test


def test_too_many_arguments_are_a_type_error() -> None:
    """0.28.1 asserts, which `python -O` drops."""
    with pytest.raises(TypeError):
        QueryParams("a=1", "b=2")

"""Mounts: which transport a URL goes through."""

from __future__ import annotations

from typing import Any

import pytest

import httpx
from httpx._patterns import URLPattern

PATTERNS: list[tuple[str, str, bool]] = [
    ("all://", "http://a.test", True),
    ("", "http://a.test", True),
    ("http://", "http://a.test", True),
    ("http://", "https://a.test", False),
    ("https://", "https://a.test:99", True),
    ("all://a.test", "http://a.test", True),
    ("all://a.test", "http://A.TEST", True),
    ("all://a.test", "http://sub.a.test", False),
    ("all://*.a.test", "http://sub.a.test", True),
    ("all://*.a.test", "http://a.test", False),
    ("all://*.A.test", "http://b.a.test", True),
    ("all://*a.test", "http://a.test", True),
    ("all://*a.test", "http://sub.a.test", True),
    ("all://*a.test", "http://ba.test", False),
    ("http://*", "http://a.test", True),
    ("http://a.test:8080", "http://a.test:8080", True),
    ("http://a.test:8080", "http://a.test", False),
    ("http://a.test:80", "http://a.test", True),
    ("all://a.test:443", "https://a.test", True),
    ("all://[::1]", "http://[::1]:80/", True),
    ("all://m\xfcnchen.test", "http://xn--mnchen-3ya.test", True),
]


@pytest.mark.parametrize(("pattern", "url", "expected"), PATTERNS)
def test_a_pattern_matches(pattern: str, url: str, expected: bool) -> None:
    assert expected is URLPattern(pattern).matches(httpx.URL(url))


def test_the_most_specific_pattern_comes_first() -> None:
    expected = [
        "http://a.test:123",
        "all://a.test:123",
        "https://www.a.test",
        "all://www.a.test",
        "http://a.test",
        "https://",
        "all://",
    ]
    assert expected == [p.pattern for p in sorted(URLPattern(p) for p in reversed(expected))]


def test_patterns_are_equal_by_their_text_and_can_be_keys() -> None:
    assert {URLPattern("all://a.test")} == {URLPattern("all://a.test"), URLPattern("all://a.test")}
    assert URLPattern("all://") != URLPattern("http://")
    assert URLPattern("all://") != "all://"


def test_the_repr_of_a_pattern_makes_it_again() -> None:
    assert "URLPattern('https://*.a.test')" == repr(URLPattern("https://*.a.test"))


def test_a_pattern_needs_a_scheme() -> None:
    with pytest.raises(ValueError, match=r'use "a\.test://"'):
        httpx.Client(mounts={"a.test": None})


def named(name: str) -> httpx.MockTransport:
    return httpx.MockTransport(lambda request: httpx.Response(200, text=name))


async def test_each_url_goes_through_its_transport(colour: Any) -> None:
    mounts = {
        "https://": named("tls"),
        "all://*.a.test": named("subdomain"),
        "http://a.test:81": named("port"),
        "all://own.a.test": None,
    }
    expected = {
        "http://b.test/": "default",
        "https://b.test/": "tls",
        "http://x.a.test/": "subdomain",
        "https://x.a.test/": "subdomain",
        "http://a.test:81/": "port",
        "http://own.a.test/": "default",
    }
    async with colour.client(transport=named("default"), mounts=mounts) as client:
        assert expected == {url: (await client.get(url)).text for url in expected}


async def test_a_redirect_is_mounted_anew(colour: Any) -> None:
    first = httpx.MockTransport(
        lambda request: httpx.Response(302, headers={"Location": "https://b.test/"})
    )
    async with colour.client(
        transport=first, mounts={"all://b.test": named("b")}, follow_redirects=True
    ) as client:
        assert "b" == (await client.get("http://a.test/")).text

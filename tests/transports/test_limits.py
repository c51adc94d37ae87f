"""Limits and Proxy as values: what they take, refuse, and show."""

from __future__ import annotations

from typing import Any

import pytest

from httpx_core import InvalidURL
from httpx_transports import DEFAULT_LIMITS, HTTPTransport, Limits, Proxy


def test_the_default_limits_are_those_of_httpx_0_28() -> None:
    expected = "Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=5.0)"
    assert expected == repr(DEFAULT_LIMITS)


def test_limits_are_equal_by_value_and_not_hashable() -> None:
    assert Limits(max_connections=1) == Limits(max_connections=1)
    assert Limits(max_connections=1) != Limits(max_connections=2)
    assert Limits(max_header_size=1) != Limits()
    with pytest.raises(TypeError, match="unhashable"):
        hash(Limits())


def test_a_limit_of_the_wire_that_was_changed_is_shown() -> None:
    assert repr(Limits(max_header_fields=3)).endswith("keepalive_expiry=5.0, max_header_fields=3)")


@pytest.mark.parametrize(
    ("limit", "value", "error"),
    [
        ("max_connections", "10", TypeError),
        ("max_connections", -1, ValueError),
        ("keepalive_expiry", float("nan"), ValueError),
        ("max_header_size", None, TypeError),
        ("http2_stream_window", 65_534, ValueError),
        ("http2_connection_window", 2**31, ValueError),
    ],
)
def test_a_limit_that_cannot_be_meant_is_refused_by_its_name(
    limit: str, value: Any, error: type[Exception]
) -> None:
    with pytest.raises(error, match=limit):
        Limits(**{limit: value})


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ({"url": "http://proxy:3128"}, "Proxy('http://proxy:3128')"),
        ({"url": "http://u:secret@proxy"}, "Proxy('http://proxy', auth=('u', '********'))"),
        (
            {"url": "https://proxy", "auth": ("u", "secret"), "headers": {"a": "b"}},
            "Proxy('https://proxy', auth=('u', '********'), headers={'a': 'b'})",
        ),
        (
            {"url": "http://proxy", "headers": {"Proxy-Authorization": "secret"}},
            "Proxy('http://proxy', headers=Headers({'proxy-authorization': '[secure]'}))",
        ),
    ],
)
def test_a_proxy_shows_no_secret(arguments: dict[str, Any], shown: str) -> None:
    assert shown == repr(Proxy(**arguments))


def test_the_credentials_of_a_proxy_are_decoded_and_leave_its_url() -> None:
    proxy = Proxy("socks5://us%20er:p%40ss@proxy:1080")
    assert ("us er", "p@ss") == proxy.auth
    assert (b"us er", b"p@ss") == proxy.raw_auth
    assert "socks5://proxy:1080" == str(proxy.url)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://proxy", "Unknown scheme for proxy URL"),
        ("proxy:80", "Unknown scheme for proxy URL"),
        ("socks4://proxy", "Unknown scheme for proxy URL"),
        ("http://", "Proxy: "),
    ],
)
def test_a_url_that_is_no_proxy_is_refused(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=f"^{says}"):
        Proxy(url)


def test_a_url_that_cannot_be_parsed_is_an_invalid_url() -> None:
    with pytest.raises(InvalidURL):
        Proxy("http://proxy:port")


@pytest.mark.parametrize(
    ("arguments", "error", "names"),
    [
        ({"retries": -1}, ValueError, "retries"),
        ({"limits": 10}, TypeError, "limits"),
        ({"proxy": "ftp://proxy"}, ValueError, "scheme"),
        ({"verify": 3}, TypeError, "verify"),
    ],
)
def test_a_transport_refuses_what_cannot_be_meant_when_it_is_made(
    arguments: dict[str, Any], error: type[Exception], names: str
) -> None:
    with pytest.raises(error, match=names):
        HTTPTransport(**arguments)

"""What is no setting of a transport is refused when it is made, by an error that names the argument."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any
from unittest.mock import Mock

import pytest

from httpx_transports import (
    ASGITransport,
    AsyncHTTPTransport,
    HTTPTransport,
    Limits,
    MockTransport,
    Proxy,
    WSGITransport,
    create_ssl_context,
)

NO_DELAY = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

SETTINGS: list[tuple[str, Any, type[Exception], str]] = [
    ("uds", 5, TypeError, "uds must be the path of a Unix domain socket, not int."),
    ("uds", ["a"], TypeError, "uds must be .*, not list."),
    ("local_address", 5, TypeError, "local_address must be an IP address as str, not int."),
    ("local_address", ("127.0.0.1", 0), TypeError, "local_address must be .*, not tuple."),
    ("socket_options", 5, TypeError, "socket_options must be an iterable of .*, not int."),
    ("socket_options", "abc", TypeError, "socket_options must be an iterable of .*, not str."),
    ("socket_options", [5], TypeError, "socket_options must hold .*, but item 0 is int."),
    ("socket_options", [NO_DELAY, "abc"], TypeError, "socket_options .*, but item 1 is str."),
    ("socket_options", [(1, 2)], ValueError, "socket_options must hold .*, but item 0 has 2 items."),
    ("socket_options", [(1, 2, 3, 4, 5)], ValueError, "socket_options .* has 5 items."),
    ("socket_options", [("a", 1, 2)], TypeError, "socket_options must name .* there is str."),
    ("retries", "x", TypeError, "retries must be a number, an int, not str."),
    ("retries", None, TypeError, "retries must be .*, not NoneType."),
    ("retries", -1, ValueError, "retries must be 0 or a positive number, and is -1."),
    ("limits", 5, TypeError, "limits must be a Limits, not int."),
    ("limits", None, TypeError, "limits must be a Limits, not NoneType."),
    ("proxy", 5, TypeError, "proxy must be a URL, a str or a Proxy, not int."),
    ("proxy", b"http://u:hunter2@p", TypeError, "proxy must be .*, not bytes.$"),
    ("proxy", {"http://": "http://p"}, TypeError, "proxy must be .*, not dict."),
    ("proxy", "p:80", ValueError, "scheme for proxy URL"),
    ("verify", 5, TypeError, "`verify` must be a bool, .*, not int."),
    ("verify", PurePosixPath("/ca"), TypeError, "`verify` must be .* a path as str, not PurePos"),
]  # fmt: skip


@pytest.mark.parametrize("transport", [HTTPTransport, AsyncHTTPTransport])
@pytest.mark.parametrize(("name", "value", "error", "words"), SETTINGS)
def test_a_setting_of_a_wrong_type_is_refused_when_the_transport_is_made(
    transport: Callable[..., object], name: str, value: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        transport(**{name: value})


@pytest.mark.parametrize("transport", [HTTPTransport, AsyncHTTPTransport])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("uds", "/run/server.sock"),
        ("uds", b"/run/server.sock"),
        ("uds", PurePosixPath("/run/server.sock")),
        ("local_address", "127.0.0.1"),
        ("socket_options", []),
        ("socket_options", iter([NO_DELAY])),
        ("socket_options", [list(NO_DELAY)]),
        ("socket_options", [(1, 2, None, 4)]),
        ("retries", True),
        ("trust_env", None),
        ("verify", None),
    ],
)
def test_what_0_28_takes_is_taken(transport: Callable[..., object], name: str, value: Any) -> None:
    assert transport(**{name: value}) is not None


@pytest.mark.filterwarnings("ignore:`cert=:DeprecationWarning")
@pytest.mark.parametrize("cert", [5, b"cert.pem", [1], (1, 2), ("a", "b", "c", "d")])
def test_a_cert_of_a_wrong_type_is_named(cert: Any) -> None:
    with pytest.raises(TypeError, match=r"`cert` must be the path of a PEM file, \(certificate"):
        create_ssl_context(cert=cert)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("auth", 5, "auth must be a .username, password. tuple of str, not int."),
        ("auth", (), "auth must be .*, not tuple."),
        ("auth", ("hunter2",), "auth must be .*, not tuple."),
        ("auth", {"hunter2": "b"}, "auth must be .*, not dict."),
        ("auth", ("hunter2", 5), "auth must be .*, but there is int in it."),
        ("auth", (b"hunter2", "b"), "auth must be .*, but there is bytes in it."),
        ("headers", 5, "headers must be a mapping or a sequence of pairs, not int."),
        ("ssl_context", 5, "ssl_context must be an ssl.SSLContext, not int."),
        ("ssl_context", True, "ssl_context must be an ssl.SSLContext, not bool."),
    ],
)
def test_what_is_nothing_for_a_proxy_is_refused_without_showing_it(
    name: str, value: Any, words: str
) -> None:
    with pytest.raises(TypeError, match=words) as caught:
        Proxy("http://proxy.test", **{name: value})
    assert "hunter2" not in str(caught.value)


def test_credentials_of_a_proxy_may_be_a_list_and_its_context_a_mock() -> None:
    proxy = Proxy("http://proxy.test", auth=["u", "p"], ssl_context=Mock())  # type: ignore[arg-type]  # as 0.28
    assert (b"u", b"p") == proxy.raw_auth


@pytest.mark.parametrize("value", ["x", b"x", [1]])
def test_a_limit_of_a_wrong_type_is_named(value: Any) -> None:
    with pytest.raises(TypeError, match="Limits: max_connections must be a number or None, not"):
        Limits(max_connections=value)


@pytest.mark.parametrize(
    ("transport", "words"),
    [
        (MockTransport, "handler must be callable, not int."),
        (ASGITransport, "app must be callable, not int."),
        (WSGITransport, "app must be callable, not int."),
    ],
)
def test_what_cannot_be_called_serves_no_request(
    transport: Callable[[Any], object], words: str
) -> None:
    with pytest.raises(TypeError, match=words):
        transport(5)

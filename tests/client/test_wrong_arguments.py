"""What is no setting of a client is refused when it is made, by an error that names the argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest

import httpx


def answer(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200)


class SyncDuck:
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return answer(request)


class AsyncDuck:
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return answer(request)


CLIENTS = [httpx.Client, httpx.AsyncClient]
METHODS = {httpx.Client: "handle_request", httpx.AsyncClient: "handle_async_request"}

SETTINGS: list[tuple[str, Any, type[Exception], str]] = [
    ("headers", 5, TypeError, "headers must be a mapping or a sequence of pairs, not int."),
    ("headers", "hunter2", ValueError, "headers must be .*, not str."),
    ("cookies", [1], TypeError, "cookies must be a list of .*, but item 0 is no pair: int."),
    ("params", 5, TypeError, "'params' must be a mapping, .* but got int"),
    ("auth", 5, TypeError, 'Invalid "auth" argument: .*, not int.'),
    ("auth", "hunter2", TypeError, 'Invalid "auth" argument: .*, not str.'),
    ("base_url", 5, TypeError, "base_url must be a str or a URL, not int."),
    ("base_url", None, TypeError, "base_url must be a str or a URL, not NoneType."),
    ("timeout", "x", TypeError, "timeout must be a number of seconds, .*, not str."),
    ("limits", 5, TypeError, "limits must be a Limits, not int."),
    ("proxy", 5, TypeError, "proxy must be a URL, a str or a Proxy, not int."),
    ("verify", 5, TypeError, "`verify` must be a bool, .*, not int."),
    ("default_encoding", 5, TypeError, "default_encoding must be .*, not int."),
    ("max_redirects", "x", TypeError, "max_redirects must be an int, not str."),
    ("max_redirects", None, TypeError, "max_redirects must be an int, not NoneType."),
    ("transport", 5, TypeError, "transport must be a transport with the method handle_.*, not int."),
    ("transport", httpx.HTTPTransport, TypeError, "not the class HTTPTransport: call it"),
    ("mounts", 5, TypeError, "mounts must be a mapping of URL patterns to transports, not int."),
    ("mounts", [("http://", None)], TypeError, "mounts must be .*, not list."),
    ("mounts", {5: None}, TypeError, "mounts must have URL patterns .*, not int."),
    ("mounts", {"http": None}, ValueError, 'Instead of "http", use "http://"'),
    ("mounts", {"http://": 5}, TypeError, r"mounts\['http://'\] must be a transport .*, not int."),
    ("event_hooks", 5, TypeError, "event_hooks must be a mapping .*, not int."),
    ("event_hooks", [print], TypeError, "event_hooks must be a mapping .*, not list."),
    ("event_hooks", {"request": 5}, TypeError, r"event_hooks\['request'\] must be a list .*, not int"),
    ("event_hooks", {"response": None}, TypeError, r"event_hooks\['response'\] .*, not NoneType."),
    ("event_hooks", {"request": print}, TypeError, r"event_hooks\['request'\] must be a list of"),
    ("event_hooks", {"response": [5]}, TypeError, r"event_hooks\['response'\] must hold .*, not int."),
]  # fmt: skip


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(("name", "value", "error", "words"), SETTINGS)
def test_a_setting_of_a_wrong_type_is_refused_when_the_client_is_made(
    client: Callable[..., object], name: str, value: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        client(**{name: value})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", ["base_url", "event_hooks"])
def test_a_setting_that_is_changed_later_is_checked_alike(
    client: Callable[..., object], name: str
) -> None:
    with pytest.raises(TypeError, match=f"{name} must be .*, not int"):
        setattr(client(), name, 5)


@pytest.mark.parametrize(
    ("client", "transport", "words"),
    [
        (httpx.Client, httpx.AsyncHTTPTransport(), "handle_async_request is for an AsyncClient"),
        (httpx.Client, httpx.ASGITransport(Mock()), "not ASGITransport; .* is for an AsyncClient"),
        (httpx.AsyncClient, httpx.HTTPTransport(), "handle_request is for a Client"),
        (httpx.AsyncClient, httpx.WSGITransport(Mock()), "not WSGITransport; .* is for a Client"),
    ],
)
def test_a_transport_for_the_other_client_is_told_at_once(
    client: Callable[..., object], transport: object, words: str
) -> None:
    with pytest.raises(TypeError, match=f"transport must be .*{words}"):
        client(transport=transport)
    with pytest.raises(TypeError, match=f"mounts.*{words}"):
        client(mounts={"all://": transport})


@pytest.mark.parametrize(
    ("client", "transport"),
    [
        (httpx.Client, SyncDuck()),
        (httpx.Client, Mock()),
        (httpx.Client, httpx.MockTransport(answer)),
        (httpx.AsyncClient, AsyncDuck()),
        (httpx.AsyncClient, Mock()),
        (httpx.AsyncClient, httpx.MockTransport(answer)),
    ],
)
def test_what_has_the_method_is_a_transport(client: Callable[..., Any], transport: object) -> None:
    made = client(transport=transport, mounts={"http://": transport, "https://": None})
    assert [transport, transport] == [made._transport, *filter(None, made._mounts.values())]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("event_hooks", {"request": (print,), "other": 5}),
        ("event_hooks", {"request": iter([print])}),
        ("event_hooks", {}),
        ("max_redirects", float("inf")),
        ("default_encoding", lambda body: "utf-8"),
        ("mounts", {}),
        ("trust_env", None),
    ],
)
def test_what_0_28_takes_is_taken(client: Callable[..., object], name: str, value: Any) -> None:
    assert client(**{name: value}) is not None


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("headers", 5, "headers must be a mapping or a sequence of pairs, not int."),
        ("cookies", [1], "cookies must be a list of .*, but item 0 is no pair: int."),
        ("params", 5, "'params' must be a mapping, .* but got int"),
        ("files", 5, "files must be a mapping or .*, not int."),
        ("content", 5, "Unexpected type for 'content'"),
        ("extensions", 5, "extensions must be a mapping of str to any, not int."),
        ("extensions", "abc", "extensions must be a mapping of str to any, not str."),
        ("extensions", [("a", 1)], "extensions must be a mapping of str to any, not list."),
        ("timeout", "x", "timeout must be a number of seconds, .*, not str."),
    ],
)
def test_an_argument_of_a_request_is_named(name: str, value: Any, words: str) -> None:
    client = httpx.Client()
    with pytest.raises(TypeError, match=words):
        client.build_request("POST", "http://example.org/", **{name: value})

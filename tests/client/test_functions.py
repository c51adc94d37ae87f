"""The functions of the package: a client of its own for each request."""

from __future__ import annotations

from typing import Any

import pytest

import httpx

VERBS = ["get", "options", "head", "post", "put", "patch", "delete"]


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_sends_one_request(server: Any, verb: str) -> None:
    response = getattr(httpx, verb)(
        server.url + "/echo", params={"a": "1"}, headers={"X-A": "b"}, auth=("user", "secret")
    )
    assert 200 == response.status_code
    received = server.last
    assert (verb.upper(), "/echo?a=1") == (received.method, received.target)
    assert ("b", "Basic dXNlcjpzZWNyZXQ=") == (
        received.header("x-a"),
        received.header("authorization"),
    )


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("kwargs", "body"),
    [
        ({"content": b"raw"}, b"raw"),
        ({"data": {"a": "1"}}, b"a=1"),
        ({"json": [1]}, b"[1]"),
    ],
)
def test_each_verb_takes_a_body(
    server: Any, verb: str, kwargs: dict[str, Any], body: bytes
) -> None:
    getattr(httpx, verb)(server.url + "/echo", **kwargs)
    assert body == server.last.body


def test_request_takes_any_method(server: Any) -> None:
    assert "QUERY" == httpx.request("QUERY", server.url + "/echo", content=b"q").json()["method"]


def test_stream_gives_the_response_before_its_body(server: Any, no_leaks: None) -> None:
    with httpx.stream("GET", server.url + "/chunked/3000000") as response:
        assert not response.is_closed
        first = next(response.iter_raw(10))
        assert b"0123456789" == first
    assert response.is_closed


def test_redirects_are_followed_when_asked(server: Any) -> None:
    url = server.url + "/redirect?to=/bytes/1"
    assert [302, 200] == [
        httpx.get(url).status_code,
        httpx.get(url, follow_redirects=True).status_code,
    ]


def test_cookies_and_timeouts_are_those_of_the_call(server: Any) -> None:
    assert {"a": "1"} == httpx.get(server.url + "/cookies", cookies={"a": "1"}).json()
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(server.url + "/hold", timeout=0.05)


def test_a_proxy_is_used_for_the_call(server: Any) -> None:
    from tests.support.proxy_server import ProxyServer

    with ProxyServer() as proxy:
        httpx.get(server.url + "/bytes/1", proxy=f"http://{proxy.host}:{proxy.port}")
        assert [f"GET {server.url}/bytes/1"] == proxy.seen


def test_tls_is_verified_unless_it_must_not(tls_server: Any, authority: Any) -> None:
    url = tls_server.url + "/bytes/1"
    with pytest.raises(httpx.ConnectError, match="certificate"):
        httpx.get(url)
    assert b"0" == httpx.get(url, verify=False).content
    assert b"0" == httpx.get(url, verify=authority.client_context()).content


def test_nothing_is_left_open(server: Any, no_leaks: None) -> None:
    httpx.get(server.url + "/bytes/3")
    with pytest.raises(httpx.UnsupportedProtocol, match="missing an 'http://' or 'https://'"):
        httpx.get("/relative")

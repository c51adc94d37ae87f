"""How a client's settings and a request's become one request."""

from __future__ import annotations

from typing import Any

import pytest

import httpx

HELLO = httpx.MockTransport(lambda request: httpx.Response(200))

# base_url, url, what comes of it: the outcomes of 0.28.1.
URLS = [
    ("", "http://a.test", "http://a.test"),
    ("http://a.test", "", "http://a.test/"),
    ("http://a.test", "/", "http://a.test/"),
    ("http://a.test", "users", "http://a.test/users"),
    ("http://a.test", "/users", "http://a.test/users"),
    ("http://a.test/v1", "/users", "http://a.test/v1/users"),
    ("http://a.test/v1/", "/users", "http://a.test/v1/users"),
    ("http://a.test/v1", "users/", "http://a.test/v1/users/"),
    ("http://a.test/v1", "", "http://a.test/v1/"),
    ("http://a.test/v1", "../users", "http://a.test/users"),
    ("http://a.test/v1", "?page=2", "http://a.test/v1/?page=2"),
    ("http://a.test/v1", "users?page=2", "http://a.test/v1/users?page=2"),
    ("http://a.test/v1", "https://b.test/x", "https://b.test/x"),
    ("http://u:p@a.test/v1", "x", "http://u:p@a.test/v1/x"),
    ("http://a.test:8080/v1", "x", "http://a.test:8080/v1/x"),
    ("http://a.test/caf%C3%A9", "x y", "http://a.test/caf%C3%A9/x%20y"),
]


@pytest.mark.parametrize(("base_url", "url", "expected"), URLS)
def test_the_url(base_url: str, url: str, expected: str) -> None:
    client = httpx.Client(base_url=base_url, transport=HELLO)
    assert expected == str(client.build_request("GET", url).url)
    assert expected == str(client.build_request("GET", httpx.URL(url)).url)


def test_the_base_url_ends_in_a_slash_and_can_be_changed() -> None:
    client = httpx.Client(base_url="http://a.test/v1", transport=HELLO)
    assert httpx.URL("http://a.test/v1/") == client.base_url
    client.base_url = "http://b.test"  # type: ignore[assignment]  # the setter takes text
    assert "http://b.test/x" == str(client.build_request("GET", "/x").url)


# of the client, of the request, the URL, what comes of it
PARAMS: list[tuple[Any, Any, str, str]] = [
    (None, None, "http://a.test/?u=1", "http://a.test/?u=1"),
    (None, {}, "http://a.test/?u=1", "http://a.test/"),
    (None, {"a": "1"}, "http://a.test/?u=1", "http://a.test/?a=1"),
    ({"c": "1"}, None, "http://a.test/", "http://a.test/?c=1"),
    ({"c": "1"}, None, "http://a.test/?u=1", "http://a.test/?c=1"),
    ({"c": "1"}, {"a": "2"}, "http://a.test/", "http://a.test/?c=1&a=2"),
    ({"c": "1"}, {"c": "2"}, "http://a.test/", "http://a.test/?c=2"),
    ({"c": "1"}, [("a", "1"), ("a", "2")], "http://a.test/", "http://a.test/?c=1&a=1&a=2"),
    ({"c": "1"}, {}, "http://a.test/?u=1", "http://a.test/?c=1"),
    (None, "x=1&y=2", "http://a.test/", "http://a.test/?x=1&y=2"),
    (None, b"x=1", "http://a.test/", "http://a.test/?x=1"),
    (None, httpx.QueryParams({"q": "a b"}), "http://a.test/", "http://a.test/?q=a+b"),
    (None, {"a": True, "b": None, "c": 1.5}, "http://a.test/", "http://a.test/?a=true&b=&c=1.5"),
]


@pytest.mark.parametrize(("of_client", "of_request", "url", "expected"), PARAMS)
def test_the_params(of_client: Any, of_request: Any, url: str, expected: str) -> None:
    client = httpx.Client(params=of_client, transport=HELLO)
    assert expected == str(client.build_request("GET", url, params=of_request).url)


def test_the_default_headers() -> None:
    request = httpx.Client(transport=HELLO).build_request("GET", "http://a.test/")
    names = [name for name, _ in request.headers.multi_items()]
    assert ["host", "accept", "accept-encoding", "connection", "user-agent"] == names
    assert f"python-httpx/{httpx.__version__}" == request.headers["user-agent"]
    assert "*/*" == request.headers["accept"]


# of the client, of the request, the name, its values then
HEADERS: list[tuple[Any, Any, str, list[str]]] = [
    ({"X-A": "1"}, None, "x-a", ["1"]),
    ({"X-A": "1"}, {"x-a": "2"}, "X-A", ["2"]),
    ({"X-A": "1"}, {"x-b": "2"}, "X-A", ["1"]),
    (None, {"User-Agent": "mine"}, "user-agent", ["mine"]),
    ({"user-agent": "mine"}, None, "User-Agent", ["mine"]),
    (None, [("X-A", "1"), ("X-A", "2")], "x-a", ["1", "2"]),
    ([("X-A", "1"), ("X-A", "2")], None, "x-a", ["1", "2"]),
    ([("X-A", "1"), ("X-A", "2")], {"X-A": "3"}, "x-a", ["3"]),
    (None, {b"X-A": b"1"}, "x-a", ["1"]),
    (None, httpx.Headers({"X-A": "1"}), "x-a", ["1"]),
    (None, {"Host": "other.test"}, "host", ["other.test"]),
]


@pytest.mark.parametrize(("of_client", "of_request", "name", "expected"), HEADERS)
def test_the_headers(of_client: Any, of_request: Any, name: str, expected: list[str]) -> None:
    client = httpx.Client(headers=of_client, transport=HELLO)
    request = client.build_request("GET", "http://a.test/", headers=of_request)
    assert expected == request.headers.get_list(name)


def test_the_request_has_headers_of_its_own() -> None:
    client = httpx.Client(transport=HELLO)
    client.build_request("GET", "http://a.test/").headers["X-A"] = "1"
    assert "x-a" not in client.headers


def test_settings_can_be_changed_later() -> None:
    client = httpx.Client(transport=HELLO)
    client.headers = {"X-A": "1"}  # type: ignore[assignment]  # the setters take what the constructor takes
    client.params = {"p": "1"}  # type: ignore[assignment]  # see above
    client.cookies = {"c": "1"}  # type: ignore[assignment]  # see above
    client.timeout = 3  # type: ignore[assignment]  # see above
    request = client.build_request("GET", "http://a.test/")
    assert ("1", "c=1") == (request.headers["x-a"], request.headers["cookie"])
    assert "http://a.test/?p=1" == str(request.url)
    assert {"connect": 3, "read": 3, "write": 3, "pool": 3} == request.extensions["timeout"]
    assert "user-agent" in client.headers


# of the client, of the call, the four limits then
TIMEOUTS: list[tuple[Any, dict[str, Any], list[Any]]] = [
    (httpx.Timeout(5.0), {}, [5, 5, 5, 5]),
    (httpx.Timeout(5.0), {"timeout": None}, [None] * 4),
    (httpx.Timeout(5.0), {"timeout": 1}, [1] * 4),
    (httpx.Timeout(5.0), {"timeout": httpx.Timeout(1, read=2)}, [1, 2, 1, 1]),
    ((1, 2, 3, 4), {}, [1, 2, 3, 4]),
    (None, {}, [None] * 4),
    (None, {"timeout": httpx.USE_CLIENT_DEFAULT}, [None] * 4),
]


@pytest.mark.parametrize(("of_client", "kwargs", "expected"), TIMEOUTS)
async def test_the_timeout(
    colour: Any, of_client: Any, kwargs: dict[str, Any], expected: list[Any]
) -> None:
    async with colour.client(timeout=of_client, transport=HELLO) as client:
        response = await client.get("http://a.test/", **kwargs)
    limits = response.request.extensions["timeout"]
    assert dict(zip(("connect", "read", "write", "pool"), expected, strict=True)) == limits


async def test_a_timeout_among_the_extensions_is_left_as_it_is(colour: Any) -> None:
    async with colour.client(transport=HELLO) as client:
        extensions = {"timeout": {"read": 9.0}, "own": 1}
        response = await client.get("http://a.test/", timeout=1, extensions=extensions)
    assert {"timeout": {"read": 9.0}, "own": 1} == response.request.extensions
    assert {"timeout": {"read": 9.0}, "own": 1} == extensions


async def test_a_request_made_without_a_client_gets_its_timeout(colour: Any) -> None:
    async with colour.client(transport=HELLO, timeout=7) as client:
        response = await client.send(httpx.Request("GET", "http://a.test/"))
    assert 7 == response.request.extensions["timeout"]["read"]
    assert "user-agent" not in response.request.headers


BODIES: list[tuple[dict[str, Any], bytes]] = [
    ({"content": b"raw"}, b"raw"),
    ({"data": {"a": "1"}}, b"a=1"),
    ({"json": {"a": 1}}, b'{"a":1}'),
]


@pytest.mark.parametrize(("kwargs", "expected"), BODIES)
@pytest.mark.parametrize("verb", ["get", "head", "options", "delete", "post", "put", "patch"])
async def test_every_verb_takes_a_body(
    colour: Any, verb: str, kwargs: dict[str, Any], expected: bytes
) -> None:
    async with colour.client(transport=HELLO) as client:
        response = await getattr(client, verb)("http://a.test/", **kwargs)
    assert (verb.upper(), expected) == (response.request.method, response.request.content)


async def test_every_verb_takes_files(colour: Any) -> None:
    async with colour.client(transport=HELLO) as client:
        for verb in ("get", "head", "options", "delete", "post", "put", "patch"):
            response = await getattr(client, verb)("http://a.test/", files={"f": b"abc"})
            assert b"abc" in response.request.content


async def test_the_default_encoding_is_handed_to_the_response(colour: Any) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=b"caf\xe9"))
    async with colour.client(transport=transport, default_encoding="latin-1") as client:
        assert "caf\xe9" == (await client.get("http://a.test/")).text
    async with colour.client(transport=transport, default_encoding=lambda body: "cp1252") as client:
        assert "caf\xe9" == (await client.get("http://a.test/")).text
    async with colour.client(transport=transport) as client:
        assert "caf\ufffd" == (await client.get("http://a.test/")).text

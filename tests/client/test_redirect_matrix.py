"""Redirects: what the next request is, for each method, status, origin and kind of body."""

from __future__ import annotations

import io
from typing import Any

import pytest

import httpx

HERE = "http://a.test/start"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY")
STATUSES = (301, 302, 303, 307, 308)
TARGETS = {"same": "/next", "other": "http://b.test/next"}
BODIES = ("none", "bytes", "json", "list", "file", "iterator")

CREDENTIALS = [("Authorization", "Token t"), ("AUTHORIZATION", "Token u")]


def expected_method(method: str, status: int) -> str:
    """RFC 9110 15.4, as browsers do it; RFC 10008 for QUERY."""
    if status == 303:
        return "HEAD" if method == "HEAD" else "GET"
    if status == 302:
        return method if method in ("HEAD", "QUERY") else "GET"
    if status == 301:
        return "GET" if method == "POST" else method
    return method


def body(colour: Any, kind: str) -> dict[str, Any]:
    kinds: dict[str, Any] = {
        "none": {},
        "bytes": {"content": b"abc"},
        "json": {"json": {"a": 1}},
        "list": {"content": Parts([b"a", b"bc"])},
        "file": {"content": io.BytesIO(b"abc")},
        "iterator": {"content": colour.body([b"a", b"bc"])},
    }
    return kinds[kind]


class Parts:
    """An iterable that can be had as often as need be, for either side."""

    def __init__(self, parts: list[bytes]) -> None:
        self.parts = parts

    def __iter__(self) -> Any:
        return iter(self.parts)


class AsyncParts(Parts):
    __iter__ = None  # type: ignore[assignment]  # it is for the async side alone

    async def __aiter__(self) -> Any:
        for part in self.parts:
            yield part


SENT = {"none": b"", "bytes": b"abc", "json": b'{"a":1}', "list": b"abc", "file": b"abc"}


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("method", METHODS)
async def test_the_next_request(
    colour: Any, method: str, status: int, target: str, kind: str
) -> None:
    seen: list[tuple[httpx.Request, bytes]] = []

    class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
        """Reads the body and leaves the request's stream as it is then, as the network does."""

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            return self.answer(request, b"".join(request.stream))  # type: ignore[arg-type]  # sync here

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            stream: Any = request.stream
            return self.answer(request, b"".join([part async for part in stream]))

        def answer(self, request: httpx.Request, content: bytes) -> httpx.Response:
            seen.append((request, content))
            if request.url.path == "/start":
                return httpx.Response(status, headers={"Location": TARGETS[target]})
            return httpx.Response(200)

    kwargs = body(colour, kind)
    if kind == "list" and colour.is_async:
        kwargs = {"content": AsyncParts([b"a", b"bc"])}
    expected = expected_method(method, status)
    keeps_body = status != 303 and expected == method
    headers = [*CREDENTIALS, ("Content-Language", "en"), ("X-Kept", "1")]
    async with colour.client(transport=Transport(), follow_redirects=True) as client:
        call = client.request(method, HERE, headers=headers, **kwargs)
        if keeps_body and kind == "iterator":
            with pytest.raises(httpx.StreamConsumed):
                await call
            assert 1 == len(seen)
            return
        response = await call
    request, content = seen[1]
    assert (expected, "/next") == (request.method, request.url.path)
    assert ([302] if status == 302 else [status]) == [r.status_code for r in response.history]
    assert (SENT[kind] if keeps_body else b"") == content
    assert (["Token t", "Token u"] if target == "same" else []) == request.headers.get_list(
        "authorization"
    )
    assert ("a.test" if target == "same" else "b.test") == request.headers["host"]
    assert "1" == request.headers["x-kept"]
    content_headers = {"content-type", "content-length", "transfer-encoding", "content-language"}
    if keeps_body:
        first = seen[0][0].headers
        names = content_headers & set(first)
        assert {name: first[name] for name in names} == {
            name: request.headers[name] for name in names
        }
    else:
        assert not content_headers & set(request.headers)


LOCATIONS = [
    ("/y", "http://a.test/y#frag"),
    ("y", "http://a.test/dir/y#frag"),
    ("?q=1", "http://a.test/dir/f?q=1#frag"),
    ("#f", "http://a.test/dir/f?x=1#f"),
    ("", "http://a.test/dir/f?x=1#frag"),
    ("//b.test/z", "http://b.test/z#frag"),
    ("http://b.test", "http://b.test#frag"),
    ("http://b.test/#own", "http://b.test/#own"),
    ("https:///p", "https://a.test/p#frag"),
    ("http:/y", "http://a.test/y#frag"),
    ("y z", "http://a.test/dir/y%20z#frag"),
    ("/\xe9", "http://a.test/%C3%A9#frag"),
]


@pytest.mark.parametrize(("location", "expected"), LOCATIONS)
async def test_the_location_is_resolved(colour: Any, location: str, expected: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        headers = [(b"Location", location.encode())]
        return httpx.Response(302, headers=headers)

    async with colour.client(transport=httpx.MockTransport(answer)) as client:
        response = await client.get("http://a.test/dir/f?x=1#frag")
    assert response.next_request is not None
    assert expected == str(response.next_request.url)


@pytest.mark.parametrize("location", ["http://[::1", "mailto:x", "http://a b/", "http://x:99999/"])
async def test_a_malformed_location_is_an_error_when_it_is_followed(
    colour: Any, location: str
) -> None:
    transport = httpx.MockTransport(
        lambda request: httpx.Response(302, headers={"Location": location})
    )
    async with colour.client(transport=transport) as client:
        with pytest.raises(httpx.RemoteProtocolError, match="location header") as caught:
            await client.get(HERE, follow_redirects=True)
        assert HERE == str(caught.value.request.url)
        response = await client.get(HERE)
        assert (302, None) == (response.status_code, response.next_request)


async def test_another_scheme_is_an_unsupported_protocol(colour: Any, server: Any) -> None:
    async with colour.client(follow_redirects=True) as client:
        with pytest.raises(httpx.UnsupportedProtocol, match="ftp://"):
            await client.get(server.url + "/redirect", params={"to": "ftp://a.test/"})


@pytest.mark.parametrize("status", [300, 304, 305, 399])
async def test_other_statuses_are_not_followed(colour: Any, status: int) -> None:
    transport = httpx.MockTransport(
        lambda request: httpx.Response(status, headers={"Location": "/next"})
    )
    async with colour.client(transport=transport, follow_redirects=True) as client:
        response = await client.get(HERE)
    assert (status, [], None) == (response.status_code, response.history, response.next_request)

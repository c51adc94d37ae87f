"""Following redirects: history, limits, bodies on the way, and what goes to another origin."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from tests.support.messages import ReceivedRequest, Reply

import httpx


def chain(request: httpx.Request) -> httpx.Response:
    """/n leads to /n-1, and /0 answers."""
    number = int(request.url.path[1:])
    if number:
        headers = {"Location": f"/{number - 1}"}
        return httpx.Response(302, headers=headers, text=f"left {number}")
    return httpx.Response(200, text="arrived")


async def test_the_history_holds_what_came_before_each_response(colour: Any) -> None:
    async with colour.client(transport=httpx.MockTransport(chain)) as client:
        response = await client.get("http://a.test/3", follow_redirects=True)
    assert ("arrived", "http://a.test/0") == (response.text, str(response.url))
    assert ["left 3", "left 2", "left 1"] == [r.text for r in response.history]
    assert [0, 1, 2] == [len(r.history) for r in response.history]


async def test_redirects_are_not_followed_unless_asked(colour: Any) -> None:
    async with colour.client(transport=httpx.MockTransport(chain)) as client:
        response = await client.get("http://a.test/2")
        assert (302, []) == (response.status_code, response.history)
        steps = [response]
        while steps[-1].next_request is not None:
            steps.append(await client.send(steps[-1].next_request))
    assert [302, 302, 200] == [r.status_code for r in steps]


@pytest.mark.parametrize(
    ("default", "given", "expected"),
    [(True, None, 200), (True, False, 302), (False, True, 200), (False, None, 302)],
)
async def test_the_request_decides_before_the_client(
    colour: Any, default: bool, given: bool | None, expected: int
) -> None:
    transport = httpx.MockTransport(chain)
    kwargs = {} if given is None else {"follow_redirects": given}
    async with colour.client(transport=transport, follow_redirects=default) as client:
        assert expected == (await client.get("http://a.test/1", **kwargs)).status_code


async def test_so_many_redirects_are_followed_and_no_more(colour: Any) -> None:
    transport = httpx.MockTransport(chain)
    async with colour.client(transport=transport, follow_redirects=True, max_redirects=3) as client:
        assert 3 == len((await client.get("http://a.test/3")).history)
        with pytest.raises(httpx.TooManyRedirects, match="max_redirects") as caught:
            await client.get("http://a.test/4")
    assert "http://a.test/0" == str(caught.value.request.url)


async def test_twenty_is_the_default(colour: Any) -> None:
    async with colour.client(transport=httpx.MockTransport(chain), follow_redirects=True) as client:
        assert 20 == client.max_redirects == len((await client.get("http://a.test/20")).history)
        with pytest.raises(httpx.TooManyRedirects):
            await client.get("http://a.test/21")


# Credentials. RFC 6454 says what an origin is.

ORIGINS = [
    ("http://a.test/", "http://a.test/x", {"authorization", "proxy-authorization"}),
    ("http://a.test/", "http://a.test:80/x", {"authorization", "proxy-authorization"}),
    ("https://a.test/", "https://A.TEST:443/x", {"authorization", "proxy-authorization"}),
    ("http://a.test/", "https://a.test/x", {"authorization"}),
    ("http://a.test:80/", "https://a.test:443/x", {"authorization"}),
    ("http://a.test:8080/", "https://a.test/x", set()),
    ("http://a.test/", "https://a.test:8443/x", set()),
    ("https://a.test/", "http://a.test/x", set()),
    ("http://a.test/", "http://a.test:81/x", set()),
    ("http://a.test/", "http://b.test/x", set()),
    ("http://a.test/", "https://b.test/x", set()),
    ("http://a.test/", "http://sub.a.test/x", set()),
    ("http://sub.a.test/", "http://a.test/x", set()),
    ("http://a.test/", "http://a.test@b.test/x", set()),
    ("http://127.0.0.1/", "http://localhost/x", set()),
    ("http://[::1]/", "http://[::1]:80/x", {"authorization", "proxy-authorization"}),
]


@pytest.mark.parametrize(("start", "location", "kept"), ORIGINS)
async def test_credentials_stay_with_their_origin(
    colour: Any, start: str, location: str, kept: set[str]
) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if len(seen) == 1:
            return httpx.Response(307, headers={"Location": location})
        return httpx.Response(200)

    headers = [
        (name, value)
        for name in ("Authorization", "Proxy-Authorization", "Cookie")
        for value in ("secret1", "secret2")
        for name in (name, name.upper())
    ]
    async with colour.client(
        transport=httpx.MockTransport(answer), follow_redirects=True
    ) as client:
        await client.get(start, headers=headers)
    secrets = {name for name, value in seen[1].headers.multi_items() if "secret" in value}
    assert kept == secrets


async def test_credentials_that_were_dropped_do_not_come_back(colour: Any) -> None:
    seen: list[str | None] = []
    hops = ["http://b.test/", "http://b.test/2", "http://a.test/3"]

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization"))
        if len(seen) <= len(hops):
            return httpx.Response(302, headers={"Location": hops[len(seen) - 1]})
        return httpx.Response(200)

    async with colour.client(
        transport=httpx.MockTransport(answer), follow_redirects=True
    ) as client:
        await client.get("http://a.test/", headers={"Authorization": "secret"})
    assert ["secret", None, None, None] == seen


# Bodies of responses on the way

LIMIT = 64 * 1024


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """Counts what was taken from it."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.taken = 0
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        while self.left:
            part = b"x" * min(1024, self.left)
            self.left -= len(part)
            self.taken += len(part)
            yield part

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part

    def close(self) -> None:
        self.is_closed = True

    async def aclose(self) -> None:
        self.is_closed = True


def once(body: Body, status: int = 302) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/":
            return httpx.Response(status, headers={"Location": "/next"}, stream=body)
        return httpx.Response(200, text="arrived")

    return httpx.MockTransport(answer)


@pytest.mark.parametrize("size", [0, 1, LIMIT])
async def test_a_short_body_on_the_way_is_read_to_its_end(colour: Any, size: int) -> None:
    body = Body(size)
    async with colour.client(transport=once(body), follow_redirects=True) as client:
        response = await client.get("http://a.test/")
    assert (0, True) == (body.left, body.is_closed)
    assert size == len(response.history[0].content)


async def test_a_long_body_on_the_way_is_given_up(colour: Any) -> None:
    body = Body(10_000_000)
    async with colour.client(transport=once(body), follow_redirects=True) as client:
        response = await client.get("http://a.test/")
        assert "arrived" == response.text
    assert body.is_closed
    assert body.taken <= LIMIT + 1024
    with pytest.raises(httpx.ResponseNotRead):
        _ = response.history[0].content


@pytest.mark.parametrize(("size", "connections"), [(1000, 1), (1_000_000, 2)])
async def test_a_long_body_on_the_way_costs_its_connection(
    colour: Any, server: Any, size: int, connections: int
) -> None:
    server.add("/big", lambda request: Reply(302, b"x" * size, [("Location", "/bytes/1")]))
    async with colour.client(follow_redirects=True) as client:
        assert b"0" == (await client.get(server.url + "/big")).content
        (figures,) = client.stats().values()
    assert connections == figures.opened


async def test_a_body_on_the_way_is_not_decoded_before_it_is_asked_for(
    colour: Any, server: Any
) -> None:
    import gzip

    def answer(request: ReceivedRequest) -> Reply:
        headers = [("Location", "/bytes/1"), ("Content-Encoding", "gzip")]
        body = b"no gzip at all" if request.query else gzip.compress(b"moved")
        return Reply(302, body, headers)

    url = server.add("/zipped", answer)
    async with colour.client(follow_redirects=True) as client:
        assert "moved" == (await client.get(url)).history[0].text
        response = await client.get(url + "?broken=1")
    assert b"0" == response.content
    with pytest.raises(httpx.DecodingError):
        _ = response.history[0].text


async def test_a_streamed_response_is_the_last_one(colour: Any, server: Any) -> None:
    url = httpx.URL(server.url + "/redirect", params={"to": "/chunked/5000"})
    async with (
        colour.client() as client,
        client.stream("GET", url, follow_redirects=True) as response,
    ):
        assert not response.is_closed
        parts = [part async for part in colour.iter_bytes(response)]
    assert 5000 == sum(map(len, parts))
    assert [302] == [r.status_code for r in response.history]


async def test_a_request_body_is_still_known_after_a_redirect(colour: Any, server: Any) -> None:
    url = httpx.URL(server.url + "/redirect", params={"to": "/echo", "status": "307"})
    async with colour.client(follow_redirects=True) as client:
        response = await client.post(url, json={"a": 1})
    assert b'{"a":1}' == response.request.content == response.json()["body"].encode()


@pytest.mark.parametrize("location", ["//:8080", "//:8080/path"])
def test_a_location_without_a_host_is_the_servers_fault(location: str) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(302, headers={"Location": location})

    with (
        httpx.Client(transport=httpx.MockTransport(answer), follow_redirects=True) as client,
        pytest.raises(httpx.RemoteProtocolError, match="it has no host"),
    ):
        client.get("http://example.org/")
    assert ["http://example.org/"] == [str(request.url) for request in asked]


def test_a_request_without_a_host_may_be_redirected_within_its_own_transport() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/start":
            return httpx.Response(302, headers={"Location": "/next"})
        return httpx.Response(200, text=str(request.url))

    with httpx.Client(transport=httpx.MockTransport(answer), follow_redirects=True) as client:
        assert "/next" == client.get("/start").text


def test_a_stream_of_ones_own_that_says_nothing_of_itself_is_sent_again() -> None:
    class Stream(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"a", b"bc"])

    def answer(request: httpx.Request) -> httpx.Response:
        content = request.read()
        if request.url.path == "/start":
            return httpx.Response(307, headers={"Location": "/next"})
        return httpx.Response(200, content=content)

    request = httpx.Request("POST", "http://example.org/start", stream=Stream())
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        assert b"abc" == client.send(request, follow_redirects=True).content

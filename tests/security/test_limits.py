"""The limits that a user can set, each against a real server: what is within passes, what is beyond is named.

docs/security.md lists them with their defaults.
"""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.http2_server import HTTP2Server, Peer
from tests.support.http_server import HTTPServer
from tests.support.messages import ReceivedRequest, Reply

import httpx

# -- the decoded size of a body ------------------------------------------------------------------


def sized(request: ReceivedRequest) -> Reply:
    """`/sized?size=N&coding=C&how=H`: N decoded bytes."""
    query = request.query
    body = b"x" * int(query["size"])
    headers = []
    if query["coding"] == "gzip":
        body = gzip.compress(body)
        headers.append(("Content-Encoding", "gzip"))
    how = query["how"]
    if how == "length":
        return Reply(200, body, headers)
    parts = [body[start : start + 1000] for start in range(0, len(body), 1000)]
    return Reply(200, parts, headers, chunked=how == "chunked")


@pytest.mark.parametrize("how", ["length", "chunked", "until-close"])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize("size", [1000, 100_000])
async def test_max_response_size_counts_decoded_bytes(
    colour: Colour, server: HTTPServer, size: int, coding: str, how: str
) -> None:
    url = server.add("/sized", sized) + f"?coding={coding}&how={how}&size="
    async with colour.client(max_response_size=size) as client:
        assert size == len((await client.get(f"{url}{size}")).content)
        with pytest.raises(httpx.DecodingError, match=f"max_response_size, {size} bytes") as caught:
            await client.get(f"{url}{size + 1}")
        assert f"{url}{size + 1}" == str(caught.value.request.url)
        # What went over the limit gave its connection back.
        assert size == len((await client.get(f"{url}{size}")).content)
        assert [0] == [figures.active for figures in client.stats().values()]


@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_max_response_size_holds_for_a_streamed_body(
    colour: Colour, server: HTTPServer, coding: str
) -> None:
    url = server.add("/sized", sized) + f"?coding={coding}&how=chunked&size=1000000"
    seen = 0
    async with (
        colour.client(max_response_size=150_000) as client,
        client.stream("GET", url) as response,
    ):
        with pytest.raises(httpx.DecodingError, match="max_response_size"):
            async for part in colour.iter_bytes(response):
                seen += len(part)
        assert response.is_closed
    assert 0 < seen <= 150_000


async def test_max_response_size_is_none_by_default_and_can_be_changed(
    colour: Colour, server: HTTPServer
) -> None:
    async with colour.client() as client:
        assert None is client.max_response_size
        assert 300_000 == len((await client.get(server.url + "/bytes/300000")).content)
        client.inner.max_response_size = 10
        with pytest.raises(httpx.DecodingError):
            await client.get(server.url + "/bytes/11")
        client.inner.max_response_size = None
        assert 11 == len((await client.get(server.url + "/bytes/11")).content)


async def test_max_response_size_of_one_request_wins_over_the_clients(
    colour: Colour, server: HTTPServer
) -> None:
    async with colour.client(max_response_size=100) as client:
        more = {"max_response_size": 1000}
        assert 500 == len((await client.get(server.url + "/bytes/500", extensions=more)).content)
        none = {"max_response_size": None}
        assert 5000 == len((await client.get(server.url + "/bytes/5000", extensions=none)).content)
        less = {"max_response_size": 10}
        with pytest.raises(httpx.DecodingError, match="10 bytes"):
            await client.get(server.url + "/bytes/11", extensions=less)


async def test_max_response_size_of_one_request_holds_after_redirects_and_challenges(
    colour: Colour, server: HTTPServer
) -> None:
    class Fresh(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Any:
            yield request
            yield httpx.Request("GET", server.url + "/redirect?to=/bytes/11")

    async with colour.client(auth=Fresh(), follow_redirects=True) as client:
        with pytest.raises(httpx.DecodingError, match="10 bytes"):
            await client.get(server.url + "/bytes/5", extensions={"max_response_size": 10})


async def test_max_response_size_holds_for_a_mock_too(colour: Colour) -> None:
    mock = httpx.MockTransport(lambda request: httpx.Response(200, content=b"12345"))
    async with colour.client(transport=mock, max_response_size=4) as client:
        with pytest.raises(httpx.DecodingError, match="max_response_size, 4 bytes"):
            await client.get("http://a.test/")
        client.inner.max_response_size = 5
        assert b"12345" == (await client.get("http://a.test/")).content


async def test_max_response_size_holds_on_http2(colour: Colour) -> None:
    with HTTP2Server() as server:
        async with colour.client(http1=False, http2=True, max_response_size=1000) as client:
            assert 1000 == len((await client.get(server.url + "/bytes/1000")).content)
            with pytest.raises(httpx.DecodingError, match="1000 bytes"):
                await client.get(server.url + "/bytes/1001")
            assert 1 == len((await client.get(server.url + "/bytes/1")).content)
        assert 1 == server.accepted


# -- content codings -----------------------------------------------------------------------------


@pytest.mark.parametrize(("allowed", "number"), [(None, 5), (0, 0), (1, 1), (7, 7)])
async def test_max_content_codings_counts_them(
    colour: Colour, server: HTTPServer, allowed: int | None, number: int
) -> None:
    def zipped(request: ReceivedRequest) -> Reply:
        body, times = b"hello", int(request.query["times"])
        for _ in range(times):
            body = gzip.compress(body)
        return Reply(200, body, [("Content-Encoding", ", ".join(["gzip"] * times))])

    url = server.add("/zipped", zipped) + "?times="
    settings = {} if allowed is None else {"max_content_codings": allowed}
    async with colour.client(**settings) as client:
        assert b"hello" == (await client.get(f"{url}{number}")).content
        with pytest.raises(httpx.DecodingError, match=f"{number + 1} content codings.*{number}"):
            await client.get(f"{url}{number + 1}")


# -- what is drained -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "size", "connections"),
    [
        ({}, 64 * 1024, 1),
        ({}, 1_000_000, 2),
        ({"max_drained_size": 10}, 10, 1),
        ({"max_drained_size": 10}, 100_000, 2),
        ({"max_drained_size": 1_000_000}, 1_000_000, 1),
    ],
)
async def test_max_drained_size_is_what_a_redirect_may_have_and_keep_its_connection(
    colour: Colour, server: HTTPServer, settings: dict[str, int], size: int, connections: int
) -> None:
    server.add("/moved", lambda request: Reply(302, b"x" * size, [("Location", "/bytes/1")]))
    async with colour.client(follow_redirects=True, **settings) as client:
        assert b"0" == (await client.get(server.url + "/moved")).content
        assert [connections] == [figures.opened for figures in client.stats().values()]


# -- header blocks and interim responses ---------------------------------------------------------


def fields(number: int, size: int = 1) -> list[tuple[str, str]]:
    return [(f"x-{index}", "v" * size) for index in range(number)]


def answering(colour: Colour, protocol: str, headers: list[tuple[str, str]], interim: int) -> Any:
    """A server that answers with these headers, after so many 103, and the client's settings for it."""
    if protocol == "HTTP/2":

        def script(peer: Peer, number: int) -> None:
            while True:
                stream_id, _ = peer.next_request()
                for _ in range(interim):
                    peer.headers(stream_id, 103, [("link", "</x>")])
                peer.headers(stream_id, 200, headers, end=True)

        return HTTP2Server(_until_gone(script)), {"http1": False, "http2": True}
    server = HTTPServer()
    hints = [(103, [("Link", "</x>")])] * interim
    server.add("/", lambda request: Reply(200, b"", headers, interim=hints))
    return server, {}


def _until_gone(script: Any) -> Any:
    def run(peer: Peer, number: int) -> None:
        try:
            script(peer, number)
        except (AssertionError, OSError):
            pass  # the client has closed

    return run


BOUNDS = [
    # limit, within it, beyond it: (headers, interim responses)
    ({}, (fields(900), 0), (fields(1100), 0)),
    ({}, (fields(90, 900), 0), (fields(90, 2000), 0)),
    ({}, ([], 100), ([], 101)),
    ({"max_header_fields": 10}, (fields(8), 0), (fields(20), 0)),
    ({"max_header_fields": 5000}, (fields(2000), 0), (fields(6000), 0)),
    ({"max_header_size": 1000}, (fields(1, 500), 0), (fields(1, 1500), 0)),
    ({"max_header_size": 200_000}, (fields(30, 5000), 0), (fields(60, 5000), 0)),
    ({"max_interim_responses": 2}, ([], 2), ([], 3)),
    ({"max_interim_responses": 0}, ([], 0), ([], 1)),
]


@pytest.mark.parametrize("protocol", ["HTTP/1.1", "HTTP/2"])
@pytest.mark.parametrize(
    ("limits", "within", "beyond"), BOUNDS, ids=lambda value: str(value)[:40] or None
)
async def test_the_limits_of_the_wire_hold_on_both_protocols(
    colour: Colour, limits: dict[str, int], within: Any, beyond: Any, protocol: str
) -> None:
    for (headers, interim), is_within in ((within, True), (beyond, False)):
        server, settings = answering(colour, protocol, headers, interim)
        with server:
            async with colour.client(
                limits=httpx.Limits(**limits), timeout=30, **settings
            ) as client:
                if is_within:
                    response = await client.get(server.url + "/")
                    named = [name for name, _ in response.headers.items() if name[:2] == "x-"]
                    assert len(headers) == len(named)
                else:
                    with pytest.raises(httpx.RemoteProtocolError):
                        await client.get(server.url + "/")


# -- cookies -------------------------------------------------------------------------------------


async def test_a_jar_keeps_to_its_limits_as_the_clients_does(colour: Colour) -> None:
    sets = [("Set-Cookie", f"c{number}=v") for number in range(9)]
    sets.append(("Set-Cookie", "big=" + "x" * 50))
    mock = httpx.MockTransport(lambda request: httpx.Response(200, headers=sets))
    cookies = httpx.Cookies(max_cookies=6, max_cookies_per_domain=4, max_cookie_size=40)
    async with colour.client(transport=mock, cookies=cookies) as client:
        await client.get("http://a.test/")
        # The newest are kept.
        assert ["c5", "c6", "c7", "c8"] == list(client.cookies)
        await client.get("http://b.test/")
        assert 6 == len(client.cookies)
    assert 0 == len(cookies), "A client's jar is its own."


async def test_a_jar_takes_at_least_what_rfc_6265_asks_for(colour: Colour) -> None:
    """Section 6.1: 4096 bytes a cookie, 50 a domain, 3000 in all."""

    def answer(request: httpx.Request) -> httpx.Response:
        sets = [("Set-Cookie", f"c{number}={'x' * 4000}") for number in range(50)]
        return httpx.Response(200, headers=sets)

    async with colour.client(transport=httpx.MockTransport(answer)) as client:
        for host in range(60):
            await client.get(f"http://host{host}.test/")
        assert 3000 == len(client.cookies)
        await client.get("http://one-more.test/")
        assert 3000 == len(client.cookies)


def test_what_a_user_sets_is_always_taken() -> None:
    cookies = httpx.Cookies(max_cookies=1, max_cookies_per_domain=1, max_cookie_size=1)
    for number in range(5):
        cookies.set(f"c{number}", "value", domain="a.test")
    assert 5 == len(cookies)


# -- what cannot be meant ------------------------------------------------------------------------


@pytest.mark.parametrize("make", [httpx.Client, httpx.AsyncClient])
@pytest.mark.parametrize("name", ["max_response_size", "max_content_codings", "max_drained_size"])
@pytest.mark.parametrize(("value", "error"), [(-1, ValueError), ("1", TypeError), (1.5, TypeError)])
def test_a_client_refuses_a_bound_that_cannot_be_meant(
    make: Any, name: str, value: Any, error: type[Exception]
) -> None:
    with pytest.raises(error, match=name):
        make(**{name: value})


@pytest.mark.parametrize("name", ["max_cookies", "max_cookies_per_domain", "max_cookie_size"])
@pytest.mark.parametrize(("value", "error"), [(-1, ValueError), ("1", TypeError)])
def test_a_jar_refuses_a_bound_that_cannot_be_meant(
    name: str, value: Any, error: type[Exception]
) -> None:
    with pytest.raises(error, match=name):
        httpx.Cookies(**{name: value})


# -- multipart -----------------------------------------------------------------------------------


def test_the_head_of_a_part_is_bounded() -> None:
    """It is the caller's own, or of a user of theirs: what no server would read is refused at once."""
    for files in (
        {"file": ("n" * 70_000, b"")},
        {"f" * 70_000: b""},
        {"file": ("name", b"", "text/plain", {"x-note": "v" * 70_000})},
    ):
        with pytest.raises(ValueError, match="65536 bytes"):
            httpx.Request("POST", "http://a.test/", files=files)
    with pytest.raises(ValueError, match="65536 bytes"):
        httpx.Request("POST", "http://a.test/", files={"a": b""}, data={"f" * 70_000: "1"})
    httpx.Request("POST", "http://a.test/", files={"file": ("n" * 60_000, b"")})

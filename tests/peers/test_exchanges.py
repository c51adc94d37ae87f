"""One exchange after another, at every origin and in every way that it offers."""

from __future__ import annotations

import hashlib

import pytest
from tests.peers.contract import pattern
from tests.peers.exchanging import WAYS, Place, at, digest, parts
from tests.support.colours import Colour

import httpx

LARGE = 8_000_000


@at(*WAYS, "ipv6", without="keep-alive")
async def test_a_connection_is_used_again(colour: Colour, place: Place) -> None:
    async with place.client(colour) as client:
        for _ in range(5):
            response = await client.get(f"{place.url}/bytes/10")
            assert (200, pattern(10)) == (response.status_code, response.content)
        assert ("HTTP/2" if place.is_http2 else "HTTP/1.1") == response.http_version
        assert (1, 4) == place.opened(client)


@at(*WAYS, without="reuse")
async def test_answers_without_a_body_leave_the_connection_usable(
    colour: Colour, place: Place
) -> None:
    async with place.client(colour) as client:
        head = await client.head(f"{place.url}/bytes/1000")
        assert (200, b"") == (head.status_code, head.content)
        for status in (204, 304):
            response = await client.get(f"{place.url}/status/{status}")
            assert (status, b"") == (response.status_code, response.content)
        assert pattern(10) == (await client.get(f"{place.url}/bytes/10")).content
        assert (1, 3) == place.opened(client)


@at(*WAYS)
@pytest.mark.parametrize("route", ["bytes", "chunked", "gzip"])
async def test_a_large_body_arrives_whole(colour: Colour, place: Place, route: str) -> None:
    received = hashlib.sha256()
    async with place.client(colour) as client:
        async with client.stream("GET", f"{place.url}/{route}/{LARGE}") as response:
            async for data in colour.iter_bytes(response):
                received.update(data)
        assert digest(LARGE) == received.hexdigest()
        await client.get(f"{place.url}/bytes/1")
        if not place.lacks("reuse"):
            assert (1, 1) == place.opened(client)


@at(*WAYS)
@pytest.mark.parametrize("size", [0, 1, 100_000, LARGE])
async def test_a_body_of_known_length_is_uploaded(colour: Colour, place: Place, size: int) -> None:
    async with place.client(colour) as client:
        response = await client.post(f"{place.url}/upload", content=pattern(size))
        assert {"length": size, "sha256": digest(size)} == response.json()


@at(*WAYS)
@pytest.mark.parametrize("size", [0, 1, 100_000, LARGE])
async def test_a_body_of_unknown_length_is_uploaded(
    colour: Colour, place: Place, size: int
) -> None:
    async with place.client(colour) as client:
        response = await client.post(f"{place.url}/upload", content=colour.body(parts(size)))
        if place.is_http2 and place.lacks("unknown-length-h2"):
            assert 411 == response.status_code
        else:
            assert {"length": size, "sha256": digest(size)} == response.json()


@at("http", "https", without="echo")
async def test_a_body_that_comes_back_while_it_is_sent_is_read(
    colour: Colour, place: Place
) -> None:
    async with place.client(colour) as client:
        response = await client.post(f"{place.url}/echo", content=colour.body(parts(100_000)))
        assert pattern(100_000) == response.content


@at("h2", "h2c", without="duplex")
async def test_on_http2_a_body_of_any_size_is_read_while_it_is_sent(
    colour: Colour, place: Place
) -> None:
    async with place.client(colour) as client:
        response = await client.post(f"{place.url}/echo", content=pattern(LARGE))
        assert digest(LARGE) == hashlib.sha256(response.content).hexdigest()


@at(*WAYS, without="keep-alive")
async def test_many_requests_at_once_each_get_their_own_answer(
    colour: Colour, place: Place
) -> None:
    async with place.client(colour, limits=httpx.Limits(max_connections=10)) as client:

        async def get(size: int) -> None:
            response = await client.get(f"{place.url}/bytes/{size}")
            assert pattern(size) == response.content

        await colour.concurrently(*(lambda size=n: get(size) for n in range(100)))
        figures = next(iter(client.stats().values()))
        assert 100 == figures.opened + figures.reused - figures.retried
        assert 10 >= figures.opened


@at(*WAYS)
async def test_a_slow_answer_ends_in_a_read_timeout(colour: Colour, place: Place) -> None:
    limits = httpx.Timeout(20.0, read=0.2)
    async with place.client(colour, timeout=limits) as client:
        with pytest.raises(httpx.ReadTimeout, match=r"0\.2 seconds"):
            await client.get(f"{place.url}/slow/1")
        response = await client.get(f"{place.url}/bytes/10", timeout=20.0)
        assert pattern(10) == response.content


@at(*WAYS)
async def test_a_body_that_is_not_read_harms_no_later_request(colour: Colour, place: Place) -> None:
    async with place.client(colour) as client:
        for _ in range(3):
            async with client.stream("GET", f"{place.url}/bytes/{LARGE}") as response:
                assert 200 == response.status_code
            again = await client.get(f"{place.url}/bytes/10")
            assert pattern(10) == again.content


@at(*WAYS)
async def test_a_response_header_that_is_large_is_read(colour: Colour, place: Place) -> None:
    async with place.client(colour) as client:
        response = await client.get(f"{place.url}/header/3000")
        assert "x" * 3000 == response.headers["x-large"]


@at(*WAYS)
async def test_100_continue_is_waited_for(colour: Colour, place: Place) -> None:
    async with place.client(colour) as client:
        for _ in range(2):
            response = await client.post(
                f"{place.url}/upload",
                content=pattern(200_000),
                headers={"Expect": "100-continue"},
            )
            assert {"length": 200_000, "sha256": digest(200_000)} == response.json()

"""Servers that refuse: a body that is too large, before it was read; a head that is too large."""

from __future__ import annotations

from tests.peers.contract import pattern
from tests.peers.exchanging import WAYS, Place, at, outcome, parts
from tests.support.colours import Colour

import httpx

LARGE = 20_000_000


@at("small")
async def test_the_413_to_an_upload_under_way_is_read(colour: Colour, place: Place) -> None:
    async with place.client(colour) as client:
        response = await client.post(f"{place.url}/upload", content=pattern(LARGE))
        assert response.status_code in place.origin.too_large
        again = await client.get(f"{place.url}/bytes/10")
        assert pattern(10) == again.content


@at("small", without="small-chunked")
async def test_the_413_to_a_chunked_upload_under_way_is_read(colour: Colour, place: Place) -> None:
    async with place.client(colour) as client:
        response = await client.post(f"{place.url}/upload", content=colour.body(parts(LARGE)))
        assert response.status_code in place.origin.too_large
        again = await client.get(f"{place.url}/bytes/10")
        assert pattern(10) == again.content


@at("small")
async def test_the_413_instead_of_100_continue_is_read(colour: Colour, place: Place) -> None:
    async with place.client(colour) as client:
        response = await client.post(
            f"{place.url}/upload", content=pattern(LARGE), headers={"Expect": "100-continue"}
        )
        assert response.status_code in place.origin.too_large
        again = await client.get(f"{place.url}/bytes/10")
        assert pattern(10) == again.content


@at(*WAYS, without="early-answer")
async def test_an_answer_before_the_body_was_sent_is_read(colour: Colour, place: Place) -> None:
    async with place.client(colour) as client:
        response = await client.post(f"{place.url}/refuse", content=pattern(LARGE))
        assert (413, b"too large\n") == (response.status_code, response.content)
        again = await client.get(f"{place.url}/bytes/10")
        assert pattern(10) == again.content


@at(*WAYS)
async def test_a_head_of_usual_size_is_answered(colour: Colour, place: Place) -> None:
    await head_of(colour, place, 5_000)


@at(*WAYS, without="huge-head")
async def test_a_head_that_is_too_large_is_answered_or_refused(
    colour: Colour, place: Place
) -> None:
    await head_of(colour, place, 300_000)


async def head_of(colour: Colour, place: Place, size: int) -> None:
    """Send a head of that size, which ends well or badly, and then a usual request, which ends well."""
    async with place.client(colour) as client:
        came = await outcome(client.get(f"{place.url}/bytes/10", headers={"X-Large": "x" * size}))
        if isinstance(came, httpx.Response):
            assert came.status_code in (200, 400, 413, 414, 431, 494, 500, 502, 503)
        again = await client.get(f"{place.url}/bytes/10")
        assert pattern(10) == again.content

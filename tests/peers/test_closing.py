"""Servers that end their connections: after so many requests, when idle, by a crash, at a reload."""

from __future__ import annotations

import time
from typing import Any

from tests.peers.contract import pattern
from tests.peers.exchanging import Place, at, digest, outcome
from tests.support.colours import Client, Colour

import httpx

LOAD = 8
"""Requests at a time while a server is reloaded."""


@at("few", "few-h2")
async def test_no_request_is_lost_to_a_limit_of_requests_a_connection(
    colour: Colour, place: Place
) -> None:
    async with place.client(colour) as client:
        for n in range(12):
            if n % 2:
                response = await client.get(f"{place.url}/bytes/{n}")
                assert pattern(n) == response.content
            else:
                response = await client.post(f"{place.url}/upload", content=pattern(n))
                assert digest(n) == response.json()["sha256"]
        opened, _ = place.opened(client)
        assert 3 <= opened <= 7  # Apache counts from 0


@at("few-h2")
async def test_no_stream_is_lost_to_a_goaway_among_many(colour: Colour, place: Place) -> None:
    async with place.client(colour) as client:

        async def get(size: int) -> None:
            response = await client.get(f"{place.url}/bytes/{size}")
            assert pattern(size) == response.content

        for _ in range(10):
            # Three are served, three are told to go elsewhere.
            await colour.concurrently(*(lambda size=n: get(size) for n in range(6)))


@at("brief")
async def test_a_connection_that_was_closed_while_idle_is_not_used(
    colour: Colour, place: Place
) -> None:
    async with place.client(colour) as client:
        await client.get(f"{place.url}/bytes/1")
        await colour.sleep(2.5)  # the server's limit is a second, in steps of one
        response = await client.post(f"{place.url}/upload", content=b"not twice")
        assert 9 == response.json()["length"]
        assert (2, 0) == place.opened(client)
        assert 0 == next(iter(client.stats().values())).retried


@at("reload", "reload-h2")
async def test_no_request_is_lost_while_the_server_reloads(colour: Colour, place: Place) -> None:
    async with place.client(colour, limits=httpx.Limits(max_connections=LOAD)) as client:
        counted = await under_load(colour, client, place, place.origin.reload)
        expected = {"answered"}
        if place.is_http2 and place.lacks("grace-h2"):
            expected.update(set(counted) & {"RemoteProtocolError", "ReadError", "WriteError"})
        assert expected == set(counted)
        response = await client.get(f"{place.url}/bytes/10")
        assert pattern(10) == response.content


@at("http", "h2")
async def test_a_restart_costs_documented_errors_and_no_wrong_answer(
    colour: Colour, place: Place
) -> None:
    async with place.client(colour, limits=httpx.Limits(max_connections=LOAD)) as client:
        counted = await under_load(colour, client, place, place.origin.restart)
        assert counted["answered"] > 10
        for _ in range(LOAD):
            response = await client.get(f"{place.url}/bytes/10")
            assert pattern(10) == response.content


async def under_load(colour: Colour, client: Client, place: Place, disturb: Any) -> dict[str, int]:
    """Ask for bodies until the server has been disturbed three times; count how the requests ended.

    AssertionError: an answer was another one than was asked for. Any error that is neither the
    network's nor the peer's is raised.
    """
    counted: dict[str, int] = {}
    ends = time.monotonic() + 30.0
    is_done = False

    async def ask(number: int) -> None:
        turn = 0
        while not is_done and time.monotonic() < ends:
            turn += 1
            size = 1000 * number + turn % 1000
            if turn % 2:
                came = await outcome(client.get(f"{place.url}/bytes/{size}"))
            else:
                came = await outcome(client.put(f"{place.url}/upload", content=pattern(size)))
            if isinstance(came, httpx.Response):
                assert 200 == came.status_code
                if turn % 2:
                    assert pattern(size) == came.content
                else:
                    assert digest(size) == came.json()["sha256"]
                ended = "answered"
            else:
                ended = type(came).__name__
                await colour.sleep(0.01)
            counted[ended] = counted.get(ended, 0) + 1

    async def act() -> None:
        nonlocal is_done
        try:
            for _ in range(3):
                await colour.sleep(0.3)
                await colour.in_thread(disturb)
            await colour.sleep(0.5)
        finally:
            is_done = True

    await colour.concurrently(act, *(lambda n=number: ask(n) for number in range(LOAD)))
    return counted

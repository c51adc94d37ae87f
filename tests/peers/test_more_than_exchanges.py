"""Unix sockets, WebSockets and other upgrades, early hints, trailers, a hundred streams at once."""

from __future__ import annotations

from typing import Any

from tests.peers.contract import pattern
from tests.peers.exchanging import Place, at
from tests.support.colours import Colour

WEBSOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}
# RFC 6455, 1.3: what answers that key.
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
# A text frame, masked with zeros, and the same from the server.
SENT, ECHOED = b"\x81\x85\0\0\0\0hello", b"\x81\x05hello"


@at("uds")
async def test_a_unix_socket_is_spoken_with(colour: Colour, place: Place) -> None:
    transport = colour.transport(uds=place.origin.urls["uds"])
    async with colour.client(transport=transport, trust_env=False) as client:
        for _ in range(2):
            response = await client.get("http://localhost/bytes/100000")
            assert pattern(100_000) == response.content


@at("ws")
async def test_a_websocket_is_opened_and_speaks(colour: Colour, place: Place) -> None:
    async with place.client(colour) as client:
        async with client.stream("GET", f"{place.url}/ws", headers=WEBSOCKET) as response:
            assert (101, ACCEPT) == (
                response.status_code,
                response.headers["sec-websocket-accept"],
            )
            assert ECHOED == await exchanged(colour, response, SENT, len(ECHOED))
        assert pattern(10) == (await client.get(f"{place.url}/bytes/10")).content


@at("upgrade")
async def test_an_upgrade_to_any_protocol_hands_the_connection_over(
    colour: Colour, place: Place
) -> None:
    fields = {"Connection": "upgrade", "Upgrade": "echo"}
    url = f"{place.url}/upgrade"
    async with (
        place.client(colour) as client,
        client.stream("GET", url, headers=fields) as response,
    ):
        assert 101 == response.status_code
        assert b"spoken" == await exchanged(colour, response, b"spoken", 6)


async def exchanged(colour: Colour, response: Any, data: bytes, size: int) -> bytes:
    """Write to an upgraded connection, and read so many bytes."""
    stream = response.extensions["network_stream"]
    received = b""
    if colour.is_async:
        await stream.write(data)
        while len(received) < size:
            received += await stream.read(1000, timeout=10.0)
    else:
        stream.write(data)
        while len(received) < size:
            received += stream.read(1000, timeout=10.0)
    return received


@at("hints")
async def test_early_hints_come_before_the_answer(colour: Colour, place: Place) -> None:
    async with place.client(colour) as client:
        response = await client.get(f"{place.url}/hints")
        assert (200, b"final") == (response.status_code, response.content)
        [(status, _)] = response.extensions["interim_responses"]
        assert 103 == status


@at("trailers", "trailers-h2")
async def test_trailers_are_read(colour: Colour, place: Place) -> None:
    async with place.client(colour) as client:
        response = await client.get(f"{place.url}/trailers", headers={"TE": "trailers"})
        assert b"body" == response.content
        assert [(b"x-checksum", b"abc")] == list(response.extensions["trailing_headers"])


@at("h2", "h2c", without="many-streams")
async def test_a_hundred_streams_share_one_connection(colour: Colour, place: Place) -> None:
    async with place.client(colour) as client:
        # Its SETTINGS are known then, the number of streams above all.
        await client.get(f"{place.url}/bytes/1")

        async def get(size: int) -> None:
            response = await client.get(f"{place.url}/chunked/{size}")
            assert pattern(size) == response.content

        await colour.concurrently(*(lambda size=20_000 + n: get(size) for n in range(100)))
        assert (1, 100) == place.opened(client)


@at("h2", "h2c")
async def test_a_reader_that_stands_still_holds_up_no_other_stream(
    colour: Colour, place: Place
) -> None:
    async with place.client(colour) as client:
        async with client.stream("GET", f"{place.url}/chunked/2000000") as slow:
            for _ in range(20):
                response = await client.get(f"{place.url}/bytes/50000")
                assert pattern(50_000) == response.content
            assert pattern(2_000_000) == await colour.read(slow)
        assert (1, 20) == place.opened(client)

"""HTTP/2 servers that send more than anybody can mean."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from hpack import Encoder
from hyperframe.frame import ContinuationFrame, HeadersFrame, PingFrame, RstStreamFrame
from tests.support.colours import Colour
from tests.support.http2_server import HTTP2Server, Peer

import httpx

SETTINGS = {"http1": False, "http2": True, "timeout": 30}


async def outcome(colour: Colour, attack: Any, **kwargs: Any) -> tuple[Exception, int]:
    """What a GET raises that is answered by `attack(peer, stream_id)`, and the bytes sent until then."""
    sent = 0

    def script(peer: Peer, number: int) -> None:
        nonlocal sent
        stream_id, _ = peer.next_request()
        try:
            for data in attack(peer, stream_id):
                peer.raw(data)
                sent += len(data)
            peer.until_closed()
        except OSError:
            pass

    with HTTP2Server(script) as server:
        async with colour.client(**SETTINGS, **kwargs) as client:
            with pytest.raises(httpx.RemoteProtocolError) as caught:
                await client.get(server.url)
    return caught.value, sent


async def test_CVE_2016_6581_a_header_list_that_unpacks_to_much_is_refused(colour: Colour) -> None:
    """hpack: a few bytes name a large field of the table over and over."""

    def bomb(peer: Peer, stream_id: int) -> Any:
        encoder = Encoder()
        block = encoder.encode([(b":status", b"200"), (b"x-big", b"v" * 4000)])
        block += encoder.encode([(b"x-big", b"v" * 4000)]) * 20_000
        frames = [block[start : start + 16_384] for start in range(0, len(block), 16_384)]
        yield HeadersFrame(stream_id, frames[0]).serialize()
        for frame in frames[1:-1]:
            yield ContinuationFrame(stream_id, frame).serialize()
        yield ContinuationFrame(stream_id, frames[-1], flags=["END_HEADERS"]).serialize()

    # As many fields as there are are allowed: their size is what is refused.
    error, _ = await outcome(colour, bomb, limits=httpx.Limits(max_header_fields=100_000))
    assert "header list" in str(error).lower()


@pytest.mark.parametrize("size", [0, 1, 100, 16_384])
async def test_CVE_2023_45288_a_flood_of_continuation_frames_is_ended(
    colour: Colour, size: int
) -> None:
    """go/http2 and others: a header block without end, in frames of any size."""

    def flood(peer: Peer, stream_id: int) -> Any:
        yield HeadersFrame(stream_id, Encoder().encode([(b":status", b"200")])).serialize()
        field = b"\x00\x01x" + bytes([127]) + b"\x00" + b"v" * 127
        data = (field * (size // len(field) + 1))[:size]
        burst = ContinuationFrame(stream_id, data).serialize() * max(1, 20_000 // (size + 9))
        for _ in range(500):
            yield burst

    error, sent = await outcome(colour, flood)
    # Many small ones are too many for h2, large ones too much for us.
    assert size < 1000 or "header block of more than" in str(error)
    # What the kernels buffer is a few megabytes; the client read less than one.
    assert sent < 10_000_000


async def test_CVE_2019_9512_a_flood_that_asks_for_answers_does_not_fill_memory(
    colour: Colour,
) -> None:
    """Each PING asks for an answer, which a peer that reads nothing leaves with us.

    The client stops reading when it can write no more, and its limit ends the wait.
    """

    def script(peer: Peer, number: int) -> None:
        peer.next_request()
        burst = PingFrame(0, b"12345678").serialize() * 1000
        try:
            for _ in range(10_000):
                peer.raw(burst)
        except OSError:
            pass

    with HTTP2Server(script) as server:
        async with colour.client(http1=False, http2=True, timeout=1) as client:
            tracemalloc.start()
            try:
                with pytest.raises(httpx.TransportError):
                    await client.get(server.url)
                peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
    assert peak < 5 * 1024 * 1024


async def test_CVE_2019_9514_resets_of_streams_that_are_not_open_end_the_connection_or_nothing(
    colour: Colour,
) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.raw(RstStreamFrame(stream_id, 8).serialize() * 3)
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with colour.client(**SETTINGS) as client:
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get(server.url)

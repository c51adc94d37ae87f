"""What a hostile HTTP/2 server does: floods that outlast limits, padding, one-byte frames, a peer that
reads nothing before it is read.
"""

from __future__ import annotations

import socket
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from h2.events import DataReceived, StreamEnded
from hpack import Encoder
from hyperframe.frame import (
    DataFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    SettingsFrame,
    WindowUpdateFrame,
)
from tests.support.colours import Colour
from tests.support.http2_client import Chunks, body, connect
from tests.support.http2_server import HTTP2Server, Peer

from httpx_core import ReadTimeout, RemoteProtocolError
from httpx_transports._http2.session import Session
from httpx_transports._pool.again import may_go_again
from httpx_transports._pool.state import PoolState

MIB = 1024 * 1024


def _extension(stream_id: int) -> bytes:
    """A frame of a type that nobody knows (RFC 9113, 5.5), with 20 bytes."""
    return b"\x00\x00\x14\xee\x00" + stream_id.to_bytes(4, "big") + bytes(20)


@pytest.mark.parametrize(
    "frame",
    [
        PingFrame(0, b"12345678", flags=["ACK"]).serialize(),
        WindowUpdateFrame(0, 0).serialize()[:-4] + b"\0\0\0\1",
        PriorityFrame(1, depends_on=0, stream_weight=3).serialize(),
        _extension(0),
        _extension(1),
        SettingsFrame(0, flags=["ACK"]).serialize(),
    ],
    ids=["ping-ack", "window", "priority", "extension", "extension-on-stream", "settings-ack"],
)
@pytest.mark.parametrize("phase", ["head", "body"])
async def test_a_flood_without_news_does_not_outlast_the_read_limit(
    colour: Colour, frame: bytes, phase: str
) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        if phase == "body":
            peer.headers(stream_id, 200)
        burst = frame * 200
        until = time.monotonic() + 30
        try:
            while time.monotonic() < until:
                peer.raw(burst)
        except OSError:
            pass

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            start = time.monotonic()
            with pytest.raises((ReadTimeout, RemoteProtocolError)):
                await line.get("/", timeout={"read": 0.3})
            # Below the 30 seconds of the flood; it takes 0.4 where no other program runs.
            assert time.monotonic() - start < 10


async def test_padding_alone_does_not_use_up_the_window(colour: Colour) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.headers(stream_id, 200)
        sent = 0
        while sent < 200_000:
            while peer.h2.local_flow_control_window(stream_id) < 256:
                assert peer.read()
            peer.h2.send_data(stream_id, b"", pad_length=255)
            peer.flush()
            sent += 256
        peer.data(stream_id, b"Hello", end=True)
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(
            colour, server, http2_stream_window=70_000, http2_connection_window=70_000
        ) as line:
            assert b"Hello" == await line.get("/", timeout={"read": 5})


def _stubborn(peer: Peer, number: int) -> None:
    """Echo a body by blocking sends alone: nothing is read while an answer does not leave."""
    ids = []
    while (event := peer.next_event()) is not None:
        if isinstance(event, DataReceived):
            if event.stream_id not in ids:
                ids.append(event.stream_id)
                peer.headers(event.stream_id, 200)
            peer.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            peer.flush()
            peer.data(event.stream_id, event.data)
            peer.data(event.stream_id, event.data)
        elif isinstance(event, StreamEnded):
            peer.data(event.stream_id, b"", end=True)


@pytest.mark.parametrize("secure", [False, True], ids=["clear", "tls"])
async def test_a_peer_that_reads_only_when_it_is_read_gets_its_body(
    colour: Colour, authority: Any, secure: bool
) -> None:
    small = (
        (socket.SOL_SOCKET, socket.SO_RCVBUF, 65536),
        (socket.SOL_SOCKET, socket.SO_SNDBUF, 65536),
    )
    context = authority.server_context(alpn=["h2"]) if secure else None

    def script(peer: Peer, number: int) -> None:
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        peer.settings(INITIAL_WINDOW_SIZE=8 * MIB)
        peer.h2.increment_flow_control_window(8 * MIB)
        peer.flush()
        _stubborn(peer, number)

    with HTTP2Server(script, ssl_context=context) as server:
        async with await connect(
            colour, server, authority, socket_options=small, http2_stream_window=8 * MIB
        ) as line:
            content = bytes(range(256)) * 8192
            response = await line.send(
                "POST", "/", content=content, timeout={"read": 3, "write": 3}
            )
            assert 2 * len(content) == len(await colour.read(response))


def test_a_window_of_tiny_frames_costs_no_more_than_a_few_windows() -> None:
    """Frames of two bytes each, which nobody reads yet: kept one by one they would be fifty windows."""
    session = Session(
        "peer",
        stream_window=4 * MIB,
        connection_window=4 * MIB,
        max_header_size=10_000,
        max_header_fields=100,
        max_interim_responses=10,
    )
    stream = session.open([(b":method", b"GET"), (b":path", b"/")], [], end=True)
    assert stream is not None
    head = HeadersFrame(1, Encoder().encode([(":status", "200")]), flags=["END_HEADERS"])
    session.feed(SettingsFrame(0).serialize() + head.serialize())
    for _ in range(20):
        session.feed(DataFrame(1, b"ab").serialize() * 1000)
    assert 40_000 == sum(map(len, stream.chunks))
    assert len(stream.chunks) <= 10
    assert b"ab" * 20_000 == session.consume(stream)


async def test_a_body_may_be_yielded_in_one_buffer_that_is_used_again(colour: Colour) -> None:
    """A bytearray that is still looked at cannot be resized by its owner."""
    buffer = bytearray()

    def chunks() -> Any:
        for n in range(5):
            buffer.clear()
            buffer.extend(b"%d" % n * (n + 1))
            yield buffer
        yield memoryview(b"end")

    with HTTP2Server() as server:
        async with await connect(colour, server) as line:
            content: Any = Chunks(chunks()) if colour.is_async else iter(chunks())
            response = await line.send("POST", "/", content=content)
            told = await colour.read(response)
            assert b'"body": "011222333344444end"' in told


async def test_a_body_that_is_not_sent_to_its_end_is_closed(async_colour: Colour) -> None:
    closed = []

    async def content() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 10_000
        finally:
            closed.append(True)

    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.reset(stream_id, 8)
        stream_id, _ = peer.next_request()
        peer.respond(stream_id, 413)
        stream_id, _ = peer.next_request()
        peer.headers(stream_id, 413)
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(async_colour, server) as line:
            with pytest.raises(RemoteProtocolError):
                await line.send("POST", "/", content=content())
            assert [True] == closed
            response = await line.send("POST", "/", content=content())
            await async_colour.close(response)
            assert [True, True] == closed
            response = await line.send("POST", "/", content=content())
            await async_colour.close(response)
            assert [True, True, True] == closed


async def test_a_body_of_one_use_is_still_whole_when_no_stream_could_be_opened(
    colour: Colour,
) -> None:
    with HTTP2Server() as server:
        async with await connect(colour, server) as line:
            line.connection._session.retire()
            attempt = line.attempt("POST", "/", content=body(colour, [b"a", b"b"]))
            with pytest.raises(RemoteProtocolError) as caught:
                await line.connection.exchange(attempt)
            assert may_go_again(attempt, caught.value, 0)
        async with await connect(colour, server) as line:
            response = await line.connection.exchange(attempt)
            assert b'"body": "ab"' in await colour.read(response)


def test_a_stale_connection_that_another_thread_has_joined_is_not_taken_from_it() -> None:
    """Found by random frames against many threads: the look at the socket is made without the lock."""

    class Shared:
        protocol = "HTTP/2"
        limit = 100
        keepalive = None

    state = PoolState(1, 1, 5.0)
    first = state.take("origin", 0.0, True)
    assert first is not None
    state.opened(first, Shared())
    state.done(first, 1.0)
    one = state.take("origin", 2.0, True)
    other = state.take("origin", 2.0, True)
    assert one is other is first
    assert one is state.replace(one)
    assert one.connection is not None
    state.done(one, 3.0)
    state.done(other, 3.0)
    assert 0 == state.origins["origin"].active
    assert 1 == len(state.slots)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "it answers in HTTP/1."),
        (
            WindowUpdateFrame(9, window_increment=1).serialize(),
            "a frame for stream 9, which was never opened.",
        ),
    ],
)
async def test_the_error_says_in_words_what_the_server_did(
    colour: Colour, answer: bytes, told: str
) -> None:
    """A number that h2 gives, and the letters HTTP taken for a length, are words to nobody."""

    def script(peer: Peer, number: int) -> None:
        peer.next_request()
        peer.raw(answer)
        peer.until_closed()

    with HTTP2Server(script, greet=not answer.startswith(b"HTTP")) as server:
        async with await connect(colour, server) as line:
            with pytest.raises(RemoteProtocolError) as caught:
                await line.get("/")
    assert str(caught.value).endswith(f" broke the HTTP/2 protocol: {told}")

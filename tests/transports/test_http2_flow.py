"""HTTP/2's windows and bounds: credit both ways, large bodies at once, floods and oversized blocks."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from h2.events import DataReceived, StreamReset, WindowUpdated
from h2.settings import SettingCodes
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    HeadersFrame,
    PingFrame,
    RstStreamFrame,
    SettingsFrame,
)
from tests.support.colours import Colour
from tests.support.http2_client import body, connect
from tests.support.http2_server import HTTP2Server, Peer

from httpx_core import RemoteProtocolError, TransportError, WriteTimeout

MIB = 1024 * 1024


async def test_the_windows_are_as_large_as_asked_for(colour: Colour) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        assert 3 * MIB == peer.h2.remote_settings.initial_window_size
        assert 20 * MIB == peer.h2.outbound_flow_control_window
        assert 0 == peer.h2.remote_settings.enable_push
        assert 50_000 == peer.h2.remote_settings.max_header_list_size
        peer.respond(stream_id, 200)
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(
            colour,
            server,
            http2_stream_window=3 * MIB,
            http2_connection_window=20 * MIB,
            max_header_size=50_000,
        ) as line:
            await line.get("/")


async def test_credit_is_given_as_the_body_is_read(colour: Colour) -> None:
    """The server may send one window ahead of the reader, and not a byte more."""
    shut = threading.Event()

    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.headers(stream_id, 200)
        peer.data(stream_id, b"x" * 100_000)
        assert 0 == peer.h2.local_flow_control_window(stream_id)
        shut.set()
        peer.wait_for(WindowUpdated, stream_id)
        peer.data(stream_id, b"y" * 100_000, end=True)
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server, http2_stream_window=100_000) as line:
            response = await line.send("GET", "/")
            await colour.wait(shut)
            assert b"x" * 100_000 + b"y" * 100_000 == await colour.read(response)


async def test_credit_of_what_was_thrown_away_comes_back(colour: Colour) -> None:
    """Twenty bodies left half-read, each of a whole stream window: the connection's is as before."""

    def script(peer: Peer, number: int) -> None:
        for _ in range(20):
            stream_id, _ = peer.next_request()
            peer.headers(stream_id, 200)
            peer.data(stream_id, b"x" * 50_000)
            peer.wait_for(StreamReset, stream_id)
        stream_id, _ = peer.next_request()
        peer.respond(stream_id, 200, b"fine")
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(
            colour, server, http2_stream_window=50_000, http2_connection_window=100_000
        ) as line:
            for _ in range(20):
                await colour.close(await line.send("GET", "/"))
            assert b"fine" == await line.get("/")


async def test_padding_is_credited_too(colour: Colour) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.headers(stream_id, 200, [("content-length", "2000")])
        for number in range(2000):
            while peer.h2.local_flow_control_window(stream_id) < 300:
                assert peer.read()
            peer.h2.send_data(stream_id, b"x", end_stream=number == 1999, pad_length=200)
            peer.flush()
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(
            colour, server, http2_stream_window=65_535, http2_connection_window=65_535
        ) as line:
            assert b"x" * 2000 == await line.get("/")


async def test_twenty_megabytes_go_up_and_down_at_once(colour: Colour) -> None:
    """On one stream: what is not sent yet goes on while the answer is read."""
    size = 20 * MIB
    with HTTP2Server() as server:
        async with await connect(colour, server) as line:
            response = await line.send("POST", "/mirror", content=b"x" * size)
            received = 0
            async for chunk in colour.iter_raw(response):
                received += len(chunk)
    assert size == received
    assert 1 == line.done


async def test_two_streams_move_twenty_megabytes_each_way(colour: Colour, authority: Any) -> None:
    size = 10 * MIB
    with HTTP2Server(ssl_context=authority.server_context(alpn=["h2"])) as server:
        async with await connect(colour, server, authority) as line:

            async def up() -> int:
                chunks = body(colour, [b"u" * 65536] * (size // 65536))
                response = await line.send("POST", "/mirror", content=chunks)
                return len(await colour.read(response))

            async def down() -> int:
                return len(await line.get(f"/bytes/{size}"))

            assert [size, size, size, size] == await colour.concurrently(up, down, up, down)


async def test_a_window_made_negative_by_settings_is_waited_out(colour: Colour) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        got = 0
        while got < 65_535:
            got += len(peer.wait_for(DataReceived, stream_id).data)
        # From 65535 used up to a window of 1000: now it is -64535.
        peer.settings(INITIAL_WINDOW_SIZE=1000)
        peer.h2.increment_flow_control_window(200_000)
        peer.h2.increment_flow_control_window(64_000, stream_id)
        peer.flush()
        peer.h2.increment_flow_control_window(100_000, stream_id)
        peer.flush()
        while got < 100_000:
            got += len(peer.wait_for(DataReceived, stream_id).data)
        peer.respond(stream_id, 200, str(got).encode())
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            response = await line.send("POST", "/", content=b"x" * 100_000)
            assert b"100000" == await colour.read(response)


async def test_the_write_limit_fires_when_the_window_stays_shut(colour: Colour) -> None:
    done = threading.Event()

    def script(peer: Peer, number: int) -> None:
        peer.next_request()
        peer.wait_for(StreamReset)
        done.set()
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            with pytest.raises(WriteTimeout, match=r"window.*0\.1 seconds"):
                await line.send("POST", "/", content=b"x" * 100_000, timeout={"write": 0.1})
            await colour.wait(done)
    assert 1 == line.done


async def test_the_write_limit_fires_when_the_peer_does_not_read(colour: Colour) -> None:
    """Its windows are wide open, its socket is full."""
    done = threading.Event()

    def script(peer: Peer, number: int) -> None:
        peer.h2.increment_flow_control_window(2**31 - 1 - 65_535)
        peer.flush()
        peer.next_request()
        done.wait(20)

    with HTTP2Server(script, settings={4: 2**31 - 1}) as server:
        async with await connect(colour, server) as line:
            with pytest.raises(WriteTimeout):
                await line.send(
                    "POST",
                    "/",
                    content=body(colour, [b"x" * MIB] * 64),
                    timeout={"write": 0.2},
                )
            done.set()
    assert 1 == line.done


HEAD = b"\x88"  # :status 200, from HPACK's static table


async def test_who_waits_for_another_that_writes_leaves_the_event_loop_to_others(
    async_colour: Colour,
) -> None:
    enough = threading.Event()

    def script(peer: Peer, number: int) -> None:
        peer.h2.increment_flow_control_window(64 * MIB)
        peer.flush()
        peer.next_request()
        enough.wait(20)
        peer.hang_up()

    windows = {SettingCodes.INITIAL_WINDOW_SIZE: 32 * MIB}
    with HTTP2Server(script, settings=windows) as server:
        async with await connect(async_colour, server) as line:

            async def upload() -> None:
                # The network's buffers take less, so that one of them waits to write, the others for it.
                with pytest.raises(TransportError):
                    await line.send("POST", "/", content=b"x" * (16 * MIB))

            async def look_on() -> None:
                for _ in range(50):
                    await async_colour.sleep(0.01)
                enough.set()

            await async_colour.concurrently(upload, upload, upload, look_on)


def continuation_flood(stream_id: int) -> bytes:
    first = HeadersFrame(stream_id, HEAD)
    rest = [ContinuationFrame(stream_id, b"\x00\x01a\x01b" * 1000) for _ in range(200)]
    return b"".join(frame.serialize() for frame in [first, *rest])


def empty_continuations(stream_id: int) -> bytes:
    return (
        HeadersFrame(stream_id, HEAD).serialize() + ContinuationFrame(stream_id).serialize() * 200
    )


def header_bomb(stream_id: int) -> bytes:
    """4000 bytes in the compression table once, then named by one byte each."""
    block = HEAD + b"\x40\x01a\x7f\xa1\x1e" + b"b" * 4000 + b"\xbe" * 5000
    return HeadersFrame(stream_id, block, flags=["END_HEADERS"]).serialize()


def overlong_frame(stream_id: int) -> bytes:
    """A head that announces 16 MiB: the rest never comes."""
    return b"\xff\xff\xff\x00\x00" + stream_id.to_bytes(4, "big")


def data_before_head(stream_id: int) -> bytes:
    return DataFrame(stream_id, b"x").serialize()


def frame_in_a_block(stream_id: int) -> bytes:
    return HeadersFrame(stream_id, HEAD).serialize() + PingFrame(0, b"12345678").serialize()


def bad_hpack(stream_id: int) -> bytes:
    return HeadersFrame(stream_id, b"\xff\xff\xff\xff\xff", flags=["END_HEADERS"]).serialize()


def http1_answer(stream_id: int) -> bytes:
    return b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"


def bad_setting(stream_id: int) -> bytes:
    return SettingsFrame(0, settings={SettingsFrame.ENABLE_PUSH: 1, 4: 2**31}).serialize()


def reset_of_an_idle_stream(stream_id: int) -> bytes:
    return RstStreamFrame(stream_id + 100).serialize() + data_before_head(stream_id)


BREACHES = [
    continuation_flood,
    empty_continuations,
    header_bomb,
    overlong_frame,
    data_before_head,
    frame_in_a_block,
    bad_hpack,
    http1_answer,
    bad_setting,
    reset_of_an_idle_stream,
]


@pytest.mark.parametrize("breach", BREACHES)
async def test_a_breach_of_the_protocol_ends_the_connection(colour: Colour, breach: Any) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.raw(breach(stream_id))
        while peer.socket.recv(65536):
            pass

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            with pytest.raises(RemoteProtocolError) as caught:
                await line.get("/")
            assert server.authority in str(caught.value)
            assert 0 == line.connection.limit
    assert 1 == line.done


FLOODS = {
    "PING": PingFrame(0, b"12345678").serialize(),
    "SETTINGS": SettingsFrame(0, settings={3: 100}).serialize(),
}


@pytest.mark.parametrize("frame", FLOODS.values(), ids=FLOODS)
def test_a_flood_that_wants_answers_does_not_grow_memory(frame: bytes) -> None:
    """A peer that asks and never reads: 100 MB of it, of which at most 2 MB are ever kept."""
    from httpx_transports._http2.session import MAX_OUTPUT, Session

    session = Session(
        "peer",
        stream_window=MIB,
        connection_window=16 * MIB,
        max_header_size=100_000,
        max_header_fields=100,
        max_interim_responses=10,
    )
    session.feed(SettingsFrame(0).serialize())
    flood = frame * (65536 // len(frame))
    for _ in range(1600):
        session.feed(flood)
        if session.failure is not None:
            break
    assert session.failure is not None
    assert "faster than it reads" in session.failure.message
    assert len(session.take()) < 2 * MAX_OUTPUT
    assert 0 == session.limit

"""Uploads that make no progress, or too little: their limits hold, whatever the server sends meanwhile."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from hyperframe.frame import SettingsFrame, WindowUpdateFrame
from tests.support.colours import Colour
from tests.support.http2_server import HTTP2Server, Peer
from tests.support.raw_server import RawServer

from httpx_core import Request, TimeoutException, WriteTimeout

SHORT = 0.3
NO_WINDOW = SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 0}).serialize()
# :status 103 of HPACK's own making: a literal under the name of the static table's index 8.
INTERIM = b"\x00\x00\x05\x01\x04\x00\x00\x00\x01\x08\x03103"


def drip(frame: bytes, over: threading.Event, pause: float) -> Callable[[Peer, int], None]:
    """Open no window, and send a frame again and again; answer nothing."""

    def script(peer: Peer, number: int) -> None:
        peer.raw(NO_WINDOW)
        reader = threading.Thread(target=_swallow, args=(peer.socket,))
        reader.start()
        try:
            while not over.wait(pause):
                peer.raw(frame)
        finally:
            over.wait(20)
            peer.socket.shutdown(socket.SHUT_RDWR)
            reader.join()

    return script


def _swallow(connection: socket.socket) -> None:
    try:
        while connection.recv(65536):
            pass
    except OSError:
        pass


async def limited(colour: Colour, url: str, http2: bool, content: Any, **limits: float) -> float:
    """POST, which has to end in a timeout; the seconds that it took."""
    timeout = {"connect": 10.0, "read": 10.0, "write": 10.0, "pool": 10.0, **limits}
    sent = Request("POST", url, content=content, extensions={"timeout": timeout})
    async with colour.transport(http1=not http2, http2=http2) as transport:
        started = time.monotonic()
        with pytest.raises(TimeoutException) as caught:
            await transport.handle(sent)
        took = time.monotonic() - started
    assert f"{SHORT} seconds" in str(caught.value)
    assert sent is caught.value.request
    return took


@pytest.mark.parametrize(
    "frame",
    [
        WindowUpdateFrame(0, window_increment=1).serialize(),
        SettingsFrame(0, settings={SettingsFrame.MAX_CONCURRENT_STREAMS: 100}).serialize(),
        INTERIM,
    ],
    ids=["window of the connection", "settings", "interim response"],
)
async def test_frames_that_bring_no_room_do_not_begin_the_write_limit_anew(
    colour: Colour, frame: bytes
) -> None:
    over = threading.Event()
    with HTTP2Server(drip(frame, over, SHORT / 3)) as server:
        try:
            took = await limited(colour, server.url, True, b"x" * 100_000, write=SHORT)
        finally:
            over.set()
    # With as many frames as may come, it took until the server ended.
    assert took < SHORT * 2 + 2


async def test_a_flood_of_settings_does_not_outlast_the_total_limit(colour: Colour) -> None:
    """Each frame was news to an upload that waits for room, and nobody looked at the clock."""
    over = threading.Event()
    frame = SettingsFrame(0, settings={SettingsFrame.MAX_CONCURRENT_STREAMS: 100}).serialize() * 20
    with HTTP2Server(drip(frame, over, 0.001)) as server:
        try:
            took = await limited(colour, server.url, True, b"x" * 100_000, total=SHORT)
        finally:
            over.set()
    assert took < SHORT * 2 + 2


def slow(colour: Colour) -> Any:
    """A body of which 10 bytes come every tenth of a second, for ten seconds."""
    return _async_chunks(colour) if colour.is_async else _chunks()


def _chunks() -> Iterator[bytes]:
    for _ in range(100):
        time.sleep(0.1)
        yield b"x" * 10


async def _async_chunks(colour: Colour) -> AsyncIterator[bytes]:
    for _ in range(100):
        await colour.sleep(0.1)
        yield b"x" * 10


@pytest.mark.parametrize("http2", [False, True])
async def test_the_total_limit_ends_an_upload_whose_chunks_come_slowly(
    colour: Colour, http2: bool
) -> None:
    def sink(connection: socket.socket, number: int) -> None:
        _swallow(connection)

    server = HTTP2Server() if http2 else RawServer(sink)
    with server:
        took = await limited(colour, server.url, http2, slow(colour), total=SHORT)
    assert took < SHORT * 2 + 2


@pytest.mark.parametrize("limits", [{"total": SHORT}, {"read": SHORT, "write": SHORT}])
async def test_waiting_for_100_continue_on_http2_keeps_to_the_limits(
    colour: Colour, limits: dict[str, float]
) -> None:
    over = threading.Event()
    timeout = {"connect": 10.0, "read": 10.0, "write": 10.0, "pool": 10.0, **limits}
    with HTTP2Server(drip(b"", over, 1)) as server:
        try:
            async with colour.transport(http1=False, http2=True) as transport:
                sent = Request(
                    "POST",
                    server.url,
                    headers={"Expect": "100-continue"},
                    content=b"x" * 100_000,
                    extensions={"timeout": timeout},
                )
                started = time.monotonic()
                with pytest.raises(WriteTimeout):
                    await transport.handle(sent)
                # Without limits of this kind it is a second, before anything else is waited for.
                assert time.monotonic() - started < 0.95
        finally:
            over.set()

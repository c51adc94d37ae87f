"""Servers that answer while they are sent to, and read no more until they are read from."""

from __future__ import annotations

import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.raw_server import RawServer, reset

from httpx_core import ReadError, Request, WriteError
from httpx_transports._http11.sending import MAX_HELD

LIMITS = dict.fromkeys(("connect", "read", "write", "pool"), 20.0)
# With what systems take by themselves, some megabytes are under way before anything stops.
SMALL = [
    (socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768),
    (socket.SOL_SOCKET, socket.SO_SNDBUF, 32_768),
]
SIZE = 6_000_000
PATTERN = bytes(range(256)) * (SIZE // 256)


@pytest.fixture(autouse=True)
def _no_leaks(no_leaks: None) -> None:
    """No test here may leave a socket or a thread behind."""


def some(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    assert data, "The client closed before all of its request was sent."
    return data


def head_of(connection: socket.socket) -> bytes:
    """Read a request's head; what came of its body with it."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(4096)
    return received.partition(b"\r\n\r\n")[2]


def mirror(connection: socket.socket, number: int) -> None:
    """Answers at once, and sends each piece of the body back before it reads the next."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32_768)
    body = head_of(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(PATTERN) + body)
    left = len(PATTERN) - len(body)
    while left:
        data = some(connection)
        connection.sendall(data)
        left -= len(data)
    connection.recv(1)


def shout(connection: socket.socket, number: int) -> None:
    """Reads nothing of the body before all of its own but the last byte is taken, and then the rest."""
    body = head_of(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(PATTERN))
    connection.sendall(PATTERN[:-1])
    left = len(PATTERN) - len(body)
    while left:
        left -= len(some(connection))
    connection.sendall(PATTERN[-1:])
    connection.recv(1)


class Body:
    """A body in pieces that notes what became of it; `chunks` is in the colour asked for."""

    def __init__(self) -> None:
        self.given = 0
        self.ended = False

    def chunks(self, colour: Colour) -> Any:
        return self._asynchronous() if colour.is_async else self._pieces()

    def _pieces(self) -> Iterator[bytes]:
        try:
            while self.given < len(PATTERN):
                piece = PATTERN[self.given : self.given + 100_000]
                self.given += len(piece)
                yield piece
        finally:
            self.ended = True

    async def _asynchronous(self) -> AsyncIterator[bytes]:
        try:
            for piece in self._pieces():
                yield piece
        finally:
            self.ended = True


def request(server: RawServer, content: Any, **limits: float) -> Request:
    headers = {"Content-Length": str(len(PATTERN))}
    extensions = {"timeout": {**LIMITS, **limits}}
    return Request("POST", server.url, content=content, headers=headers, extensions=extensions)


@pytest.mark.parametrize("handler", [mirror, shout])
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("secure", [False, True])
async def test_a_server_that_waits_to_be_read_from_is_read_from(
    colour: Colour,
    authority: Any,
    handler: Callable[[socket.socket, int], None],
    streamed: bool,
    secure: bool,
) -> None:
    context = authority.server_context() if secure else None
    body = Body()
    with RawServer(handler, ssl_context=context) as server:
        async with colour.transport(
            verify=authority.client_context(), socket_options=SMALL
        ) as transport:
            response = await transport.handle(
                request(server, body.chunks(colour) if streamed else PATTERN)
            )
            assert 200 == response.status_code
            received = bytearray()
            async for chunk in colour.iter_raw(response):
                assert len(chunk) <= 2 * MAX_HELD
                received += chunk
            assert PATTERN == received
            (stats,) = transport.stats().values()
            assert (0, 1) == (stats.active, stats.idle)
    assert body.ended is streamed


async def test_a_response_that_is_closed_ends_the_upload_that_goes_on_with_it(
    colour: Colour,
) -> None:
    body = Body()
    with RawServer(shout) as server:
        async with colour.transport(socket_options=SMALL) as transport:
            response = await transport.handle(request(server, body.chunks(colour)))
            assert body.given < len(PATTERN)
            assert not body.ended
            await colour.close(response)
            assert body.ended
            (stats,) = transport.stats().values()
            assert (0, 0, 1) == (stats.active, stats.idle, stats.closed)


async def test_what_comes_during_an_upload_is_bounded(colour: Colour) -> None:
    """The rest of an endless answer stays in the network until its user reads."""

    def endless(connection: socket.socket, number: int) -> None:
        head_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")

    with RawServer(endless) as server:
        async with colour.transport(socket_options=SMALL) as transport:
            response = await transport.handle(request(server, PATTERN))
            read = 0
            chunks = colour.iter_raw(response)
            while read < 4 * MAX_HELD:
                chunk = await anext(chunks)
                assert len(chunk) <= MAX_HELD + 262_144
                read += len(chunk)
            await colour.close(response)
            await chunks.aclose()  # type: ignore[attr-defined]  # it is a generator


async def test_a_peer_that_takes_nothing_and_says_nothing_is_a_write_timeout(
    colour: Colour,
) -> None:
    def deaf(connection: socket.socket, number: int) -> None:
        head_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
        release.wait(20)

    release = threading.Event()
    with RawServer(deaf) as server:
        async with colour.transport(socket_options=SMALL) as transport:
            response = await transport.handle(request(server, PATTERN, write=0.2))
            # It has answered: what it said is worth more than that it takes no more.
            assert b"12345" == await anext(colour.iter_raw(response))
            await colour.close(response)
            release.set()


@pytest.mark.parametrize("size", [0, 10_000, 3 * MAX_HELD])
async def test_a_reset_in_the_middle_of_both_is_never_a_clean_end(
    colour: Colour, size: int
) -> None:
    def breaks(connection: socket.socket, number: int) -> None:
        head_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(size))
        reset(connection)

    with RawServer(breaks) as server:
        async with colour.transport(socket_options=SMALL) as transport:
            # Whichever of the two the system tells of the reset first.
            with pytest.raises((ReadError, WriteError)):
                await colour.read(await transport.handle(request(server, PATTERN)))
            (stats,) = transport.stats().values()
            assert (0, 0) == (stats.active, stats.idle)

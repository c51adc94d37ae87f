"""HTTP/1.1 over real sockets, in three colours, against servers that do as each test says."""

from __future__ import annotations

import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.raw_server import RawServer, reset

from httpx_core import ReadError, ReadTimeout, RemoteProtocolError, Request, Response
from httpx_transports._attempt import Attempt
from httpx_transports._http11.connection import HTTP11Connection

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


class Opened:
    """A connection to a server, and how its exchanges ended."""

    def __init__(self, colour: Colour, connection: HTTP11Connection, url: str) -> None:
        self.colour = colour
        self.connection = connection
        self.url = url
        self.done: list[int] = []
        connection.on_done = lambda attempt: self.done.append(connection.limit)

    async def send(self, method: str = "GET", **kwargs: Any) -> Response:
        extensions = {"timeout": {"read": 10.0, "write": 10.0}, **kwargs.pop("extensions", {})}
        request = Request(method, self.url, extensions=extensions, **kwargs)
        return await self.connection.exchange(Attempt(request, self.colour.is_async))


@asynccontextmanager
async def opened(colour: Colour, server: RawServer) -> AsyncIterator[Opened]:
    backend = colour.backend()
    stream = await backend.connect_tcp(server.host, server.port, timeout=10)
    connection = HTTP11Connection(stream, backend)
    try:
        yield Opened(colour, connection, server.url)
    finally:
        connection.close()
        await colour.checkpoint()


def receive_head(connection: socket.socket) -> bytes:
    """Read one request up to its blank line and what came with it; b"" when the client has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65_536)
        if not more:
            break
        data += more
    return data


def answer(*pieces: bytes) -> Callable[[socket.socket, int], None]:
    """A handler that answers each request with these pieces, each in a packet of its own."""

    def handler(connection: socket.socket, number: int) -> None:
        while receive_head(connection):
            for piece in pieces:
                connection.sendall(piece)

    return handler


async def test_requests_follow_each_other_on_one_connection(colour: Colour) -> None:
    with RawServer(answer(OK)) as server:
        async with opened(colour, server) as client:
            for _ in range(3):
                assert b"hi" == await colour.read(await client.send())
            assert [1, 1, 1] == client.done
        assert 1 == server.accepted


async def test_a_large_body_comes_whole(colour: Colour) -> None:
    body = bytes(range(256)) * 20_000
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    with RawServer(answer(head, body)) as server:
        async with opened(colour, server) as client:
            assert body == await colour.read(await client.send())
            assert [1] == client.done


async def test_a_large_chunked_body_comes_whole(colour: Colour) -> None:
    body = bytes(range(256)) * 4_000
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = b"".join(
        b"%x\r\n%b\r\n" % (len(body[at : at + 1_000]), body[at : at + 1_000])
        for at in range(0, len(body), 1_000)
    )
    with RawServer(answer(head, chunks, b"0\r\nA: b\r\n\r\n")) as server:
        async with opened(colour, server) as client:
            response = await client.send()
            assert body == await colour.read(response)
            assert [(b"A", b"b")] == response.extensions["trailing_headers"]
            assert [1] == client.done


async def test_a_streamed_upload_arrives_whole(colour: Colour) -> None:
    received = bytearray()

    def handler(connection: socket.socket, number: int) -> None:
        while not received.endswith(b"0\r\n\r\n"):
            received.extend(connection.recv(65_536))
        connection.sendall(OK)

    with RawServer(handler) as server:
        async with opened(colour, server) as client:
            response = await client.send("POST", content=colour.body([b"abc"] * 1_000))
            assert b"hi" == await colour.read(response)
    assert received.endswith(b"\r\n\r\n" + b"3\r\nabc\r\n" * 1_000 + b"0\r\n\r\n")


@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "in memory"])
async def test_a_413_that_comes_while_the_body_is_sent_is_read(
    colour: Colour, streamed: bool
) -> None:
    def handler(connection: socket.socket, number: int) -> None:
        receive_head(connection)
        connection.sendall(b"HTTP/1.1 413 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65_536):
            pass

    def endless() -> Iterator[bytes]:
        while True:
            yield bytes(65_536)

    with RawServer(handler) as server:
        async with opened(colour, server) as client:
            content: Any = colour.body(endless()) if streamed else bytes(50_000_000)
            response = await client.send("POST", content=content)
            assert (413, b"no") == (response.status_code, await colour.read(response))
            assert [0] == client.done
            if streamed and colour.is_async:
                await content.aclose()


async def test_a_body_waits_for_the_server_to_say_continue(colour: Colour) -> None:
    early: list[bytes] = []

    def handler(connection: socket.socket, number: int) -> None:
        early.append(receive_head(connection).partition(b"\r\n\r\n")[2])
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        early.append(connection.recv(100))
        connection.sendall(OK)

    with RawServer(handler) as server:
        async with opened(colour, server) as client:
            response = await client.send(
                "POST", content=b"body", headers={"Expect": "100-continue"}
            )
            assert b"hi" == await colour.read(response)
    assert [b"", b"body"] == early


async def test_an_upgraded_connection_is_handed_over(colour: Colour) -> None:
    def handler(connection: socket.socket, number: int) -> None:
        receive_head(connection)
        connection.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\nhello"
        )
        connection.sendall(connection.recv(100).upper())

    headers = {"Upgrade": "echo", "Connection": "upgrade"}
    with RawServer(handler) as server:
        async with opened(colour, server) as client:
            response = await client.send(headers=headers)
            stream: Any = response.extensions["network_stream"]
            got = b""
            if colour.is_async:
                await stream.write(b"shout", timeout=10)
                while len(got) < 10:
                    got += await stream.read(100, timeout=10)
            else:
                stream.write(b"shout", timeout=10)
                while len(got) < 10:
                    got += stream.read(100, timeout=10)
            assert b"helloSHOUT" == got
            await colour.close(response)
            assert [0] == client.done


async def test_a_reset_in_the_body_is_a_read_error(colour: Colour) -> None:
    # The client has to have read the head before the reset, which would drop it.
    got_head = threading.Event()

    def handler(connection: socket.socket, number: int) -> None:
        receive_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
        got_head.wait(20)
        reset(connection)

    with RawServer(handler) as server:
        async with opened(colour, server) as client:
            response = await client.send()
            got_head.set()
            with pytest.raises(ReadError) as failure:
                await colour.read(response)
            assert response.request is failure.value.request
            assert [0] == client.done


async def test_an_end_in_the_body_is_a_protocol_error(colour: Colour) -> None:
    def handler(connection: socket.socket, number: int) -> None:
        receive_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi")

    with RawServer(handler) as server:
        async with opened(colour, server) as client:
            response = await client.send()
            with pytest.raises(
                RemoteProtocolError, match="received 2 bytes, expected 9"
            ) as failure:
                await colour.read(response)
            assert f"127.0.0.1:{server.port}" in str(failure.value)
            assert response.request is failure.value.request


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 100 C\r\n\r\n"])
async def test_a_stalled_head_is_a_read_timeout(colour: Colour, sent: bytes) -> None:
    over = threading.Event()

    def handler(connection: socket.socket, number: int) -> None:
        receive_head(connection)
        connection.sendall(sent)
        over.wait(20)

    with RawServer(handler) as server:
        async with opened(colour, server) as client:
            with pytest.raises(ReadTimeout) as failure:
                await client.send(extensions={"timeout": {"read": 0.05}})
            over.set()
            assert f"127.0.0.1:{server.port}" in str(failure.value)
            assert [0] == client.done


async def test_a_stalled_body_is_a_read_timeout(colour: Colour) -> None:
    over = threading.Event()

    def handler(connection: socket.socket, number: int) -> None:
        receive_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi")
        over.wait(20)

    with RawServer(handler) as server:
        async with opened(colour, server) as client:
            response = await client.send(extensions={"timeout": {"read": 0.05}})
            with pytest.raises(ReadTimeout):
                await colour.read(response)
            over.set()
            assert [0] == client.done


async def test_bytes_behind_a_response_make_the_idle_connection_stale(colour: Colour) -> None:
    poisoned = threading.Event()
    idle = threading.Event()

    def handler(connection: socket.socket, number: int) -> None:
        receive_head(connection)
        connection.sendall(OK)
        idle.wait(20)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\npoison")
        poisoned.set()
        connection.recv(1)

    with RawServer(handler) as server:
        async with opened(colour, server) as client:
            assert b"hi" == await colour.read(await client.send())
            assert not client.connection.is_stale()
            idle.set()
            await colour.wait(poisoned)
            assert client.connection.is_stale()


# -- cancellation --------------------------------------------------------------------------------


def slow_answer(connection: socket.socket, number: int) -> None:
    """Take a request whole, then answer in packets, so that a client suspends for each."""
    data = b""
    while not data.endswith((b"0\r\n\r\n", b"GET")):
        more = connection.recv(65_536)
        if not more:
            return
        data += more
        if data.startswith(b"GET") and b"\r\n\r\n" in data:
            break
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
    for piece in (b"HTTP/1.1 103 Wait\r\n\r\n", head, b"a", b"b", b"cd"):
        connection.sendall(piece)
        threading.Event().wait(0.005)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_cancelled_exchange_ends_once_and_closes_its_stream(
    async_colour: Colour, method: str
) -> None:
    colour = async_colour

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            await colour.checkpoint()
            yield b"piece"

    with RawServer(slow_answer) as server:
        for n in range(1, 60):
            async with opened(colour, server) as client:

                async def call(client: Opened = client) -> None:
                    content = pieces() if method == "POST" else None
                    response = await client.send(method, content=content)
                    assert b"abcd" == await colour.read(response)

                finished = await colour.cancel_at(n, call)
                if finished:
                    assert [1] == client.done
                    break
                # A response whose last bytes had come was whole before it was cancelled.
                assert client.done in ([0], [1])
                if client.done == [0]:
                    assert client.connection.is_stale()
        assert finished
        assert n > 1

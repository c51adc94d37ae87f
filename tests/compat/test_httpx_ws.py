"""httpx-ws speaks WebSocket over the `network_stream` of a 101 response, and over ASGI."""

from __future__ import annotations

import base64
import hashlib
import socket
import struct
from collections.abc import Iterator
from typing import Any

import httpx_ws
import pytest
from httpx_ws.transport import ASGIWebSocketTransport
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from tests.support.messages import read_head
from tests.support.raw_server import RawServer, reset

import httpx

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept(connection: socket.socket) -> Any:
    """Answer the upgrade; returns the stream to read frames from."""
    stream = connection.makefile("rb")
    head = read_head(stream)
    assert head is not None
    key = next(
        line.split(b":", 1)[1].strip()
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"sec-websocket-key:")
    )
    token = base64.b64encode(hashlib.sha1(key + GUID).digest())
    connection.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + token + b"\r\n\r\n"
    )
    return stream


def echo(connection: socket.socket, number: int) -> None:
    """Send back each text frame in capitals, until a close frame comes."""
    with accept(connection) as stream:
        while True:
            first, second = stream.read(2)
            size = second & 0x7F
            if size == 126:
                (size,) = struct.unpack(">H", stream.read(2))
            mask = stream.read(4)
            data = bytes(byte ^ mask[i % 4] for i, byte in enumerate(stream.read(size)))
            reply = data if first & 0x0F == 8 else data.upper()
            length = bytes([size]) if size < 126 else b"\x7e" + struct.pack(">H", size)
            connection.sendall(bytes([first]) + length + reply)
            if first & 0x0F == 8:
                return


@pytest.fixture
def url() -> Iterator[str]:
    with RawServer(echo) as server:
        yield server.url


def test_messages_go_both_ways_sync(url: str) -> None:
    with httpx.Client() as client, httpx_ws.connect_ws(url, client) as session:
        for text in ("hello", "x" * 3000):
            session.send_text(text)
            assert text.upper() == session.receive_text(timeout=10)


def test_messages_go_both_ways_async(url: str, async_colour: Any) -> None:
    async def main() -> None:
        async with httpx.AsyncClient() as client, httpx_ws.aconnect_ws(url, client) as session:
            for text in ("hello", "x" * 3000):
                await session.send_text(text)
                assert text.upper() == await session.receive_text(timeout=10)

    async_colour.run(main)


def test_a_connection_that_breaks_is_an_error_of_theirs(async_colour: Any) -> None:
    def broken(connection: socket.socket, number: int) -> None:
        accept(connection)
        reset(connection)

    async def main() -> None:
        async with httpx.AsyncClient() as client, httpx_ws.aconnect_ws(server.url, client) as ws:
            await ws.receive_text(timeout=10)

    with RawServer(broken) as server:
        with (
            pytest.raises(httpx_ws.HTTPXWSException),
            httpx.Client() as client,
            httpx_ws.connect_ws(server.url, client) as session,
        ):
            session.receive_text(timeout=10)
        with pytest.raises(BaseException) as caught:
            async_colour.run(main)
        assert caught.group_contains(httpx_ws.HTTPXWSException) or isinstance(
            caught.value, httpx_ws.HTTPXWSException
        )


def test_an_answer_that_is_no_upgrade_is_an_error_of_theirs(server: Any) -> None:
    with (
        pytest.raises(httpx_ws.WebSocketUpgradeError) as caught,
        httpx.Client() as client,
        httpx_ws.connect_ws(server.url + "/status/403", client),
    ):
        pass
    assert 403 == caught.value.response.status_code


def test_a_session_over_asgi(async_colour: Any) -> None:
    async def endpoint(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("you said: " + await socket.receive_text())
        await socket.close()

    app = Starlette(routes=[WebSocketRoute("/ws", endpoint)])

    async def main() -> None:
        async with (
            httpx.AsyncClient(transport=ASGIWebSocketTransport(app)) as client,
            httpx_ws.aconnect_ws("http://server/ws", client) as session,
        ):
            await session.send_text("hello")
            assert "you said: hello" == await session.receive_text()

    async_colour.run(main)

"""Servers that close a TLS connection without saying so in TLS, as many do: the error is that of any
other end, and only a body that has no other end is not taken for whole.
"""

from __future__ import annotations

import socket
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.http2_server import HTTP2Server, Peer
from tests.support.raw_server import RawServer

from httpx_core import ReadError, RemoteProtocolError, Request

HEAD = b"HTTP/1.1 200 OK\r\n"


def hang_up(connection: socket.socket) -> None:
    """End our side below TLS, and read to the end, so that nothing is reset."""
    socket.socket.shutdown(connection, socket.SHUT_WR)
    while connection.recv(65536):
        pass


async def ends(colour: Colour, authority: Any, answer: bytes) -> bytes:
    """The body of a response after which the server hangs up."""

    def handler(connection: socket.socket, number: int) -> None:
        connection.recv(65536)
        if answer:
            connection.sendall(answer)
        hang_up(connection)

    with RawServer(handler, ssl_context=authority.server_context()) as server:
        async with colour.transport(verify=authority.client_context()) as transport:
            response = await transport.handle(Request("GET", server.url))
            return await colour.read(response)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 20"])
async def test_an_end_in_place_of_a_head_is_a_disconnect(
    colour: Colour, authority: Any, answer: bytes
) -> None:
    with pytest.raises(RemoteProtocolError, match="disconnected without sending a response"):
        await ends(colour, authority, answer)


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"Content-Length: 5\r\n\r\nab",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
    ],
)
async def test_an_end_in_the_middle_of_a_body_is_an_incomplete_one(
    colour: Colour, authority: Any, answer: bytes
) -> None:
    with pytest.raises(RemoteProtocolError, match="without sending complete message body"):
        await ends(colour, authority, answer)


async def test_an_end_that_anybody_could_forge_ends_no_body(colour: Colour, authority: Any) -> None:
    with pytest.raises(ReadError, match="without TLS's close_notify"):
        await ends(colour, authority, HEAD + b"\r\nab")


@pytest.mark.parametrize("begun", [False, True])
async def test_on_http2_it_is_a_disconnect_too(colour: Colour, authority: Any, begun: bool) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        if begun:
            peer.headers(stream_id, 200)
        hang_up(peer.socket)

    with HTTP2Server(script, ssl_context=authority.server_context(alpn=["h2"])) as server:
        async with colour.transport(http2=True, verify=authority.client_context()) as transport:
            with pytest.raises(RemoteProtocolError, match="close_notify"):
                await colour.read(await transport.handle(Request("GET", server.url)))

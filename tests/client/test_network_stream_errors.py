"""Errors of a `network_stream` are httpcore's as well, where httpcore has been imported."""

from __future__ import annotations

import socket
import sys
import types
from typing import Any

import pytest
from tests.support.raw_server import RawServer, reset

import httpx

UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n"


def upgrade_and_break(connection: socket.socket, number: int) -> None:
    connection.recv(65536)
    connection.sendall(UPGRADED)
    connection.recv(65536)
    reset(connection)


async def broken_read(colour: Any, url: str) -> Exception:
    headers = {"Connection": "upgrade", "Upgrade": "echo"}
    async with colour.client() as client, client.stream("GET", url, headers=headers) as response:
        stream = response.extensions["network_stream"]
        with pytest.raises(httpx.ReadError) as caught:
            if colour.is_async:
                await stream.write(b"x")
                await stream.read(10, timeout=10)
            else:
                stream.write(b"x")
                stream.read(10, timeout=10)
    return caught.value


async def test_they_are_ours_alone_without_httpcore(
    colour: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "httpcore", raising=False)
    with RawServer(upgrade_and_break) as server:
        assert type(await broken_read(colour, server.url)) is httpx.ReadError
    assert "httpcore" not in sys.modules


async def test_they_are_of_both_families_with_httpcore(
    colour: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = types.ModuleType("httpcore")
    theirs.ReadError = type("ReadError", (Exception,), {})  # type: ignore[attr-defined]  # a stand-in
    monkeypatch.setitem(sys.modules, "httpcore", theirs)
    with RawServer(upgrade_and_break) as server:
        error = await broken_read(colour, server.url)
    assert isinstance(error, theirs.ReadError)
    assert isinstance(error, httpx.ReadError)
    assert "127.0.0.1" in str(error)

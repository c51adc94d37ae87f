"""The `trace` extension is told of the lookup of a name, inside `connection.connect_tcp`."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.servers import HTTPServer

from httpx_core import ConnectError, Request
from httpx_transports import AsyncHTTPTransport, HTTPTransport

CONNECTING = ("connection.connect_tcp", "connection.resolve_name")


async def traced(colour: Colour, url: str, events: list[tuple[str, dict[str, Any]]]) -> None:
    """Send a request, and put what is told of connecting into `events`."""

    def tell(event: str, info: dict[str, Any]) -> None:
        if event.startswith(CONNECTING):
            events.append((event, info))

    async def tell_async(event: str, info: dict[str, Any]) -> None:
        tell(event, info)

    if colour.is_async:
        async with AsyncHTTPTransport() as transport:
            request = Request("GET", url, extensions={"trace": tell_async})
            response = await transport.handle_async_request(request)
            await response.aread()
    else:
        with HTTPTransport() as blocking:
            request = Request("GET", url, extensions={"trace": tell})
            blocking.handle_request(request).read()


async def test_the_lookup_of_a_name_is_told_within_connecting(
    colour: Colour, server: HTTPServer
) -> None:
    events: list[tuple[str, dict[str, Any]]] = []
    await traced(colour, f"http://localhost:{server.port}/bytes/1", events)
    assert [
        "connection.connect_tcp.started",
        "connection.resolve_name.started",
        "connection.resolve_name.complete",
        "connection.connect_tcp.complete",
    ] == [event for event, _ in events]
    assert {"host": "localhost", "port": server.port} == events[1][1]


async def test_an_ip_literal_has_no_lookup_to_tell_of(colour: Colour, server: HTTPServer) -> None:
    events: list[tuple[str, dict[str, Any]]] = []
    await traced(colour, f"{server.url}/bytes/1", events)
    assert ["connection.connect_tcp.started", "connection.connect_tcp.complete"] == [
        event for event, _ in events
    ]


async def test_a_name_that_is_not_there_is_a_failed_lookup(colour: Colour) -> None:
    events: list[tuple[str, dict[str, Any]]] = []
    with pytest.raises(ConnectError):
        await traced(colour, "http://name.invalid/", events)
    assert ["connection.resolve_name.failed", "connection.connect_tcp.failed"] == [
        event for event, _ in events[-2:]
    ]

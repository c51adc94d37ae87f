"""What is asked of the resolver's function, which programs and tests replace by their own."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.raw_server import RawServer

from httpx_core import ConnectError
from httpx_transports._backends.names import literal


@pytest.mark.parametrize("host", ["one.test", "localhost", "a1", "1.test", "", "."])
def test_a_name_is_no_literal_and_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    def nobody(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("The resolver was asked.")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    assert [] == literal(host, 80)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("::1", "::1"),
    ],
)
def test_a_literal_in_any_spelling_is_an_address(host: str, address: str) -> None:
    (found,) = literal(host, 80)
    assert (address, 80) == found.sockaddr[:2]


async def test_a_function_in_the_resolvers_place_gets_the_name_as_text(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def fake(host: Any, port: Any, family: int = 0, kind: int = 0, *rest: Any) -> Any:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    def handler(connection: socket.socket, number: int) -> None:
        connection.recv(1)

    with RawServer(handler) as server:
        monkeypatch.setattr(socket, "getaddrinfo", fake)
        stream = await colour.backend().connect_tcp("one.test", server.port, timeout=10)
        stream.close()
    # anyio, which trio's side goes by, gives bytes, as it did under httpx 0.28.
    # A loop may ask for the address too, as the one that it connects to.
    assert (b"one.test" if colour.name == "trio" else "one.test") in asked


@pytest.mark.parametrize("limit", [None, 20])
async def test_whatever_text_the_resolver_cannot_take_is_a_connect_error(
    colour: Colour, monkeypatch: pytest.MonkeyPatch, limit: float | None
) -> None:
    def fake(*args: Any, **kwargs: Any) -> Any:
        raise UnicodeError("label empty or too long")

    monkeypatch.setattr(socket, "getaddrinfo", fake)
    with pytest.raises(ConnectError, match=r"one\.test:80 failed: label empty or too long"):
        await colour.backend().connect_tcp("one.test", 80, timeout=limit)

"""What the tests of the peers share: which peers a test is for, and a client for each way."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Awaitable, Iterator
from typing import Any

import pytest
from tests.peers.catalogue import MATERIALS, offering, started
from tests.peers.contract import pattern
from tests.peers.origin import Origin
from tests.support.colours import Client, Colour

import httpx

WAYS = ("http", "https", "h2", "h2c")
"""How an exchange is carried: HTTP/1.1 in clear and over TLS, HTTP/2 by ALPN and by prior knowledge."""

LIMIT = 20.0
"""Seconds that any step may take."""


class Place:
    """One offer of one started peer."""

    def __init__(self, origin: Origin, offer: str) -> None:
        self.origin = origin
        self.offer = offer
        self.url = origin.urls[offer]
        self.is_http2 = offer.partition("-")[2] == "h2" or offer in ("h2", "h2c")

    def lacks(self, check: str) -> bool:
        return check in self.origin.lacks

    def client(self, colour: Colour, **kwargs: Any) -> Client:
        """A client that speaks with it in its way alone."""
        kwargs.setdefault("verify", trust())
        kwargs.setdefault("timeout", LIMIT)
        return colour.client(
            http1=not self.is_http2, http2=self.is_http2, trust_env=False, **kwargs
        )

    def opened(self, client: Client) -> tuple[int, int]:
        """Connections opened to it, and requests that went over one already used."""
        figures = next(iter(client.stats().values()))
        return figures.opened, figures.reused


def at(*offers: str, without: str | None = None) -> pytest.MarkDecorator:
    """Run a test at every peer that is here and has one of these offers, or lacks no route."""
    found = [
        pytest.param((kind, offer), id=f"{kind.name}-{offer}")
        for kind, offer in offering(*offers)
        if without is None or without not in kind.lacks
    ]
    return pytest.mark.parametrize("place", found, indirect=True)


_contexts: list[ssl.SSLContext] = []


def trust() -> ssl.SSLContext:
    """A context that trusts the peers' certificates, made once."""
    if not _contexts:
        _contexts.append(MATERIALS.authority.client_context())
    return _contexts[0]


def place(param: tuple[type[Origin], str]) -> Place:
    kind, offer = param
    return Place(started(kind), offer)


def digest(size: int) -> str:
    return hashlib.sha256(pattern(size)).hexdigest()


def parts(size: int, piece: int = 50_000) -> Iterator[bytes]:
    """`pattern(size)` in pieces, of a length that is no peer's own."""
    whole = pattern(size)
    for start in range(0, size, piece):
        yield whole[start : start + piece]


async def outcome(call: Awaitable[httpx.Response]) -> httpx.Response | httpx.TransportError:
    """What a call came to: its response, or the network's or the peer's fault, which is told of."""
    try:
        return await call
    except (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ProxyError) as exc:
        fault = exc
    assert str(fault)
    return fault

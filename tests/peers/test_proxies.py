"""Through real proxies: forwarding, tunnels, SOCKS5, with credentials and without the right ones."""

from __future__ import annotations

import hashlib
import ssl
from typing import Any

import pytest
from tests.peers.catalogue import MATERIALS, started
from tests.peers.contract import pattern
from tests.peers.exchanging import LIMIT, Place, at, digest, outcome, parts, trust
from tests.peers.proxies import PASSWORD, USER
from tests.peers.python_servers import Hypercorn
from tests.support.colours import Client, Colour

import httpx

LARGE = 4_000_000
EVERY = ("forward", "forward-auth", "forward-tls", "socks", "socks-auth")
CLOSED = ("forward-auth", "socks-auth")


def proxied(
    colour: Colour, place: Place, login: tuple[str, str] | None = None, **kwargs: Any
) -> Client:
    """A client of the proxy at that place, with the credentials that it wants, or others."""
    scheme = {"forward": "http", "socks": "socks5"}[place.offer.partition("-")[0]]
    is_tls = place.offer.endswith("tls")
    if login is None and place.offer not in ("forward", "socks"):
        login = USER, PASSWORD
    url = f"{'https' if is_tls else scheme}://127.0.0.1:{place.origin.ports[place.offer]}"
    proxy = httpx.Proxy(url, auth=login, ssl_context=trust() if is_tls else None)
    kwargs.setdefault("timeout", LIMIT)
    return colour.client(proxy=proxy, verify=trusting(place), trust_env=False, **kwargs)


def trusting(place: Place) -> ssl.SSLContext:
    """A context that trusts the targets, and the proxy that puts itself in their place."""
    context = MATERIALS.authority.client_context()
    own = getattr(place.origin, "own_authority", None)
    if own is not None:
        context.load_verify_locations(own)
    return context


def target(offer: str) -> str:
    return started(Hypercorn).urls[offer]


@at(*EVERY)
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_requests_go_through_over_one_connection(
    colour: Colour, place: Place, scheme: str
) -> None:
    async with proxied(colour, place) as client:
        for n in range(4):
            response = await client.get(f"{target(scheme)}/bytes/{n}")
            assert (200, pattern(n)) == (response.status_code, response.content)
        figures = next(iter(client.stats().values()))
        if scheme == "https" or not place.lacks("keep-alive"):
            assert (1, 3) == (figures.opened, figures.reused)


@at(*EVERY)
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("is_streamed", [False, True], ids=["length", "chunked"])
async def test_large_bodies_go_both_ways(
    colour: Colour, place: Place, scheme: str, is_streamed: bool
) -> None:
    content = colour.body(parts(LARGE)) if is_streamed else pattern(LARGE)
    route = "chunked" if is_streamed else "bytes"
    async with proxied(colour, place) as client:
        sent = await client.post(f"{target(scheme)}/upload", content=content)
        assert {"length": LARGE, "sha256": digest(LARGE)} == sent.json()
        received = await client.get(f"{target(scheme)}/{route}/{LARGE}")
        assert digest(LARGE) == hashlib.sha256(received.content).hexdigest()


@at(*EVERY)
async def test_answers_without_a_body_end_where_they_should(colour: Colour, place: Place) -> None:
    async with proxied(colour, place) as client:
        for _ in range(2):
            assert b"" == (await client.head(f"{target('http')}/bytes/1000")).content
            assert 204 == (await client.get(f"{target('http')}/status/204")).status_code
            assert 304 == (await client.get(f"{target('http')}/status/304")).status_code
            assert pattern(10) == (await client.get(f"{target('http')}/bytes/10")).content


@at(*EVERY)
async def test_http2_is_spoken_in_a_tunnel(colour: Colour, place: Place) -> None:
    async with proxied(colour, place, http2=True) as client:

        async def get(size: int) -> None:
            response = await client.get(f"{target('https')}/bytes/{size}")
            assert ("HTTP/2", pattern(size)) == (response.http_version, response.content)

        await get(1)
        await colour.concurrently(*(lambda size=n: get(size) for n in range(30)))
        figures = next(iter(client.stats().values()))
        assert (1, 30) == (figures.opened, figures.reused)


@at(*CLOSED, without="login-each-time")
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_wrong_credentials_are_refused_and_not_told(
    colour: Colour, place: Place, scheme: str
) -> None:
    status = 401 if place.lacks("407-again") else 407
    async with proxied(colour, place, login=(USER, "wrong-secret")) as client:
        if scheme == "http" and place.offer == "forward-auth":
            response = await client.get(f"{target(scheme)}/bytes/1")
            assert status == response.status_code
        else:
            with pytest.raises(httpx.ProxyError) as caught:
                await client.get(f"{target(scheme)}/bytes/1")
            assert "wrong-secret" not in str(caught.value)
            assert place.offer != "forward-auth" or str(status) in str(caught.value)


@at("forward-auth", without="login-each-time")
async def test_no_credentials_are_answered_with_407(colour: Colour, place: Place) -> None:
    url = place.url
    async with colour.client(proxy=url, verify=trust(), trust_env=False) as client:
        assert 407 == (await client.get(f"{target('http')}/bytes/1")).status_code
        with pytest.raises(httpx.ProxyError, match="407"):
            await client.get(f"{target('https')}/bytes/1")


@at("socks-auth", without="login-each-time")
async def test_a_socks_proxy_that_asks_for_credentials_is_named(
    colour: Colour, place: Place
) -> None:
    url = f"socks5://127.0.0.1:{place.origin.ports[place.offer]}"
    async with colour.client(proxy=url, trust_env=False) as client:
        with pytest.raises(httpx.ProxyError, match=r"(?i)auth|credentials"):
            await client.get(f"{target('http')}/bytes/1")


@at("forward", "socks")
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_target_that_refuses_connections_is_told(
    colour: Colour, place: Place, scheme: str
) -> None:
    from tests.peers.running import free_port

    nowhere = f"{scheme}://127.0.0.1:{free_port()}/"
    async with proxied(colour, place) as client:
        came = await outcome(client.get(nowhere))
        if isinstance(came, httpx.Response):
            assert came.status_code in (500, 502, 503, 504)
        assert pattern(10) == (await client.get(f"{target('http')}/bytes/10")).content


@at("forward", "socks")
async def test_a_slow_target_ends_in_a_read_timeout(colour: Colour, place: Place) -> None:
    async with proxied(colour, place, timeout=httpx.Timeout(LIMIT, read=0.2)) as client:
        for scheme in ("http", "https"):
            with pytest.raises(httpx.ReadTimeout):
                await client.get(f"{target(scheme)}/slow/1")


@at("forward", "socks", without="ipv6")
async def test_an_address_of_ipv6_is_reached(colour: Colour, place: Place) -> None:
    async with proxied(colour, place) as client:
        response = await client.get(f"{target('ipv6')}/bytes/10")
        assert pattern(10) == response.content

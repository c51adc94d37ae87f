"""Requests through real proxies: which certificate is checked, who sees which credentials, what is reused."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.http_server import HTTPServer
from tests.support.messages import Reply
from tests.support.proxy_server import ProxyServer
from tests.support.raw_server import RawServer
from tests.support.socks_server import SOCKSServer

from httpx_core import ConnectError, ProxyError, Request
from httpx_transports import Proxy

SECRET = ("user", "proxy-secret")


def request(url: str, method: str = "GET", **kwargs: Any) -> Request:
    limits = dict.fromkeys(("connect", "read", "write", "pool"), 10.0)
    return Request(method, url, extensions={"timeout": limits}, **kwargs)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


class World:
    """An origin and a proxy, each http or https, each https one with a certificate of its own name."""

    def __init__(self, stack: ExitStack, authority: Any, proxy: str, origin: str) -> None:
        self.authority = authority
        context = authority.server_context("origin.test") if origin == "https" else None
        self.origin = stack.enter_context(HTTPServer(ssl_context=context))
        self.url = f"{origin}://origin.test:{self.origin.port}"
        hosts = {"origin.test": ("127.0.0.1", self.origin.port)}
        self.proxy: Any
        if proxy == "socks5":
            self.proxy = SOCKSServer(credentials=SECRET, hosts=hosts)
        else:
            facing = authority.server_context("127.0.0.1") if proxy == "https" else None
            self.proxy = ProxyServer(ssl_context=facing, credentials=SECRET, hosts=hosts)
        stack.enter_context(self.proxy)
        self.proxy_url = f"{proxy}://127.0.0.1:{self.proxy.port}"

    def options(self, **kwargs: Any) -> dict[str, Any]:
        """Arguments of a transport that trusts the authority for both, unless told otherwise."""
        context = kwargs.pop("ssl_context", None) or self.authority.client_context()
        proxy = Proxy(self.proxy_url, auth=SECRET, ssl_context=context, **kwargs)
        return {"proxy": proxy, "verify": self.authority.client_context()}


@pytest.mark.parametrize("origin", ["http", "https"])
@pytest.mark.parametrize("proxy", ["http", "https", "socks5"])
async def test_any_origin_is_reached_through_any_proxy_and_connections_are_reused(
    colour: Colour, authority: Any, stack: ExitStack, proxy: str, origin: str
) -> None:
    world = World(stack, authority, proxy, origin)
    async with colour.transport(**world.options()) as transport:
        for _ in range(3):
            sent = request(world.url + "/upload", method="POST", content=b"x" * 100_000)
            response = await transport.handle(sent)
            assert 200 == response.status_code
            assert b'"length": 100000' in await colour.read(response)
    assert 1 == world.proxy.accepted
    assert 3 == len(world.origin.requests)
    for received in world.origin.requests:
        assert f"origin.test:{world.origin.port}" == received.header("host")
        assert "/upload" == received.target
        assert None is received.header("proxy-authorization")


@pytest.mark.parametrize("proxy", ["http", "https", "socks5"])
async def test_the_certificate_of_the_origin_is_verified_for_its_own_name(
    colour: Colour, authority: Any, stack: ExitStack, proxy: str
) -> None:
    world = World(stack, authority, proxy, "https")
    other = world.url.replace("origin.test", "other.test")
    world.proxy.hosts["other.test"] = ("127.0.0.1", world.origin.port)
    async with colour.transport(**world.options()) as transport:
        with pytest.raises(ConnectError, match=r"other\.test.*(?i:certificate|hostname)"):
            await transport.handle(request(other))
    assert [] == world.origin.requests


@pytest.mark.parametrize("scheme", ["http", "https", "ws", "wss"])
async def test_the_certificate_of_an_https_proxy_is_verified_before_it_is_told_anything(
    colour: Colour, authority: Any, stack: ExitStack, scheme: str
) -> None:
    import ssl

    strict = ssl.create_default_context()
    world = World(stack, authority, "https", "https" if scheme in ("https", "wss") else "http")
    url = world.url.replace(world.url.partition("://")[0], scheme)
    async with colour.transport(**world.options(ssl_context=strict)) as transport:
        with pytest.raises(ConnectError, match=r"127\.0\.0\.1.*(?i:certificate)"):
            await transport.handle(request(url))
    assert [] == world.proxy.requests


@pytest.mark.parametrize("proxy", ["http", "https", "socks5"])
async def test_secure_web_sockets_are_verified_before_any_byte_of_them_is_sent(
    colour: Colour, authority: Any, stack: ExitStack, proxy: str
) -> None:
    world = World(stack, authority, proxy, "https")
    headers = {"Connection": "upgrade", "Upgrade": "echo"}
    url = world.url.replace("https", "wss")
    async with colour.transport(**world.options()) as transport:
        response = await transport.handle(request(url + "/upgrade", headers=headers))
        assert 101 == response.status_code
        await colour.close(response)
        with pytest.raises(ConnectError):
            world.proxy.hosts["other.test"] = ("127.0.0.1", world.origin.port)
            await transport.handle(request(url.replace("origin", "other"), headers=headers))
    assert 1 == len(world.origin.requests)
    assert None is world.origin.last.header("proxy-authorization")


@pytest.mark.parametrize("origin", ["http", "https"])
async def test_headers_for_the_proxy_reach_the_proxy_alone(
    colour: Colour, authority: Any, stack: ExitStack, origin: str
) -> None:
    world = World(stack, authority, "http", origin)
    options = world.options(headers={"X-Proxy-Token": "proxy-token"})
    async with colour.transport(**options) as transport:
        sent = request(world.url + "/echo", headers={"Authorization": "origin-secret"})
        await colour.read(await transport.handle(sent))
    (seen,) = world.proxy.requests
    assert "proxy-token" == seen.header("x-proxy-token")
    assert "origin-secret" == world.origin.last.header("authorization")
    if origin == "https":
        assert f"CONNECT origin.test:{world.origin.port}" == world.proxy.seen[0]
        assert None is seen.header("authorization")
        assert None is world.origin.last.header("x-proxy-token")


async def test_a_refusal_says_what_the_proxy_answered(colour: Colour, stack: ExitStack) -> None:
    proxy = stack.enter_context(ProxyServer(refusal=Reply(403, b"Not through me.")))
    async with colour.transport(proxy=proxy.url) as transport:
        sent = request("https://origin.test/")
        with pytest.raises(ProxyError, match="403 Forbidden") as failure:
            await transport.handle(sent)
        assert sent is failure.value.request
        assert 403 == failure.value.status_code  # type: ignore[attr-defined]  # set by the tunnel
        assert b"Not through me." == failure.value.body  # type: ignore[attr-defined]  # as above
        assert 0 == transport.stats()["https://origin.test:443"].active


@pytest.mark.parametrize("proxy", ["http", "https", "socks5"])
async def test_no_error_shows_the_credentials_of_a_proxy(
    colour: Colour, authority: Any, stack: ExitStack, proxy: str
) -> None:
    world = World(stack, authority, proxy, "https")
    world.proxy.credentials = ("user", "another")
    async with colour.transport(**world.options()) as transport:
        with pytest.raises(ProxyError) as failure:
            await transport.handle(request(world.url))
    assert "proxy-secret" not in repr(failure.value)
    assert "proxy-secret" not in repr(failure.value.__context__)


async def test_a_forwarding_proxy_that_refuses_is_an_answer(
    colour: Colour, authority: Any, stack: ExitStack
) -> None:
    world = World(stack, authority, "http", "http")
    async with colour.transport(proxy=world.proxy_url) as transport:
        response = await transport.handle(request(world.url))
        assert 407 == response.status_code
        await colour.close(response)


async def test_a_proxy_that_is_not_there_is_named(colour: Colour) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        async with colour.transport(proxy=f"http://127.0.0.1:{port}") as transport:
            with pytest.raises(ConnectError) as caught:
                await transport.handle(request("https://origin.test/"))
    expected = f"The proxy cannot be reached. Connecting to 127.0.0.1:{port} failed: "
    assert str(caught.value).startswith(expected)


async def test_a_tunnel_to_the_proxy_s_own_origin_is_not_mixed_up_with_the_way_to_the_proxy(
    colour: Colour, authority: Any, stack: ExitStack
) -> None:
    world = World(stack, authority, "https", "http")
    # The same host and port as the proxy, but asked for as an https origin: a tunnel.
    own = f"https://127.0.0.1:{world.proxy.port}"
    inner = stack.enter_context(
        RawServer(
            lambda connection, number: (
                connection.recv(65536),
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ninner"),
            ),
            ssl_context=authority.server_context("127.0.0.1"),
        )
    )
    world.proxy.hosts["127.0.0.1"] = ("127.0.0.1", inner.port)
    async with colour.transport(**world.options()) as transport:
        await colour.read(await transport.handle(request(world.url + "/bytes/1")))
        response = await transport.handle(request(own))
        assert b"inner" == await colour.read(response)
    assert 2 == world.proxy.accepted

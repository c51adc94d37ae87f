"""A call cancelled at its n-th await, for every n, on every path: the pool stays whole, and serves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.http2_server import HTTP2Server
from tests.support.http_server import HTTPServer
from tests.support.proxy_server import ProxyServer
from tests.support.socks_server import SOCKSServer

from httpx_core import Request
from httpx_transports import Limits, Proxy

PATHS = ["direct", "tls", "forward", "tunnel", "https proxy", "socks5", "http2", "http2 tls"]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def build(stack: ExitStack, authority: Any, path: str) -> tuple[str, dict[str, Any]]:
    """Servers for a path: the origin's URL and a transport's arguments."""
    trusted = authority.client_context()
    options: dict[str, Any] = {"verify": trusted, "limits": Limits(max_connections=1)}
    server: Any
    if path.startswith("http2"):
        secure = path.endswith("tls")
        context = authority.server_context(alpn=["h2"]) if secure else None
        server = stack.enter_context(HTTP2Server(ssl_context=context))
        options |= {"http2": True, "http1": secure}
        return server.url, options
    context = authority.server_context() if path not in ("direct", "forward") else None
    server = stack.enter_context(HTTPServer(ssl_context=context))
    if path in ("forward", "tunnel"):
        options["proxy"] = stack.enter_context(ProxyServer()).url
    elif path == "https proxy":
        proxy = stack.enter_context(ProxyServer(ssl_context=authority.server_context()))
        options["proxy"] = Proxy(proxy.url, ssl_context=trusted)
    elif path == "socks5":
        options["proxy"] = f"socks5://127.0.0.1:{stack.enter_context(SOCKSServer()).port}"
    return server.url, options


def request(url: str, method: str = "GET", content: Any = None) -> Request:
    limits = dict.fromkeys(("connect", "read", "write", "pool"), 20.0)
    return Request(method, url, content=content, extensions={"timeout": limits})


@pytest.mark.parametrize("path", PATHS)
async def test_an_exchange_cancelled_at_any_await_leaves_the_pool_whole(
    async_colour: Colour, authority: Any, stack: ExitStack, path: str
) -> None:
    colour = async_colour
    url, options = build(stack, authority, path)
    reached = 0
    for n in range(1, 500):
        async with colour.transport(**options) as transport:
            finished = await colour.cancel_at(n, lambda: exchange(colour, transport, url))
            for stats in transport.stats().values():
                assert (0, 0) == (stats.active, stats.waiting)
            response = await transport.handle(request(url + "/bytes/2"))
            assert 2 == len(await colour.read(response))
        reached = n
        if finished:
            break
    assert 2 < reached < 499


async def exchange(colour: Colour, transport: Any, url: str) -> None:
    """A streamed upload with its answer, then a download of which the first piece is read."""
    post = request(url + "/upload", method="POST", content=colour.body([b"x" * 1000] * 3))
    await colour.read(await transport.handle(post))
    response = await transport.handle(request(url + "/bytes/100000"))
    try:
        async for _ in colour.iter_raw(response):
            break
    finally:
        await colour.close(response)


async def test_a_request_cancelled_in_the_queue_gives_up_its_place_to_the_next(
    async_colour: Colour, server: HTTPServer
) -> None:
    colour = async_colour
    served: list[bytes] = []
    async with colour.transport(limits=Limits(max_connections=1)) as transport:
        holder = await transport.handle(request(server.url + "/hold-body"))

        async def cancelled() -> None:
            assert not await colour.cancel_at(1, fetch)

        async def fetch() -> None:
            served.append(
                await colour.read(await transport.handle(request(server.url + "/bytes/3")))
            )

        async def release() -> None:
            while transport.stats()[server.url].waiting < 1:
                await colour.sleep(0.001)
            server.release.set()
            await colour.read(holder)

        await colour.concurrently(cancelled, fetch, release)
    assert [b"012"] == served

"""Every limit fires on every path, in its own exception, with the request; and soon after its time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.http_server import HTTPServer
from tests.support.proxy_server import ProxyServer
from tests.support.raw_server import RawServer
from tests.support.socks_server import SOCKSServer

from httpx_core import ConnectTimeout, ReadTimeout, Request, TimeoutException, WriteTimeout
from httpx_transports import Proxy

SHORT = 0.2


@contextmanager
def fires(error: type[TimeoutException], sent: Request) -> Iterator[Any]:
    """The block raises `error` for `sent` after its limit and before twice that and some."""
    started = time.monotonic()
    with pytest.raises(error) as failure:
        yield failure
    took = time.monotonic() - started
    assert str(failure.value)
    assert sent is failure.value.request
    assert SHORT * 0.9 <= took
    # Twice the limit, and what a loaded machine may take to get to it.
    assert took < SHORT * 2 + 2


def request(url: str, method: str = "GET", content: Any = None, **short: float) -> Request:
    limits = {"connect": 10.0, "read": 10.0, "write": 10.0, "pool": 10.0, **short}
    return Request(method, url, content=content, extensions={"timeout": limits})


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def silent(connection: socket.socket, number: int) -> None:
    """Read what comes, and say nothing."""
    while connection.recv(65536):
        pass


def deaf(over: threading.Event) -> Callable[[socket.socket, int], None]:
    """Neither read nor say anything, until the test is over."""

    def handler(connection: socket.socket, number: int) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        over.wait(20)

    return handler


PATHS = ["direct", "tls", "forward", "tunnel", "tls tunnel", "https proxy", "socks5", "socks5 tls"]


class Path:
    """A way to a server that does as `handler` says once everything before it went well."""

    def __init__(
        self, stack: ExitStack, authority: Any, path: str, handler: Callable[..., None]
    ) -> None:
        trusted = authority.client_context()
        self.options: dict[str, Any] = {"verify": trusted}
        secure = path in ("tls", "tls tunnel", "https proxy", "socks5 tls")
        context = authority.server_context() if secure else None
        server = stack.enter_context(RawServer(handler, ssl_context=context))
        self.url = server.url
        if path in ("forward", "tunnel", "tls tunnel", "https proxy"):
            facing = authority.server_context() if path == "https proxy" else None
            proxy = stack.enter_context(ProxyServer(ssl_context=facing))
            self.options["proxy"] = Proxy(proxy.url, ssl_context=trusted if facing else None)
            # The proxy waits for a silent server longer than the test does.
            stack.callback(server.close_connections)
        elif path.startswith("socks5"):
            proxy = stack.enter_context(SOCKSServer())
            self.options["proxy"] = f"socks5://127.0.0.1:{proxy.port}"
        if path == "tunnel":
            # A ws:// URL is tunnelled where http:// is forwarded.
            self.url = self.url.replace("http", "ws")


@pytest.mark.parametrize("path", PATHS)
async def test_the_read_limit_fires_while_waiting_for_a_response(
    colour: Colour, authority: Any, stack: ExitStack, path: str
) -> None:
    way = Path(stack, authority, path, silent)
    async with colour.transport(**way.options) as transport:
        sent = request(way.url, read=SHORT)
        with fires(ReadTimeout, sent):
            await transport.handle(sent)
        assert {0} == {stats.active for stats in transport.stats().values()}


@pytest.mark.parametrize("path", [path for path in PATHS if path != "forward"])
async def test_the_read_limit_fires_in_the_middle_of_a_body(
    colour: Colour, authority: Any, stack: ExitStack, path: str
) -> None:
    def half(connection: socket.socket, number: int) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        silent(connection, number)

    way = Path(stack, authority, path, half)
    async with colour.transport(**way.options) as transport:
        sent = request(way.url, read=SHORT)
        response = await transport.handle(sent)
        with fires(ReadTimeout, sent):
            await colour.read(response)
        assert {0} == {stats.active for stats in transport.stats().values()}


@pytest.mark.parametrize("path", ["direct", "tls"])
async def test_the_write_limit_fires_when_nobody_takes_the_body(
    colour: Colour, authority: Any, stack: ExitStack, path: str
) -> None:
    over = threading.Event()
    way = Path(stack, authority, path, deaf(over))
    stack.callback(over.set)
    async with colour.transport(**way.options) as transport:
        sent = request(way.url, method="POST", content=b"x" * 50_000_000, write=SHORT)
        with fires(WriteTimeout, sent):
            await transport.handle(sent)


@pytest.mark.parametrize("scheme", ["https", "http proxy", "https proxy", "socks5"])
async def test_the_connect_limit_fires_in_each_handshake(
    colour: Colour, stack: ExitStack, scheme: str
) -> None:
    server = stack.enter_context(RawServer(silent))
    address = f"127.0.0.1:{server.port}"
    options: dict[str, Any] = {}
    if scheme == "https":
        url = f"https://{address}"
    else:
        options["proxy"] = f"{scheme.partition(' ')[0]}://{address}"
        url = "https://origin.test"
    async with colour.transport(**options) as transport:
        sent = request(url, connect=SHORT)
        with fires(ConnectTimeout, sent):
            await transport.handle(sent)
        assert {0} == {stats.active for stats in transport.stats().values()}


async def test_the_connect_limit_counts_all_handshakes_together(
    colour: Colour, authority: Any, stack: ExitStack
) -> None:
    """A proxy that sends its answer byte by byte, each within the limit, holds nobody longer."""
    over = threading.Event()

    def trickle(connection: socket.socket, number: int) -> None:
        connection.recv(65536)
        for byte in b"HTTP/1.1 200 Connection established" * 100:
            if over.wait(SHORT / 4):
                return
            connection.sendall(bytes([byte]))

    proxy = stack.enter_context(RawServer(trickle))
    stack.callback(over.set)
    async with colour.transport(proxy=proxy.url) as transport:
        sent = request("https://origin.test", connect=SHORT)
        with fires(ConnectTimeout, sent):
            await transport.handle(sent)


async def test_the_connect_limit_fires_when_nobody_accepts(
    colour: Colour, stack: ExitStack
) -> None:
    listener = stack.enter_context(socket.socket())
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    # The first fills the queue of those to accept; the system drops the rest.
    waiting = [stack.enter_context(socket.socket()) for _ in range(4)]
    for one in waiting:
        one.setblocking(False)
        one.connect_ex(listener.getsockname())
    async with colour.transport() as transport:
        peer = f"127.0.0.1:{listener.getsockname()[1]}"
        sent = request(f"http://{peer}", connect=SHORT)
        with fires(ConnectTimeout, sent) as failure:
            await transport.handle(sent)
    expected = f"Connecting to {peer} timed out (the connect limit is 0.2 seconds)."
    assert expected == str(failure.value)


async def test_interim_responses_without_end_do_not_outlast_the_read_limit(
    colour: Colour, stack: ExitStack
) -> None:
    over = threading.Event()

    def chatter(connection: socket.socket, number: int) -> None:
        connection.recv(65536)
        while not over.wait(SHORT / 10):
            connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")

    server = stack.enter_context(RawServer(chatter))
    stack.callback(over.set)
    async with colour.transport() as transport:
        sent = request(server.url, read=SHORT)
        with fires(ReadTimeout, sent):
            await transport.handle(sent)


@pytest.mark.parametrize("phase", ["head", "body"])
async def test_the_total_limit_names_itself_whatever_the_phase(
    colour: Colour, server: HTTPServer, phase: str
) -> None:
    path = "/hold" if phase == "head" else "/hold-body"
    async with colour.transport() as transport:
        sent = request(server.url + path, total=SHORT)
        with pytest.raises(ReadTimeout) as caught:
            await colour.read(await transport.handle(sent))
    expected = (
        f"Reading from {server.host}:{server.port} timed out (the total limit is 0.2 seconds)."
    )
    assert expected == str(caught.value)
    server.release.set()

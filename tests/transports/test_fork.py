"""A forked child starts with nothing, and its parent's connections never hear of it."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.http2_server import HTTP2Server
from tests.support.http_server import HTTPServer
from tests.support.raw_server import RawServer

from httpx_core import Request
from httpx_transports import AsyncHTTPTransport, HTTPTransport

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork"),
    pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),
]

LIMITS = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), 10.0)}


def forked(work: Callable[[], bytes]) -> bytes:
    """What `work` gives in a forked child; its exception, as text, when it raises."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(30)  # a child that hangs ends
        try:
            try:
                told = work()
            except BaseException as exc:
                told = repr(exc).encode()
            os.write(writing, told)
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    told = os.read(reading, 10_000)
    os.close(reading)
    return told


def get(server: RawServer, path: str) -> Request:
    return Request("GET", server.url + path, extensions=LIMITS)


@pytest.fixture(params=["http1", "http1 tls", "http2 tls"])
def any_server(request: pytest.FixtureRequest, authority: Any) -> Any:
    if request.param == "http1":
        return HTTPServer()
    if request.param == "http1 tls":
        return HTTPServer(ssl_context=authority.server_context(alpn=["http/1.1"]))
    return HTTP2Server(ssl_context=authority.server_context(alpn=["h2"]))


async def test_a_child_that_drops_what_it_inherited_says_nothing_to_the_server(
    colour: Colour, any_server: Any, authority: Any
) -> None:
    """An idle connection, a response that is half read, and then a child that lets go of all."""
    with any_server as server:
        transport = colour.transport(verify=authority.client_context(), http2=True)
        held = [await transport.handle(get(server, "/bytes/500000"))]
        chunks = [colour.iter_raw(held[0])]
        received = len(await anext(chunks[0]))

        def let_go() -> bytes:
            pool = transport.inner._pool
            chunks.clear()
            held.clear()
            gc.collect()
            pool.close()
            del pool
            gc.collect()
            return b"done"

        assert b"done" == await colour.in_thread(forked, let_go)
        async for chunk in chunks[0]:
            received += len(chunk)
        assert 500_000 == received
        await colour.close(held[0])
        assert 4 == len(await colour.read(await transport.handle(get(server, "/bytes/4"))))
        assert 1 == server.accepted
        await transport.aclose()


@pytest.mark.parametrize("colour", ["sync", "asyncio"], indirect=True)  # trio forbids it
async def test_a_child_opens_connections_of_its_own(
    colour: Colour, any_server: Any, authority: Any
) -> None:
    """A child of an async program starts an event loop of its own, in whichever thread it is."""
    with any_server as server:
        transport = colour.transport(verify=authority.client_context(), http2=True)
        await colour.read(await transport.handle(get(server, "/bytes/4")))

        def ask() -> bytes:
            async def asked() -> bytes:
                body = await colour.read(await transport.handle(get(server, "/bytes/5")))
                await transport.aclose()
                return body

            answer: bytes = colour.run(asked)
            return answer

        assert 5 == len(await colour.in_thread(forked, ask))
        assert 4 == len(await colour.read(await transport.handle(get(server, "/bytes/4"))))
        assert 2 == server.accepted
        await transport.aclose()


def test_a_child_forked_while_another_thread_waits_is_not_held_up() -> None:
    """Our locks that other threads held at the fork are nobody's in the child; those of OpenSSL are lost."""
    with HTTPServer() as server, HTTPTransport() as transport:
        stop = threading.Event()
        failures: list[BaseException] = []

        def work() -> None:
            try:
                while not stop.is_set():
                    transport.handle_request(get(server, "/bytes/100000")).read()
            except BaseException as exc:
                failures.append(exc)

        # A fork in the middle of another thread's first import is lost in any program.
        transport.handle_request(get(server, "/bytes/1")).read()
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(10):
                answer = forked(lambda: transport.handle_request(get(server, "/bytes/5")).read())
                assert 5 == len(answer), answer
        finally:
            stop.set()
            for thread in threads:
                thread.join(20)
        assert [] == failures


def test_a_child_of_a_running_event_loop_runs_one_of_its_own(
    any_server: Any, authority: Any
) -> None:
    import asyncio

    with any_server as server:
        transport = AsyncHTTPTransport(verify=authority.client_context(), http2=True)

        async def ask(size: int) -> bytes:
            response = await transport.handle_async_request(get(server, f"/bytes/{size}"))
            return await response.aread()

        async def main() -> None:
            assert 4 == len(await ask(4))
            assert 5 == len(forked(lambda: asyncio.run(ask(5))))
            assert 4 == len(await ask(4))
            await transport.aclose()

        asyncio.run(main())
        assert 2 == server.accepted

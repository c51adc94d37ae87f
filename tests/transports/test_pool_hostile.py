"""What users and schedules do to a pool: traces that raise, dropped responses, loops that alternate."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import pytest
from h2.events import RequestReceived
from h2.settings import SettingCodes
from tests.support.colours import Colour
from tests.support.http2_server import HTTP2Server, Peer
from tests.support.http_server import HTTPServer
from tests.support.raw_server import RawServer

from httpx_core import AsyncByteStream, ConnectError, PoolTimeout, ReadError, ReadTimeout, Request
from httpx_transports import AsyncHTTPTransport, HTTPTransport, Limits
from httpx_transports._pool import pool
from httpx_transports._pool.state import PoolState
from httpx_transports.testing import ScriptedBackend, ScriptedStream

LIMITS: dict[str, float | None] = dict.fromkeys(("connect", "read", "write", "pool"), 10.0)
HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHe"
TUNNEL = b"HTTP/1.1 200 OK\r\n\r\n"
SOCKS = [b"\x05\x00", b"\x05\x00\x00\x01" + bytes(6)]


def sends(data: bytes) -> Callable[[socket.socket, int], None]:
    """A server that answers each connection's first bytes with `data`, and waits for its end."""

    def handler(connection: socket.socket, number: int) -> None:
        connection.recv(65536)
        connection.sendall(data)
        while connection.recv(65536):
            pass

    return handler


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, ReadError])
@pytest.mark.parametrize(
    ("url", "proxy", "handshake"),
    [
        ("http://origin.test/", None, []),
        ("https://origin.test/", None, []),
        ("http://origin.test/", "http://proxy.test", []),
        ("https://origin.test/", "http://proxy.test", [TUNNEL]),
        ("https://origin.test/", "https://proxy.test", [TUNNEL]),
        ("https://origin.test/", "socks5://proxy.test", SOCKS),
    ],
)
def test_a_trace_that_raises_at_any_event_leaves_nothing_open(
    url: str, proxy: str | None, handshake: list[bytes], error: type[BaseException]
) -> None:
    for n in range(1, 100):
        told: list[str] = []

        def trace(event: str, info: dict[str, Any], told: list[str] = told, n: int = n) -> None:
            told.append(event)
            if len(told) == n:
                raise error("of the trace")

        backend = ScriptedBackend([[*handshake, HALF, b"llo"]])
        with backend.installed(HTTPTransport(verify=False, proxy=proxy)) as transport:
            extensions = {"trace": trace, "timeout": {"read": 1.0}}
            request = Request("GET", url, extensions=extensions)
            with suppress(error):
                transport.handle_request(request).read()
            assert [(0, 0)] == [(s.active, s.waiting) for s in transport.stats().values()]
            kept = sum(s.idle for s in transport.stats().values())
            assert kept == sum(not stream.closed for stream in backend.streams)
        if len(told) < n:
            break
    assert 8 < n < 99


async def test_a_response_that_is_dropped_unread_gives_its_place_back(colour: Colour) -> None:
    with RawServer(sends(HALF)) as server:
        limits = {"timeout": LIMITS | {"pool": 0.2}}
        async with colour.transport(limits=Limits(max_connections=1)) as transport:
            for _ in range(3):
                request = Request("GET", server.url, extensions=limits)
                await transport.handle(request)
                gc.collect()
            (stats,) = transport.stats().values()
        assert (0, 3, 3) == (stats.active, stats.opened, stats.closed)


UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\n"


@pytest.mark.parametrize("ending", ["close", "start_tls"])
async def test_an_upgraded_stream_that_is_closed_without_its_response_gives_the_place_back(
    colour: Colour, ending: str
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with RawServer(sends(UPGRADED)) as server:
        headers = {"Connection": "upgrade", "Upgrade": "echo"}
        request = Request(
            "GET", server.url, headers=headers, extensions={"timeout": LIMITS | {"pool": 0.2}}
        )
        async with colour.transport(limits=Limits(max_connections=1)) as transport:
            response: Any = None
            for _ in range(3):
                response = await transport.handle(request)
                stream = response.extensions["network_stream"]
                if ending == "start_tls":
                    with pytest.raises(ConnectError):
                        securing = stream.start_tls(context, "", 10)
                        if colour.is_async:
                            await securing
                elif colour.is_async:
                    await stream.aclose()
                else:
                    stream.close()
            await colour.close(response)
            (stats,) = transport.stats().values()
        assert (0, 3, 3) == (stats.active, stats.opened, stats.closed)


async def test_who_waits_gets_the_place_of_a_response_of_http2_that_is_dropped(
    colour: Colour,
) -> None:
    def script(peer: Peer, number: int) -> None:
        while (event := peer.next_event()) is not None:
            if isinstance(event, RequestReceived):
                peer.headers(event.stream_id, 200)

    settings = {SettingCodes.MAX_CONCURRENT_STREAMS: 1}
    with HTTP2Server(script, settings=settings) as server:
        async with colour.transport(
            http1=False, http2=True, limits=Limits(max_connections=1)
        ) as transport:
            request = Request("GET", server.url, extensions={"timeout": LIMITS})
            held = [await transport.handle(request)]

            async def wait() -> None:
                await colour.close(await transport.handle(request))

            async def drop() -> None:
                while not transport._pool._state.queue:
                    await colour.checkpoint()
                held.clear()
                gc.collect()

            await colour.concurrently(wait, drop)
            (stats,) = transport.stats().values()
        assert (0, 1, 1, 0) == (stats.active, stats.opened, stats.reused, stats.waiting)


def test_a_response_that_is_collected_under_the_pools_lock_waits_for_the_next_request() -> None:
    backend = ScriptedBackend([[HALF], [HALF]])
    with backend.installed(HTTPTransport(limits=Limits(max_connections=1))) as transport:
        request = Request("GET", "http://origin.test/", extensions={"timeout": {"pool": 0.0}})
        response = transport.handle_request(request)
        with transport._pool._lock:
            del response
            assert not backend.streams[0].closed
        transport.handle_request(request).close()
        assert backend.streams[0].closed


@pytest.mark.parametrize("step", ["opened", "replace", "done", "stats"])
def test_a_response_that_is_collected_under_the_pools_lock_is_seen_by_who_holds_it(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = HALF + b"llo"
    backend = ScriptedBackend([[HALF], [whole, whole], [whole]])
    with backend.installed(HTTPTransport()) as transport:
        request = Request("GET", "http://origin.test/")
        dropped = [transport.handle_request(request)]
        if step in ("replace", "done"):
            transport.handle_request(request).read()
            backend.streams[1].closed = step == "replace"

        def collecting(call: Callable[..., Any]) -> Callable[..., Any]:
            def collect(*args: Any) -> Any:
                if dropped:
                    dropped.clear()
                    assert not backend.streams[0].closed
                return call(*args)

            return collect

        if step == "stats":
            monkeypatch.setattr(pool, "OriginStats", collecting(pool.OriginStats))
            transport.stats()
        else:
            monkeypatch.setattr(PoolState, step, collecting(getattr(PoolState, step)))
            transport.handle_request(request).read()
        assert not dropped
        assert backend.streams[0].closed


def test_many_responses_that_are_collected_under_the_pools_lock_are_taken_back_in_a_row() -> None:
    backend = ScriptedBackend([[HALF]] * 2000 + [[HALF + b"llo"]])
    with backend.installed(HTTPTransport(limits=Limits(max_connections=None))) as transport:
        request = Request("GET", "http://origin.test/")
        dropped = [transport.handle_request(request) for _ in range(2000)]
        with transport._pool._lock:
            dropped.clear()
        transport.handle_request(request).read()
        (stats,) = transport.stats().values()
        assert (0, 2000) == (stats.active, stats.closed)


def test_a_response_that_is_held_keeps_its_place() -> None:
    backend = ScriptedBackend([[HALF]])
    with backend.installed(HTTPTransport(limits=Limits(max_connections=1))) as transport:
        request = Request("GET", "http://origin.test/", extensions={"timeout": {"pool": 0.0}})
        chunks = iter(transport.handle_request(request).stream)
        assert b"He" == next(chunks)
        gc.collect()
        with pytest.raises(PoolTimeout):
            transport.handle_request(request)


async def test_a_request_does_not_go_again_once_the_transport_was_closed(
    colour: Colour, server: HTTPServer
) -> None:
    extensions = {"timeout": LIMITS}
    async with colour.transport() as transport:
        first = Request("GET", server.url + "/bytes/1", extensions=extensions)
        await colour.read(await transport.handle(first))

        async def fetch() -> None:
            with pytest.raises(ReadError, match="closed on this side"):
                await transport.handle(Request("GET", server.url + "/hold", extensions=extensions))

        async def close() -> None:
            await colour.wait(server.arrived)
            await transport.aclose()
            server.release.set()

        await colour.concurrently(fetch, close)
        (stats,) = transport.stats().values()
        assert (0, 1, 0) == (stats.idle, stats.opened, stats.retried)


@pytest.mark.parametrize("limit", [float("inf"), 1e10, 3e6, 5])
async def test_a_limit_of_any_length_is_taken(
    colour: Colour, server: HTTPServer, limit: float
) -> None:
    timeout = dict.fromkeys(("connect", "read", "write", "pool", "total"), limit)
    async with colour.transport() as transport:
        for host in ("127.0.0.1", "localhost"):
            url = server.url.replace("127.0.0.1", host) + "/bytes/1"
            request = Request("GET", url, extensions={"timeout": timeout})
            assert b"0" == await colour.read(await transport.handle(request))


async def test_a_limit_on_a_head_that_comes_in_parts_is_said_once(colour: Colour) -> None:
    limits = {"timeout": LIMITS | {"read": 0.05}}
    with RawServer(sends(b"HTTP/1.1 200 OK\r\n")) as server:
        async with colour.transport() as transport:
            with pytest.raises(ReadTimeout, match="head") as failure:
                await transport.handle(Request("GET", server.url, extensions=limits))
    expected = (
        f"Reading from 127.0.0.1:{server.port} timed out: the response's head was not whole within "
        "the read limit of 0.05 seconds."
    )
    assert expected == str(failure.value)


def test_loops_in_several_threads_may_alternate_on_one_transport(server: HTTPServer) -> None:
    transport = AsyncHTTPTransport(limits=Limits(max_connections=4))
    failures: list[BaseException] = []

    async def fetch() -> None:
        for _ in range(50):
            request = Request("GET", server.url + "/bytes/2", extensions={"timeout": LIMITS})
            response = await transport.handle_async_request(request)
            assert b"01" == await response.aread()

    def run() -> None:
        try:
            asyncio.run(fetch())
        except BaseException as exc:
            failures.append(exc)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == failures
    asyncio.run(transport.aclose())


async def test_the_zone_of_an_ipv6_address_reaches_the_system_as_it_wants_it(
    colour: Colour,
) -> None:
    with HTTPServer(host="::1") as server:
        url = server.url.replace("[::1]", "[::1%251]")
        async with colour.transport() as transport:
            request = Request("GET", url + "/bytes/1", extensions={"timeout": LIMITS})
            assert b"0" == await colour.read(await transport.handle(request))


def test_tls_verifies_an_ipv6_address_without_its_zone() -> None:
    backend = ScriptedBackend([[b"HTTP/1.1 204 No Content\r\n\r\n"]])
    with backend.installed(HTTPTransport(verify=False)) as transport:
        transport.handle_request(Request("GET", "https://[fe80::1%25eth0]/"))
    assert [("fe80::1%eth0", 443)] == backend.connects
    assert ["fe80::1"] == backend.streams[0].tls


class OneBuffer(AsyncByteStream):
    """Yields the same buffer again and again, filled anew each time, as `readinto` users do."""

    async def __aiter__(self) -> AsyncIterator[Any]:
        buffer = bytearray(b"-")
        for number in range(3):
            buffer[:] = b"%d" % number * (number + 1)
            yield buffer


def test_a_buffer_that_the_caller_fills_anew_is_copied_before_it_is_sent() -> None:
    kept: list[Any] = []

    class Keeping(ScriptedStream):
        """Keeps what it is given, as asyncio's transports do from Python 3.12 on."""

        async def write(
            self, data: bytes | memoryview, timeout: float | None, deadline: float | None = None
        ) -> None:
            kept.append(data)

    async def send() -> None:
        stream = Keeping([b"HTTP/1.1 204 No Content\r\n\r\n"])
        transport = ScriptedBackend([stream]).installed(AsyncHTTPTransport())
        headers = {"Host": "origin.test", "Content-Length": "6"}
        request = Request("PUT", "http://origin.test/", headers=headers, stream=OneBuffer())
        await transport.handle_async_request(request)
        await transport.aclose()

    asyncio.run(send())
    assert b"011222" == b"".join(kept).partition(b"\r\n\r\n")[2]


def test_a_transport_that_lives_until_the_interpreter_ends_says_nothing(server: HTTPServer) -> None:
    code = (
        "import sys\n"
        "from httpx_core import Request\n"
        "from httpx_transports import HTTPTransport\n"
        "sys.transport = HTTPTransport()\n"
        f"sys.transport.handle_request(Request('GET', '{server.url}/bytes/1')).read()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (0, "") == (done.returncode, done.stderr)


def test_ctrl_c_while_an_idle_connection_is_looked_at_gives_its_place_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = b"HTTP/1.1 204 No Content\r\n\r\n"
    backend = ScriptedBackend([[whole], [whole]])
    with backend.installed(HTTPTransport(limits=Limits(max_connections=1))) as transport:
        request = Request("GET", "http://origin.test/", extensions={"timeout": {"pool": 0.0}})
        transport.handle_request(request).close()
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):

            def interrupted(stream: ScriptedStream) -> bool:
                raise KeyboardInterrupt

            patch.setattr(ScriptedStream, "is_readable", interrupted)
            transport.handle_request(request)
        response = transport.handle_request(request)
        assert 204 == response.status_code
        response.close()
        assert [True, False] == [stream.closed for stream in backend.streams]

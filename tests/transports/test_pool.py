"""The pool over real connections: reuse, limits, fairness, retries, and what is left after trouble."""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.http_server import HTTPServer
from tests.support.raw_server import RawServer

from httpx_core import (
    ConnectError,
    PoolTimeout,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    RequestError,
    TimeoutException,
    UnsupportedProtocol,
)
from httpx_transports import HTTPTransport, Limits

SMALL = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def request(
    url: str, method: str = "GET", timeout: dict[str, float | None] | None = None, **kwargs: Any
) -> Request:
    extensions = {"timeout": timeout or dict.fromkeys(("connect", "read", "write", "pool"), 10.0)}
    return Request(method, url, extensions=extensions, **kwargs)


def limits(**seconds: float) -> dict[str, float | None]:
    return {"connect": 10.0, "read": 10.0, "write": 10.0, "pool": 10.0, **seconds}


def read_requests(connection: socket.socket, answer: Callable[[int], bytes | None]) -> None:
    """Answer each head on a connection by its number, until the peer or the answer ends it."""
    number, data = 0, b""
    while True:
        while b"\r\n\r\n" not in data:
            received = connection.recv(65536)
            if not received:
                return
            data += received
        data = data.partition(b"\r\n\r\n")[2]
        reply = answer(number)
        if reply is None:
            return
        connection.sendall(reply)
        number += 1


async def test_requests_one_after_the_other_share_a_connection(
    colour: Colour, server: HTTPServer
) -> None:
    async with colour.transport() as transport:
        for _ in range(3):
            await colour.read(await transport.handle(request(server.url + "/bytes/10")))
        stats = transport.stats()[server.url]
    assert 1 == len({received.connection for received in server.requests})
    assert (0, 1, 0, 1, 2, 0, 0) == tuple(stats)


async def test_the_transport_shows_what_its_pool_is_doing(
    colour: Colour, server: HTTPServer
) -> None:
    async with colour.transport() as transport:
        response = await transport.handle(request(server.url + "/chunked/100000"))
        assert f"{server.url}: 1 active, 0 idle, 0 waiting" in repr(transport.inner)
        await colour.close(response)
        assert f"{server.url}: 0 active, 0 idle, 0 waiting" in repr(transport.inner)


async def test_never_more_connections_than_the_limit_and_every_request_is_served(
    colour: Colour, server: HTTPServer
) -> None:
    async with colour.transport(limits=Limits(max_connections=2)) as transport:

        async def fetch() -> bytes:
            return await colour.read(await transport.handle(request(server.url + "/bytes/100")))

        bodies = await colour.concurrently(*[fetch] * 20)
    assert 1 == len(set(bodies))
    assert len({received.connection for received in server.requests}) <= 2


async def test_a_pool_limit_that_strikes_names_the_host_and_the_limit(
    colour: Colour, server: HTTPServer
) -> None:
    async with colour.transport(limits=Limits(max_connections=1)) as transport:
        holder = await transport.handle(request(server.url + "/chunked/500000"))
        waiting = request(server.url + "/bytes/1", timeout=limits(pool=0.05))
        with pytest.raises(PoolTimeout, match=r"127\.0\.0\.1.*0\.05 seconds") as failure:
            await transport.handle(waiting)
        assert waiting is failure.value.request
        await colour.close(holder)
        assert b"0" == await colour.read(await transport.handle(request(server.url + "/bytes/1")))


async def test_an_idle_connection_that_the_server_closed_is_not_used(
    colour: Colour, server: HTTPServer
) -> None:
    async with colour.transport() as transport:
        await colour.read(await transport.handle(request(server.url + "/bytes/1")))
        server.close_connections()
        await closed_by_peer(colour, transport)
        response = await transport.handle(request(server.url + "/bytes/1", method="POST"))
        assert 200 == response.status_code
        await colour.read(response)
        assert 0 == transport.stats()[server.url].retried


async def closed_by_peer(colour: Colour, transport: Any) -> None:
    """Wait until the transport's idle connection can see what its peer did."""
    (connection,) = transport.inner._pool._connections
    for _ in range(2000):
        if connection.is_stale():
            return
        await colour.sleep(0.001)
    raise AssertionError("The close never arrived.")


async def test_bytes_nobody_asked_for_close_an_idle_connection(colour: Colour) -> None:
    pushed = threading.Event()

    def poisoner(connection: socket.socket, number: int) -> None:
        if number:
            read_requests(connection, lambda n: SMALL)
            return
        connection.recv(65536)
        connection.sendall(SMALL)
        assert pushed.wait(20)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npoisoned")
        connection.recv(65536)

    with RawServer(poisoner) as server:
        async with colour.transport() as transport:
            await colour.read(await transport.handle(request(server.url)))
            pushed.set()
            await closed_by_peer(colour, transport)
            response = await transport.handle(request(server.url))
            assert b"ok" == await colour.read(response)
        assert 2 == server.accepted


class Dropper:
    """Answers the first request of each connection, and closes on the second without a word."""

    def __init__(self, served: int = 1) -> None:
        self.served = served
        self.heads = 0

    def __call__(self, connection: socket.socket, number: int) -> None:
        def answer(n: int) -> bytes | None:
            self.heads += 1
            return SMALL if n < self.served else None

        read_requests(connection, answer)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_an_idempotent_request_goes_again_when_a_reused_connection_dies(
    colour: Colour, method: str
) -> None:
    with RawServer(Dropper()) as server:
        async with colour.transport() as transport:
            await colour.read(await transport.handle(request(server.url)))
            response = await transport.handle(request(server.url, method=method, content=b"x"))
            assert 200 == response.status_code
            await colour.close(response)
            assert 1 == transport.stats()[server.url].retried
        assert 2 == server.accepted


async def test_a_post_whose_body_was_sent_does_not_go_again(colour: Colour) -> None:
    with RawServer(Dropper()) as server:
        async with colour.transport() as transport:
            await colour.read(await transport.handle(request(server.url)))
            post = request(server.url, method="POST", content=b"x")
            with pytest.raises(RemoteProtocolError, match="disconnected") as failure:
                await transport.handle(post)
            assert post is failure.value.request
        assert 1 == server.accepted


async def test_a_stream_that_was_sent_does_not_go_again(colour: Colour) -> None:
    with RawServer(Dropper()) as server:
        async with colour.transport() as transport:
            await colour.read(await transport.handle(request(server.url)))
            with pytest.raises((RemoteProtocolError, RequestError)):
                await transport.handle(
                    request(server.url, method="PUT", content=colour.body([b"x"]))
                )
        assert 1 == server.accepted


async def test_a_new_connection_that_dies_is_no_reason_to_go_again(colour: Colour) -> None:
    dropper = Dropper(served=0)
    with RawServer(dropper) as server:
        async with colour.transport() as transport:
            with pytest.raises(RemoteProtocolError, match="disconnected"):
                await transport.handle(request(server.url))
    assert 1 == dropper.heads


async def test_a_request_goes_again_once_and_no_more(colour: Colour) -> None:
    served = 0

    def handler(connection: socket.socket, number: int) -> None:
        nonlocal served

        def answer(n: int) -> bytes | None:
            nonlocal served
            served += 1
            return SMALL if number == 0 and n == 0 else None

        read_requests(connection, answer)

    with RawServer(handler) as server:
        async with colour.transport() as transport:
            await colour.read(await transport.handle(request(server.url)))
            with pytest.raises(RemoteProtocolError):
                await transport.handle(request(server.url))
        assert (2, 3) == (server.accepted, served)


async def test_the_server_says_for_how_long_it_keeps_a_connection(colour: Colour) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nKeep-Alive: timeout=1\r\n\r\n"
    with RawServer(lambda c, n: read_requests(c, lambda n: answer)) as server:
        async with colour.transport() as transport:
            for _ in range(2):
                await colour.close(await transport.handle(request(server.url)))
        assert 2 == server.accepted


async def test_a_refused_connection_is_tried_again_as_often_as_retries_says(
    colour: Colour,
) -> None:
    events = []
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        tried = request(f"http://127.0.0.1:{port}/")
        tried.extensions["trace"] = colour.callback(lambda name, info: events.append(name))
        async with colour.transport(retries=1) as transport:
            with pytest.raises(ConnectError, match=rf"127\.0\.0\.1:{port}") as failure:
                await transport.handle(tried)
            assert tried is failure.value.request
            assert 0 == transport.stats()[f"http://127.0.0.1:{port}"].active
    assert 2 == events.count("connection.connect_tcp.failed")
    assert 1 == events.count("connection.retry.started")


@pytest.mark.parametrize("url", ["/path", "ftp://example.org/", "http:///path", "//example.org/"])
async def test_what_is_no_http_url_is_refused_before_anything_is_done(
    colour: Colour, url: str
) -> None:
    async with colour.transport() as transport:
        with pytest.raises(UnsupportedProtocol) as failure:
            await transport.handle(request(url))
        assert str(failure.value)
        assert {} == transport.stats()


async def test_connections_verified_for_different_names_are_not_shared(
    colour: Colour, authority: Any
) -> None:
    names = []
    context = authority.server_context("127.0.0.1", "other.test")
    context.sni_callback = lambda ssl_object, name, context: names.append(name)
    with HTTPServer(ssl_context=context) as server:
        async with colour.transport(verify=authority.client_context()) as transport:
            for _ in range(2):
                for extra in ({}, {"sni_hostname": "other.test"}):
                    sent = request(server.url + "/bytes/1")
                    sent.extensions.update(extra)
                    await colour.read(await transport.handle(sent))
        assert [0, 1, 0, 1] == [received.connection for received in server.requests]
    assert [None, "other.test"] == names


async def test_the_total_limit_ends_what_no_other_limit_would(colour: Colour) -> None:
    def trickle(connection: socket.socket, number: int) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not stop.wait(0.02):
            connection.sendall(b"x")

    stop = threading.Event()
    with RawServer(trickle) as server:
        try:
            async with colour.transport() as transport:
                response = await transport.handle(request(server.url, timeout=limits(total=0.2)))
                with pytest.raises(ReadTimeout, match=r"total.*0\.2 seconds") as failure:
                    await colour.read(response)
                assert str(server.url) == str(failure.value.request.url)
        finally:
            stop.set()


async def test_closing_the_transport_ends_what_is_open(colour: Colour, server: HTTPServer) -> None:
    transport = colour.transport()
    response = await transport.handle(request(server.url + "/chunked/1000000"))
    await transport.aclose()
    with pytest.raises(RequestError):
        await colour.read(response)
    assert [] == transport.inner._pool._connections


async def test_a_request_that_waits_hears_that_the_transport_was_closed(
    colour: Colour, server: HTTPServer
) -> None:
    transport = colour.transport(limits=Limits(max_connections=1))
    holder = await transport.handle(request(server.url + "/hold-body"))
    seen: list[Exception] = []

    async def wait() -> None:
        try:
            await transport.handle(request(server.url + "/bytes/1"))
        except RequestError as exc:
            seen.append(exc)

    async def close() -> None:
        while not transport.stats()[server.url].waiting:
            await colour.sleep(0.001)
        await transport.aclose()

    await colour.concurrently(wait, close)
    server.release.set()
    await colour.close(holder)
    assert [ConnectError] == [type(exc) for exc in seen]
    assert "closed" in str(seen[0])


# asyncio itself says that a loop was closed with a connection open; nobody could do it any more.
@pytest.mark.filterwarnings("ignore:unclosed transport:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_another_event_loop_starts_with_no_connection(server: HTTPServer) -> None:
    import asyncio

    from httpx_transports import AsyncHTTPTransport

    transport = AsyncHTTPTransport()

    async def fetch() -> bytes:
        return await (
            await transport.handle_async_request(request(server.url + "/bytes/3"))
        ).aread()

    assert [b"012"] * 2 == [asyncio.run(fetch()) for _ in range(2)]
    asyncio.run(transport.aclose())
    gc.collect()
    assert 2 == len({received.connection for received in server.requests})


def test_a_transport_that_is_lost_with_open_connections_says_so(server: HTTPServer) -> None:
    transport = HTTPTransport()
    transport.handle_request(request(server.url + "/bytes/1")).read()
    with pytest.warns(ResourceWarning, match="1 open connection"):
        del transport
        gc.collect()


def test_a_forked_child_opens_connections_of_its_own(server: HTTPServer) -> None:
    import os

    with HTTPTransport() as transport:
        transport.handle_request(request(server.url + "/bytes/1")).read()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                body = transport.handle_request(request(server.url + "/bytes/2")).read()
                os.write(writing, body)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        os.close(writing)
        assert b"01" == os.read(reading, 100)
        os.close(reading)
        transport.handle_request(request(server.url + "/bytes/1")).read()
    first, in_child, after = [received.connection for received in server.requests]
    assert first == after != in_child


def test_sixty_four_threads_share_one_transport_and_get_their_own_answers() -> None:
    failures: list[BaseException] = []

    def handler(connection: socket.socket, number: int) -> None:
        data = b""
        while received := connection.recv(65536):
            data += received
            while b"\r\n\r\n" in data:
                head, _, data = data.partition(b"\r\n\r\n")
                path = head.split(b" ", 2)[1]
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(path), path)
                )

    with (
        RawServer(handler) as server,
        HTTPTransport(limits=Limits(max_connections=20)) as transport,
    ):

        def work(worker: int) -> None:
            try:
                for number in range(1000):
                    path = f"/{worker}/{number}"
                    response = transport.handle_request(Request("GET", server.url + path))
                    assert path.encode() == response.read()
            except BaseException as exc:
                failures.append(exc)

        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [] == failures
        stats = transport.stats()[server.url]
        assert (0, 0) == (stats.active, stats.waiting)
        assert stats.opened <= 20
        assert 64_000 == stats.opened + stats.reused


def test_two_hundred_failures_under_overload_leave_the_pool_whole(server: HTTPServer) -> None:
    outcomes: list[str] = []
    with HTTPTransport(limits=Limits(max_connections=1)) as transport:

        def work() -> None:
            for _ in range(10):
                try:
                    transport.handle_request(
                        request(server.url + "/hold", timeout=limits(read=0.02, pool=0.02))
                    )
                except TimeoutException as exc:
                    outcomes.append(type(exc).__name__)

        threads = [threading.Thread(target=work) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        server.release.set()
        assert 200 == len(outcomes)
        assert {"PoolTimeout", "ReadTimeout"} == set(outcomes)
        response = transport.handle_request(request(server.url + "/bytes/1"))
        assert b"0" == response.read()
        stats = transport.stats()[server.url]
        assert (0, 1, 0) == (stats.active, stats.idle, stats.waiting)


async def test_a_request_cancelled_while_it_waits_leaves_the_queue(
    async_colour: Colour, server: HTTPServer
) -> None:
    colour = async_colour
    async with colour.transport(limits=Limits(max_connections=1)) as transport:
        holder = await transport.handle(request(server.url + "/chunked/1000000"))

        async def wait() -> None:
            await transport.handle(request(server.url + "/bytes/1"))

        assert not await colour.cancel_at(1, wait)
        assert 0 == transport.stats()[server.url].waiting
        await colour.close(holder)
        assert b"0" == await colour.read(await transport.handle(request(server.url + "/bytes/1")))


async def test_sixty_rounds_of_cancelled_tasks_leave_no_slot_behind(
    async_colour: Colour, server: HTTPServer
) -> None:
    from random import Random

    colour, random = async_colour, Random(1)
    async with colour.transport(limits=Limits(max_connections=5)) as transport:

        async def fetch() -> None:
            await colour.read(await transport.handle(request(server.url + "/chunked/3000")))

        for _ in range(60):
            awaits = [random.randrange(1, 12) for _ in range(12)]
            await colour.concurrently(
                *[lambda n=n: colour.cancel_at(n, fetch) for n in awaits]  # type: ignore[misc]  # n=n has no type
            )
        stats = transport.stats()[server.url]
        assert (0, 0) == (stats.active, stats.waiting)
        assert stats.idle <= 5
        await fetch()


async def test_a_trace_is_told_of_the_wait_for_a_connection(
    colour: Colour, server: HTTPServer
) -> None:
    events: list[str] = []
    async with colour.transport(limits=Limits(max_connections=1)) as transport:
        holder = await transport.handle(request(server.url + "/chunked/1000000"))
        waiting = request(server.url, timeout=limits(pool=0.01))
        waiting.extensions["trace"] = colour.callback(lambda name, info: events.append(name))
        with pytest.raises(PoolTimeout):
            await transport.handle(waiting)
        await colour.close(holder)
    assert ["pool.wait.started", "pool.wait.complete"] == events


async def test_a_trace_is_told_that_a_request_goes_again_and_why(colour: Colour) -> None:
    told: list[tuple[str, Any]] = []
    with RawServer(Dropper()) as server:
        async with colour.transport() as transport:
            await colour.read(await transport.handle(request(server.url)))
            again = request(server.url)
            again.extensions["trace"] = colour.callback(
                lambda name, info: told.append((name, info))
            )
            await colour.read(await transport.handle(again))
    names = [name for name, _ in told]
    assert 1 == names.count("retry.request")
    why = dict(told)["retry.request"]["exception"]
    assert isinstance(why, RequestError)
    # The second try is told after it, from its first step on.
    behind = names[names.index("retry.request") + 1 :]
    assert "connection.connect_tcp.started" == behind[0]
    assert "http11.response_closed.complete" == behind[-1]

"""How HTTP/2 connections end: GOAWAY, refused streams, lowered limits, dead peers, cancellation."""

from __future__ import annotations

import random
import threading
from typing import Any

import pytest
from h2.errors import ErrorCodes
from h2.events import RequestReceived, StreamReset
from hyperframe.frame import GoAwayFrame
from tests.support.colours import Colour
from tests.support.http2_client import LIMITS, connect, open_at_h2
from tests.support.http2_server import HTTP2Server, Peer

from httpx_core import ReadTimeout, RemoteProtocolError, Request


def goaway(last: int, code: int = 0, told: bytes = b"") -> GoAwayFrame:
    return GoAwayFrame(0, last_stream_id=last, error_code=code, additional_data=told)


async def posts(colour: Colour, transport: Any, server: HTTP2Server, count: int) -> list[bytes]:
    """Send so many requests at once, and give the bodies of their answers in order."""

    def ask(number: int) -> Any:
        async def one() -> bytes:
            request = Request(
                "POST", f"{server.url}/{number}", content=b"x", extensions={"timeout": LIMITS}
            )
            return await colour.read(await transport.handle(request))

        return one

    return await colour.concurrently(*[ask(number) for number in range(count)])


def answer_all(peer: Peer) -> None:
    """Answer each request by its path, until the client closes."""
    while (event := peer.next_event()) is not None:
        if isinstance(event, RequestReceived):
            path = str(dict(event.headers)[":path"])
            peer.respond(event.stream_id, 200, path.encode())


async def test_goaway_among_fifty_streams_loses_none(colour: Colour) -> None:
    """Those up to the last stream are answered on the old connection, the others on a new one."""

    def script(peer: Peer, number: int) -> None:
        if number:
            answer_all(peer)
            return
        requests = dict(peer.next_request() for _ in range(50))
        last = sorted(requests)[19]
        peer.frames(goaway(last))
        for stream_id in sorted(requests)[:20]:
            peer.respond(stream_id, 200, requests[stream_id][":path"].encode())
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with colour.transport(http1=False, http2=True) as transport:
            bodies = await posts(colour, transport, server, 50)
        assert 2 == server.accepted
    assert [f"/{number}".encode() for number in range(50)] == bodies
    second = [e for e in server.peers[1].events if isinstance(e, RequestReceived)]
    assert 30 == len(second)


async def test_after_goaway_no_request_starts_and_the_pool_is_told(colour: Colour) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.headers(stream_id, 200)
        peer.frames(goaway(2**31 - 1))
        peer.frames(goaway(stream_id))
        peer.data(stream_id, b"to the end", end=True)
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            assert b"to the end" == await line.get("/")
            assert 0 == line.connection.limit
            assert line.connection.is_stale()
            attempt = line.attempt("GET", "/")
            with pytest.raises(RemoteProtocolError):
                await line.connection.exchange(attempt)
            assert attempt.refused
            assert not attempt.sent
    assert 2 == line.done
    assert [0] == line.limits[-1:]


async def test_a_goaway_with_an_error_says_which(colour: Colour) -> None:
    def script(peer: Peer, number: int) -> None:
        peer.next_request()
        peer.frames(goaway(0, ErrorCodes.ENHANCE_YOUR_CALM, b"too_many_pings"))
        peer.hang_up()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            attempt = line.attempt("GET", "/")
            with pytest.raises(RemoteProtocolError, match=r"ENHANCE_YOUR_CALM.*too_many_pings"):
                await line.connection.exchange(attempt)
    assert attempt.refused


async def test_a_close_after_goaway_fails_what_was_left_with_its_reason(colour: Colour) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.headers(stream_id, 200)
        peer.frames(goaway(stream_id, ErrorCodes.INTERNAL_ERROR, b"oops"))
        peer.hang_up()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            response = await line.send("GET", "/")
            with pytest.raises(RemoteProtocolError, match=r"INTERNAL_ERROR.*oops"):
                await colour.read(response)


async def test_a_refused_stream_goes_again(colour: Colour) -> None:
    """RFC 9113, 8.7: also a POST, since the server says that it did nothing with it."""

    def script(peer: Peer, number: int) -> None:
        if number == 0:
            stream_id, _ = peer.next_request()
            peer.reset(stream_id, ErrorCodes.REFUSED_STREAM)
        answer_all(peer)

    with HTTP2Server(script) as server:
        async with colour.transport(http1=False, http2=True) as transport:
            request = Request(
                "POST", f"{server.url}/again", content=b"x", extensions={"timeout": LIMITS}
            )
            assert b"/again" == await colour.read(await transport.handle(request))


async def test_a_server_of_few_requests_a_connection_loses_none_of_a_burst(
    colour: Colour,
) -> None:
    """Each connection answers three of those that are open on it, and refuses the others."""

    def script(peer: Peer, number: int) -> None:
        opened: list[tuple[int, str]] = []
        while len(opened) < 3:
            event = peer.next_event()
            if event is None:
                return
            if isinstance(event, RequestReceived):
                opened.append((event.stream_id, str(dict(event.headers)[":path"])))
        peer.frames(goaway(opened[-1][0]))
        for stream_id, path in opened:
            peer.respond(stream_id, 200, path.encode())
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with colour.transport(http1=False, http2=True) as transport:
            bodies = await posts(colour, transport, server, 30)
    assert [f"/{number}".encode() for number in range(30)] == bodies


async def test_the_peers_limit_is_heeded_and_told(colour: Colour) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.settings(MAX_CONCURRENT_STREAMS=10)
        peer.respond(stream_id, 200)
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            assert 100 == line.connection.limit
            await line.get("/")
            assert 10 == line.connection.limit


async def test_a_limit_lowered_mid_flight_is_no_deadlock(colour: Colour) -> None:
    """From 100 to 10 with 100 streams open: all end, and never again are more than 10 open."""

    def script(peer: Peer, number: int) -> None:
        first = [peer.next_request() for _ in range(100)]
        peer.settings(MAX_CONCURRENT_STREAMS=10)
        for stream_id, fields in first:
            peer.respond(stream_id, 200, fields[":path"].encode())
        open_now: list[tuple[int, str]] = []
        answered = 0
        while answered < 100:
            event = peer.next_event()
            assert event is not None
            if isinstance(event, RequestReceived):
                open_now.append((event.stream_id, str(dict(event.headers)[":path"])))
                assert len(open_now) <= 10
            if len(open_now) == 10:
                for stream_id, path in open_now:
                    peer.respond(stream_id, 200, path.encode())
                answered += len(open_now)
                open_now.clear()
        peer.until_closed()

    with HTTP2Server(script, settings={3: 100}) as server:
        async with colour.transport(http1=False, http2=True, limits=one_connection()) as transport:

            def ask(number: int) -> Any:
                async def one() -> bytes:
                    request = Request(
                        "GET", f"{server.url}/{number}", extensions={"timeout": LIMITS}
                    )
                    return await colour.read(await transport.handle(request))

                return one

            bodies = await colour.concurrently(*[ask(number) for number in range(200)])
        assert 1 == server.accepted
    assert [f"/{number}".encode() for number in range(200)] == bodies


def one_connection() -> Any:
    from httpx_transports import Limits

    return Limits(max_connections=1)


async def test_a_blackholed_connection_is_found_by_ping(colour: Colour) -> None:
    """Nothing comes any more and no limit is set: PING finds it, for all who wait."""
    dead = threading.Event()

    def script(peer: Peer, number: int) -> None:
        for _ in range(3):
            peer.next_request()
        dead.wait(20)

    with HTTP2Server(script) as server:
        async with await connect(
            colour, server, http2_ping_interval=0.1, http2_ping_timeout=0.1
        ) as line:

            async def one() -> str:
                with pytest.raises(ReadTimeout, match="PING") as caught:
                    await line.get("/", timeout={"read": None})
                assert "/" == caught.value.request.url.path
                return "dead"

            assert ["dead"] * 3 == await colour.concurrently(one, one, one)
            assert 0 == line.connection.limit
            dead.set()
    assert 3 == line.done


async def test_a_peer_that_answers_pings_is_alive(colour: Colour) -> None:
    def script(peer: Peer, number: int) -> None:
        from h2.events import PingReceived

        stream_id, _ = peer.next_request()
        for _ in range(3):
            peer.wait_for(PingReceived)
        peer.respond(stream_id, 200, b"alive")
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(
            colour, server, http2_ping_interval=0.05, http2_ping_timeout=5
        ) as line:
            assert b"alive" == await line.get("/", timeout={"read": None})


async def test_a_connection_that_was_silent_through_a_timeout_serves_no_more(
    colour: Colour,
) -> None:
    """The next request must not wait for the same dead peer."""
    dead = threading.Event()

    def script(peer: Peer, number: int) -> None:
        if number:
            answer_all(peer)
            return
        stream_id, _ = peer.next_request()
        peer.respond(stream_id, 200)
        dead.wait(20)

    with HTTP2Server(script) as server:
        async with colour.transport(http1=False, http2=True) as transport:
            url = f"{server.url}/path"
            first = await transport.handle(Request("GET", url, extensions={"timeout": LIMITS}))
            assert b"" == await colour.read(first)
            short = {"timeout": {**LIMITS, "read": 0.1}}
            with pytest.raises(ReadTimeout):
                await transport.handle(Request("GET", url, extensions=short))
            last = await transport.handle(Request("GET", url, extensions={"timeout": LIMITS}))
            assert b"/path" == await colour.read(last)
        dead.set()
        assert 2 == server.accepted


@pytest.mark.parametrize("began", [False, True], ids=["before the head", "in the body"])
async def test_a_timeout_names_the_goaway_that_came_before_it(colour: Colour, began: bool) -> None:
    """The server says what is wrong, serves nothing any more, and does not close."""
    timed_out = threading.Event()

    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        if began:
            peer.headers(stream_id, 200)
        peer.frames(goaway(stream_id, ErrorCodes.ENHANCE_YOUR_CALM, b"too many"))
        timed_out.wait(20)

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            with pytest.raises(
                ReadTimeout, match=r"0\.2 seconds, .*ENHANCE_YOUR_CALM, b'too many'"
            ):
                await line.get("/", timeout={"read": 0.2})
        timed_out.set()


async def test_an_idle_connection_that_the_server_closed_is_stale(colour: Colour) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.respond(stream_id, 200)

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            await line.get("/")
            while not line.connection.is_stale():
                await colour.checkpoint()


async def test_an_idle_connection_that_got_a_ping_is_not_stale(colour: Colour) -> None:
    said = threading.Event()

    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.respond(stream_id, 200)
        peer.h2.ping(b"12345678")
        peer.flush()
        said.set()
        stream_id, _ = peer.next_request()
        peer.respond(stream_id, 200, b"again")
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            await line.get("/")
            await colour.wait(said)
            await colour.checkpoint()
            assert not line.connection.is_stale()
            assert b"again" == await line.get("/")


async def test_closing_fails_what_is_open(colour: Colour) -> None:
    from httpx_core import TransportError

    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.headers(stream_id, 200)
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            response = await line.send("GET", "/")
            line.connection.close()
            line.connection.close()
            with pytest.raises(TransportError, match="closed on this side"):
                await colour.read(response)
    assert 1 == line.done
    assert 0 == line.connection.limit


@pytest.mark.parametrize("secure", [False, True])
async def test_cancelling_at_every_await_leaves_the_connection_good(
    async_colour: Colour, authority: Any, secure: bool
) -> None:
    """Whatever the exchange waits for: its stream is reset, another one goes on."""
    colour = async_colour
    context = authority.server_context(alpn=["h2"]) if secure else None
    with HTTP2Server(ssl_context=context) as server:
        async with await connect(colour, server, authority) as line:

            async def exchange() -> None:
                response = await line.send("POST", "/mirror", content=b"x" * 200_000)
                assert b"x" * 200_000 == await colour.read(response)

            cancelled = 0
            # A server that is fast enough leaves nothing to wait for: then it is tried again.
            for _ in range(500):
                done = line.done
                if not await colour.cancel_at(cancelled + 1, exchange):
                    cancelled += 1
                elif cancelled:
                    break
                assert done + 1 == line.done
                assert b"xxx" == await line.get("/bytes/3")
                assert 0 == open_at_h2(line.connection._session)
            assert 0 < cancelled < 400


async def test_ten_thousand_cancels_leave_no_open_stream(async_colour: Colour) -> None:
    """A hundred at a time, each cancelled after a random number of waits; h2's own count is asked."""
    colour = async_colour
    chance = random.Random(9113)
    with HTTP2Server() as server:
        async with await connect(colour, server) as line:

            async def one() -> None:
                path = chance.choice(["/echo", "/bytes/40000", "/mirror"])

                async def exchange() -> None:
                    response = await line.send("POST", path, content=b"x" * chance.choice([1, 9]))
                    if chance.random() < 0.3:
                        await colour.close(response)
                    else:
                        await colour.read(response)

                await colour.cancel_at(chance.randint(1, 3), exchange)

            for _ in range(100):
                await colour.concurrently(*[one] * 100)
            assert b"xxx" == await line.get("/bytes/3")
            session = line.connection._session
            assert 0 == open_at_h2(session)
            assert {} == session.streams
            assert 10_001 == line.done
            # All credit came back: nothing that was thrown away is still owed to the server.
            inbound = session._inbound
            assert 16 * 1024 * 1024 == inbound.window + inbound.owed
    assert any(isinstance(event, StreamReset) for event in server.peers[0].events)

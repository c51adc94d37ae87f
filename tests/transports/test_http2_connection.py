"""HTTP2Connection against a real server and a scripted one: what goes out, and what comes of the answers."""

from __future__ import annotations

import gc
import json
import threading
from typing import Any

import pytest
from h2.errors import ErrorCodes
from h2.events import DataReceived, StreamEnded, StreamReset
from tests.support.colours import Colour
from tests.support.http2_client import body, connect
from tests.support.http2_server import HTTP2Server, Peer

from httpx_core import (
    LocalProtocolError,
    ReadTimeout,
    RemoteProtocolError,
)


async def test_a_request_becomes_pseudo_fields_and_lower_case_names(colour: Colour) -> None:
    with HTTP2Server() as server:
        async with await connect(colour, server) as line:
            answer = await line.get("/echo?a=b", headers={"X-Thing": "Yes", "TE": "trailers"})
    assert {
        ":method": "GET",
        ":authority": server.authority,
        ":scheme": "http",
        ":path": "/echo?a=b",
        "x-thing": "Yes",
        "te": "trailers",
    } == json.loads(answer)["fields"]


async def test_connection_fields_are_not_sent(colour: Colour) -> None:
    headers = {
        "Connection": "keep-alive, X-Hop",
        "Keep-Alive": "timeout=5",
        "Proxy-Connection": "keep-alive",
        "Upgrade": "h2c",
        "X-Hop": "1",
        "X-End": "2",
    }
    with HTTP2Server() as server:
        async with await connect(colour, server) as line:
            fields = json.loads(await line.get("/echo", headers=headers))["fields"]
    assert ["x-end"] == [name for name in fields if not name.startswith(":")]


async def test_it_works_over_tls_with_alpn(colour: Colour, authority: Any) -> None:
    with HTTP2Server(ssl_context=authority.server_context(alpn=["h2"])) as server:
        async with await connect(colour, server, authority) as line:
            response = await line.send("POST", "/echo", content=b"hello")
            told = json.loads(await colour.read(response))
    assert "https" == told["fields"][":scheme"]
    assert "hello" == told["body"]
    assert b"HTTP/2" == response.extensions["http_version"]
    assert 1 == response.extensions["stream_id"]
    assert "OK" == response.reason_phrase


async def test_stream_ids_are_odd_and_grow(colour: Colour) -> None:
    with HTTP2Server() as server:
        async with await connect(colour, server) as line:
            ids = [(await line.send("GET", "/status/204")).extensions["stream_id"] for _ in "abc"]
    assert [1, 3, 5] == ids
    assert 3 == line.done


async def test_a_streamed_body_is_sent_chunk_by_chunk(colour: Colour) -> None:
    with HTTP2Server() as server:
        async with await connect(colour, server) as line:
            content = colour.body([b"one, ", b"", b"two, ", b"three"])
            response = await line.send("POST", "/echo", content=content)
            told = json.loads(await colour.read(response))
    assert "one, two, three" == told["body"]
    assert "transfer-encoding" not in told["fields"]


@pytest.mark.parametrize("chunks", [[b"12"], [b"12", b"3456"]])
async def test_a_body_of_another_length_than_declared_is_refused(
    colour: Colour, chunks: list[bytes]
) -> None:
    with HTTP2Server() as server:
        async with await connect(colour, server) as line:
            with pytest.raises(LocalProtocolError, match="Content-Length"):
                await line.send(
                    "POST",
                    "/echo",
                    content=body(colour, chunks),
                    headers={"Content-Length": "5"},
                )
            assert b"xxx" == await line.get("/bytes/3")
    assert [StreamReset] == [type(e) for e in server.peers[0].events if isinstance(e, StreamReset)]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"X-Thing": "a\r\nb: c"}, "X-Thing"),
        ({"X-Thing": "a\nb"}, "X-Thing"),
        ({"X-Thing": "a\x00b"}, "X-Thing"),
        ({"X-Thing\n": "a"}, "X-Thing"),
        ({"": "a"}, "header name"),
        ({"TE": "gzip"}, "TE"),
    ],
)
async def test_a_request_that_would_break_the_message_is_refused_before_it_is_sent(
    colour: Colour, fields: dict[str, str], message: str
) -> None:
    with HTTP2Server() as server:
        async with await connect(colour, server) as line:
            with pytest.raises(LocalProtocolError, match=message) as caught:
                await line.send("GET", "/echo", headers=fields)
            assert 1 == line.done
            assert caught.value.request.method == "GET"
            assert b"xxx" == await line.get("/bytes/3")
    assert ["/bytes/3"] == [request[":path"] for request in server.requests]


async def test_a_target_with_a_line_break_is_refused(colour: Colour) -> None:
    with HTTP2Server() as server:
        async with await connect(colour, server) as line:
            for target in (b"/a\r\nb", b"a", b""):
                with pytest.raises(LocalProtocolError):
                    await line.send("GET", "/", extensions={"target": target})
    assert [] == server.requests


@pytest.mark.parametrize("split", [True, False])
async def test_interim_responses_and_trailers_are_kept(colour: Colour, split: bool) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.headers(stream_id, 103, [("link", "</style.css>")])
        peer.headers(stream_id, 100)
        peer.headers(stream_id, 200)
        if split:
            # After the response has been given to its user.
            assert given.wait(20)
        peer.data(stream_id, b"body")
        peer.trailers(stream_id, [("x-sum", "1")])
        peer.until_closed()

    given = threading.Event()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            response = await line.send("GET", "/")
            given.set()
            assert b"body" == await colour.read(response)
    assert [
        (103, [(b"link", b"</style.css>")]),
        (100, []),
    ] == response.extensions["interim_responses"]
    assert [(b"x-sum", b"1")] == response.extensions["trailing_headers"]


async def test_too_many_interim_responses_end_the_stream_alone(colour: Colour) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        for _ in range(11):
            peer.headers(stream_id, 103)
        peer.wait_for(StreamReset, stream_id)
        stream_id, _ = peer.next_request()
        peer.respond(stream_id, 200, b"fine")
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server, max_interim_responses=10) as line:
            with pytest.raises(RemoteProtocolError, match="interim"):
                await line.send("GET", "/")
            assert b"fine" == await line.get("/")


MALFORMED = {
    "upper case": [("X-Thing", "1")],
    "CR": [("x-thing", "a\rb")],
    "LF": [("x-thing", "a\nb")],
    "NUL": [("x-thing", "a\x00b")],
    "leading space": [("x-thing", " a")],
    "trailing tab": [("x-thing", "a\t")],
    "space in a name": [("x thing", "a")],
    "empty name": [("", "a")],
    "connection": [("connection", "close")],
    "transfer-encoding": [("transfer-encoding", "chunked")],
    "pseudo-header": [(":path", "/")],
    "second status": [(":status", "200")],
    "too many fields": [("x-thing", "1")] * 101,
}


@pytest.mark.parametrize("fields", MALFORMED.values(), ids=MALFORMED)
async def test_a_malformed_response_ends_its_stream_alone(
    colour: Colour, fields: list[tuple[str, str]]
) -> None:
    def script(peer: Peer, number: int) -> None:
        first, _ = peer.next_request()
        peer.headers(first, 200, fields)
        reset = peer.wait_for(StreamReset, first)
        assert ErrorCodes.PROTOCOL_ERROR == reset.error_code
        second, _ = peer.next_request()
        peer.respond(second, 200, b"fine")
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server, max_header_fields=100) as line:
            with pytest.raises(RemoteProtocolError, match="malformed") as caught:
                await line.send("GET", "/")
            assert "GET" == caught.value.request.method
            assert b"fine" == await line.get("/")
    assert 2 == line.done


@pytest.mark.parametrize("status", ["20", "2000", "abc", "", "099"])
async def test_a_status_that_is_none_ends_its_stream(colour: Colour, status: str) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.h2.send_headers(stream_id, [(":status", status)])
        peer.flush()
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            with pytest.raises(RemoteProtocolError, match="status"):
                await line.send("GET", "/")


LENGTHS = {
    "too long": (3, [b"1234"]),
    "too long in the second frame": (5, [b"1234", b"56"]),
    "too short": (9, [b"1234"]),
    "missing": (4, [b""]),
}


@pytest.mark.parametrize(("declared", "chunks"), LENGTHS.values(), ids=LENGTHS)
async def test_a_body_that_is_not_as_long_as_declared_ends_its_stream_alone(
    colour: Colour, declared: int, chunks: list[bytes]
) -> None:
    def script(peer: Peer, number: int) -> None:
        first, _ = peer.next_request()
        second, _ = peer.next_request()
        peer.headers(first, 200, [("content-length", str(declared))])
        for chunk in chunks:
            peer.data(first, chunk, end=chunk is chunks[-1])
        peer.respond(second, 200, b"fine")
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            # The server answers in the order of arrival, whichever is first.
            results = await _one_of_two(colour, line)
    assert [b"fine", "malformed"] == results


async def _one_of_two(colour: Colour, line: Any) -> list[Any]:
    async def one() -> Any:
        try:
            return await line.get("/")
        except RemoteProtocolError as exc:
            return "malformed" if "declared" in str(exc) else exc

    return sorted(await colour.concurrently(one, one), key=str)


async def test_a_response_without_content_may_declare_any_length(colour: Colour) -> None:
    def script(peer: Peer, number: int) -> None:
        for status in (200, 304, 204):
            stream_id, _ = peer.next_request()
            peer.headers(stream_id, status, [("content-length", "10")])
            try:
                peer.data(stream_id, b"", end=True)
            except Exception:
                assert status != 200
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            for method in ("HEAD", "GET", "GET"):
                response = await line.send(method, "/")
                assert b"" == await colour.read(response)
                assert "10" == response.headers["content-length"]


async def test_a_reset_in_the_middle_of_a_body_is_an_error_after_what_came(colour: Colour) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.headers(stream_id, 200)
        peer.data(stream_id, b"some")
        peer.reset(stream_id, ErrorCodes.INTERNAL_ERROR)
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            response = await line.send("GET", "/")
            chunks = []
            with pytest.raises(RemoteProtocolError, match="INTERNAL_ERROR") as caught:
                async for chunk in colour.iter_raw(response):
                    chunks.append(chunk)
    assert [b"some"] == chunks
    assert response.request is caught.value.request
    assert 1 == line.done


async def test_an_early_close_resets_the_stream(colour: Colour) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.headers(stream_id, 200)
        peer.data(stream_id, b"some")
        assert ErrorCodes.CANCEL == peer.wait_for(StreamReset, stream_id).error_code
        stream_id, _ = peer.next_request()
        peer.respond(stream_id, 200, b"fine")
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            response = await line.send("GET", "/")
            await colour.close(response)
            await colour.close(response)
            assert 1 == line.done
            assert b"fine" == await line.get("/")


async def test_a_response_that_comes_before_the_body_is_sent_is_returned(colour: Colour) -> None:
    """The window stays shut, so that the body could never be sent whole."""

    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.wait_for(DataReceived, stream_id)
        peer.respond(stream_id, 413, b"too large")
        peer.wait_for(StreamReset, stream_id)
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            response = await line.send("POST", "/", content=b"x" * 1_000_000)
            assert 413 == response.status_code
            assert b"too large" == await colour.read(response)
    assert 1 == line.done


async def test_a_body_is_held_back_until_the_server_says_continue(colour: Colour) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        assert [] == [e for e in peer.events if isinstance(e, DataReceived)]
        peer.headers(stream_id, 100)
        peer.wait_for(StreamEnded, stream_id)
        peer.respond(stream_id, 200, b"got it")
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            response = await line.send(
                "POST", "/", content=b"body", headers={"Expect": "100-continue"}
            )
            assert b"got it" == await colour.read(response)


async def test_the_read_limit_is_each_streams_own(colour: Colour) -> None:
    """One waits long and reads for all, the other's limit fires all the same."""

    def script(peer: Peer, number: int) -> None:
        ids = {}
        for _ in range(2):
            stream_id, fields = peer.next_request()
            ids[fields[":path"]] = stream_id
        reset = peer.wait_for(StreamReset)
        assert ids["/never"] == reset.stream_id
        peer.respond(ids["/late"], 200, b"late")
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:

            async def late() -> bytes:
                return await line.get("/late")

            async def never() -> str:
                with pytest.raises(ReadTimeout, match=r"0\.1 seconds"):
                    await line.get("/never", timeout={"read": 0.1})
                return "timed out"

            assert [b"late", "timed out"] == await colour.concurrently(late, never)
    assert 2 == line.done


async def test_the_total_limit_names_itself_where_it_ends_a_body(colour: Colour) -> None:
    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.headers(stream_id, 200)
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            with pytest.raises(ReadTimeout) as caught:
                await line.get("/", timeout={"total": 0.2})
    expected = f"The response of {server.authority} timed out (the total limit is 0.2 seconds)."
    assert expected == str(caught.value)


async def test_a_server_that_closes_is_named(colour: Colour) -> None:
    def script(peer: Peer, number: int) -> None:
        peer.next_request()
        peer.hang_up()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            attempt = line.attempt("GET", "/")
            with pytest.raises(RemoteProtocolError, match="closed the connection") as caught:
                await line.connection.exchange(attempt)
    assert server.authority in str(caught.value)
    assert (True, False, False) == (attempt.sent, attempt.answered, attempt.refused)
    assert 0 == line.connection.limit
    assert 1 == line.done


TRACE = [
    "http2.send_connection_init.started",
    "http2.send_connection_init.complete",
    "http2.send_request_headers.started",
    "http2.send_request_headers.complete",
    "http2.send_request_body.started",
    "http2.send_request_body.complete",
    "http2.receive_response_headers.started",
    "http2.receive_remote_settings.started",
    "http2.receive_remote_settings.complete",
    "http2.receive_response_headers.complete",
    "http2.receive_response_body.started",
    "http2.receive_response_body.complete",
    "http2.response_closed.started",
    "http2.response_closed.complete",
]


async def test_the_trace_tells_of_the_steps_by_httpx_names(colour: Colour) -> None:
    events: list[tuple[str, Any]] = []
    trace = colour.callback(lambda name, info: events.append((name, info)))
    with HTTP2Server() as server:
        async with await connect(colour, server) as line:
            response = await line.send("POST", "/echo", content=b"abc", extensions={"trace": trace})
            await colour.read(response)
    assert TRACE == [name for name, _ in events]
    infos = dict(events)
    assert (200, response.headers.raw) == infos[TRACE[9]]["return_value"]
    assert {"return_value": None} == infos[TRACE[11]]
    assert 1 == infos[TRACE[2]]["stream_id"]
    assert response.request is infos[TRACE[2]]["request"]


async def test_the_trace_tells_once_of_a_body_of_many_pieces(colour: Colour) -> None:
    events: list[str] = []
    trace = colour.callback(lambda name, info: events.append(name))
    with HTTP2Server() as server:
        async with await connect(colour, server) as line:
            await colour.read(await line.send("GET", "/bytes/400000", extensions={"trace": trace}))
    assert TRACE[10:] == events[-4:]
    assert 1 == events.count("http2.receive_response_body.started")


async def test_the_trace_tells_of_a_body_that_is_closed_half_way(colour: Colour) -> None:
    events: list[tuple[str, Any]] = []
    trace = colour.callback(lambda name, info: events.append((name, info)))

    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.headers(stream_id, 200)
        peer.data(stream_id, b"half")
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            response = await line.send("GET", "/", extensions={"trace": trace})
            chunks = colour.iter_raw(response)
            assert b"half" == await anext(chunks)
            await colour.close(response)
            await chunks.aclose()  # type: ignore[attr-defined]  # it is a generator
    failed = "http2.receive_response_body.failed"
    assert [TRACE[10], failed, *TRACE[12:]] == [name for name, _ in events[-4:]]
    assert isinstance(dict(events)[failed]["exception"], GeneratorExit)


async def test_a_response_that_is_dropped_unread_is_reset_and_its_credit_given_back(
    colour: Colour,
) -> None:
    """More is dropped than the connection's window holds: the server could send nothing any more."""
    window = 65_535
    ids: list[int | None] = []

    def script(peer: Peer, number: int) -> None:
        for _ in range(5):
            stream_id, _ = peer.next_request()
            peer.headers(stream_id, 200)
            peer.data(stream_id, bytes(window // 2))
        stream_id, _ = peer.next_request()
        peer.respond(stream_id, 200, bytes(window))
        ids.extend(event.stream_id for event in peer.events if isinstance(event, StreamReset))

    with HTTP2Server(script) as server:
        async with await connect(
            colour, server, http2_stream_window=window, http2_connection_window=window
        ) as line:
            for _ in range(5):
                await line.send("GET", "/")
                gc.collect()
            assert window == len(await line.get("/"))
            assert 6 == line.done_in_time(6)
    assert [1, 3, 5, 7, 9] == ids


async def test_a_response_that_is_dropped_where_the_connection_is_locked_waits(
    colour: Colour,
) -> None:
    with HTTP2Server() as server:
        async with await connect(colour, server) as line:
            response = await line.send("GET", "/bytes/400000")
            with line.connection._turns.mutex:
                del response
                gc.collect()
                assert 0 == line.done
            assert b"" == await line.get("/bytes/0")
            while line.done < 2:
                await colour.checkpoint()
            assert {} == line.connection._session.streams


async def test_a_hundred_requests_share_a_connection(colour: Colour) -> None:
    with HTTP2Server() as server:
        async with await connect(colour, server) as line:

            def ask(number: int) -> Any:
                async def one() -> str:
                    told = json.loads(await line.get(f"/echo?{number}"))
                    return str(told["path"])

                return one

            paths = await colour.concurrently(*[ask(number) for number in range(100)])
        assert 1 == server.accepted
    assert [f"/echo?{number}" for number in range(100)] == paths
    assert 100 == line.done

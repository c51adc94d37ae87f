"""The life of an HTTP/1.1 connection: what ends an exchange, what it leaves, and who is told."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.transports.http11_script import Exchange, Script, get

from httpx_core import (
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    Response,
    WriteError,
)
from httpx_transports._attempt import Attempt
from httpx_transports._bridge import run

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def outcome(exchange: Exchange) -> tuple[list[int], int, int]:
    """The limit at each call of `on_done`, the limit now, and how often the stream was closed."""
    return exchange.done, exchange.connection.limit, exchange.script.closed


HELD: tuple[list[int], int, int] = ([], 1, 0)
KEPT = ([1], 1, 0)
CLOSED = ([0], 0, 1)


# -- given back ----------------------------------------------------------------------------------


def test_a_response_that_is_there_whole_holds_its_connection_until_it_is_read() -> None:
    """As one that is not: whether a pool is exhausted must not hang on how a server cuts what it writes."""
    exchange = Exchange(Script([OK]))
    response = exchange.send(get())
    assert HELD == outcome(exchange)
    assert (200, b"hi") == (response.status_code, response.read())
    assert KEPT == outcome(exchange)
    response.close()
    assert KEPT == outcome(exchange)


def test_a_response_that_is_there_whole_and_is_closed_unread_gives_its_connection_back() -> None:
    exchange = Exchange(Script([OK, OK]))
    exchange.send(get()).close()
    assert KEPT == outcome(exchange)
    assert b"hi" == exchange.send(get()).read()


def test_the_stream_of_a_response_that_is_there_whole_gives_the_connection_back_at_its_end() -> (
    None
):
    """For transports that wrap it, and read it without closing it."""
    exchange = Exchange(Script([OK]))
    response = exchange.send(get())
    assert [b"hi"] == list(response.stream)  # type: ignore[arg-type]  # a sync one
    assert KEPT == outcome(exchange)


def test_a_response_that_is_there_whole_and_is_dropped_is_told_of_as_lost() -> None:
    exchange = Exchange(Script([OK]))
    lost: list[object] = []
    exchange.connection.on_lost = lost.append
    exchange.send(get())
    gc.collect()
    assert [exchange.attempt] == lost
    assert [] == exchange.done


def test_a_response_of_an_async_client_that_is_there_whole_cannot_be_read_by_the_sync_side() -> (
    None
):
    exchange = Exchange(Script([OK]), is_async=True)
    response = exchange.send(get())
    with pytest.raises(RuntimeError, match="aread"):
        response.read()
    assert b"hi" == run(response.aread())
    assert KEPT == outcome(exchange)


def test_one_connection_serves_many_requests() -> None:
    exchange = Exchange(Script([OK, CHUNKED + b"2\r\nhi\r\n0\r\n\r\n", HEAD, b"0123456789", OK]))
    bodies = [exchange.send(get()).read() for _ in range(4)]
    assert [b"hi", b"hi", b"0123456789", b"hi"] == bodies
    assert [1, 1, 1, 1] == exchange.done


def test_a_streamed_response_is_given_back_with_its_last_bytes() -> None:
    exchange = Exchange(Script([HEAD + b"01234", b"56789"]))
    chunks = exchange.send(get()).iter_raw()
    assert b"01234" == next(chunks)
    assert [] == exchange.done
    assert b"56789" == next(chunks)
    assert KEPT == outcome(exchange)
    assert [] == list(chunks)
    assert KEPT == outcome(exchange)


def test_reads_of_the_network_are_handed_on_without_a_copy() -> None:
    piece = bytes(10_000)
    exchange = Exchange(Script([b"HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n", piece, piece]))
    stream = exchange.send(get()).stream
    assert isinstance(stream, object)
    assert all(chunk is piece for chunk in stream)  # type: ignore[union-attr]  # it is a sync stream


def test_a_response_that_is_closed_early_closes_the_connection() -> None:
    exchange = Exchange(Script([HEAD + b"01234", b"56789"]))
    response = exchange.send(get())
    response.close()
    response.close()
    assert CLOSED == outcome(exchange)


def test_a_connection_the_request_wants_closed_is_closed() -> None:
    exchange = Exchange(Script([OK]))
    exchange.send(get(headers={"Connection": "Close"})).read()
    assert CLOSED == outcome(exchange)


def test_bytes_that_come_unasked_make_an_idle_connection_stale() -> None:
    exchange = Exchange(Script([OK, b"HTTP/1.1 200 OK\r\n\r\npoison"], readable_after=1))
    exchange.send(get())
    assert exchange.connection.is_stale()


def test_a_quiet_connection_is_not_stale() -> None:
    exchange = Exchange(Script([OK]))
    exchange.send(get())
    assert not exchange.connection.is_stale()


def test_a_closed_connection_is_stale() -> None:
    exchange = Exchange(Script())
    exchange.connection.close()
    exchange.connection.close()
    assert exchange.connection.is_stale()
    assert 0 == exchange.connection.limit


# -- what a response says ------------------------------------------------------------------------


def test_a_response_knows_its_version_reason_request_and_connection() -> None:
    exchange = Exchange(Script([b"HTTP/1.0 404 Not There\r\n\r\n", b""]))
    request = get()
    response = exchange.send(request)
    stream = response.extensions.pop("network_stream")
    assert {"http_version": b"HTTP/1.0", "reason_phrase": b"Not There"} == response.extensions
    assert ("192.0.2.1", 80) == stream.get_extra_info("server_addr")
    assert request is response.request


def test_trailers_are_there_once_the_body_has_been_read() -> None:
    exchange = Exchange(Script([CHUNKED, b"2\r\nhi\r\n", b"0\r\nDigest: x\r\n\r\n"]))
    response = exchange.send(get())
    assert [] == response.extensions["trailing_headers"]
    response.read()
    assert [(b"Digest", b"x")] == response.extensions["trailing_headers"]
    assert "digest" not in response.headers


def test_interim_responses_are_kept_with_their_fields() -> None:
    hint = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    response = Exchange(Script([hint, hint + OK])).send(get())
    expected = [(103, [(b"Link", b"</a>")])] * 2
    assert expected == response.extensions["interim_responses"]


def test_the_seconds_a_server_keeps_an_idle_connection_are_remembered() -> None:
    said = b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nContent-Length: 0\r\n\r\n"
    exchange = Exchange(Script([said, OK]))
    exchange.send(get()).read()
    exchange.send(get()).read()
    assert 5.0 == exchange.connection.keepalive


# -- handed over ---------------------------------------------------------------------------------

SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\n"
UPGRADE = {"Upgrade": "echo", "Connection": "upgrade"}


@pytest.mark.parametrize(
    ("request_", "head"),
    [(get(headers=UPGRADE), SWITCHED), (get("CONNECT"), b"HTTP/1.1 200 OK\r\n\r\n")],
    ids=["upgrade", "connect"],
)
def test_a_connection_that_switched_is_its_users(request_: Request, head: bytes) -> None:
    exchange = Exchange(Script([head + b"first", b"second"]))
    response = exchange.send(request_)
    stream = response.extensions["network_stream"]
    assert (b"fi", b"rst", b"second") == (stream.read(2), stream.read(9), stream.read(9))
    stream.write(b"mine")
    assert b"mine" == exchange.script.written[-1]
    assert ([], 0, 0) == outcome(exchange)
    response.close()
    response.close()
    assert CLOSED == outcome(exchange)


def test_the_body_of_a_response_that_switched_is_empty() -> None:
    exchange = Exchange(Script([SWITCHED + b"first"]))
    assert b"" == exchange.send(get(headers=UPGRADE)).read()
    assert CLOSED == outcome(exchange)


# -- failures ------------------------------------------------------------------------------------


def test_a_connection_that_ends_before_the_first_byte_names_the_peer() -> None:
    exchange = Exchange(Script([b""]))
    with pytest.raises(RemoteProtocolError) as failure:
        exchange.send(get())
    expected = "Server disconnected without sending a response. (The peer is 192.0.2.1:80.)"
    assert expected == str(failure.value)
    assert CLOSED == outcome(exchange)


FAILURES: list[tuple[list[bytes | BaseException], type[BaseException]]] = [
    ([ReadError("reset")], ReadError),
    ([ReadTimeout("slow")], ReadTimeout),
    ([b"HTTP/1.1 2", ReadError("reset")], ReadError),
    ([b"HTTP/1.1 2", KeyboardInterrupt()], KeyboardInterrupt),
    ([GeneratorExit()], GeneratorExit),
    ([b"nonsense\r\n\r\n"], RemoteProtocolError),
]


@pytest.mark.parametrize(("reads", "error"), FAILURES)
def test_whatever_strikes_in_the_head_closes_the_connection(
    reads: list[bytes | BaseException], error: type[BaseException]
) -> None:
    exchange = Exchange(Script(reads))
    with pytest.raises(error):
        exchange.send(get())
    assert CLOSED == outcome(exchange)


BODY_FAILURES: list[tuple[bytes | BaseException, type[BaseException]]] = [
    (ReadError("reset"), ReadError),
    (ReadTimeout("slow"), ReadTimeout),
    (KeyboardInterrupt(), KeyboardInterrupt),
    (b"", RemoteProtocolError),
]


@pytest.mark.parametrize(("read", "error"), BODY_FAILURES)
def test_whatever_strikes_in_the_body_closes_the_connection(
    read: bytes | BaseException, error: type[BaseException]
) -> None:
    exchange = Exchange(Script([HEAD, read]))
    response = exchange.send(get())
    with pytest.raises(error):
        response.read()
    response.close()
    assert CLOSED == outcome(exchange)


def test_an_error_in_the_body_has_the_request() -> None:
    exchange = Exchange(Script([HEAD, ReadError("reset")]))
    request = get()
    response = exchange.send(request)
    with pytest.raises(ReadError) as failure:
        list(response.stream)  # type: ignore[arg-type]  # it is a sync stream
    assert request is failure.value.request


def test_closing_the_connection_lets_an_open_body_fail_once() -> None:
    exchange = Exchange(Script([HEAD + b"0"]))
    chunks = exchange.send(get()).iter_raw()
    assert b"0" == next(chunks)
    exchange.connection.close()
    exchange.script.closed = 0
    exchange.script.reads.append(ReadError("closed on this side"))
    with pytest.raises(ReadError):
        next(chunks)
    assert [0] == exchange.done


SENT = [
    ([b""], None, (True, False)),
    ([b"H", b""], None, (True, True)),
    ([b"HTTP/1.1 100\r\n\r\n", ReadError("reset")], None, (True, True)),
    ([], WriteError("reset"), (True, False)),
]


@pytest.mark.parametrize(("reads", "write_error", "expected"), SENT)
def test_an_attempt_notes_what_may_have_reached_the_peer_and_whether_it_answered(
    reads: list[Any], write_error: WriteError | None, expected: tuple[bool, bool]
) -> None:
    errors: Any = {} if write_error is None else {0: write_error}
    exchange = Exchange(Script(reads, write_errors=errors))
    with pytest.raises((RemoteProtocolError, ReadError, WriteError)):
        exchange.send(get())
    assert exchange.attempt is not None
    assert expected == (exchange.attempt.sent, exchange.attempt.answered)


def test_a_fault_shows_no_value_of_a_field() -> None:
    exchange = Exchange(Script([b"HTTP/1.1 200 OK\r\nSet-Cookie : secret\r\n\r\n"]))
    with pytest.raises(RemoteProtocolError) as failure:
        exchange.send(get())
    assert "Set-Cookie" in str(failure.value)
    assert "secret" not in str(failure.value)


# -- limits --------------------------------------------------------------------------------------


def test_the_read_limit_counts_once_for_the_head_and_its_interim_responses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter(range(100))
    monkeypatch.setattr("httpx_transports._http11.receiving.monotonic", lambda: float(next(clock)))
    interim = b"HTTP/1.1 102 Processing\r\n\r\n"
    exchange = Exchange(Script([interim] * 10))
    with pytest.raises(ReadTimeout, match="read limit of 3 seconds"):
        exchange.script.reads[4] = ReadTimeout("no bytes came")
        exchange.send(get(extensions={"timeout": {"read": 3.0}}))
    assert [3.0, 2.0, 1.0, 0.0, 0.0] == exchange.script.limits


def test_the_read_limit_counts_anew_for_each_read_of_the_body() -> None:
    exchange = Exchange(Script([HEAD, b"01234", b"56789"]))
    exchange.send(get(extensions={"timeout": {"read": 3.0}})).read()
    assert [3.0, 3.0, 3.0] == exchange.script.limits


def test_the_total_limit_ends_the_body_too() -> None:
    exchange = Exchange(Script([HEAD, ReadTimeout("no bytes came")]))
    request = get(extensions={"timeout": {"read": 3.0, "total": 1e-9}})
    response = exchange.send(request)
    with pytest.raises(ReadTimeout, match="total limit"):
        response.read()
    assert [0.0, 0.0] == exchange.script.limits


def test_bounds_can_be_set() -> None:
    limits = {"max_header_size": 60, "max_header_fields": 2, "max_interim_responses": 1}
    interim = b"HTTP/1.1 102\r\n\r\n"
    assert (
        200 == Exchange(Script([interim + HEAD + b"0123456789"]), **limits).send(get()).status_code
    )
    for data, message in [
        (HEAD[:-2] + b"A: 01234567890123456789\r\n\r\n", "60 bytes"),
        (b"HTTP/1.1 200 OK\r\n" + b"a:b\r\n" * 3 + b"\r\n", "2 header fields"),
        (interim * 2, "1 interim responses"),
    ]:
        with pytest.raises(RemoteProtocolError, match=message):
            Exchange(Script([data]), **limits).send(get())


def test_a_head_as_large_as_may_be_leaves_room_for_the_end_of_the_chunks() -> None:
    exchange = Exchange(Script([CHUNKED + b"2\r\nhi\r\n0\r\n\r\n"]), max_header_size=len(CHUNKED))
    assert b"hi" == exchange.send(get()).read()


# -- linear time ---------------------------------------------------------------------------------


def seconds(read: Any, pieces: list[bytes]) -> float:
    """The least time of three runs, in seconds of this process."""

    def once() -> float:
        script = Script(())
        script.reads = iter(pieces)  # type: ignore[assignment]  # a list would be slow to pop from
        script.read = lambda n, t: _next(script.reads)  # type: ignore[method-assign, assignment]  # the same
        start = time.process_time()
        read(Exchange(script, max_header_size=1 << 30, max_header_fields=1 << 30))
        return time.process_time() - start

    return min(once() for _ in range(3))


async def _next(pieces: Iterator[bytes]) -> bytes:
    return next(pieces)


def body_of(exchange: Exchange) -> None:
    for _ in exchange.send(get()).iter_raw():
        pass


def singles(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


LINEAR = {
    "a head byte by byte": lambda n: singles(
        b"HTTP/1.1 200 OK\r\nA: " + b"a" * n + b"\r\nContent-Length: 0\r\n\r\n"
    ),
    "a head of many fields byte by byte": lambda n: singles(
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * (n // 6) + b"Content-Length: 0\r\n\r\n"
    ),
    "a folded head": lambda n: [
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: b\r\n",
        *[b" c\r\n" * 1000] * (n // 1000),
        b"\r\n",
    ],
    "white space in a field": lambda n: [
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: b" + b" \t" * (n * 5) + b"c\r\n\r\n"
    ],
    "trailers byte by byte": lambda n: [CHUNKED, b"0\r\n", *singles(b"A: " + b"a" * n + b"\r\n\r\n")],
    "one-byte chunks byte by byte": lambda n: [CHUNKED, *singles(b"1\r\na\r\n" * (n // 6) + b"0\r\n\r\n")],
    "one-byte chunks": lambda n: [CHUNKED, *[b"1\r\na\r\n" * 1000] * (n // 200), b"0\r\n\r\n"],
    "a body byte by byte": lambda n: [
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % n,
        *singles(bytes(n)),
    ],
}  # fmt: skip


@pytest.mark.parametrize("message", LINEAR.values(), ids=LINEAR.keys())
def test_time_grows_with_the_length_of_what_comes(message: Any) -> None:
    small, large = message(10_000), message(80_000)
    # Eight times as long: linear is 8, quadratic is 64.
    assert 30 > seconds(body_of, large) / seconds(body_of, small)


def test_200_000_one_byte_chunks_are_one_body() -> None:
    data = b"1\r\na\r\n" * 200_000 + b"0\r\n\r\n"
    pieces = [data[at : at + 60_000] for at in range(0, len(data), 60_000)]
    response: Response = Exchange(Script([CHUNKED, *pieces])).send(get())
    assert b"a" * 200_000 == response.read()


# -- trace ---------------------------------------------------------------------------------------


def traced(
    reads: list[bytes | BaseException], request: Request
) -> tuple[list[str], dict[str, Any]]:
    """The events of one exchange in order, and what came with each."""
    events: list[str] = []
    infos: dict[str, Any] = {}

    def trace(name: str, info: dict[str, Any]) -> None:
        events.append(name.removeprefix("http11."))
        infos[events[-1]] = info

    request.extensions["trace"] = trace
    exchange = Exchange(Script(reads))
    try:
        run(exchange.connection.exchange(Attempt(request, False))).read()
    except (ReadError, RemoteProtocolError):
        pass
    assert 1 == len(exchange.done)
    return events, infos


def both(*steps: str) -> list[str]:
    return [f"{step}.{end}" for step in steps for end in ("started", "complete")]


STEPS = both(
    "send_request_headers",
    "send_request_body",
    "receive_response_headers",
    "receive_response_body",
    "response_closed",
)


@pytest.mark.parametrize("reads", [[OK], [HEAD + b"01234", b"56789"]], ids=["whole", "streamed"])
@pytest.mark.parametrize("content", [None, b"body", [b"a"]])
def test_each_step_is_told_in_order(reads: list[Any], content: Any) -> None:
    content = iter(content) if isinstance(content, list) else content
    request = get("POST", content=content)
    events, infos = traced(list(reads), request)
    assert STEPS == events
    assert {"request": request} == infos["send_request_headers.started"]
    assert {"return_value": None} == infos["send_request_body.complete"]
    head = infos["receive_response_headers.complete"]["return_value"]
    length = b"2" if reads == [OK] else b"10"
    assert (b"HTTP/1.1", 200, b"OK", [(b"Content-Length", length)]) == head
    assert {} == infos["response_closed.started"]


def test_a_failure_in_the_head_is_told() -> None:
    events, infos = traced([b""], get())
    closed = both("response_closed")
    assert [*STEPS[:5], "receive_response_headers.failed", *closed] == events
    assert isinstance(infos["receive_response_headers.failed"]["exception"], RemoteProtocolError)


def test_a_failure_in_the_body_is_told() -> None:
    events, _ = traced([HEAD, ReadError("reset")], get())
    assert [*STEPS[:7], "receive_response_body.failed", *both("response_closed")] == events


def test_a_response_that_is_closed_early_is_told() -> None:
    events: list[str] = []
    request = get(extensions={"trace": lambda name, info: events.append(name)})
    Exchange(Script([HEAD])).send(request).close()
    assert ["http11.response_closed.started", "http11.response_closed.complete"] == events[-2:]

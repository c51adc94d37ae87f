"""What a request is on the wire, and how its body gets there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.transports.http11_script import Exchange, Script, get

from httpx_core import (
    ByteStream,
    LocalProtocolError,
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    SyncByteStream,
    WriteError,
    WriteTimeout,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def post(content: Any, **headers: str) -> Request:
    return get("POST", content=content, headers=headers)


# -- heads ---------------------------------------------------------------------------------------


def test_a_request_without_a_body_is_one_write() -> None:
    exchange = Exchange(Script([OK]))
    assert 200 == exchange.send(get(headers={"X-Case": "kept"})).status_code
    head = b"GET /path?query HTTP/1.1\r\nHost: example.org\r\nX-Case: kept\r\n\r\n"
    assert [head] == exchange.script.written


def test_a_head_and_a_body_in_memory_are_one_write() -> None:
    exchange = Exchange(Script([OK]))
    exchange.send(post(b"body")).read()
    head = b"POST /path?query HTTP/1.1\r\nHost: example.org\r\nContent-Length: 4\r\n\r\n"
    assert [head + b"body"] == exchange.script.written


def test_a_big_body_in_memory_leaves_in_pieces_after_its_head() -> None:
    body = bytes(600_000)
    exchange = Exchange(Script([OK]))
    exchange.send(post(body)).read()
    head, *pieces = exchange.script.written
    assert head.endswith(b"\r\n\r\n")
    assert [262_144, 262_144, 75_712] == [len(piece) for piece in pieces]
    assert body == b"".join(pieces)


def test_each_request_of_a_connection_has_its_own_fields() -> None:
    """Equal ones are encoded once: that must never give a request what another's said."""
    exchange = Exchange(Script([OK] * 5))
    for secret in ("one", "two", "two", "one"):
        exchange.send(get(headers={"Authorization": secret}))
    exchange.send(get()).read()
    head = b"GET /path?query HTTP/1.1\r\nHost: example.org\r\n"
    said = [b"Authorization: %b\r\n" % each for each in (b"one", b"two", b"two", b"one")]
    assert [head + each + b"\r\n" for each in (*said, b"")] == exchange.script.written


def test_a_request_that_ends_its_connection_is_not_taken_for_one_that_does_not() -> None:
    exchange = Exchange(Script([OK, OK]))
    exchange.send(get(headers={"X-Kept": "1"})).read()
    assert [1] == exchange.done
    exchange.send(get(headers={"Connection": "close"})).read()
    assert [1, 0] == exchange.done


@pytest.mark.parametrize(("size", "writes"), [(65_536, 1), (65_537, 2)])
def test_a_body_leaves_with_its_head_up_to_64_kib(size: int, writes: int) -> None:
    exchange = Exchange(Script([OK]))
    exchange.send(post(bytes(size))).read()
    assert writes == len(exchange.script.written)
    assert exchange.script.sent.endswith(b"\r\n\r\n" + bytes(size))


@pytest.mark.parametrize(("length", "says"), [("5", "Too little"), ("3", "Too much")])
def test_a_body_in_memory_of_another_length_than_declared_is_never_sent(
    length: str, says: str
) -> None:
    exchange = Exchange(Script([OK]))
    with pytest.raises(LocalProtocolError) as caught:
        exchange.send(post(b"body", **{"Content-Length": length}))
    assert f"{says} data for declared Content-Length ({length} bytes)." == str(caught.value)
    assert b"" == exchange.script.sent


TARGETS = [
    ("GET", "http://example.org", {}, False, b"/"),
    ("GET", "http://example.org/a%20b?c=d#e", {}, False, b"/a%20b?c=d"),
    ("GET", "http://example.org/a", {"target": b"/raw?x"}, False, b"/raw?x"),
    ("OPTIONS", "http://example.org/a", {"target": b"*"}, False, b"*"),
    ("OPTIONS", "http://example.org/a", {"target": "*"}, False, b"*"),
    ("GET", "http://example.org/a?b", {}, True, b"http://example.org/a?b"),
    ("GET", "http://user:pass@example.org:8080/a", {}, True, b"http://example.org:8080/a"),
    ("GET", "http://[::1]:8080/a", {}, True, b"http://[::1]:8080/a"),
    ("CONNECT", "http://example.org/ignored", {}, False, b"example.org:80"),
    ("CONNECT", "https://example.org", {}, False, b"example.org:443"),
    ("CONNECT", "https://[::1]:8443", {}, False, b"[::1]:8443"),
    ("CONNECT", "ws://example.org", {}, False, b"example.org:80"),
    ("CONNECT", "wss://example.org", {}, False, b"example.org:443"),
    ("CONNECT", "http://example.org", {"target": b"other.org:1"}, False, b"other.org:1"),
]


@pytest.mark.parametrize(("method", "url", "extensions", "forward", "target"), TARGETS)
def test_the_target_has_the_form_of_its_method_and_peer(
    method: str, url: str, extensions: dict[str, Any], forward: bool, target: bytes
) -> None:
    exchange = Exchange(Script([OK]), forward=forward)
    exchange.send(Request(method, url, extensions=extensions)).read()
    assert b"%b %b HTTP/1.1\r\n" % (method.encode(), target) in exchange.script.sent


def test_the_fields_for_a_proxy_yield_to_those_of_the_request() -> None:
    fields = [(b"Proxy-Authorization", b"Basic cHJveHk="), (b"X-Both", b"proxy")]
    exchange = Exchange(Script([OK]), forward=True, proxy_fields=fields)
    request = get(headers={"x-both": "request"})
    exchange.send(request).read()
    assert b"Proxy-Authorization: Basic cHJveHk=\r\n" in exchange.script.sent
    assert b"x-both: request\r\n" in exchange.script.sent
    assert b"X-Both: proxy" not in exchange.script.sent
    assert "proxy-authorization" not in request.headers


REFUSED: list[dict[str, Any]] = [
    {"headers": {"X-A": "b\r\nX-B: c"}},
    {"headers": {"X-A": "b\nc"}},
    {"headers": {"X-A": "b\x00c"}},
    {"headers": {"X A": "b"}},
    {"headers": {"": "b"}},
    {"headers": [("Content-Length", "1"), ("Content-Length", "2")]},
    {"headers": [("Host", "a"), ("Host", "b")]},
    {"extensions": {"target": b"/a b"}},
    {"extensions": {"target": b"/\r\nX: y"}},
    {"extensions": {"target": "/\xe9"}},
    {"extensions": {"target": b""}},
    {"method": "POST", "content": b"abc", "headers": {"Content-Length": "2"}},
    {"method": "POST", "content": b"abc", "headers": {"Content-Length": "4"}},
    {"stream": ByteStream(b"abc"), "headers": {"Host": "example.org"}},
]


@pytest.mark.parametrize("wrong", REFUSED)
def test_a_request_that_would_break_the_protocol_is_never_sent(wrong: dict[str, Any]) -> None:
    exchange = Exchange(Script([OK]))
    with pytest.raises(LocalProtocolError):
        exchange.send(get(**wrong))
    assert [] == exchange.script.written
    # The connection was not touched, so it serves the next request.
    assert [1] == exchange.done
    assert exchange.attempt is not None
    assert not exchange.attempt.sent
    assert b"hi" == exchange.send(get()).read()


def test_a_request_without_a_host_is_never_sent() -> None:
    exchange = Exchange(Script([OK]))
    request = get()
    del request.headers["host"]
    with pytest.raises(LocalProtocolError, match="Host"):
        exchange.send(request)
    assert [] == exchange.script.written


def test_a_target_that_is_no_text_is_a_type_error() -> None:
    exchange = Exchange(Script([OK]))
    with pytest.raises(TypeError, match="target must be bytes"):
        exchange.send(get(extensions={"target": 5}))
    assert [1] == exchange.done


# -- streamed bodies -----------------------------------------------------------------------------


def test_a_streamed_body_goes_in_chunks() -> None:
    exchange = Exchange(Script([OK]))
    exchange.send(post(iter([b"hello", b"", b"0123456789"]))).read()
    head, *rest = exchange.script.written
    assert b"Transfer-Encoding: chunked\r\n" in head
    assert b"5\r\nhello\r\na\r\n0123456789\r\n0\r\n\r\n" == b"".join(rest)
    assert [1] == exchange.done


def test_a_streamed_body_without_bytes_is_the_last_chunk() -> None:
    exchange = Exchange(Script([OK]))
    exchange.send(post(iter([]))).read()
    assert b"0\r\n\r\n" == exchange.script.written[-1]


def test_a_big_chunk_is_cut() -> None:
    exchange = Exchange(Script([OK]))
    exchange.send(post(iter([bytes(300_000)]))).read()
    _, first, second, last = exchange.script.written
    assert (first[:7], second[:6], last) == (b"40000\r\n", b"93e0\r\n", b"0\r\n\r\n")


@pytest.mark.parametrize("piece", [b"abc", bytearray(b"abc"), memoryview(b"abc")])
def test_a_streamed_body_of_a_declared_length_goes_as_it_is(piece: Any) -> None:
    exchange = Exchange(Script([OK]))
    exchange.send(post(iter([piece, b"de"]), **{"Content-Length": "5"})).read()
    assert [b"abc", b"de"] == exchange.script.written[1:]
    assert [1] == exchange.done


def test_a_body_in_memory_is_chunked_where_the_user_says_so() -> None:
    exchange = Exchange(Script([OK]))
    exchange.send(post(b"hello", **{"Transfer-Encoding": "chunked"})).read()
    assert exchange.script.sent.endswith(b"\r\n\r\n5\r\nhello\r\n0\r\n\r\n")


def test_an_empty_body_in_memory_is_chunked_where_the_user_says_so() -> None:
    exchange = Exchange(Script([OK]))
    exchange.send(post(b"", **{"Transfer-Encoding": "chunked"})).read()
    assert exchange.script.sent.endswith(b"\r\n\r\n0\r\n\r\n")


def test_of_a_body_that_is_too_long_nothing_beyond_its_length_is_sent() -> None:
    exchange = Exchange(Script([OK]))
    with pytest.raises(LocalProtocolError, match="Too much data for declared Content-Length"):
        exchange.send(post(iter([b"abc", b"de"]), **{"Content-Length": "4"}))
    assert [b"abc"] == exchange.script.written[1:]
    assert ([0], 1) == (exchange.done, exchange.script.closed)


def test_a_body_that_is_too_short_closes_the_connection() -> None:
    exchange = Exchange(Script([OK]))
    with pytest.raises(LocalProtocolError, match="Too little data for declared Content-Length"):
        exchange.send(post(iter([b"abc"]), **{"Content-Length": "4"}))
    assert ([0], 1) == (exchange.done, exchange.script.closed)


def test_a_body_that_fails_closes_the_connection() -> None:
    def body() -> Iterator[bytes]:
        yield b"abc"
        raise ZeroDivisionError

    exchange = Exchange(Script([OK]))
    with pytest.raises(ZeroDivisionError):
        exchange.send(post(body()))
    assert ([0], 1) == (exchange.done, exchange.script.closed)
    assert b"0\r\n\r\n" not in exchange.script.written


def test_a_body_that_yields_text_is_a_type_error() -> None:
    exchange = Exchange(Script([OK]))
    with pytest.raises(TypeError):
        exchange.send(post(iter(["text"])))
    assert ([0], 1) == (exchange.done, exchange.script.closed)


def test_a_body_of_the_other_colour_is_refused_before_anything_is_sent() -> None:
    async def body() -> Any:
        yield b"abc"

    exchange = Exchange(Script([OK]))
    with pytest.raises(RuntimeError, match="async only"):
        exchange.send(post(body()))
    assert ([], [1]) == (exchange.script.written, exchange.done)


def test_a_stream_of_the_users_own_is_iterated() -> None:
    class Own(SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b"own"

    exchange = Exchange(Script([OK]))
    headers = {"Host": "example.org", "Content-Length": "3"}
    exchange.send(get("POST", stream=Own(), headers=headers)).read()
    assert [b"own"] == exchange.script.written[1:]


# -- Expect: 100-continue ------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"body", [b"body"]])
def test_a_body_waits_for_100(content: Any) -> None:
    exchange = Exchange(Script([CONTINUE, OK]))
    content = content if isinstance(content, bytes) else iter(content)
    response = exchange.send(post(content, Expect="100-continue", **{"Content-Length": "4"}))
    response.read()
    head, body = exchange.script.written
    assert (b"\r\n\r\n", b"body") == (head[-4:], body)
    assert [(100, [])] == response.extensions["interim_responses"]
    assert [1] == exchange.done


def test_a_body_does_not_wait_for_100_for_ever() -> None:
    exchange = Exchange(Script([ReadTimeout("nothing"), OK]))
    assert 200 == exchange.send(post(b"body", Expect="100-Continue")).status_code
    assert b"body" == exchange.script.written[-1]
    limit = exchange.script.limits[0]
    assert limit is not None
    assert 0 < limit <= 1


def test_an_early_hint_is_no_100() -> None:
    hint = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    exchange = Exchange(Script([hint, ReadTimeout("nothing"), OK]))
    exchange.send(post(b"body", Expect="100-continue")).read()
    assert b"body" == exchange.script.written[-1]


@pytest.mark.parametrize("status", [b"417 Expectation Failed", b"200 OK", b"401 Unauthorized"])
def test_a_final_response_instead_of_100_leaves_the_body_unsent(status: bytes) -> None:
    exchange = Exchange(Script([b"HTTP/1.1 %b\r\nContent-Length: 2\r\n\r\nno" % status]))
    response = exchange.send(post(b"body", Expect="100-continue"))
    assert b"no" == response.read()
    assert 1 == len(exchange.script.written)
    # The server still waits for the body: what comes next must not be taken for it.
    assert ([0], 1) == (exchange.done, exchange.script.closed)


def test_a_server_that_closes_instead_of_100_disconnected() -> None:
    exchange = Exchange(Script([b""]))
    with pytest.raises(RemoteProtocolError, match="Server disconnected"):
        exchange.send(post(b"body", Expect="100-continue"))


def test_without_a_body_there_is_nothing_to_wait_for() -> None:
    exchange = Exchange(Script([OK]))
    exchange.send(get(headers={"Expect": "100-continue"})).read()
    assert [1] == exchange.done


# -- responses that come early -------------------------------------------------------------------


def test_a_refusal_stops_a_streamed_body() -> None:
    taken: list[int] = []

    def body() -> Iterator[bytes]:
        for number in range(10):
            taken.append(number)
            yield b"piece"

    exchange = Exchange(Script([TOO_LARGE], readable_after=3))
    response = exchange.send(post(body()))
    assert (413, b"no") == (response.status_code, response.read())
    assert 3 == len(taken)
    assert ([0], 1) == (exchange.done, exchange.script.closed)


def test_a_refusal_stops_a_big_body_in_memory() -> None:
    exchange = Exchange(Script([TOO_LARGE], readable_after=2))
    response = exchange.send(post(bytes(10_000_000)))
    assert (413, b"no") == (response.status_code, response.read())
    assert 2 == len(exchange.script.written)
    assert [0] == exchange.done


def test_a_success_that_comes_early_does_not_stop_the_body() -> None:
    exchange = Exchange(Script([OK], readable_after=1))
    response = exchange.send(post(iter([b"a", b"b"])))
    assert (200, b"hi") == (response.status_code, response.read())
    assert exchange.script.sent.endswith(b"1\r\na\r\n1\r\nb\r\n0\r\n\r\n")
    assert [1] == exchange.done


def test_an_interim_response_does_not_stop_the_body() -> None:
    exchange = Exchange(Script([CONTINUE, OK], readable_after=1))
    exchange.send(post(iter([b"a", b"b"]))).read()
    assert exchange.script.sent.endswith(b"1\r\na\r\n1\r\nb\r\n0\r\n\r\n")
    assert [1] == exchange.done


def test_what_is_readable_may_be_nothing_of_http() -> None:
    exchange = Exchange(Script([ReadTimeout("a TLS ticket"), OK], readable_after=1))
    assert 200 == exchange.send(post(iter([b"a"]))).status_code
    assert 0.0 == exchange.script.limits[0]


def test_a_server_that_closes_while_the_body_is_sent_disconnected() -> None:
    exchange = Exchange(Script([b""], readable_after=1))
    with pytest.raises(RemoteProtocolError, match="Server disconnected"):
        exchange.send(post(iter([b"a", b"b"])))
    assert [0] == exchange.done


@pytest.mark.parametrize("error", [WriteError("reset"), WriteTimeout("stuck")])
@pytest.mark.parametrize("content", [b"small", bytes(100_000), [b"a", b"b"]])
def test_a_response_is_read_when_the_peer_takes_no_more(content: Any, error: Exception) -> None:
    at = 0 if content == b"small" else 1
    content = iter(content) if isinstance(content, list) else content
    exchange = Exchange(Script([TOO_LARGE[:20], TOO_LARGE[20:]], write_errors={at: error}))
    response = exchange.send(post(content))
    assert (413, b"no") == (response.status_code, response.read())
    assert ([0], 1) == (exchange.done, exchange.script.closed)
    assert exchange.attempt is not None
    assert exchange.attempt.answered


@pytest.mark.parametrize("found", [b"", ReadError("reset"), ReadTimeout("nothing")])
def test_a_write_error_is_raised_when_there_is_no_response(found: Any) -> None:
    exchange = Exchange(Script([found], write_errors={1: WriteError("reset")}))
    with pytest.raises(WriteError, match="reset"):
        exchange.send(post(iter([b"a"])))
    assert ([0], 1) == (exchange.done, exchange.script.closed)
    assert exchange.attempt is not None
    assert (True, False) == (exchange.attempt.sent, exchange.attempt.answered)


def test_an_early_success_survives_a_write_error() -> None:
    script = Script([OK], readable_after=1, write_errors={2: WriteError("reset")})
    exchange = Exchange(script)
    assert b"hi" == exchange.send(post(iter([b"a", b"b", b"c"]))).read()
    assert [0] == exchange.done

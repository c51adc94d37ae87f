"""The check of what goes out: every forbidden byte at every place, and what frames a message."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from httpx_core import ByteStream, Cookies, Headers, LocalProtocolError, Request, wire

TOKEN = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
VISIBLE = bytes(range(0x21, 0x7F))
BREAKING = b"\x00\n\x0b\x0c\r"
WHITESPACE = b" \t"
HOST = (b"Host", b"example.org")
ALL_BYTES = [bytes([number]) for number in range(256)]


def outcome(call: Any, *arguments: Any) -> str:
    try:
        call(*arguments)
    except LocalProtocolError:
        return "refused"
    return "passed"


def both_ways(pairs: list[tuple[bytes, bytes]]) -> str:
    """Ask the check alone and the writer, which must agree."""
    alone = outcome(wire.check_fields, pairs)
    written = outcome(wire.encode_head, "GET", b"/", [HOST, *pairs])
    assert alone == written
    return alone


@pytest.mark.parametrize("byte", ALL_BYTES)
def test_a_method_holds_only_what_a_token_may(byte: bytes) -> None:
    expected = "passed" if byte in TOKEN else "refused"
    for method in (byte, b"GE" + byte, byte + b"ET", b"G" + byte + b"T"):
        assert expected == outcome(wire.check_method, method.decode("latin-1"))
        assert expected == outcome(wire.encode_head, method.decode("latin-1"), b"/", [HOST])


@pytest.mark.parametrize("method", ["", " ", "GET ", "GET\r\n", "G\u0130T", "\udc80", "GÉT"])
def test_a_method_that_is_no_token_is_refused(method: str) -> None:
    assert "refused" == outcome(wire.check_method, method)
    assert "refused" == outcome(wire.encode_head, method, b"/", [HOST])


@pytest.mark.parametrize("byte", ALL_BYTES)
def test_a_target_holds_only_visible_ascii(byte: bytes) -> None:
    expected = "passed" if byte in VISIBLE else "refused"
    for target in (byte, b"/" + byte, byte + b"/", b"/a" + byte + b"b"):
        assert expected == outcome(wire.check_target, target)
        assert expected == outcome(wire.encode_head, "GET", target, [HOST])


def test_a_target_must_not_be_empty() -> None:
    assert "refused" == outcome(wire.check_target, b"")
    assert "refused" == outcome(wire.encode_head, "GET", b"", [HOST])


@pytest.mark.parametrize("byte", ALL_BYTES)
def test_a_name_holds_only_what_a_token_may(byte: bytes) -> None:
    expected = "passed" if byte in TOKEN else "refused"
    for name in (byte, b"X" + byte, byte + b"X", b"X" + byte + b"Y"):
        assert expected == both_ways([(name, b"v")])


@pytest.mark.parametrize("byte", ALL_BYTES)
def test_a_value_holds_nothing_that_ends_a_field(byte: bytes) -> None:
    inside = "refused" if byte in BREAKING else "passed"
    at_the_edge = "refused" if byte in BREAKING + WHITESPACE else "passed"
    assert inside == both_ways([(b"X", b"a" + byte + b"b")])
    for value in (byte, byte + b"a", b"a" + byte):
        assert at_the_edge == both_ways([(b"X", value)])


@pytest.mark.parametrize(
    "pairs",
    [
        [(b"", b"v")],
        [(b"X: y\r\nZ", b"v")],
        [(b"X", b"y\r\nZ: v")],
        [(b"X", b"y\r\n\r\nGET / HTTP/1.1")],
        [(b"X\r\n", b"v")],
        [(b"X", b"\r\n v")],
        [(b"X", b"v\r\n")],
        [(b"X", b"v\r\n"), (b"Y", b"v")],
        [(b"Content-Length", b"5\r\nX: y")],
    ],
)
def test_an_embedded_line_end_never_passes_for_a_field(pairs: list[tuple[bytes, bytes]]) -> None:
    assert "refused" == both_ways(pairs)


FRAMING: list[tuple[list[tuple[bytes, bytes]], str]] = [
    ([(b"Content-Length", b"0")], "passed"),
    ([(b"Content-Length", b"0005")], "passed"),
    ([(b"Content-Length", b"1" * 20)], "passed"),
    ([(b"Content-Length", b"1" * 21)], "refused"),
    ([(b"Content-Length", b"")], "refused"),
    ([(b"Content-Length", b"-1")], "refused"),
    ([(b"Content-Length", b"+1")], "refused"),
    ([(b"Content-Length", b"1_0")], "refused"),
    ([(b"Content-Length", b"0x5")], "refused"),
    ([(b"Content-Length", b"5,5")], "refused"),
    ([(b"Content-Length", b"5, 5")], "refused"),
    ([(b"Content-Length", b"\xb2")], "refused"),
    ([(b"Content-Length", "\u0661".encode())], "refused"),
    ([(b"Content-Length", b"5"), (b"content-length", b"5")], "refused"),
    ([(b"Content-Length", b"5"), (b"CONTENT-LENGTH", b"6")], "refused"),
    ([(b"Content-Length", b"5"), (b"Transfer-Encoding", b"chunked")], "refused"),
    ([(b"transfer-encoding", b"chunked"), (b"content-length", b"5")], "refused"),
    ([(b"Transfer-Encoding", b"chunked")], "passed"),
    ([(b"transfer-encoding", b"Chunked")], "passed"),
    ([(b"Transfer-Encoding", b"")], "refused"),
    ([(b"Transfer-Encoding", b"identity")], "refused"),
    ([(b"Transfer-Encoding", b"gzip, chunked")], "refused"),
    ([(b"Transfer-Encoding", b"chunked, chunked")], "refused"),
    ([(b"Transfer-Encoding", b"xchunked")], "refused"),
    ([(b"Transfer-Encoding", b"chunked"), (b"Transfer-encoding", b"chunked")], "refused"),
    ([(b"X", b"1"), (b"x", b"1"), (b"Cookie", b"a"), (b"Cookie", b"b")], "passed"),
]


@pytest.mark.parametrize(("pairs", "expected"), FRAMING)
def test_where_the_message_ends_is_said_once_and_plainly(
    pairs: list[tuple[bytes, bytes]], expected: str
) -> None:
    assert expected == both_ways(pairs)


def test_a_request_has_one_host() -> None:
    with pytest.raises(LocalProtocolError, match="must have a Host header"):
        wire.encode_head("GET", b"/", [(b"Accept", b"*/*")])
    with pytest.raises(LocalProtocolError, match="must have a Host header"):
        wire.encode_head("GET", b"/", [])
    with pytest.raises(LocalProtocolError, match="'host' is there more than once"):
        wire.check_fields([HOST, (b"HOST", b"example.org")])
    assert "passed" == outcome(wire.encode_head, "GET", b"/", [(b"Host", b"")])


MESSAGES: list[tuple[Any, Any, str]] = [
    (wire.check_method, "G T", "The method 'G T' is not a token as RFC 9110 defines it."),
    (wire.check_target, b"/a b", "The request target holds a space at offset 2"),
    (wire.check_target, b"/\xe9", "The request target holds the byte 0xe9 at offset 1"),
    (wire.check_target, b"", "The request target is empty."),
    (wire.check_fields, [(b"a b", b"")], "The header name b'a b' is not a token (RFC 9110 5.6.2)."),
    (wire.check_fields, [(b"Authorization", b"s\n")], "The header 'Authorization' holds LF at offset 1."),
    (wire.check_fields, [(b"A", b"b"), (b"C", b"\r\n")], "The header 'C' holds CR at offset 0."),
    (wire.check_fields, [(b"C", b"\x00")], "The header 'C' holds NUL at offset 0."),
    (wire.check_fields, [(b"C", b" d")], "The header 'C' begins or ends with whitespace."),
    (wire.check_fields, [(b"Content-Length", b"x")], "The header 'content-length' is not a length"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "argument", "message"), MESSAGES)
def test_the_message_says_what_is_wrong_and_shows_no_value(
    call: Any, argument: Any, message: str
) -> None:
    with pytest.raises(LocalProtocolError) as caught:
        call(argument)
    assert str(caught.value).startswith(message)


def test_fields_that_were_wrong_at_the_first_look_are_refused() -> None:
    class Mended(list):  # type: ignore[type-arg]  # of fields
        looks = 0

        def __iter__(self) -> Any:
            self.looks += 1
            return iter([(b"A", b"b\n")] if self.looks == 1 else [HOST])

    with pytest.raises(LocalProtocolError, match="A header field would break the message"):
        wire.check_fields(Mended())


def test_the_error_of_a_whole_request_has_the_request() -> None:
    request = Request("GET", "http://example.org/", headers={"A": "b\n"})
    with pytest.raises(LocalProtocolError) as caught:
        wire.check_request(request)
    assert request is caught.value.request


def test_a_secret_value_is_not_in_the_message() -> None:
    with pytest.raises(LocalProtocolError) as caught:
        wire.check_fields([(b"Authorization", b"Bearer s3cret\n")])
    assert "s3cret" not in str(caught.value)


def test_the_head_is_written_as_it_stands() -> None:
    pairs = [HOST, (b"x-EMPTY", b""), (b"Accept", b"a \t b\xff"), (b"accept", b"c")]
    assert (
        b"QUERY /p?q=1 HTTP/1.1\r\nHost: example.org\r\nx-EMPTY: \r\nAccept: a \t b\xff\r\n"
        b"accept: c\r\n\r\n"
    ) == wire.encode_head("QUERY", b"/p?q=1", pairs)


def test_the_host_comes_first() -> None:
    pairs = [(b"A", b"1"), (b"hOST", b"h"), (b"B", b"2")]
    assert b"GET / HTTP/1.1\r\nhOST: h\r\nA: 1\r\nB: 2\r\n\r\n" == wire.encode_head(
        "GET", b"/", pairs
    )
    assert [b"A", b"hOST", b"B"] == [name for name, _ in pairs]


def test_a_request_of_our_own_passes() -> None:
    request = Request("POST", "https://example.org/é?q=ü", json={"a": 1}, headers={"X-Y": "z"})
    url = request.url
    head = wire.encode_head(request.method, url.raw_path, request.headers.raw)
    assert head.startswith(b"POST /%C3%A9?q=%C3%BC HTTP/1.1\r\nHost: example.org\r\n")


any_fields = st.lists(
    st.tuples(
        st.sampled_from([b"A", b"b-C", b"", b"A:", b"A\r\n", b"Content-Length"]),
        st.lists(st.sampled_from([b"5", b" ", b"\r", b"\n", b"\r\nB: c", b"\x00", b"x"])).map(
            b"".join
        ),
    ),
    max_size=4,
)


@given(any_fields)
def test_what_passes_reads_back_as_what_was_given(pairs: list[tuple[bytes, bytes]]) -> None:
    if both_ways(pairs) == "passed":
        head = wire.encode_head("GET", b"/", [HOST, *pairs])
        start, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
        assert b"GET / HTTP/1.1" == start
        assert [HOST, *pairs] == [tuple(line.split(b": ", 1)) for line in lines]


class LoudStream(ByteStream):
    """A subclass may iterate otherwise than its bytes say."""


def test_only_a_plain_byte_stream_is_buffered() -> None:
    assert b"body" == wire.buffered(ByteStream(b"body"))
    assert b"" == wire.buffered(ByteStream(b""))
    assert wire.buffered(LoudStream(b"body")) is None
    assert wire.buffered(iter([b"body"])) is None


def test_a_stream_is_replayable_when_it_says_so() -> None:
    class Foreign:
        pass

    assert wire.is_replayable(ByteStream(b"body"))
    assert not wire.is_replayable(Foreign())
    assert wire.is_replayable(Request("POST", "http://example.org", content=b"x").stream)
    assert not wire.is_replayable(
        Request("POST", "http://example.org", content=iter([b"x"])).stream
    )


def test_a_response_is_built_of_parsed_parts() -> None:
    request = Request("GET", "http://example.org")
    pairs = [(b"Content-Type", b"text/plain"), (b"X", b"1")]
    response = wire.response(200, pairs, ByteStream(b"Hi"), {"http_version": b"HTTP/1.1"}, request)
    assert (200, "OK", "HTTP/1.1") == (
        response.status_code,
        response.reason_phrase,
        response.http_version,
    )
    assert Headers([("Content-Type", "text/plain"), ("X", "1")]) == response.headers
    assert response.request is request
    assert b"Hi" == response.read()


@pytest.mark.parametrize(
    "change",
    [
        lambda headers: headers.__setitem__("Set-Cookie", "a=1"),
        lambda headers: headers.update({"Set-Cookie": "a=1"}),
        lambda headers: headers.setdefault("Set-Cookie", "a=1"),
    ],
)
def test_what_was_absent_is_found_once_it_was_added(
    change: Callable[[Headers], object],
) -> None:
    found = wire.response(200, [], ByteStream(b""), {}, absent=frozenset([b"set-cookie"]))
    change(found.headers)
    found._request = Request("GET", "https://example.org/")
    cookies = Cookies()
    cookies.extract_cookies(found)
    assert {"a": "1"} == dict(cookies)


def test_a_coding_that_was_added_is_decoded() -> None:
    body = gzip.compress(b"Hello")
    found = wire.response(200, [], ByteStream(body), {}, absent=frozenset([b"content-encoding"]))
    found.headers["Content-Encoding"] = "gzip"
    assert b"Hello" == found.read()


def test_a_field_that_is_said_to_be_absent_is_not_looked_for() -> None:
    body = gzip.compress(b"Hello")
    pairs = [(b"Content-Encoding", b"gzip")]
    absent = frozenset([b"content-encoding"])
    assert body == wire.response(200, pairs, ByteStream(body), {}, absent=absent).read()
    assert b"Hello" == wire.response(200, pairs, ByteStream(body), {}).read()

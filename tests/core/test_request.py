"""Request: its header fields and their order, its body, what is refused, and what survives pickling."""

from __future__ import annotations

import io
import pickle
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.files import AsyncFile

from httpx_core import (
    URL,
    ByteStream,
    Headers,
    InvalidURL,
    LocalProtocolError,
    Request,
    RequestNotRead,
    StreamClosed,
    StreamConsumed,
)

HTTP = "http://example.org/"
HOST = (b"Host", b"example.org")


async def numbers() -> AsyncIterator[bytes]:
    for part in (b"1", b"2"):
        yield part


def raw(method: str = "POST", url: Any = HTTP, **arguments: Any) -> list[tuple[bytes, bytes]]:
    return Request(method, url, **arguments).headers.raw


# -- method and URL ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("GET", "GET"),
        ("get", "GET"),
        ("Get", "GET"),
        ("M-search", "M-SEARCH"),
        ("x!", "X!"),
        (b"put", "PUT"),
    ],
)
def test_the_method_is_upper_cased(method: Any, expected: str) -> None:
    assert expected == Request(method, HTTP).method


@pytest.mark.parametrize(
    "method", ["", "G ET", "GET\r\n", "GET\r\nEvil: 1", "GET\0", "É", "ß", "GET:", b"G\xff"]
)
def test_a_method_that_is_no_token_is_refused(method: Any) -> None:
    with pytest.raises(LocalProtocolError, match="method"):
        Request(method, HTTP)


@pytest.mark.parametrize("method", [1, None, object()])
def test_a_method_that_is_no_text_is_a_type_error(method: Any) -> None:
    with pytest.raises(TypeError, match="method"):
        Request(method, HTTP)


@pytest.mark.parametrize("url", [b"http://a", None, 5])
def test_a_url_that_is_no_text_is_a_type_error(url: Any) -> None:
    with pytest.raises(TypeError, match="url"):
        Request("GET", url)


def test_a_url_that_cannot_be_parsed_is_refused() -> None:
    with pytest.raises(InvalidURL):
        Request("GET", "http://exa mple.org")


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (None, "http://example.org/?a=b"),
        ({}, "http://example.org/"),
        ({"c": "d"}, "http://example.org/?c=d"),
        ("x=1 2", "http://example.org/?x=1+2"),
        ([("x", 1), ("x", None)], "http://example.org/?x=1&x="),
    ],
)
@pytest.mark.parametrize("url", ["http://example.org/?a=b", URL("http://example.org/?a=b")])
def test_params_take_the_place_of_the_query(url: Any, params: Any, expected: str) -> None:
    assert expected == str(Request("GET", url, params=params).url)


# -- header fields ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://example.org:80/", [b"example.org"]),
        ("http://example.org:8080/", [b"example.org:8080"]),
        ("https://[::1]:443/", [b"[::1]"]),
        ("https://[::1]:444/", [b"[::1]:444"]),
        ("http://é.com/", [b"xn--9ca.com"]),
        ("http://user:secret@EXAMPLE.org/", [b"example.org"]),
        ("/path", []),
        ("example.org", []),
    ],
)
def test_host_is_what_the_url_says(url: str, host: list[bytes]) -> None:
    assert [(b"Host", value) for value in host] == raw("GET", url)


FIELDS: list[tuple[str, Any, list[tuple[bytes, bytes]]]] = [
    ("no body", {}, [HOST, (b"Content-Length", b"0")]),
    ("no body, headers", {"headers": {"A": "b"}}, [HOST, (b"Content-Length", b"0"), (b"A", b"b")]),
    (
        "host of the caller's, no body",
        {"headers": {"A": "b", "host": "q"}},
        [(b"Content-Length", b"0"), (b"A", b"b"), (b"host", b"q")],
    ),
    (
        "body",
        {"headers": {"A": "b"}, "content": b"x"},
        [HOST, (b"A", b"b"), (b"Content-Length", b"1")],
    ),
    (
        "host of the caller's",
        {"headers": [("x", "1"), ("hOST", "o"), ("x", "2")], "json": 1},
        [
            (b"x", b"1"),
            (b"hOST", b"o"),
            (b"x", b"2"),
            (b"Content-Length", b"1"),
            (b"Content-Type", b"application/json"),
        ],
    ),
    (
        "type of the caller's",
        {"headers": {"content-type": "q"}, "json": 1},
        [HOST, (b"content-type", b"q"), (b"Content-Length", b"1")],
    ),
    (
        "length of the caller's",
        {"headers": {"content-length": "5"}, "content": b"x"},
        [HOST, (b"content-length", b"5")],
    ),
    (
        "length of the caller's for a stream",
        {"headers": {"Content-Length": "5"}, "content": iter([b"x"])},
        [HOST, (b"Content-Length", b"5")],
    ),
    (
        "encoding of the caller's",
        {"headers": {"Transfer-encoding": "chunked"}, "content": b"x"},
        [HOST, (b"Transfer-encoding", b"chunked")],
    ),
    (
        "encoding of the caller's for a stream",
        {"headers": {"Transfer-Encoding": "gzip, chunked"}, "content": iter([b"x"])},
        [HOST, (b"Transfer-Encoding", b"gzip, chunked")],
    ),
    (
        "encoding of the caller's, no body",
        {"headers": {"transfer-encoding": "chunked"}},
        [HOST, (b"transfer-encoding", b"chunked")],
    ),
    (
        "length of the caller's, no body",
        {"headers": {"content-length": "3"}},
        [HOST, (b"content-length", b"3")],
    ),
    ("stream", {"stream": ByteStream(b"x")}, []),
    ("stream, headers", {"stream": ByteStream(b"x"), "headers": {"A": "b"}}, [(b"A", b"b")]),
]


@pytest.mark.parametrize(
    ("arguments", "expected"), [row[1:] for row in FIELDS], ids=[row[0] for row in FIELDS]
)
def test_fields_are_added_that_the_caller_left_out(arguments: Any, expected: Any) -> None:
    assert expected == raw(**arguments)


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "DELETE", "OPTIONS", "QUERY", "TRACE", "CONNECT"]
)
def test_a_method_that_expects_no_content_has_no_length(method: str) -> None:
    assert [HOST] == raw(method)
    assert [HOST] == raw(method, content=b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "post"])
def test_a_method_that_expects_content_says_when_there_is_none(method: str) -> None:
    assert [HOST, (b"Content-Length", b"0")] == raw(method)
    assert [HOST, (b"Content-Length", b"0")] == raw(method, content=b"")


@pytest.mark.parametrize(
    "names", [("Content-Length", "Transfer-Encoding"), ("transfer-encoding", "CONTENT-LENGTH")]
)
@pytest.mark.parametrize(
    "body", [{}, {"content": b"x"}, {"content": iter([])}, {"stream": ByteStream(b"")}]
)
def test_a_length_beside_a_transfer_encoding_is_refused(names: Any, body: Any) -> None:
    headers = {name: "1" if name.lower() == "content-length" else "chunked" for name in names}
    with pytest.raises(LocalProtocolError, match="Content-Length and Transfer-Encoding"):
        Request("POST", HTTP, headers=headers, **body)


def test_the_headers_are_the_request_s_own() -> None:
    headers = Headers({"A": "b"})
    request = Request("GET", HTTP, headers=headers)
    request.headers["C"] = "d"
    assert [(b"A", b"b")] == headers.raw
    assert "example.org" == request.headers["host"]


def test_extensions_are_copied() -> None:
    extensions = {"timeout": {"read": 1.0}}
    request = Request("GET", HTTP, extensions=extensions)
    assert extensions == request.extensions
    assert request.extensions is not extensions
    assert {} == Request("GET", HTTP).extensions


COOKIES: list[tuple[Any, list[tuple[bytes, bytes]]]] = [
    (
        {"cookies": {"a": "b", "c": "d"}, "headers": {"X": "y"}},
        [HOST, (b"X", b"y"), (b"Cookie", b"a=b; c=d")],
    ),
    ({"cookies": {"a": "b"}, "headers": {"Cookie": "y=z"}}, [HOST, (b"Cookie", b"y=z")]),
    ({"cookies": {}}, [HOST]),
    ({"cookies": {"a": "b"}, "stream": ByteStream(b"")}, [(b"Cookie", b"a=b")]),
]


@pytest.mark.parametrize(("arguments", "expected"), COOKIES)
def test_cookies_become_a_field(arguments: Any, expected: Any) -> None:
    assert expected == raw("GET", **arguments)


# -- body -------------------------------------------------------------------------------------


def test_a_body_in_memory_is_there_at_once() -> None:
    assert b"x" == Request("POST", HTTP, content=b"x").content
    assert b"" == Request("GET", HTTP).content
    assert b"" == Request("GET", HTTP).read()


async def test_a_stream_is_there_once_read_and_can_be_sent_again(colour: Colour) -> None:
    content: Any = numbers() if colour.is_async else iter([b"1", b"2"])
    request = Request("POST", HTTP, content=content)
    with pytest.raises(RequestNotRead):
        _ = request.content
    for _ in range(2):
        assert b"12" == (await request.aread() if colour.is_async else request.read())
    assert b"12" == request.content
    assert isinstance(request.stream, ByteStream)
    assert "chunked" == request.headers["Transfer-Encoding"]
    assert b"12" == request.read()
    assert b"12" == await request.aread()


def test_a_stream_given_as_such_is_not_content_until_read() -> None:
    request = Request("POST", HTTP, stream=ByteStream(b"x"))
    with pytest.raises(RequestNotRead):
        _ = request.content
    assert b"x" == request.read()


async def test_a_blocking_file_can_be_read_by_either_side(colour: Colour) -> None:
    request = Request("POST", HTTP, content=io.BytesIO(b"x"))
    assert b"x" == (await request.aread() if colour.is_async else request.read())


async def test_an_async_file_can_be_read(async_colour: Colour) -> None:
    assert b"x" == await Request("POST", HTTP, content=AsyncFile(b"x")).aread()


async def test_the_wrong_side_is_a_runtime_error_that_names_the_right_one(
    async_colour: Colour,
) -> None:
    with pytest.raises(RuntimeError, match=r"aread\(\)"):
        Request("POST", HTTP, content=numbers()).read()
    with pytest.raises(RuntimeError, match=r"read\(\)"):
        await Request("POST", HTTP, content=iter([b""])).aread()


def test_a_stream_that_was_sent_cannot_be_read() -> None:
    request = Request("POST", HTTP, content=iter([b"x"]))
    list(request.stream)  # type: ignore[arg-type]  # a sync stream
    with pytest.raises(StreamConsumed):
        request.read()


def test_content_cannot_be_set() -> None:
    with pytest.raises(AttributeError):
        Request("GET", HTTP).content = b""  # type: ignore[misc]  # what is tested


# -- repr, pickling ---------------------------------------------------------------------------


def test_repr_shows_no_password() -> None:
    request = Request("GET", "http://user:secret@example.org/a?b=c#d")
    assert "<Request('GET', 'http://user:[secure]@example.org/a?b=c#d')>" == repr(request)


def test_a_request_that_was_read_is_pickled_whole() -> None:
    request = Request(
        "POST", HTTP, headers={"A": "b"}, json={"a": 1}, extensions={"timeout": {"read": 1.0}}
    )
    again = pickle.loads(pickle.dumps(request))
    assert ("POST", request.url, request.headers.raw) == (
        again.method,
        again.url,
        again.headers.raw,
    )
    assert {"timeout": {"read": 1.0}} == again.extensions
    assert [b'{"a":1}'] == list(again.stream)
    assert b'{"a":1}' == again.content


def test_a_stream_that_was_not_read_is_closed_once_pickled() -> None:
    again = pickle.loads(pickle.dumps(Request("POST", HTTP, content=iter([b"x"]))))
    with pytest.raises(RequestNotRead):
        _ = again.content
    with pytest.raises(StreamClosed):
        again.read()


def test_extensions_that_cannot_be_pickled_are_dropped() -> None:
    request = Request("GET", HTTP, extensions={"trace": lambda name, info: None, "target": b"*"})
    assert {"target": b"*"} == pickle.loads(pickle.dumps(request)).extensions
    assert {"trace", "target"} == request.extensions.keys()


def test_attributes_of_a_library_s_own_survive_pickling() -> None:
    request: Any = Request("GET", HTTP)
    request._mark = "x"
    assert "x" == pickle.loads(pickle.dumps(request))._mark

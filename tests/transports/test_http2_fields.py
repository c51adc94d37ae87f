"""The fields of HTTP/2 messages without a network: what is written, what is refused (RFC 9113 8.1 to 8.5)."""

from __future__ import annotations

from typing import Any

import pytest

from httpx_core import LocalProtocolError, Request
from httpx_transports._http2.fields import (
    MalformedError,
    checked_fields,
    declared_length,
    request_fields,
    response_head,
    response_length,
)

URL = "https://a.test:8443/path?q"


def fields_of(*headers: tuple[str, str], method: str = "GET", **extensions: Any) -> Any:
    request = Request(method, URL, headers=list(headers), extensions=extensions)
    pseudo, fields = request_fields(request)
    return dict(pseudo), fields


def test_the_pseudo_header_fields_of_a_request() -> None:
    pseudo, fields = fields_of(("Accept", "*/*"))
    expected = {
        b":method": b"GET", b":authority": b"a.test:8443", b":scheme": b"https", b":path": b"/path?q"
    }  # fmt: skip
    assert (expected, [(b"accept", b"*/*")]) == (pseudo, fields)


def test_the_authority_is_the_host_field_and_without_one_that_of_the_url() -> None:
    assert b"b.test" == fields_of(("Host", "b.test"))[0][b":authority"]
    request = Request("GET", URL)
    del request.headers["Host"]
    assert (b":authority", b"a.test:8443") in request_fields(request)[0]


def test_connect_names_neither_scheme_nor_path() -> None:
    request = Request("CONNECT", "https://a.test:8443/", extensions={"target": b"b.test:443"})
    pseudo, _ = request_fields(request)
    assert [(b":method", b"CONNECT"), (b":authority", b"b.test:443")] == pseudo


@pytest.mark.parametrize(
    ("method", "target", "passes"),
    [
        ("OPTIONS", b"*", True),
        ("GET", b"/other", True),
        ("GET", b"*", False),
        ("GET", b"https://a.test/", False),
    ],
)
def test_a_target_begins_with_a_slash(method: str, target: bytes, passes: bool) -> None:
    if passes:
        assert target == fields_of(method=method, target=target)[0][b":path"]
    else:
        with pytest.raises(LocalProtocolError, match="must start with a slash"):
            fields_of(method=method, target=target)


def test_what_is_for_the_next_hop_alone_is_left_out() -> None:
    headers = [("Connection", "keep-alive, X-Hop"), ("X-Hop", "1"), ("TE", "trailers"), ("A", "b")]
    assert [(b"te", b"trailers"), (b"a", b"b")] == fields_of(*headers)[1]
    with pytest.raises(LocalProtocolError, match="trailers only"):
        fields_of(("TE", "gzip"))


def test_the_length_that_a_request_declares() -> None:
    assert 5 == declared_length([(b"a", b"b"), (b"content-length", b"5")])
    assert declared_length([(b"a", b"b")]) is None


OK = (b":status", b"200")


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([], "does not begin with :status"),
        ([(b"a", b"b"), OK], "does not begin with :status"),
        ([(b":status", b"20")], "its status is b'20'"),
        ([OK, OK], "is a pseudo-header field out of place"),
        ([OK, (b"A", b"b")], "b'A' is no field name"),
        ([OK, (b"a", b"b\n")], "has a byte that is not allowed"),
        ([OK, (b"connection", b"close")], "has no place in HTTP/2"),
        ([OK, *[(b"a", b"b")] * 4], "it has 4 fields, and 3 are allowed"),
    ],
)
def test_a_malformed_head_is_told(pairs: list[tuple[bytes, bytes]], message: str) -> None:
    with pytest.raises(MalformedError, match=message):
        response_head(pairs, 3)


def test_a_head_is_its_status_and_its_fields() -> None:
    assert (200, [(b"a", b"b")]) == response_head([OK, (b"a", b"b")], 1)
    assert [] == checked_fields([], 0)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], None),
        ([b"5"], 5),
        ([b"5", b"5"], 5),
        ([b"5", b"6"], "differ"),
        ([b"-5"], "its Content-Length is b'-5'"),
        ([b"1" * 21], "its Content-Length is"),
    ],
)
def test_the_length_of_a_response(values: list[bytes], expected: object) -> None:
    fields = [(b"a", b"b"), *((b"content-length", value) for value in values)]
    if isinstance(expected, str):
        with pytest.raises(MalformedError, match=expected):
            response_length(fields)
    else:
        assert expected == response_length(fields)

"""When a request that failed may go again (RFC 9110 9.2.2, RFC 9112 9.3.1, RFC 9113 6.8, 8.7): a table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from httpx_core import ConnectError, DecodingError, ReadError, RemoteProtocolError, Request
from httpx_transports._attempt import Attempt
from httpx_transports._pool.again import may_go_again

CUT = ReadError("reset")


def once() -> Iterator[bytes]:
    yield b"x"


@pytest.mark.parametrize(
    ("expected", "method", "content", "marks", "error", "tries"),
    [
        # The server said that it did not process it.
        (True, "POST", b"x", "refused sent", CUT, 0),
        (True, "POST", b"x", "refused sent", CUT, 9),
        (False, "POST", b"x", "refused sent", CUT, 10),
        (False, "POST", once, "refused sent", CUT, 0),
        (True, "POST", once, "refused", CUT, 0),
        # A reused connection died.
        (True, "GET", None, "reused sent", CUT, 0),
        (True, "PUT", b"x", "reused sent", RemoteProtocolError("closed"), 0),
        (True, "query", b"x", "reused sent", CUT, 0),
        (False, "POST", b"x", "reused sent", CUT, 0),
        (False, "PATCH", b"x", "reused sent", CUT, 0),
        (False, "PUT", once, "reused sent", CUT, 0),
        (True, "POST", once, "reused", CUT, 0),
        (True, "POST", b"x", "reused", CUT, 0),
        (False, "GET", None, "reused", CUT, 1),
        (False, "GET", None, "reused sent answered", CUT, 0),
        (False, "GET", None, "reused", DecodingError("bad"), 0),
        # A new one.
        (False, "GET", None, "sent", CUT, 0),
        (False, "GET", None, "", ConnectError("refused"), 0),
    ],
)
def test_a_request_goes_again_only_where_it_cannot_be_done_twice(
    expected: bool, method: str, content: object, marks: str, error: ReadError, tries: int
) -> None:
    body = content() if callable(content) else content
    attempt = Attempt(Request(method, "http://a.test/", content=body), is_async=False)
    for mark in marks.split():
        setattr(attempt, mark, True)
    assert expected is may_go_again(attempt, error, tries)

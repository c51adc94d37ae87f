"""Whatever bytes a server sends, a request over HTTP/1.1 ends: with a response that is as long as was
declared, or with a RequestError that says why. What follows it is not taken for the next answer.
"""

from __future__ import annotations

from tests.fuzz.draw import Draw, cut
from tests.fuzz.targets.response_head_and_body import SEEDS as RESPONSES
from tests.fuzz.targets.response_head_and_body import TOKENS as RESPONSE_TOKENS

from httpx_core import Request, RequestError
from httpx_transports import HTTPTransport
from httpx_transports.testing import WAIT, ScriptedBackend

TIMEOUT = {"connect": 1.0, "read": 0.2, "write": 0.2, "pool": 1.0}
METHODS = ["GET", "HEAD", "POST", "GET"]
OWN = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-Own: 1\r\n\r\nown"
TOKENS = [
    *RESPONSE_TOKENS,
    b"Content-Encoding: gzip\r\n",
    b"Keep-Alive: timeout=9\r\n",
    b"Location: /\r\n",
    b"Set-Cookie: a=b\r\n",
]
SEEDS = [bytes([way]) + seed[1:] for way, seed in enumerate(RESPONSES)]
EXAMPLES = 2000


def check(data: bytes) -> None:
    draw = Draw(data)
    way = draw.byte()
    method = draw.choose(METHODS)
    ending = (b"", WAIT, ConnectionResetError("reset"))[draw.byte() % 2]
    pieces = cut(draw.rest(), way)
    backend = ScriptedBackend([[*pieces, ending], [OWN, WAIT], [OWN, WAIT]])
    with backend.installed(HTTPTransport()) as transport:
        first = exchange(transport, method)
        second = exchange(transport, "GET")
        # Either the first connection is used again, and the script goes on; or a new one is asked.
        if len(backend.streams) > 1 and second is not None and first is not None:
            assert (b"own", "1") == (second[0], second[1]), (first, second)
        if not backend.streams[0].written.count(b"HTTP/1.1\r\n") > 1 and first is not None:
            assert second is not None
        for origin in transport.stats().values():
            assert 0 == origin.active == origin.waiting
    assert all(stream.closed for stream in backend.streams)


def exchange(transport: HTTPTransport, method: str) -> tuple[bytes, str | None] | None:
    """The body of the response and its X-Own, None when there is an error."""
    request = Request(
        method,
        "http://example.org/",
        content=b"body" if method == "POST" else None,
        extensions={"timeout": dict(TIMEOUT)},
    )
    try:
        response = transport.handle_request(request)
        try:
            raw = b"".join(response.iter_raw())
        finally:
            response.close()
    except RequestError as exc:
        assert str(exc)
        assert exc.request is request
        return None
    assert 100 <= response.status_code <= 999
    length = response.headers.get_list("content-length")
    coded = "transfer-encoding" in response.headers
    if method == "HEAD" or response.status_code in (101, 204, 304):
        assert b"" == raw
    elif length and not coded:
        assert {int(part) for value in length for part in value.split(",")} == {len(raw)}
    return raw, response.headers.get("x-own")

"""Whatever a proxy answers to CONNECT, the handshake raises ProxyError or goes on; it is done after the
head of a 2xx alone, with nothing behind it, and what it keeps of a refusal is bounded.
"""

from __future__ import annotations

import re

from tests.fuzz.draw import Draw, cut

from httpx_core import ProxyError
from httpx_transports._proxies.connect import MAX_BODY, MAX_HEAD, MAX_INTERIM_RESPONSES, Connect

SECRET = "aHVudGVyMg"
HEADERS = [(b"X-Via", b"test"), (b"Proxy-Authorization", b"Bearer " + SECRET.encode())]
TOKENS = [
    b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 ", b"\r\n", b"\n", b"\r", b"\r\n\r\n",
    b"100 Continue\r\n\r\n", b"407 ", b"101 ", b"204 ", b"Content-Length: 5\r\n",
    b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n0\r\n\r\n", b"Proxy-Authenticate: Basic\r\n",
    b"HTTP/1.1 103 Early\r\n\r\n", b"HTTP/1.0 200\r\n\r\n", b"\x00", b"\xff", b"a: b\r\n", b" ",
    b"\x16\x03\x01", b"299 ",
]  # fmt: skip
SEEDS = [
    bytes([way]) + answer
    for way in (0, 1, 7)
    for answer in [
        b"HTTP/1.1 200 Connection established\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 502 Bad Gateway\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 403 Forbidden\r\n\r\nuntil the end",
        b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
        b"\x05\x00",
    ]
]
EXAMPLES = 5000

_is_done = re.compile(
    rb"(?:HTTP/[0-9]\.[0-9] 1[0-9][0-9].*?\r?\n\r?\n)*\s*HTTP/[0-9]\.[0-9] 2[0-9][0-9](?=[ \r\n]).*\n\r?\n",
    re.DOTALL,
).fullmatch


def check(data: bytes) -> None:
    draw = Draw(data)
    way = draw.byte()
    said = draw.rest()
    handshake = Connect("http://proxy:3128", "example.org", 443, HEADERS)
    assert handshake.start().startswith(b"CONNECT example.org:443 HTTP/1.1\r\n")
    heard = b""
    try:
        for piece in cut(said, way):
            heard += piece
            assert b"" == handshake.receive(piece)
            if handshake.done:
                break
        else:
            handshake.receive_eof()
            raise AssertionError("the end of the connection was no error")
    except ProxyError as exc:
        assert SECRET not in str(exc)
        assert "proxy:3128" in str(exc)
        status = getattr(exc, "status_code", None)
        assert status is None or not 200 <= status < 300, exc
        assert len(getattr(exc, "body", None) or b"") <= MAX_BODY
        return
    assert _is_done(heard), heard
    assert len(heard) <= MAX_HEAD * (MAX_INTERIM_RESPONSES + 1)
    answer = handshake.answer
    assert answer is not None
    assert 200 <= answer[1] < 300, answer

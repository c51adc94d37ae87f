"""A head is refused with LocalProtocolError or written so that a server (h11) reads these fields, one
request, and nothing behind it; and Headers give back the raw pairs that they were made of.
"""

from __future__ import annotations

import h11
from tests.fuzz.draw import Draw

from httpx_core import Headers, LocalProtocolError, wire

METHODS = [b"GET", b"POST", b"QUERY", b"PURGE"]
TOKENS = [
    b"\r\n", b"\r", b"\n", b"\x00", b"\x0b", b"\x0c", b"\x1c", b"\x85", b" ", b"\t", b":", b": ",
    b"\xff", b"Host", b"host", b"Content-Length", b"Transfer-Encoding", b"chunked", b"Chunked",
    b"5", b"05", b"5, 5", b"X-Y", b"Connection", b"close", b"Expect", b"100-continue", b"\xc3\xa9",
    b"GET / HTTP/1.1", b"\r\n\r\n", b"a", b"Upgrade", b"HTTP/1.1", b"%0d%0a",
]  # fmt: skip
SEEDS = [
    b"\x00/\xffHost\xffexample.org\xff",
    b"\x01/a?b=c\xffHost\xffexample.org\xffContent-Length\xff5\xffX-Token\xffa b\tc\xff",
    b"\x01*\xffAccept\xff*/*\xffhost\xffh\xffTransfer-Encoding\xffchunked\xff",
    b"\x02/\xffHost\xffh\xffX\xffa\r\nY: b\xff",
    b"\x03/ HTTP/1.1\r\nX: y\xffHost\xffh\xff",
    b"\x00/\xffHost\xffh\xffCookie\xff\xc3\xa9=\xe2\x82\xac\xffEmpty\xff\xff",
    b"\x00/\xffHost\xffh\xffConnection\xffupgrade, x\xffUpgrade\xffwebsocket\xff",
]
EXAMPLES = 6000


def check(data: bytes) -> None:
    draw = Draw(data)
    method = draw.choose(METHODS)
    target = draw.line()
    pairs = []
    while draw:
        pairs.append((draw.line(), draw.line()))
    check_model(pairs)
    try:
        head = wire.encode_head(method.decode(), target, pairs)
    except LocalProtocolError as exc:
        assert str(exc)
        return
    server = h11.Connection(h11.SERVER)
    server.receive_data(head)
    event = server.next_event()
    assert isinstance(event, h11.Request), head
    assert (method, target) == (event.method, event.target)
    pairs.sort(key=lambda pair: pair[0].lower() != b"host")
    lowered = [(name.lower(), _as_read(name, value)) for name, value in pairs]
    assert lowered == list(event.headers), head
    assert server.next_event() is h11.NEED_DATA or b"\r\n\r\n" == head[-4:]
    assert b"" == server.trailing_data[0]
    assert len(pairs) + 2 == head.count(b"\n"), head


def _as_read(name: bytes, value: bytes) -> bytes:
    return value.lower() if name.lower() == b"transfer-encoding" else value


def check_model(pairs: list[tuple[bytes, bytes]]) -> None:
    headers = Headers(pairs)
    assert pairs == headers.raw
    assert headers == Headers(headers.raw)
    for name, value in pairs:
        key = name.decode(headers.encoding)
        assert value.decode(headers.encoding) in headers.get_list(key)
        assert key in headers
    assert len(pairs) == len(headers.multi_items())
    repr(headers)

"""Whatever a SOCKS5 proxy answers, the handshake raises ProxyError or goes on; it is done after exactly
the bytes of RFC 1928 and 1929 and no others, and never names the password.
"""

from __future__ import annotations

import re

from tests.fuzz.draw import Draw, cut

from httpx_core import ProxyError
from httpx_transports._proxies.socks5 import Socks5

PASSWORD = b"hunter2"
HOSTS = ["example.org", "192.0.2.1", "2001:db8::1", "x" * 255]
TOKENS = [
    b"\x05\x00", b"\x05\x02", b"\x01\x00", b"\x05\xff", b"\x05\x00\x00\x01", b"\x05\x00\x00\x03",
    b"\x04", b"\x05\x00\x00\x04", bytes(6), bytes(18), b"\x00\x50", b"\x05\x05", b"\x05", b"\x00",
    b"HTTP/1.1 400 \r\n",
]  # fmt: skip
REPLIES = [
    b"\x05\x00\x00\x01" + bytes(6),
    b"\x05\x00\x00\x03\x03abc\x00\x50",
    b"\x05\x00\x00\x04" + bytes(18),
    b"\x05\x05\x00\x01" + bytes(6),
    b"\x05\x00\x00\x02" + bytes(6),
]
SEEDS = [
    bytes([host, way, login]) + (b"\x05\x02\x01\x00" if login else b"\x05\x00") + reply
    for host in range(4)
    for way in (1, 2, 9)
    for login in (0, 1)
    for reply in REPLIES
]
EXAMPLES = 10000

_reply = rb"\x05\x00.(?:\x01.{4}|\x04.{16}|\x03(?P<size>.)(?P<name>.*))..\Z"
_opened = re.compile(rb"\x05\x00" + _reply, re.DOTALL).match
_logged_in = re.compile(rb"\x05\x02.\x00" + _reply, re.DOTALL).match


def check(data: bytes) -> None:
    draw = Draw(data)
    host = draw.choose(HOSTS)
    way = draw.byte()
    auth = (b"jo", PASSWORD) if draw.byte() % 2 else None
    said = draw.rest()
    handshake = Socks5("socks5://proxy:1080", host, 443, auth)
    sent = [handshake.start()]
    heard = b""
    try:
        # A proxy that speaks only when it is spoken to: one answer does not come with the next.
        for piece in cut(said, way or 1):
            heard += piece
            sent.append(handshake.receive(piece))
            if handshake.done:
                break
        else:
            handshake.receive_eof()
            raise AssertionError("the end of the connection was no error")
    except ProxyError as exc:
        assert not handshake.done
        assert PASSWORD.decode() not in str(exc)
        assert "proxy:1080" in str(exc)
        return
    match = (_opened if auth is None else _logged_in)(heard)
    assert match is not None, heard
    if match["size"] is not None:
        assert match["size"][0] == len(match["name"]), heard
    assert (2 if auth is None else 3) == sum(map(bool, sent))
    assert b"\x01\xbb" == sent[-1][-2:] or any(part[-2:] == b"\x01\xbb" for part in sent)

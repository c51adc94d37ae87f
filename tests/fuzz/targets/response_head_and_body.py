"""What our reader accepts h11 accepts and reads the same; what h11 accepts we accept, but for the
chunk-size lines that `disagreement` names. However the bytes are cut.
"""

from __future__ import annotations

from tests.fuzz.draw import Draw, cut
from tests.transports.http11_verdicts import disagreement, h11s, ours
from tests.transports.wire_cases import CASES

METHODS = ["GET", "GET", "GET", "HEAD", "CONNECT"]
SEEDS = [b"\x00\x00\x02" + case.data for case in CASES if len(case.data) < 400]
TOKENS = [
    b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b";", b"0", b"5", b"a", b"\x00", b"\x0b", b"\xff",
    b",", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\n", b"5\r\nhello\r\n", b"0\r\n\r\n",
    b"\r\n\r\n", b"HTTP/1.1 101 \r\n", b"HTTP/1.0 ", b" 204 ", b" 304 ",
    b"Content-Length: 05, 5\r\n", b"gzip, ",
]  # fmt: skip
EXAMPLES = 5000


def check(data: bytes) -> None:
    draw = Draw(data)
    method = draw.choose(METHODS)
    upgrade = draw.byte() % 4 == 3
    way = draw.byte()
    stream = draw.rest()
    theirs = h11s(stream, method, upgrade)
    wrong = disagreement(ours(cut(stream, way), method, upgrade), theirs)
    assert wrong is None, f"{stream!r} to {method}, cut in way {way}, upgrade={upgrade}: {wrong}"

"""A chunked body that is accepted has exactly the bytes, the trailers and the end that the grammar
of RFC 9112 7.1 gives it; one that the grammar knows is accepted. However the bytes are cut.
"""

from __future__ import annotations

import re

from tests.fuzz.draw import Draw, cut
from tests.transports.http11_verdicts import ours

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
# Two things of the RFC are left out, as h11 has it: whitespace before the semicolon of an extension,
# and more than 16 digits. What is in an extension counts for nothing.
_chunk = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;[^\r\n]*)?[ \t]*\r\n").match
_trailer = re.compile(
    rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\x00\r\n\x0b\x0c]*?)[ \t]*\r\n"
).match

SEEDS = [
    b"\x02" + body
    for body in [
        b"5\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"00a;name=value;q=\"a b\"\r\n0123456789\r\n0;last\r\nX-Sum: abc\r\nY:  \t d \t\r\n\r\n",
        b"1\r\na\r\n" * 12 + b"0\r\n\r\n",
        b"fF\r\n" + bytes(255) + b"\r\n0\r\n\r\n",
        b"0\r\nTransfer-Encoding: chunked\r\nContent-Length: 7\r\n\r\n",
        b"5\r\nhel\r\nlo\r\n0\r\n\r\n",
        b"0000000000000003\r\nabc\r\n00000000000000000\r\n\r\n",
        b"7fffffffffffffff\r\nabc",
        b"5\r\nhelloXX0\r\n\r\n",
        b"5\n\rhello\r\n0\r\n\r\n",
        b"-1\r\na\r\n0x3\r\nabc\r\n+2\r\nab\r\n1_0\r\n",
    ]
]  # fmt: skip
TOKENS = [
    b"\r\n", b"\n", b"\r", b"0", b"5", b"a", b"F", b";", b";a=b", b" ", b"\t", b'"', b"0\r\n",
    b"\r\n\r\n", b"1\r\nx\r\n", b"X: y\r\n", b":", b"ffffffffffffffff", b"\x00", b"\x85", b"\xb2",
    b"0x", b"+", b"-", b"_",
]  # fmt: skip
EXAMPLES = 15000


def by_grammar(data: bytes) -> tuple[bytes, tuple[list[tuple[bytes, bytes]], bytes] | None] | None:
    """The body, and the trailers with what is behind them, read the plain way.

    None for what is no chunked body; None instead of the trailers when they are not plain.
    """
    body = b""
    position = 0
    while (line := _chunk(data, position)) is not None:
        size = int(line[1], 16)
        position = line.end()
        if size == 0:
            return body, plain_trailers(data, position)
        if data[position + size : position + size + 2] != b"\r\n":
            return None
        body += data[position : position + size]
        position += size + 2
    return None


def plain_trailers(data: bytes, position: int) -> tuple[list[tuple[bytes, bytes]], bytes] | None:
    trailers = []
    while (field := _trailer(data, position)) is not None:
        # RFC 9110 6.5.1: fields that frame a message have no place here.
        if field[1].lower() in (b"content-length", b"transfer-encoding"):
            return None
        trailers.append((field[1], field[2]))
        position = field.end()
    if data[position : position + 2] != b"\r\n":
        return None
    return trailers, data[position + 2 :]


def check(data: bytes) -> None:
    draw = Draw(data)
    way = draw.byte()
    stream = draw.rest()
    verdict = ours([HEAD, *cut(stream, way)], "GET")
    expected = by_grammar(stream)
    if verdict.error is None:
        assert expected is not None, f"accepted {stream!r} as {verdict}"
        assert expected[0] == verdict.body, stream
        # Others than plain ones are h11's to read, as response_head_and_body tries.
        assert expected[1] in (None, (verdict.trailers, verdict.leftover)), stream
    else:
        assert expected is None or expected[1] is None, f"refused {stream!r}: {verdict.error}"

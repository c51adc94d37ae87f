"""Our reading of a response beside h11's, for messages that are ordinary, odd and broken."""

from __future__ import annotations

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.transports.http11_verdicts import disagreement, h11s, ours
from tests.transports.wire_cases import CASES, WireCase

from httpx_transports._http11.head import plain_head

END = st.sampled_from([b"\r\n"] * 12 + [b"\n", b"\r", b" \r\n", b"\t\r\n", b"\n\r\n"])
STATUS_LINES = st.sampled_from(
    [b"HTTP/1.1 200 OK"] * 6
    + [
        b"HTTP/1.0 200 OK",
        b"HTTP/1.1 204 No Content",
        b"HTTP/1.1 304",
        b"HTTP/1.1 404 ",
        b"HTTP/1.1 101 Switching",
        b"HTTP/1.1 103 Early Hints",
        b"HTTP/2.0 200 OK",
        b"HTTP/1.1 99 OK",
        b"HTTP/1.1 200 O\xc3\xa9 \t!",
    ]
)
NAMES = st.sampled_from(
    [b"Content-Length", b"Transfer-Encoding", b"Connection", b"content-length", b"X-a", b"x!#~"]
)
VALUES = st.sampled_from(
    [b"0", b"5", b"5, 5", b"05", b"chunked", b"Chunked", b"close", b"", b"a b", b"\xff\x01"]
) | st.binary(max_size=6)
LINES = st.one_of(
    st.tuples(NAMES, st.sampled_from([b": ", b":", b" : ", b":\t "]), VALUES).map(b"".join),
    st.sampled_from([b"Content-Length: 5", b"Transfer-Encoding: chunked", b" folded", b"nonsense"]),
)
CHUNK = st.sampled_from(
    [
        b"5\r\nhello\r\n",
        b"1;a=b\r\nx\r\n",
        b"3 \r\nab\n\r\n",
        b"A\r\n0123456789\r\n",
        b"2\r\nabc\r\n",
        b"1\nx\r\n",
    ]
)


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """A response, perhaps with an interim one before it, put together from parts that may not fit."""
    parts = []
    for _ in range(draw(st.integers(1, 2))):
        parts += [draw(STATUS_LINES), draw(END)]
        for line in draw(st.lists(LINES, max_size=4)):
            parts += [line, draw(END)]
        parts.append(draw(END))
    if draw(st.booleans()):
        parts += draw(st.lists(CHUNK, max_size=3))
        parts += [b"0", draw(END)]
        for line in draw(st.lists(LINES, max_size=2)):
            parts += [line, draw(END)]
        parts.append(draw(END))
    else:
        parts.append(draw(st.binary(max_size=12)))
    return b"".join(parts)


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """A case of the wire table with a few bytes changed."""
    data = bytearray(draw(st.sampled_from([case.data for case in CASES if len(case.data) < 300])))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        byte = draw(st.sampled_from(b"\r\n\x00\t :;,0159aAfFx\x0b\xff") | st.integers(0, 255))
        kind = draw(st.sampled_from(["insert", "replace", "delete"]))
        data[at : at + (kind != "insert")] = b"" if kind == "delete" else bytes([byte])
    return bytes(data)


METHODS = st.sampled_from(["GET", "GET", "HEAD", "CONNECT"])


def compare(data: bytes, method: str, upgrade: bool) -> None:
    """Read whole, byte by byte and cut at every place, always as h11 does."""
    theirs = h11s(data, method, upgrade)
    pieces = [[data], [data[at : at + 1] for at in range(len(data))]]
    pieces += [[data[:at], data[at:]] for at in range(1, len(data))]
    for cut in pieces:
        assert None is disagreement(
            ours([piece for piece in cut if piece], method, upgrade), theirs
        )


@given(messages(), METHODS, st.booleans())
def test_a_message_of_any_parts_is_read_as_h11_reads_it(
    data: bytes, method: str, upgrade: bool
) -> None:
    compare(data, method, upgrade)


@given(broken(), METHODS, st.booleans())
def test_a_broken_message_is_read_as_h11_reads_it(data: bytes, method: str, upgrade: bool) -> None:
    compare(data, method, upgrade)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_of_the_wire_table_is_read_as_h11_reads_it(case: WireCase) -> None:
    mine = ours([case.data] if case.data else [], case.method, case.upgrade)
    assert None is disagreement(mine, h11s(case.data, case.method, case.upgrade))


ORDINARY = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
    b"HTTP/1.1 404 Not Found\r\nServer: nginx\r\nTransfer-Encoding: chunked\r\nA:\r\nB: c \r\n\r\n",
    b"HTTP/1.0 200\r\nConnection: keep-alive\r\n\r\n",
]


@pytest.mark.parametrize("head", ORDINARY)
def test_an_ordinary_head_does_not_need_h11(head: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(h11, "Connection", None)
    assert None is not plain_head(head, len(head))
    assert None is ours([head, b"0\r\n\r\n"], "GET").error

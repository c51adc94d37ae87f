# ruff: noqa: E501 - a case is a line, so that its bytes can be read
"""The wire table of HTTP/1.1: what a server sends, and what must come of it.

Each case is run whole, byte by byte, and cut at every place. Its outcome is either a response (status,
body, trailers, interim responses) with whether the connection may serve another request, or a
RemoteProtocolError whose message holds `error`. Every bug that was fixed leaves its bytes here.
"""

from __future__ import annotations

from typing import NamedTuple

Fields = list[tuple[bytes, bytes]]


class WireCase(NamedTuple):
    """`data` answers a request of `method`; with `ends` the server closes behind it."""

    name: str
    data: bytes
    status: int = 200
    body: bytes = b""
    error: str | None = None
    method: str = "GET"
    ends: bool = False
    reused: bool = True
    fields: Fields | None = None
    trailers: Fields | None = None
    interim: list[int] | None = None
    upgrade: bool = False
    leading: bytes | None = None
    keepalive: float | None = None


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

FRAMING = [
    WireCase("content length", OK + b"Content-Length: 5\r\n\r\nhello", body=b"hello"),
    WireCase("content length of zero", OK + b"Content-Length: 0\r\n\r\n"),
    WireCase("content length with leading zeros", OK + b"Content-Length: 005\r\n\r\nhello", body=b"hello"),
    WireCase("body until close", OK + b"\r\nhello", body=b"hello", ends=True, reused=False),
    WireCase("empty body until close", OK + b"\r\n", ends=True, reused=False),
    WireCase("HTTP/1.0 until close", b"HTTP/1.0 200 OK\r\n\r\nhello", body=b"hello", ends=True, reused=False),
    WireCase("HTTP/1.0 with a length", b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", body=b"hi", reused=False),
    WireCase(
        "HTTP/1.0 that keeps alive",
        b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nhi",
        body=b"hi",
    ),
    WireCase(
        "HTTP/1.0 in chunks, which it cannot know",
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        body=b"hi",
        reused=False,
    ),
    WireCase("the answer to HEAD", OK + b"Content-Length: 5\r\n\r\n", method="HEAD"),
    WireCase("the chunked answer to HEAD", CHUNKED, method="HEAD"),
    WireCase("204 with a length", b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", 204),
    WireCase("304 with a length", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304),
    WireCase("205 has a body like any other", b"HTTP/1.1 205 Reset\r\nContent-Length: 2\r\n\r\nhi", 205, b"hi"),
    WireCase("a body shorter than its length", OK + b"Content-Length: 5\r\n\r\nhel", ends=True,
             error="received 3 bytes, expected 5"),
    WireCase("no body where one was declared", OK + b"Content-Length: 5\r\n\r\n", ends=True,
             error="received 0 bytes, expected 5"),
    WireCase("two equal lengths", OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi", body=b"hi",
             reused=False, fields=[(b"Content-Length", b"2")]),
    WireCase("a list of equal lengths", OK + b"Content-Length: 2, 2\r\n\r\nhi", body=b"hi", reused=False,
             fields=[(b"Content-Length", b"2")]),
    WireCase("two lengths that differ", OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi!", error="Content-Length"),
    WireCase("a list of lengths that differ", OK + b"Content-Length: 2, 3\r\n\r\nhi!", error="Content-Length"),
    WireCase("a negative length", OK + b"Content-Length: -1\r\n\r\n", error="Content-Length"),
    WireCase("a signed length", OK + b"Content-Length: +1\r\n\r\na", error="Content-Length"),
    WireCase("a hexadecimal length", OK + b"Content-Length: 0x1\r\n\r\na", error="Content-Length"),
    WireCase("a length with an underscore", OK + b"Content-Length: 1_0\r\n\r\n", error="Content-Length"),
    WireCase("a length in Arabic digits", OK + b"Content-Length: \xd9\xa1\r\n\r\na", error="Content-Length"),
    WireCase("an empty length", OK + b"Content-Length:\r\n\r\n", error="Content-Length"),
    WireCase("a length of 21 digits", OK + b"Content-Length: " + b"0" * 20 + b"1\r\n\r\na", error="Content-Length"),
    WireCase("a bad length in the answer to HEAD", OK + b"Content-Length: x\r\n\r\n", method="HEAD", error="Content-Length"),
    WireCase("chunks and a length", OK + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
             body=b"hi", reused=False),
    WireCase("an unknown transfer coding", OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", error="Transfer-Encoding"),
    WireCase("two transfer codings", OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
             error="Transfer-Encoding"),
    WireCase("identity as a transfer coding", OK + b"Transfer-Encoding: identity\r\n\r\n", error="Only Transfer-Encoding: chunked is supported"),
    WireCase("chunked in capitals", OK + b"TRANSFER-ENCODING: Chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", body=b"hi",
             fields=[(b"TRANSFER-ENCODING", b"chunked")]),
]  # fmt: skip

CHUNKS = [
    WireCase("one chunk", CHUNKED + b"5\r\nhello\r\n0\r\n\r\n", body=b"hello"),
    WireCase("no chunk", CHUNKED + b"0\r\n\r\n"),
    WireCase("several chunks", CHUNKED + b"1\r\nh\r\n4\r\nello\r\n00\r\n\r\n", body=b"hello"),
    WireCase("a hexadecimal size in both cases", CHUNKED + b"a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", body=b"0123456789" * 2),
    WireCase("a size with leading zeros", CHUNKED + b"0005\r\nhello\r\n0\r\n\r\n", body=b"hello"),
    WireCase("extensions", CHUNKED + b"5;a=b;c=\"d e\"\r\nhello\r\n0;last\r\n\r\n", body=b"hello"),
    WireCase("spaces behind a size", CHUNKED + b"5 \t\r\nhello\r\n0\r\n\r\n", body=b"hello"),
    WireCase("line ends inside a chunk", CHUNKED + b"6\r\n\r\n0\r\n\r\r\n0\r\n\r\n", body=b"\r\n0\r\n\r"),
    WireCase("trailers", CHUNKED + b"2\r\nhi\r\n0\r\nA: b\r\nC:d\r\n\r\n", body=b"hi", trailers=[(b"A", b"b"), (b"C", b"d")]),
    WireCase("a folded trailer", CHUNKED + b"2\r\nhi\r\n0\r\nA: b\r\n c\r\n\r\n", body=b"hi", trailers=[(b"A", b"b c")], reused=False),
    WireCase("trailers with bare LF", CHUNKED + b"2\r\nhi\r\n0\r\nA: b\n\n", body=b"hi", trailers=[(b"A", b"b")], reused=False),
    WireCase("a bare LF for the blank line", CHUNKED + b"2\r\nhi\r\n0\r\n\n", body=b"hi", reused=False),
    WireCase("a trailer that is no field", CHUNKED + b"2\r\nhi\r\n0\r\nnonsense\r\n\r\n", error="illegal header line"),
    WireCase("a trailer with a bad length", CHUNKED + b"0\r\nContent-Length: x\r\n\r\n", error="Content-Length"),
    WireCase("trailers that do not end", CHUNKED + b"2\r\nhi\r\n0\r\nA: b\r\n", ends=True, error="incomplete chunked read"),
    WireCase("trailers beyond the size limit", CHUNKED + b"0\r\nA: " + b"b" * 102_400 + b"\r\n\r\n", error="limit"),
    WireCase("trailers beyond the size limit, without end", CHUNKED + b"0\r\nA: " + b"b" * 102_400, error="limit"),
    WireCase("trailers beyond the number of fields", CHUNKED + b"0\r\n" + b"A:b\r\n" * 1001 + b"\r\n", error="limit"),
    WireCase("a size that is no number", CHUNKED + b"x\r\nhello\r\n0\r\n\r\n", error="chunk-size line"),
    WireCase("an empty size", CHUNKED + b"\r\nhello\r\n0\r\n\r\n", error="chunk-size line"),
    WireCase("a negative size", CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n", error="chunk-size line"),
    WireCase("a size with 0x", CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n", error="chunk-size line"),
    WireCase("a size with an underscore", CHUNKED + b"1_0\r\n", error="chunk-size line"),
    WireCase("a size in full-width digits", CHUNKED + b"\xef\xbc\x95\r\nhello\r\n", error="chunk-size line"),
    WireCase("a space before a size", CHUNKED + b" 5\r\nhello\r\n0\r\n\r\n", error="chunk-size line"),
    WireCase("a size of 17 digits", CHUNKED + b"00000000000000005\r\nhello\r\n", error="chunk-size line"),
    WireCase("a size line ended by LF", CHUNKED + b"5\nhello\r\n0\r\n\r\n", error="chunk-size line"),
    WireCase("an LF in an extension", CHUNKED + b"5;a\nb\r\nhello\r\n0\r\n\r\n", error="chunk-size line"),
    WireCase("a CR in an extension", CHUNKED + b"5;a\rb\r\nhello\r\n0\r\n\r\n", error="chunk-size line"),
    WireCase("a size line beyond its limit", CHUNKED + b"5;" + b"a" * 16_384 + b"\r\nhello\r\n0\r\n\r\n", error="chunk-size line"),
    WireCase("a size line beyond its limit, without end", CHUNKED + b"5;" + b"a" * 16_384, error="chunk-size line"),
    WireCase("a chunk longer than its size", CHUNKED + b"4\r\nhello\r\n0\r\n\r\n", error="CRLF"),
    WireCase("a chunk ended by LF", CHUNKED + b"5\r\nhello\n0\r\n\r\n", error="CRLF"),
    WireCase("a chunk ended by any two bytes", CHUNKED + b"5\r\nhelloXX0\r\n\r\n", error="CRLF"),
    WireCase("a chunk ended by CR and another", CHUNKED + b"5\r\nhello\rX0\r\n\r\n", error="CRLF"),
    WireCase("an end inside a chunk", CHUNKED + b"5\r\nhel", ends=True, error="incomplete chunked read"),
    WireCase("an end behind a chunk", CHUNKED + b"5\r\nhello\r\n", ends=True, error="incomplete chunked read"),
    WireCase("an end before the blank line", CHUNKED + b"5\r\nhello\r\n0\r\n", ends=True, error="incomplete chunked read"),
]  # fmt: skip

HEADS = [
    WireCase("no reason", b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"),
    WireCase("an empty reason", b"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"),
    WireCase("a reason of several words, tabs and bytes", b"HTTP/1.1 200 So\tfar  so \xe9\r\nContent-Length: 0\r\n\r\n"),
    WireCase("an unknown status", b"HTTP/1.1 299 Odd\r\nContent-Length: 0\r\n\r\n", 299),
    WireCase("the highest status", b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", 999),
    WireCase("white space around a value", OK + b"Content-Length: \t 2 \t\r\n\r\nhi", body=b"hi", fields=[(b"Content-Length", b"2")]),
    WireCase("no white space before a value", OK + b"Content-Length:2\r\n\r\nhi", body=b"hi"),
    WireCase("an empty value", OK + b"A:\r\nB: \r\nContent-Length: 0\r\n\r\n", fields=[(b"A", b""), (b"B", b""), (b"Content-Length", b"0")]),
    WireCase("a value with a colon, spaces and bytes", OK + b"A: b: c  \xff\r\nContent-Length: 0\r\n\r\n",
             fields=[(b"A", b"b: c  \xff"), (b"Content-Length", b"0")]),
    WireCase("control characters in a value, as h11 lets them", OK + b"A: b\x01c\x7f\r\nContent-Length: 0\r\n\r\n",
             fields=[(b"A", b"b\x01c\x7f"), (b"Content-Length", b"0")]),
    WireCase("the case and order of names is kept", OK + b"x-B: 1\r\nX-a: 2\r\nx-b: 3\r\ncontent-LENGTH: 0\r\n\r\n",
             fields=[(b"x-B", b"1"), (b"X-a", b"2"), (b"x-b", b"3"), (b"content-LENGTH", b"0")]),
    WireCase("bare LF everywhere", b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", body=b"hi", reused=False),
    WireCase("bare LF, and CRLF CRLF in the body", b"HTTP/1.1 200 OK\nContent-Length: 4\n\n\r\n\r\n", body=b"\r\n\r\n", reused=False),
    WireCase("one bare LF", OK + b"A: b\nContent-Length: 2\r\n\r\nhi", body=b"hi", reused=False),
    WireCase("a folded field", OK + b"A: b\r\n  c\r\nContent-Length: 0\r\n\r\n", reused=False, fields=[(b"A", b"b c"), (b"Content-Length", b"0")]),
    WireCase("a folded first line", OK + b" A: b\r\n\r\n", error="malformed"),
    WireCase("a space before the colon", OK + b"Content-Length : 2\r\n\r\nhi", error="illegal header line"),
    WireCase("a name with a space", OK + b"A b: c\r\n\r\n", error="illegal header line"),
    WireCase("a name with a byte", OK + b"A\xe9: c\r\n\r\n", error="illegal header line"),
    WireCase("no name", OK + b": c\r\n\r\n", error="illegal header line"),
    WireCase("no colon", OK + b"nonsense\r\n\r\n", error="illegal header line"),
    WireCase("a NUL in a value", OK + b"A: b\x00c\r\n\r\n", error="illegal header line"),
    WireCase("a CR in a value", OK + b"A: b\rc\r\n\r\n", error="illegal header line"),
    WireCase("a vertical tab in a value", OK + b"A: b\x0bc\r\n\r\n", error="illegal header line"),
    WireCase("a form feed in a value", OK + b"A: b\x0cc\r\n\r\n", error="illegal header line"),
    WireCase("a NUL in the reason", b"HTTP/1.1 200 O\x00K\r\n\r\n", error="illegal status line"),
    WireCase("a NUL in a name", OK + b"A\x00: c\r\n\r\n", error="illegal header line"),
    WireCase("a blank line first", b"\r\n" + OK + b"\r\n", error="malformed"),
    WireCase("an LF first", b"\n" + OK + b"\r\n", error="malformed"),
    WireCase("no status line", b"Content-Length: 0\r\n\r\n", error="illegal status line"),
    WireCase("HTTP/0.9", b"hello", ends=True, error="illegal status line"),
    WireCase("another protocol that waits", b"SSH-2.0-OpenSSH_9.6\r\n", error="illegal status line"),
    WireCase("TLS where none was expected", b"\x15\x03\x01\x00\x02\x02\x46", error="illegal status line"),
    WireCase("HTTP/2 where HTTP/1.1 was expected", b"\x00\x00\x12\x04\x00\x00\x00\x00\x00", error="illegal status line"),
    WireCase("a status of two digits", b"HTTP/1.1 20 OK\r\n\r\n", error="illegal status line"),
    WireCase("a status of four digits", b"HTTP/1.1 2000 OK\r\n\r\n", error="illegal status line"),
    WireCase("a status below 100", b"HTTP/1.1 099 OK\r\n\r\n", error="malformed"),
    WireCase("a status in letters", b"HTTP/1.1 abc OK\r\n\r\n", error="illegal status line"),
    WireCase("http in small letters", b"http/1.1 200 OK\r\n\r\n", error="illegal status line"),
    WireCase("two spaces before the status", b"HTTP/1.1  200 OK\r\n\r\n", error="illegal status line"),
    WireCase("no version", b"HTTP/ 200 OK\r\n\r\n", error="illegal status line"),
    WireCase("a version of two digits", b"HTTP/1.10 200 OK\r\n\r\n", error="illegal status line"),
    WireCase("a head that does not end", OK + b"Content-Len", ends=True, error="disconnected"),
    WireCase("nothing at all", b"", ends=True, error="Server disconnected without sending a response"),
    WireCase("a head beyond the size limit", OK + b"A: " + b"b" * 102_400 + b"\r\n\r\n", error="limit"),
    WireCase("a head beyond the size limit, without end", OK + b"A: " + b"b" * 102_400, error="limit"),
    WireCase("a status line beyond the size limit", b"HTTP/1.1 200 " + b"O" * 102_400, error="limit"),
    WireCase("bare LF beyond the size limit", b"HTTP/1.1 200 OK\nA: " + b"b" * 102_400 + b"\n\n", error="limit"),
    WireCase("a head beyond the number of fields", OK + b"A:b\r\n" * 1001 + b"\r\n", error="limit"),
    WireCase("a head of as many fields as may be", OK + b"A:b\r\n" * 999 + b"Content-Length: 0\r\n\r\n"),
]  # fmt: skip

REUSE = [
    WireCase("Connection: close", OK + b"Connection: close\r\nContent-Length: 2\r\n\r\nhi", body=b"hi", reused=False),
    WireCase("close among other options", OK + b"Connection: foo, Close ,bar\r\nContent-Length: 2\r\n\r\nhi", body=b"hi", reused=False),
    WireCase("close in the second of two fields", OK + b"Connection: keep-alive\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", reused=False),
    WireCase("close in the first of two fields", b"HTTP/1.0 200 OK\r\nConnection: close\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", reused=False),
    WireCase("an option that only begins like close", OK + b"Connection: closed\r\nContent-Length: 0\r\n\r\n"),
    WireCase("Keep-Alive with a timeout", OK + b"Connection: keep-alive\r\nKeep-Alive: timeout=7, max=99\r\nContent-Length: 0\r\n\r\n", keepalive=7.0),
    WireCase("Keep-Alive with its timeout last", OK + b"Keep-Alive: max=99,timeout = 15\r\nContent-Length: 0\r\n\r\n", keepalive=15.0),
    WireCase("Keep-Alive without a timeout", OK + b"Keep-Alive: max=99\r\nContent-Length: 0\r\n\r\n"),
    WireCase("Keep-Alive with nonsense", OK + b"Keep-Alive: timeout=soon\r\nContent-Length: 0\r\n\r\n"),
    WireCase("bytes behind a body with a length", OK + b"Content-Length: 2\r\n\r\nhi" + OK, body=b"hi", reused=False),
    WireCase("bytes behind the last chunk", CHUNKED + b"2\r\nhi\r\n0\r\n\r\n" + OK, body=b"hi", reused=False),
    WireCase("a body for HEAD", OK + b"Content-Length: 2\r\n\r\nhi", method="HEAD", reused=False),
    WireCase("a body for 204", b"HTTP/1.1 204 No Content\r\n\r\nhi", 204, reused=False),
    WireCase("a body for 304", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nhi", 304, reused=False),
    WireCase("a CRLF too many", OK + b"Content-Length: 2\r\n\r\nhi\r\n", body=b"hi", reused=False),
]  # fmt: skip

HI = OK + b"Content-Length: 2\r\n\r\nhi"

INTERIM = [
    WireCase("100 Continue that nobody asked for", b"HTTP/1.1 100 Continue\r\n\r\n" + HI, body=b"hi", interim=[100]),
    WireCase("103 Early Hints with fields", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + HI, body=b"hi", interim=[103]),
    WireCase("several interim responses", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103\r\n\r\n" + HI,
             body=b"hi", interim=[100, 102, 103]),
    WireCase("as many interim responses as may be", b"HTTP/1.1 102 P\r\n\r\n" * 100 + HI, body=b"hi", interim=[102] * 100),
    WireCase("a flood of interim responses", b"HTTP/1.1 102 P\r\n\r\n" * 101, error="interim responses"),
    WireCase("interim heads beyond the size limit together", (b"HTTP/1.1 103 P\r\nA: " + b"b" * 30_000 + b"\r\n\r\n") * 4, error="limit"),
    WireCase("interim heads beyond the number of fields together", (b"HTTP/1.1 103 P\r\n" + b"A:b\r\n" * 400 + b"\r\n") * 3, error="limit"),
    WireCase("a folded interim head", b"HTTP/1.1 103 P\r\nA: b\r\n c\r\n\r\n" + HI, body=b"hi", interim=[103], reused=False),
    WireCase("a malformed interim head", b"HTTP/1.1 103 P\r\nA b\r\n\r\n" + HI, error="illegal header line"),
    WireCase("an end behind an interim response", b"HTTP/1.1 100 Continue\r\n\r\n", ends=True, error="disconnected"),
    WireCase("101 that nobody asked for", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nxyz", error="101"),
    WireCase("101 that was asked for", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nxyz", 101, upgrade=True, leading=b"xyz", reused=False),
    WireCase("101 with bare LF", b"HTTP/1.1 101 Switching Protocols\nUpgrade: x\n\nxyz", 101, upgrade=True, leading=b"xyz", reused=False),
    WireCase("another status to an upgrade", HI, body=b"hi", upgrade=True),
    WireCase("2xx to CONNECT", OK + b"Content-Length: 2\r\n\r\nxyz", method="CONNECT", leading=b"xyz", reused=False),
    WireCase("a refused CONNECT", b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nhi", 403, b"hi", method="CONNECT"),
]  # fmt: skip

CASES = FRAMING + CHUNKS + HEADS + REUSE + INTERIM

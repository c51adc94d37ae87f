"""Responses that a hostile or broken server frames so that two readers would read two messages."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.http_server import HTTPServer
from tests.support.raw_server import RawServer

import httpx

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"


class Answering(RawServer):
    """Answers each request with the same bytes, `size` at a time, and leaves the connection open."""

    def __init__(self, answer: bytes, size: int = 65536) -> None:
        super().__init__()
        self.answer = answer
        self.size = size

    def serve(self, connection: Any, number: int) -> None:
        while connection.recv(65536):
            for start in range(0, len(self.answer), self.size):
                connection.sendall(self.answer[start : start + self.size])


async def refused(colour: Colour, answer: bytes, size: int = 65536) -> httpx.RemoteProtocolError:
    with Answering(answer, size) as server:
        async with colour.client(timeout=30) as client:
            with pytest.raises(httpx.RemoteProtocolError) as caught:
                await client.get(server.url)
            (figures,) = client.stats().values()
            assert (0, 0) == (figures.active, figures.idle)
    return caught.value


@pytest.mark.parametrize(
    "body",
    [
        b"5\r\nhelloXX0\r\n\r\n",
        b"5\r\nhello\n0\r\n\r\n",
        b"5\r\nhello\rX0\r\n\r\n",
        b"4\r\nhello\r\n0\r\n\r\n",
    ],
)
@pytest.mark.parametrize("size", [65536, 1])
async def test_CVE_2025_43859_a_chunk_ends_in_crlf(colour: Colour, body: bytes, size: int) -> None:
    """h11: two bytes of any kind were skipped, so that a proxy and a client saw other chunks."""
    assert "CRLF" in str(await refused(colour, CHUNKED + body, size))


@pytest.mark.parametrize(
    ("advisory", "answer"),
    [
        ("CVE-2024-52304", CHUNKED + b"5;a\nb\r\nhello\r\n0\r\n\r\n"),
        ("CVE-2024-52304", CHUNKED + b"5;a\rb\r\nhello\r\n0\r\n\r\n"),
        ("CVE-2024-52304", CHUNKED + b"5;\n\r\nhello\r\n0\r\n\r\n"),
        ("CVE-2025-53643", CHUNKED + b"0\r\nX: " + b"x" * 200_000 + b"\r\n\r\n"),
        ("CVE-2025-53643", CHUNKED + b"0\r\nnonsense\r\n\r\n"),
        ("CVE-2025-53643", CHUNKED + b"0\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"),
        ("CVE-2025-69224", OK + "Content-Length: ٥\r\n\r\nhello".encode()),
        ("CVE-2025-69224", OK + b"Content-Length: +5\r\n\r\nhello"),
        ("CVE-2025-69224", OK + b"Content-Length: 5_0\r\n\r\nhello"),
        ("CVE-2025-69224", OK + b"Content-Length: \xb2\r\n\r\nhello"),
        ("CVE-2025-69224", CHUNKED + "٥\r\nhello\r\n0\r\n\r\n".encode()),
        ("CVE-2025-69224", CHUNKED + b"1_0\r\n"),
        ("CVE-2026-22815", OK + b"A: b\r\n" * 1001 + b"Content-Length: 0\r\n\r\n"),
        ("CVE-2026-22815", CHUNKED + b"0\r\n" + b"A: b\r\n" * 1001 + b"\r\n"),
        ("CVE-2026-34520", OK + b"A: b\x00c\r\nContent-Length: 0\r\n\r\n"),
        ("CVE-2026-34520", OK + b"A: b\rc\r\nContent-Length: 0\r\n\r\n"),
        ("CVE-2026-34520", OK + b"A\x00: b\r\nContent-Length: 0\r\n\r\n"),
        ("CVE-2026-34520", CHUNKED + b"0\r\nA: b\x00c\r\n\r\n"),
        ("CVE-2026-54277", OK + b"A: " + b"b" * 200_000),
        ("CVE-2026-54277", CHUNKED + b"5;" + b"a" * 200_000),
        ("CVE-2026-54277", b"HTTP/1.1 200 " + b"O" * 200_000),
    ],
)
@pytest.mark.parametrize("size", [65536, 1000])
async def test_what_is_malformed_or_over_a_limit_is_refused_however_it_is_cut(
    colour: Colour, advisory: str, answer: bytes, size: int
) -> None:
    """aiohttp: newlines in extensions, trailers without limits, digits that are none, limits of one read."""
    assert str(await refused(colour, answer, size)), advisory


async def test_CVE_2025_69229_a_body_of_one_byte_chunks_takes_linear_time(colour: Colour) -> None:
    """aiohttp: each chunk cost the more the more had come before it."""
    times = []
    for number in (20_000, 160_000):
        with Answering(CHUNKED + b"1\r\nx\r\n" * number + b"0\r\n\r\n") as server:
            async with colour.client(timeout=30) as client:
                start = time.thread_time()
                assert number == len((await client.get(server.url)).content)
                times.append(time.thread_time() - start)
    assert times[1] < 24 * times[0]
    assert times[1] < 5


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("GET", OK + b"Content-Length: 2\r\n\r\nhi"),
        ("HEAD", OK + b"Content-Length: 2\r\n\r\n"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n"),
        ("GET", CHUNKED + b"2\r\nhi\r\n0\r\n\r\n"),
    ],
    ids=["length", "HEAD", "204", "304", "chunked"],
)
async def test_bytes_behind_a_response_are_nobodys_answer(
    colour: Colour, method: str, answer: bytes
) -> None:
    """Response queue poisoning: what follows a complete body must not answer the next request."""
    poison = OK + b"X-Poison: 1\r\nContent-Length: 6\r\n\r\npoison"
    with Answering(answer + poison) as server:
        async with colour.client(timeout=30) as client:
            for _ in range(3):
                response = await client.request(method, server.url)
                assert "x-poison" not in response.headers
                assert response.content in (b"hi", b"")
    assert 3 == server.accepted


async def test_unsolicited_bytes_close_an_idle_connection(colour: Colour) -> None:
    poison = OK + b"X-Poison: 1\r\nContent-Length: 6\r\n\r\npoison"
    answered, poisoned = threading.Event(), threading.Event()

    def serve(connection: Any, number: int) -> None:
        while connection.recv(65536):
            connection.sendall(OK + b"Content-Length: 2\r\n\r\nhi")
            assert answered.wait(10)
            answered.clear()
            connection.sendall(poison)
            poisoned.set()

    with RawServer(serve) as server:
        async with colour.client(timeout=30) as client:
            for _ in range(3):
                response = await client.get(server.url)
                assert (b"hi", False) == (response.content, "x-poison" in response.headers)
                answered.set()
                await colour.wait(poisoned)
                poisoned.clear()
    assert 3 == server.accepted


async def test_both_lengths_end_the_connection(colour: Colour) -> None:
    """RFC 9112, 6.3: Transfer-Encoding rules, and such a connection is not used again."""
    head = OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
    with Answering(head + b"2\r\nhi\r\n0\r\n\r\n") as server:
        async with colour.client(timeout=30) as client:
            for _ in range(2):
                assert b"hi" == (await client.get(server.url)).content
    assert 2 == server.accepted


async def test_two_lengths_that_differ_are_refused(colour: Colour) -> None:
    answer = OK + b"Content-Length: 2\r\ncontent-length: 20\r\n\r\nhi"
    assert "Content-Length" in str(await refused(colour, answer))


async def test_CVE_2024_35195_an_unverified_connection_is_never_used_where_verification_is_asked(
    colour: Colour, tls_server: HTTPServer, authority: Any
) -> None:
    """requests: the first request with verify=False decided for all that came over its connection."""
    first = tls_server.accepted
    async with (
        colour.client(verify=False) as careless,
        colour.client(verify=authority.client_context()) as careful,
        colour.client() as strict,
    ):
        for _ in range(2):
            assert 200 == (await careless.get(tls_server.url + "/bytes/1")).status_code
            assert 200 == (await careful.get(tls_server.url + "/bytes/1")).status_code
            with pytest.raises(httpx.ConnectError, match=r"(?i)certificate"):
                await strict.get(tls_server.url + "/bytes/1")
    assert [0, 1, 0, 1] == [request.connection - first for request in tls_server.requests]


async def test_CVE_2024_35195_what_was_verified_is_part_of_a_connections_identity(
    colour: Colour, authority: Any
) -> None:
    """`sni_hostname` says which name is verified: a connection verified for another is not used."""
    context = authority.server_context("127.0.0.1", "good.test")
    with HTTPServer(ssl_context=context) as server:
        async with colour.client(verify=authority.client_context()) as client:
            url = server.url + "/bytes/1"
            for name in (None, "good.test", None, "good.test"):
                extensions = {} if name is None else {"sni_hostname": name}
                assert 200 == (await client.get(url, extensions=extensions)).status_code
            with pytest.raises(httpx.ConnectError, match="evil"):
                await client.get(url, extensions={"sni_hostname": "evil.test"})
    first, second = (server.requests[index].connection for index in (0, 1))
    assert first != second
    assert [first, second] * 2 == [request.connection for request in server.requests]

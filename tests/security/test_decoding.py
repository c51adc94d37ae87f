"""Bodies that are bombs: what a read costs is what was asked for, whatever a server sends."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.compressors import brotli, zstd
from tests.support.http_server import HTTPServer
from tests.support.messages import Reply
from tests.support.raw_server import RawServer

import httpx

MIB = 1024 * 1024
SIZE = 64 * MIB

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, 1),
    "deflate": lambda data: zlib.compress(data, 1),
    "br": lambda data: brotli.compress(data, quality=1),
    "zstd": zstd.compress,
}


@cache
def bomb(coding: str) -> bytes:
    return COMPRESS[coding](b"x\n" * (SIZE // 2))


@pytest.mark.parametrize("coding", COMPRESS)
@pytest.mark.parametrize("method", ["iter_bytes", "iter_text", "iter_lines"])
async def test_CVE_2026_84382_CVE_2025_66471_a_small_read_of_a_bomb_costs_little(
    colour: Colour, server: HTTPServer, coding: str, method: str
) -> None:
    """httpx2, urllib3 GHSA-2xpw: a read of 1 KB allocated all of it, here 64 MB."""
    body = bomb(coding)
    url = server.add("/bomb", lambda request: Reply(200, body, [("Content-Encoding", coding)]))
    async with colour.client() as client, client.stream("GET", url) as response:
        assert 200 == response.status_code
        args = (1024,) if method == "iter_bytes" else ()
        items = getattr(colour, method)(response, *args)
        tracemalloc.start()
        try:
            await anext(items)
            await anext(items)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        await items.aclose()
    assert peak < 1 * MIB


@pytest.mark.parametrize("spelling", ["one field", "many fields"])
@pytest.mark.parametrize("number", [6, 500])
async def test_CVE_2025_66418_CVE_2026_22036_CVE_2022_32206_a_long_chain_of_codings_is_refused(
    colour: Colour, server: HTTPServer, number: int, spelling: str
) -> None:
    """urllib3 GHSA-gm62, undici, curl: each coding in a chain multiplies the size of the last."""
    headers = [("Content-Encoding", "gzip")] * number
    if spelling == "one field":
        headers = [("Content-Encoding", ", ".join(["gzip"] * number))]
    body = gzip.compress(b"innocent")
    url = server.add("/chain", lambda request: Reply(200, body, headers))
    async with colour.client() as client:
        with pytest.raises(httpx.DecodingError, match=f"{number} content codings"):
            await client.get(url)


@pytest.mark.parametrize("coding", COMPRESS)
async def test_CVE_2026_21441_the_body_of_a_followed_redirect_is_not_decompressed(
    colour: Colour, server: HTTPServer, coding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """urllib3 GHSA-38jv: following one decompressed all of a body that nobody asked for."""
    from httpx_core import _response

    body = bomb(coding)
    asked: list[Any] = []
    decoder = _response.content_decoder
    monkeypatch.setattr(
        _response, "content_decoder", lambda *args: asked.append(args) or decoder(*args)
    )
    headers = [("Content-Encoding", coding), ("Location", "/bytes/1")]
    server.add("/moved", lambda request: Reply(302, body, headers))
    async with (
        colour.client(follow_redirects=True) as client,
        client.stream("GET", server.url + "/moved") as response,
    ):
        assert b"0" == await colour.read(response)
    assert [] == asked


async def test_CVE_2026_21441_an_endless_redirect_is_read_up_to_a_bound(colour: Colour) -> None:
    """What does not end costs its connection, and not the memory and time of the client."""
    sent: list[int] = []

    def endless(connection: Any, number: int) -> None:
        connection.recv(65536)
        if number:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            return
        connection.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 1000000000\r\n\r\n"
        )
        try:
            while True:
                sent.append(connection.send(bytes(65536)))
        except OSError:
            pass

    with RawServer(endless) as server:
        async with colour.client(follow_redirects=True) as client:
            response = await client.get(server.url)
            assert b"ok" == response.content
            assert response.history[0].num_bytes_downloaded <= 64 * 1024 + 512 * 1024
    assert 2 == server.accepted
    # What the kernels buffer of a loopback connection is a few megabytes.
    assert sum(sent) < 100 * MIB


@pytest.mark.parametrize("coding", COMPRESS)
async def test_CVE_2026_44432_closing_after_a_partial_read_decodes_nothing_more(
    colour: Colour, server: HTTPServer, coding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """urllib3 GHSA-mf9v: draining decompressed the rest; the second read of a br body had no bound."""
    body = bomb(coding) * 1
    url = server.add("/bomb", lambda request: Reply(200, body, [("Content-Encoding", coding)]))
    async with colour.client() as client, client.stream("GET", url) as response:
        items = colour.iter_bytes(response, 1000)
        sizes = []
        tracemalloc.start()
        try:
            # Beyond what one step of a decoder gives, and a second, and a third.
            for _ in range(300):
                sizes.append(len(await anext(items)))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert [1000] * 300 == sizes
        assert peak < 1 * MIB
        decoder = response._get_content_decoder()

        def forbidden(self: object, chunk: bytes) -> Any:
            raise AssertionError("decoded after the last read")

        monkeypatch.setattr(type(decoder), "feed", forbidden)
        await colour.close(response)
        await items.aclose()


@pytest.mark.parametrize("coding", COMPRESS)
async def test_a_truncated_body_is_no_success(
    colour: Colour, server: HTTPServer, coding: str
) -> None:
    body = COMPRESS[coding](b"all of it, to the last")
    url = server.add("/cut", lambda request: Reply(200, body[:-3], [("Content-Encoding", coding)]))
    async with colour.client() as client:
        with pytest.raises(httpx.DecodingError):
            await client.get(url)


async def test_a_zstd_window_above_8_mib_is_refused(colour: Colour, server: HTTPServer) -> None:
    """RFC 9659: a frame may ask for a window of gigabytes before it holds a byte."""
    options = {zstd.CompressionParameter.window_log: 24}
    compressor = zstd.ZstdCompressor(options=options)
    body = compressor.compress(bytes(20 * MIB)) + compressor.flush()
    url = server.add("/zstd", lambda request: Reply(200, body, [("Content-Encoding", "zstd")]))
    async with colour.client() as client:
        with pytest.raises(httpx.DecodingError):
            await client.get(url)

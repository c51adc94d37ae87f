"""What a caller's untrusted value can never do: write a second header, a second request, a second part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.http2_server import HTTP2Server
from tests.support.http_server import HTTPServer
from tests.support.raw_server import RawServer

import httpx

PROTOCOLS = ["HTTP/1.1", "HTTP/2"]
BREAKING = ["\r\nX-Injected: 1", "\nX-Injected: 1", "\rX-Injected: 1", "\0"]


class Silent(RawServer):
    """Notes what comes, and never answers."""

    def __init__(self, protocol: str) -> None:
        super().__init__(self.note)
        self.received = b""
        self.settings = {"http1": False, "http2": True} if protocol == "HTTP/2" else {}

    def note(self, connection: Any, number: int) -> None:
        while data := connection.recv(65536):
            self.received += data


Request = Callable[[str], dict[str, Any]]

PLACES: dict[str, Request] = {
    "header value": lambda bad: {"headers": {"X-Note": "a" + bad}},
    "header value, the end": lambda bad: {"headers": {"X-Note": "a" + bad[:2].rstrip("X-")}},
    "header name": lambda bad: {"headers": {"X" + bad: "a"}},
    "cookie header": lambda bad: {"headers": {"Cookie": "a=b" + bad}},
    "Upgrade": lambda bad: {"headers": {"Connection": "upgrade", "Upgrade": "h2c" + bad}},
    "Host": lambda bad: {"headers": {"Host": "a.test" + bad}},
    "target": lambda bad: {"extensions": {"target": b"/" + bad.encode()}},
    "target as text": lambda bad: {"extensions": {"target": "/" + bad}},
    "method": lambda bad: {"method": "GET" + bad},
    "method with a request in it": lambda bad: {"method": "GET / HTTP/1.1" + bad},
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("bad", BREAKING, ids=["CRLF", "LF", "CR", "NUL"])
@pytest.mark.parametrize("place", PLACES)
async def test_CVE_2020_26137_CVE_2023_49082_CVE_2026_1527_CVE_2026_47072_CVE_2025_57804_nothing_is_sent(
    colour: Colour, place: str, bad: str, protocol: str
) -> None:
    """urllib3, aiohttp, undici, hackney; on HTTP/2 aiosonic GHSA-86v3 and h2: h2 itself sends CR, LF, NUL."""
    settings = {"method": "GET", **PLACES[place](bad)}
    with Silent(protocol) as server:
        async with colour.client(timeout=30, **server.settings) as client:
            with pytest.raises(httpx.LocalProtocolError) as caught:
                await client.request(settings.pop("method"), server.url, **settings)
        assert str(caught.value)
    # An HTTP/2 connection begins with a preface; no request may follow it.
    assert b"Injected" not in server.received
    assert b"GET" not in server.received
    if protocol == "HTTP/1.1":
        assert b"" == server.received


@pytest.mark.parametrize("bad", [*BREAKING, " ", "\t", "/", "é"])
async def test_CVE_2026_47075_sni_hostname_is_a_name_or_nothing_is_sent(
    colour: Colour, bad: str
) -> None:
    """hackney and others: what goes into the ClientHello goes out before any TLS check."""
    with Silent("HTTP/1.1") as server:
        url = f"https://{server.authority}/"
        async with colour.client(verify=False, timeout=30) as client:
            with pytest.raises(httpx.LocalProtocolError, match="sni_hostname"):
                await client.get(url, extensions={"sni_hostname": "a.test" + bad})
        assert b"" == server.received
        assert 0 == server.accepted


@pytest.mark.parametrize("bad", [" ", "\t", "é", "\x7f"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_CVE_2023_49081_a_target_or_a_method_holds_no_space(
    colour: Colour, bad: str, protocol: str
) -> None:
    """aiohttp: a space ends the target, and what follows reads as the version."""
    with Silent(protocol) as server:
        async with colour.client(timeout=30, **server.settings) as client:
            with pytest.raises(httpx.LocalProtocolError):
                await client.get(server.url, extensions={"target": f"/a{bad}b".encode()})
            with pytest.raises((httpx.LocalProtocolError, UnicodeEncodeError)):
                await client.request(f"GET{bad}/", server.url)
    assert b"/a" not in server.received


@pytest.mark.parametrize(
    "fields",
    [
        [("Content-Length", "1"), ("content-length", "1")],
        [("Content-Length", "1"), ("content-length", "2")],
        [("Content-Length", "1"), ("Transfer-Encoding", "chunked")],
        [("transfer-encoding", "chunked"), ("CONTENT-LENGTH", "1")],
        [("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")],
        [("Transfer-Encoding", "gzip, chunked")],
        [("Transfer-Encoding", "chunked"), ("Transfer-encoding", "identity")],
        [("Content-Length", "+1")],
        [("Content-Length", "1, 1")],
        [("Content-Length", "0x1")],
        [("Content-Length", "١")],
        [("Host", "a.test"), ("host", "b.test")],
    ],
)
async def test_CVE_2026_1525_a_request_says_once_where_it_ends_and_whom_it_is_for(
    colour: Colour, fields: list[tuple[str, str]]
) -> None:
    """undici: two Content-Length in other case, or one beside Transfer-Encoding, smuggle a request."""
    with Silent("HTTP/1.1") as server:
        async with colour.client(timeout=30) as client:
            raw = [(name.encode(), value.encode()) for name, value in fields]
            with pytest.raises(httpx.LocalProtocolError):
                await client.post(server.url, headers=raw, content=b"x")
    assert b"" == server.received


async def test_CVE_2026_1525_a_body_is_never_longer_than_its_length(colour: Colour) -> None:
    with Silent("HTTP/1.1") as server:
        async with colour.client(timeout=30) as client:
            smuggled = b"x" + b"GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n"
            for content in (smuggled, colour.body([b"x", smuggled])):
                with pytest.raises(httpx.LocalProtocolError, match="Content-Length"):
                    await client.post(server.url, headers={"Content-Length": "1"}, content=content)
    assert b"smuggled" not in server.received


@pytest.mark.parametrize("bad", BREAKING, ids=["CRLF", "LF", "CR", "NUL"])
async def test_CVE_2026_84379_CVE_2026_34514_CVE_2026_50269_nothing_ends_the_head_of_a_part(
    colour: Colour, server: HTTPServer, bad: str
) -> None:
    """httpx2, aiohttp: names, file names, types and headers of parts could begin another part."""
    names = {"field" + bad: ("file" + bad, b"1")}
    async with colour.client() as client:
        await client.post(server.url + "/echo", files=names, data={"plain" + bad: "1"})
        for file in (
            ("name", b"1", "text/plain" + bad),
            ("name", b"1", "text/plain", {"X-Note": "a" + bad}),
            ("name", b"1", "text/plain", {"X" + bad: "a"}),
        ):
            with pytest.raises((httpx.LocalProtocolError, ValueError), match="CR, LF or NUL"):
                await client.post(server.url + "/echo", files={"field": file})
    (received,) = server.requests
    heads = [part.partition(b"\r\n\r\n")[0] for part in received.body.split(b"\r\n--")]
    for head in heads:
        lines = head.split(b"\r\n")
        assert all(b"Injected" not in line or b"Disposition" in line for line in lines), lines
        assert b"\0" not in head
    # CR, LF, NUL are escaped in the names, as browsers do.
    assert bad.partition("X")[0].encode() not in received.body.split(b"\r\n\r\n")[0].split(b"; ")[1]


@pytest.mark.parametrize("boundary", ["a\r\nX: y", "a\n", "a" * 71, "", "a ", 'a"b', "a\0"])
def test_CVE_2026_50269_a_boundary_of_the_callers_is_checked(boundary: str) -> None:
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    try:
        request = httpx.Request("POST", "http://a.test/", headers=headers, files={"a": b"1"})
    except (ValueError, httpx.LocalProtocolError):
        return
    from httpx_core import wire

    used = request.read().partition(b"\r\n")[0]
    assert len(used) <= 72
    assert not set(used) & set(b"\r\n\0")
    try:
        wire.check_fields(request.headers.raw)
    except httpx.LocalProtocolError:
        pass
    else:
        assert not set(request.headers["content-type"]) & set("\r\n\0")


async def test_GHSA_86v3_what_h1_refuses_h2_refuses(colour: Colour) -> None:
    """aiosonic: the check was made for one protocol alone."""
    with HTTP2Server() as server:
        async with colour.client(http1=False, http2=True) as client:
            for headers in (
                {"x-a": "1\r\n"},
                {"x a": "1"},
                {"x-a": " 1"},
                {":path": "/other"},
                {"": "1"},
            ):
                with pytest.raises(httpx.LocalProtocolError):
                    await client.get(server.url + "/echo", headers=headers)
            # The connection, if there is one, is as good as before.
            assert 200 == (await client.get(server.url + "/echo")).status_code
    assert ["/echo"] == [fields[":path"] for fields in server.requests]


@pytest.mark.parametrize(
    "fields",
    [
        [("X-Note", "one\r\nX-Other: two")],
        [("X-Note", "one\0")],
        [("X Note", "one")],
        [("Content-Length", "1"), ("content-length", "2")],
    ],
)
async def test_an_application_in_process_is_given_nothing_that_could_not_be_sent(
    colour: Colour, fields: list[tuple[str, str]]
) -> None:
    """It may hand on what it gets; and what passes in tests must pass on the wire."""
    called: list[Any] = []

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        called.append(scope)

    def wsgi(environ: Any, start_response: Any) -> list[bytes]:
        called.append(environ)
        return []

    transport = httpx.ASGITransport(asgi) if colour.is_async else httpx.WSGITransport(wsgi)
    async with colour.client(transport=transport) as client:
        raw = [(name.encode(), value.encode()) for name, value in fields]
        with pytest.raises(httpx.LocalProtocolError) as caught:
            await client.get("http://a.test/", headers=raw)
        assert "http://a.test/" == str(caught.value.request.url)
    assert [] == called

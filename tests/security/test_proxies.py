"""Proxies: whose certificate is verified, and who gets to see which credentials."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.http_server import HTTPServer
from tests.support.proxy_server import ProxyServer
from tests.support.socks_server import SOCKSServer

import httpx

SECRET = ("user", "secret")
PROXIES = ["http", "https", "socks5"]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def start_proxy(stack: ExitStack, authority: Any, kind: str, origin: HTTPServer) -> Any:
    hosts = dict.fromkeys(("origin.test", "other.test"), ("127.0.0.1", origin.port))
    if kind == "socks5":
        return stack.enter_context(SOCKSServer(credentials=SECRET, hosts=hosts))
    facing = authority.server_context("127.0.0.1") if kind == "https" else None
    return stack.enter_context(ProxyServer(ssl_context=facing, credentials=SECRET, hosts=hosts))


def proxy_to(server: Any, kind: str, authority: Any) -> httpx.Proxy:
    context = authority.client_context() if kind == "https" else None
    return httpx.Proxy(f"{kind}://127.0.0.1:{server.port}", auth=SECRET, ssl_context=context)


UPGRADE = {"Connection": "upgrade", "Upgrade": "echo"}


@pytest.mark.parametrize("kind", PROXIES)
async def test_PYSEC_2026_3844_wss_starts_tls_and_verifies_before_the_handshake_is_sent(
    colour: Colour, authority: Any, stack: ExitStack, kind: str
) -> None:
    """httpcore2: through SOCKS5 `wss` went out in cleartext."""
    context = authority.server_context("origin.test")
    origin = stack.enter_context(HTTPServer(ssl_context=context))
    server = start_proxy(stack, authority, kind, origin)
    async with colour.client(
        proxy=proxy_to(server, kind, authority), verify=authority.client_context()
    ) as client:
        url = f"wss://origin.test:{origin.port}/upgrade"
        async with client.stream("GET", url, headers=UPGRADE) as response:
            assert 101 == response.status_code
            stream = response.extensions["network_stream"]
            assert None is not stream.get_extra_info("ssl_object")
        with pytest.raises(httpx.ConnectError, match=r"other\.test"):
            await client.get(url.replace("origin", "other"), headers=UPGRADE)
    assert ["/upgrade"] == [request.target for request in origin.requests]


@pytest.mark.parametrize("kind", ["http", "https"])
@pytest.mark.parametrize("scheme", ["https", "wss"])
async def test_CVE_2023_32681_CVE_2026_107285_credentials_of_a_proxy_do_not_enter_the_tunnel(
    colour: Colour, authority: Any, stack: ExitStack, kind: str, scheme: str
) -> None:
    """requests PYSEC-2023-74, AsyncHttpClient: the origin was sent Proxy-Authorization."""
    origin = stack.enter_context(HTTPServer(ssl_context=authority.server_context("origin.test")))
    server = start_proxy(stack, authority, kind, origin)
    async with colour.client(
        proxy=proxy_to(server, kind, authority), verify=authority.client_context()
    ) as client:
        path = "/upgrade" if scheme == "wss" else "/echo"
        headers = UPGRADE if scheme == "wss" else {}
        async with client.stream(
            "GET", f"{scheme}://origin.test:{origin.port}{path}", headers=headers
        ):
            pass
    assert [True] == [r.header("proxy-authorization") is not None for r in server.requests]
    assert None is origin.last.header("proxy-authorization")


async def test_CVE_2026_107285_nor_with_ws_through_a_forwarding_proxy_reach_the_origin(
    colour: Colour, authority: Any, stack: ExitStack
) -> None:
    """`ws` is tunnelled (RFC 6455, 4.1), so the credentials are in the CONNECT alone."""
    origin = stack.enter_context(HTTPServer())
    server = start_proxy(stack, authority, "http", origin)
    async with colour.client(proxy=proxy_to(server, "http", authority)) as client:
        url = f"ws://origin.test:{origin.port}/upgrade"
        async with client.stream("GET", url, headers=UPGRADE) as response:
            assert 101 == response.status_code
    assert [f"CONNECT origin.test:{origin.port}"] == server.seen
    assert None is origin.last.header("proxy-authorization")


async def test_CVE_2023_32681_nor_the_origin_after_a_redirect_to_https(
    colour: Colour, authority: Any, stack: ExitStack
) -> None:
    """requests: the header was kept from the forwarded request when the redirect made a tunnel."""
    secure = stack.enter_context(HTTPServer(ssl_context=authority.server_context("secure.test")))
    plain = stack.enter_context(HTTPServer())
    server = start_proxy(stack, authority, "http", plain)
    server.hosts["secure.test"] = ("127.0.0.1", secure.port)
    async with colour.client(
        proxy=proxy_to(server, "http", authority),
        verify=authority.client_context(),
        follow_redirects=True,
    ) as client:
        url = httpx.URL(
            f"http://origin.test:{plain.port}/redirect",
            params={"to": f"https://secure.test:{secure.port}/echo"},
        )
        response = await client.get(url)
    assert 200 == response.status_code
    assert None is secure.last.header("proxy-authorization")
    assert "proxy-authorization" not in response.request.headers


@pytest.mark.parametrize("in_headers", [False, True])
async def test_CVE_2026_6253_credentials_of_one_proxy_do_not_reach_another(
    colour: Colour, authority: Any, stack: ExitStack, in_headers: bool
) -> None:
    """curl: a redirect from http to https changed the proxy, and took the credentials along."""
    secure = stack.enter_context(HTTPServer(ssl_context=authority.server_context("secure.test")))
    plain = stack.enter_context(HTTPServer())
    hosts = {
        "origin.test": ("127.0.0.1", plain.port),
        "secure.test": ("127.0.0.1", secure.port),
    }
    first = stack.enter_context(ProxyServer(hosts=hosts))
    second = stack.enter_context(ProxyServer(hosts=hosts))
    given = {"headers": {"Proxy-Authorization": "Basic secret"}} if in_headers else {"auth": SECRET}
    proxies = [httpx.Proxy(first.url, **given), httpx.Proxy(second.url)]
    transports = [
        colour.transport(proxy=proxy, verify=authority.client_context()) for proxy in proxies
    ]
    mounts = {"http://": transports[0], "https://": transports[1]}
    async with colour.client(mounts=mounts, follow_redirects=True) as client:
        url = httpx.URL(
            f"http://origin.test:{plain.port}/redirect",
            params={"to": f"https://secure.test:{secure.port}/echo"},
        )
        assert 200 == (await client.get(url)).status_code
    assert [True] == [r.header("proxy-authorization") is not None for r in first.requests]
    assert [f"CONNECT secure.test:{secure.port}"] == second.seen
    assert [None] == [r.header("proxy-authorization") for r in second.requests]
    assert None is secure.last.header("proxy-authorization")


async def test_CVE_2026_6253_nor_do_those_a_caller_put_among_the_headers(
    colour: Colour, authority: Any, stack: ExitStack
) -> None:
    """A Proxy-Authorization of the request itself is for the first origin's way, and goes with it."""
    plain = stack.enter_context(HTTPServer())
    elsewhere = stack.enter_context(HTTPServer())
    hosts = {
        "origin.test": ("127.0.0.1", plain.port),
        "other.test": ("127.0.0.1", elsewhere.port),
    }
    first = stack.enter_context(ProxyServer(hosts=hosts))
    second = stack.enter_context(ProxyServer(hosts=hosts))
    mounts = {
        "all://origin.test": colour.transport(proxy=first.url),
        "all://other.test": colour.transport(proxy=second.url),
    }
    async with colour.client(mounts=mounts, follow_redirects=True) as client:
        url = httpx.URL(
            f"http://origin.test:{plain.port}/redirect",
            params={"to": f"http://other.test:{elsewhere.port}/echo"},
        )
        await client.get(url, headers={"Proxy-Authorization": "Basic secret"})
    assert ["Basic secret"] == [r.header("proxy-authorization") for r in first.requests]
    assert [None] == [r.header("proxy-authorization") for r in second.requests]


@pytest.mark.parametrize("scheme", ["http", "https", "wss"])
async def test_CVE_2021_28363_the_name_of_an_https_proxy_is_verified(
    colour: Colour, authority: Any, stack: ExitStack, scheme: str
) -> None:
    """urllib3: with the default context any certificate of a trusted authority would do."""
    context = authority.server_context("origin.test") if scheme != "http" else None
    origin = stack.enter_context(HTTPServer(ssl_context=context))
    # Trusted, but for another name than the proxy is reached by.
    server = stack.enter_context(ProxyServer(ssl_context=authority.server_context("else.test")))
    trusting = authority.client_context()
    for proxy in (
        httpx.Proxy(server.url, ssl_context=trusting),
        httpx.Proxy(server.url),
    ):
        async with colour.client(proxy=proxy, verify=trusting) as client:
            with pytest.raises(httpx.ConnectError, match=r"(?i)127\.0\.0\.1.*certificate"):
                await client.get(f"{scheme}://origin.test:{origin.port}/echo")
    assert [] == server.requests
    assert [] == origin.requests


async def test_CVE_2021_28363_an_unverified_origin_does_not_make_its_proxy_unverified(
    colour: Colour, authority: Any, stack: ExitStack
) -> None:
    origin = stack.enter_context(HTTPServer(ssl_context=authority.server_context("origin.test")))
    server = stack.enter_context(ProxyServer(ssl_context=authority.server_context("127.0.0.1")))
    proxy = httpx.Proxy(server.url, ssl_context=ssl.create_default_context())
    async with colour.client(proxy=proxy, verify=False) as client:
        with pytest.raises(httpx.ConnectError, match=r"(?i)certificate"):
            await client.get(f"https://origin.test:{origin.port}/echo")
    assert [] == server.requests


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_client_that_verifies_no_origin_verifies_its_proxy(
    colour: Colour, authority: Any, stack: ExitStack, scheme: str
) -> None:
    """As 0.28 had it: the proxy gets credentials, and `verify=False` is said of the origin."""
    server = stack.enter_context(ProxyServer(ssl_context=authority.server_context("127.0.0.1")))
    async with colour.client(proxy=server.url, verify=False) as client:
        with pytest.raises(httpx.ConnectError, match=r"(?i)certificate"):
            await client.get(f"{scheme}://origin.test/")
    assert [] == server.requests


@pytest.mark.parametrize("answer", [b"X-Injected: 1\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\npoison"])
async def test_a_proxy_cannot_speak_for_the_origin_before_the_tunnel_is_used(
    colour: Colour, authority: Any, stack: ExitStack, answer: bytes
) -> None:
    origin = stack.enter_context(HTTPServer())
    reply = b"HTTP/1.1 200 Connection established\r\n\r\n" + answer
    server = stack.enter_context(
        ProxyServer(connect_reply=reply, hosts={"origin.test": ("127.0.0.1", origin.port)})
    )
    async with colour.client(proxy=server.url, verify=authority.client_context()) as client:
        with pytest.raises(httpx.ProxyError):
            await client.get(f"ws://origin.test:{origin.port}/echo")
    assert [] == origin.requests


async def test_a_proxy_of_the_environment_is_not_taken_from_a_request_header(
    monkeypatch: pytest.MonkeyPatch, colour: Colour
) -> None:
    """httpoxy, CVE-2016-5385: in a CGI script HTTP_PROXY is what a request's `Proxy:` says."""
    monkeypatch.setenv("REQUEST_METHOD", "GET")
    monkeypatch.setenv("HTTP_PROXY", "http://evil.test:1")
    async with colour.client() as client:
        assert {} == client._mounts

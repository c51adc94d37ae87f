"""Redirects that a hostile server chooses: what is one origin's stays with it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.http_server import HTTPServer

import httpx

CREDENTIALS = ("Authorization", "Cookie", "Proxy-Authorization")


@pytest.fixture
def other() -> Any:
    with HTTPServer() as server:
        yield server


def redirect(server: HTTPServer, to: str, status: int = 302) -> httpx.URL:
    return httpx.URL(server.url + "/redirect", params={"to": to, "status": str(status)})


def secrets(server: HTTPServer) -> list[str]:
    """Each field of the last request whose value is a secret, by name."""
    return sorted({name.lower() for name, value in server.last.headers if "secret" in value})


def duplicated() -> list[tuple[str, str]]:
    """Each credential three times, in three spellings of its name."""
    return [
        (spelled, f"secret-{number}")
        for name in CREDENTIALS
        for number, spelled in enumerate((name, name.upper(), name.lower()))
    ]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_CVE_2024_37891_CVE_2024_24758_CVE_2026_44431_PYSEC_2026_2100_GHSA_wgrq_credentials_stay(
    colour: Colour, server: HTTPServer, other: HTTPServer, status: int
) -> None:
    """urllib3, undici, aiohttp, aiosonic: another port is another origin, and every duplicate goes."""
    async with colour.client(follow_redirects=True) as client:
        await client.get(redirect(server, other.url + "/echo", status), headers=duplicated())
        assert sorted(map(str.lower, CREDENTIALS)) == secrets(server)
        assert [] == secrets(other)


async def test_CVE_2023_43804_CVE_2018_20060_CVE_2018_25091_names_of_headers_have_no_case(
    colour: Colour, server: HTTPServer, other: HTTPServer
) -> None:
    """urllib3: a Cookie that the user set, and `authorization` in lower case, went along."""
    headers = {"aUTHORIZATION": "secret", "cOOKIE": "k=secret", "pROXY-aUTHORIZATION": "secret"}
    async with colour.client(follow_redirects=True, headers=headers) as client:
        await client.get(redirect(server, other.url + "/echo"))
    assert sorted(map(str.lower, CREDENTIALS)) == secrets(server)
    assert [] == secrets(other)


@pytest.mark.parametrize("auth", [("user", "secret"), httpx.BasicAuth("user", "secret")])
async def test_CVE_2024_37891_credentials_of_auth_stay_too(
    colour: Colour, server: HTTPServer, other: HTTPServer, auth: Any
) -> None:
    async with colour.client(follow_redirects=True, auth=auth) as client:
        await client.get(redirect(server, other.url + "/echo"))
    assert None is not server.last.header("authorization")
    assert None is other.last.header("authorization")


async def test_CVE_2018_18074_CVE_2026_69212_https_to_http_of_the_same_host_loses_credentials(
    colour: Colour, server: HTTPServer, tls_server: HTTPServer, authority: Any
) -> None:
    """requests, http4s: the same host, but readable by everybody on the way."""
    context = authority.client_context()
    async with colour.client(follow_redirects=True, verify=context) as client:
        await client.get(redirect(tls_server, server.url + "/echo"), headers=duplicated())
    assert sorted(map(str.lower, CREDENTIALS)) == secrets(tls_server)
    assert [] == secrets(server)


@pytest.mark.parametrize(
    ("start", "to", "kept"),
    [
        ("https://a.test/", "http://a.test/", False),
        ("http://a.test/", "https://a.test/", True),
        ("http://a.test:8080/", "https://a.test/", False),
        ("http://a.test/", "https://a.test:8443/", False),
        ("http://a.test/", "https://b.test/", False),
    ],
)
async def test_CVE_2018_18074_only_the_step_up_to_https_keeps_authorization(
    colour: Colour, start: str, to: str, kept: bool
) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        headers = {"Location": to} if len(seen) == 1 else {}
        return httpx.Response(302 if headers else 200, headers=headers)

    async with colour.client(
        transport=httpx.MockTransport(answer), follow_redirects=True
    ) as client:
        await client.get(start, headers=dict.fromkeys(CREDENTIALS, "secret"))
    found = [name.lower() for name in CREDENTIALS if name in seen[1].headers]
    assert (["authorization"] if kept else []) == found


@pytest.mark.parametrize(
    ("status", "method", "keeps"),
    [
        (303, "POST", False),
        (303, "PUT", False),
        (302, "POST", False),
        (301, "POST", False),
        (307, "POST", True),
        (308, "PUT", True),
    ],
)
async def test_CVE_2023_45803_a_redirect_that_drops_the_body_drops_its_headers(
    colour: Colour, server: HTTPServer, other: HTTPServer, status: int, method: str, keeps: bool
) -> None:
    """urllib3: the body, or what described it, was sent to where the redirect led."""
    headers = {
        "Content-Type": "text/secret",
        "Content-Encoding": "identity",
        "Content-Language": "en",
        "Content-Location": "/x",
    }
    async with colour.client(follow_redirects=True) as client:
        url = redirect(server, other.url + "/echo", status)
        await client.request(method, url, content=b"secret body", headers=headers)
        if not keeps:
            await client.request(method, url, content=colour.body([b"x"]), headers=headers)
    for received in other.requests:
        about = [
            name
            for name, _ in received.headers
            if name.lower().startswith(("content-", "transfer-"))
        ]
        assert keeps == bool(about), about
        assert (b"secret body" if keeps else b"") == received.body
        assert (method if keeps else "GET") == received.method


async def test_CVE_2026_47265_cookies_of_one_request_are_not_sent_to_another_origin(
    colour: Colour, server: HTTPServer, other: HTTPServer
) -> None:
    """aiohttp: `cookies=` of a request followed it anywhere."""
    async with colour.client(follow_redirects=True) as client:
        for to, expected in ((server.url, "k=secret"), (other.url, None)):
            with pytest.warns(DeprecationWarning, match="cookies"):
                await client.get(redirect(server, to + "/echo"), cookies={"k": "secret"})
            target = server if to == server.url else other
            assert expected == target.last.header("cookie")


async def test_cookies_of_a_client_without_a_domain_stop_at_another_origin(
    colour: Colour, server: HTTPServer, other: HTTPServer
) -> None:
    async with colour.client(follow_redirects=True, cookies={"sid": "secret"}) as client:
        await client.get(redirect(server, other.url + "/echo"))
    assert "sid=secret" == server.last.header("cookie")
    assert None is other.last.header("cookie")


@pytest.mark.parametrize("kwargs", [{}, {"follow_redirects": False}])
async def test_CVE_2025_50181_CVE_2025_50182_redirects_are_off_unless_asked_for(
    colour: Colour, server: HTTPServer, other: HTTPServer, kwargs: dict[str, bool]
) -> None:
    """urllib3: switched off for a whole pool they were followed all the same."""
    async with colour.client(**kwargs) as client:
        response = await client.get(redirect(server, other.url + "/echo"))
        assert 302 == response.status_code
        request = client.build_request("GET", redirect(server, other.url + "/echo"))
        assert 302 == (await client.send(request)).status_code
    assert [] == other.requests


async def test_a_redirect_cannot_choose_another_protocol(
    colour: Colour, server: HTTPServer
) -> None:
    for to in ("file:///etc/passwd", "ftp://a.test/", "javascript:alert(1)", "data:,x"):
        async with colour.client(follow_redirects=True) as client:
            with pytest.raises((httpx.UnsupportedProtocol, httpx.RemoteProtocolError)):
                await client.get(redirect(server, to))


@pytest.mark.parametrize(
    "location", ["http://a.test/\r\nX: y", "/\r\nX: y", "http://a.test\r\n/", "/\x00", "/\x7f"]
)
async def test_a_location_cannot_write_into_the_next_request(colour: Colour, location: str) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(302, headers=[(b"Location", location.encode())])

    async with colour.client(
        transport=httpx.MockTransport(answer), follow_redirects=True
    ) as client:
        with pytest.raises(httpx.RemoteProtocolError, match="location header"):
            await client.get("http://a.test/")
    assert ["http://a.test/"] == seen

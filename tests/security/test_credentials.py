"""Credentials: given to whom they are for, and shown to nobody."""

from __future__ import annotations

import base64
import logging
import pickle
import re
import traceback
from pathlib import Path
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.http_server import HTTPServer
from tests.support.messages import ReceivedRequest, Reply
from tests.support.proxy_server import ProxyServer

import httpx


@pytest.fixture
def other() -> Any:
    with HTTPServer() as server:
        yield server


# -- whom they are for ---------------------------------------------------------------------------

CHALLENGE = 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256'


def guarded(request: ReceivedRequest) -> Reply:
    if (request.header("authorization") or "").startswith("Digest "):
        return Reply(200, b"in")
    return Reply(401, b"", [("WWW-Authenticate", CHALLENGE)])


async def test_aiohttp_12825_a_challenge_of_another_origin_is_not_answered(
    colour: Colour, server: HTTPServer, other: HTTPServer
) -> None:
    """RFC 7616, 3.3: the credentials were given for the origin that the request was made to."""
    there = other.add("/guarded", guarded)
    url = httpx.URL(server.url + "/redirect", params={"to": there})
    for auth in (httpx.DigestAuth("user", "secret"), ("user", "secret")):
        async with colour.client(follow_redirects=True, auth=auth) as client:
            assert 401 == (await client.get(url)).status_code
    assert [None, None] == [request.header("authorization") for request in other.requests]


async def test_aiohttp_12825_one_digest_shared_by_origins_answers_each_apart(
    colour: Colour, server: HTTPServer, other: HTTPServer
) -> None:
    """After the first answer it goes ahead unasked, where it was asked and nowhere else."""
    here = server.add("/guarded", guarded)
    auth = httpx.DigestAuth("user", "secret")
    async with colour.client(auth=auth) as client:
        assert b"in" == (await client.get(here)).content
        await client.get(other.url + "/echo")
        assert b"in" == (await client.get(here)).content
    assert [None] == [request.header("authorization") for request in other.requests]
    sent = [request.header("authorization") is not None for request in server.requests]
    assert [False, True, True] == sent


@pytest.fixture
def netrc(tmp_path: Path) -> str:
    path = tmp_path / "netrc"
    path.write_text("machine 127.0.0.1 login alice password secret\n")
    return str(path)


@pytest.mark.parametrize(
    ("authority", "expected"),
    [
        ("{a}", "alice:secret"),
        ("alice@{a}", "alice:secret"),
        ("bob@{a}", None),
        ("bob:own@{a}", "bob:own"),
    ],
)
async def test_CVE_2026_8926_netrc_gives_the_password_of_the_user_who_was_named(
    colour: Colour, server: HTTPServer, netrc: str, authority: str, expected: str | None
) -> None:
    """curl: `http://bob@host/` was sent the password of another login."""
    url = f"http://{authority.format(a=server.authority)}/echo"
    own = expected == "bob:own"
    async with colour.client(auth=None if own else httpx.NetRCAuth(netrc)) as client:
        await client.get(url)
    sent = server.last.header("authorization")
    decoded = None if sent is None else base64.b64decode(sent.removeprefix("Basic ")).decode()
    assert expected == decoded


async def test_CVE_2024_47081_netrc_is_looked_up_by_the_host_that_is_asked(
    colour: Colour, tmp_path: Path
) -> None:
    """requests PYSEC-2026-1872: `http://example.com:@evil.com/` was sent what is for example.com."""
    path = tmp_path / "netrc"
    path.write_text("machine example.com login alice password secret\n")
    seen: list[tuple[str, str | None]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.host, request.headers.get("authorization")))
        return httpx.Response(200)

    async with colour.client(
        transport=httpx.MockTransport(answer), auth=httpx.NetRCAuth(str(path))
    ) as client:
        for url in (
            "http://example.com:@evil.com/",
            "http://example.com@evil.com/",
            "http://evil.com/example.com",
            "http://example.com.evil.com/",
            "http://sub.example.com/",
        ):
            await client.get(url)
    assert 5 == len(seen)
    assert {None} == {authorization for _, authorization in seen}
    assert "example.com" not in {host for host, _ in seen}


async def test_CVE_2024_47081_netrc_is_not_read_for_a_host_that_a_redirect_names(
    colour: Colour, server: HTTPServer, tmp_path: Path
) -> None:
    path = tmp_path / "netrc"
    path.write_text("machine localhost login alice password secret\n")
    to = f"http://localhost:{server.port}/echo"
    url = httpx.URL(server.url + "/redirect", params={"to": to})
    async with colour.client(follow_redirects=True, auth=httpx.NetRCAuth(str(path))) as client:
        assert 200 == (await client.get(url)).status_code
    assert [None, None] == [request.header("authorization") for request in server.requests]


async def test_CVE_2024_47081_the_environment_gives_no_login_unasked(
    colour: Colour, server: HTTPServer, netrc: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETRC", netrc)
    async with colour.client() as client:
        await client.get(server.url + "/echo")
    assert None is server.last.header("authorization")


# -- to whom they are shown ----------------------------------------------------------------------


async def test_httpx_2760_no_secret_is_in_a_log_a_repr_or_an_error(
    colour: Colour, server: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    url = httpx.URL(server.url.replace("://", "://user:s3cret@") + "/status/500")
    shown: list[str] = [repr(url)]
    async with colour.client(headers={"Authorization": "Bearer s3cret"}) as client:
        response = await client.get(url)
        shown += map(repr, (response, response.request, response.request.headers, client.inner))
        with pytest.raises(httpx.HTTPStatusError) as failed:
            response.raise_for_status()
        for bad in (
            {"url": url.copy_with(path="/drop")},
            {"url": server.url, "headers": {"Authorization": "s3cret\r\n"}},
            {"url": server.url, "headers": {"Proxy-Authorization": "s3cret\0"}},
            {"url": url.copy_with(port=1)},
            {"url": url.copy_with(scheme="ftp")},
        ):
            with pytest.raises((httpx.RequestError, httpx.InvalidURL)) as caught:
                await client.get(**bad)
            shown.append("".join(traceback.format_exception_only(caught.value)))
            chain: BaseException | None = caught.value
            while chain is not None:
                shown.append(repr(chain))
                chain = chain.__cause__ or chain.__context__
    shown.append(str(failed.value))
    shown.append(caplog.text)
    assert "HTTP Request: GET" in caplog.text
    for text in shown:
        assert "s3cret" not in text


async def test_httpx_2760_the_login_of_a_proxy_is_in_no_error_and_no_repr(
    colour: Colour, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with ProxyServer(credentials=("user", "another")) as server:
        url = server.url.replace("://", "://user:s3cret@")
        proxy = httpx.Proxy(url)
        async with colour.client(proxy=proxy) as client:
            with pytest.raises(httpx.ProxyError) as caught:
                await client.get("https://a.test/")
        shown = [repr(proxy), str(caught.value), repr(caught.value), caplog.text]
    with pytest.raises(ValueError, match="scheme") as wrong:
        httpx.Proxy("ftp://user:s3cret@proxy.test/")
    for text in [*shown, str(wrong.value)]:
        assert "s3cret" not in text


def test_httpx_2760_an_invalid_url_does_not_show_its_password() -> None:
    for url in (
        "http://user:s3cret@ho st/",
        "http://user:s3cret@a.test:99999/",
        "http://user:s3cret@[::g]/",
    ):
        with pytest.raises(httpx.InvalidURL) as caught:
            httpx.URL(url)
        assert "s3cret" not in str(caught.value)


# -- cookies that are kept -----------------------------------------------------------------------


async def test_CVE_2026_54279_cookies_that_were_saved_are_host_only_and_expire_as_before(
    colour: Colour,
) -> None:
    """aiohttp: saving lost that a cookie was for one host alone, and until when."""
    sets = [
        ("Set-Cookie", "host=1; Path=/"),
        ("Set-Cookie", "domain=2; Path=/; Domain=a.test"),
        ("Set-Cookie", "soon=3; Path=/; Max-Age=100"),
        ("Set-Cookie", "safe=4; Path=/; Secure"),
        ("Set-Cookie", "__Host-h=5; Path=/; Secure"),
    ]
    seen: list[tuple[str, list[str]]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent = sorted(filter(None, request.headers.get("cookie", "").split("; ")))
        seen.append((str(request.url), sent))
        return httpx.Response(200, headers=sets if request.url.path == "/login" else [])

    transport = httpx.MockTransport(answer)
    async with colour.client(transport=transport) as client:
        await client.get("https://a.test/login")
        saved = client.cookies.to_json()
        expires = [cookie.expires for cookie in client.cookies.jar]
    del seen[:]
    async with colour.client(transport=transport, cookies=httpx.Cookies.from_json(saved)) as again:
        for url in ("https://a.test/", "http://a.test/", "https://sub.a.test/", "https://b.test/"):
            await again.get(url)
        assert expires == [cookie.expires for cookie in again.cookies.jar]
    assert [
        ("https://a.test/", ["__Host-h=5", "domain=2", "host=1", "safe=4", "soon=3"]),
        ("http://a.test/", ["domain=2", "host=1", "soon=3"]),
        ("https://sub.a.test/", ["domain=2"]),
        ("https://b.test/", []),
    ] == seen


def test_CVE_2026_34993_what_is_saved_is_text_and_never_a_pickle() -> None:
    """aiohttp: loading a jar ran what its file held."""
    import builtins

    class Evil:
        def __reduce__(self) -> Any:
            return exec, ("import builtins; builtins.a_pickle_ran = True",)

    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(ValueError):
            httpx.Cookies.from_json(pickle.dumps(Evil(), protocol))
    assert not hasattr(builtins, "a_pickle_ran")
    saved = httpx.Cookies({"a": "1"}).to_json()
    assert re.fullmatch(r"[\x20-\x7e\n]+", saved)

"""URLs that say one thing to a check and another to a request, or cost more to read than to send."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.http_server import HTTPServer

import httpx


@pytest.mark.parametrize(
    "url", ["http:////127.0.0.1/p", "http://///evil.test", "http:///", "//evil.test//x"]
)
def test_CVE_2021_41945_a_path_never_becomes_a_host(url: str) -> None:
    """httpx PYSEC-2022-183: copy_with() moved the path into the netloc."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return
    host = parsed.host
    for change in (
        {"scheme": "http"},
        {"path": "//evil.test/x"},
        {"scheme": "", "path": "//e.test"},
    ):
        try:
            changed = parsed.copy_with(**change)
        except httpx.InvalidURL:
            continue
        assert host == changed.host == httpx.URL(str(changed)).host


def test_CVE_2021_41945_a_path_that_reads_as_an_authority_is_refused() -> None:
    with pytest.raises(httpx.InvalidURL):
        httpx.URL("http:////127.0.0.1/p")
    with pytest.raises(httpx.InvalidURL):
        httpx.URL("/a").copy_with(path="//evil.test/x")


@pytest.mark.parametrize(
    "url",
    [
        "http://good.test\\@evil.test/",
        "http://good.test\\evil.test/",
        "http://user\\@evil.test/",
        "//good.test\\@evil.test/",
    ],
)
async def test_a_backslash_in_an_authority_is_refused(colour: Colour, url: str) -> None:
    """Browsers end the authority there: an allow-list and a request would see two hosts."""
    with pytest.raises(httpx.InvalidURL):
        httpx.URL(url)
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(302, headers={"Location": url})

    async with colour.client(
        transport=httpx.MockTransport(answer), follow_redirects=True
    ) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("http://good.test/")
    assert ["good.test"] == seen


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://ho%01st/", None),
        ("http://127%2e0%2e0%2e1/", "127.0.0.1"),
        ("http://evil%2etest/", "evil.test"),
        ("http://evil.test%2f@good.test/", "good.test"),
        ("http://good.test%2f.evil.test/", None),
        ("http://good.test%40evil.test/", None),
        ("http://good.test%00.evil.test/", None),
        ("http://good.test%252eevil.test/", None),
        ("http://good.test%0d%0aX:y/", None),
    ],
)
def test_CVE_2026_47076_a_percent_encoded_host_is_decoded_once_and_checked(
    url: str, host: str | None
) -> None:
    """hackney: a host was decoded after the check, so that an allow-list saw another."""
    if host is None:
        with pytest.raises(httpx.InvalidURL):
            httpx.URL(url)
    else:
        parsed = httpx.URL(url)
        assert host == parsed.host
        assert host == httpx.URL(str(parsed)).host
        assert "%" not in parsed.raw_host.decode()


def seconds_of(parse: Callable[[], Any]) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.thread_time()
        try:
            parse()
        except (httpx.InvalidURL, ValueError):
            pass
        best = min(best, time.thread_time() - start)
    return best


@pytest.mark.parametrize(
    "make",
    [
        lambda size: "http://" + "@" * size,
        lambda size: "http://" + ":" * size,
        lambda size: "http://[" + ":" * size + "]/",
        lambda size: "http://" + "a@" * (size // 2) + "b/",
        lambda size: "http://a.test/" + "%" * size,
        lambda size: "http://a.test/" + "../" * (size // 3),
        lambda size: "http://a.test/?" + "&" * size,
        lambda size: "http://" + "a." * (size // 2) + "test/",
    ],
    ids=["at", "colon", "bracket", "userinfo", "percent", "dots", "query", "labels"],
)
def test_CVE_2021_33503_a_url_is_read_in_linear_time(make: Callable[[int], str]) -> None:
    """urllib3: `http://@@@@...` took minutes. Eight times the length may not take sixty-four times."""
    short = seconds_of(lambda: httpx.URL(make(7_500)))
    long = seconds_of(lambda: httpx.URL(make(60_000)))
    assert long < 0.05 or long < 32 * short
    assert seconds_of(lambda: httpx.URL(make(100_000))) < 1.0


@pytest.mark.parametrize("size", [254, 60_000])
@pytest.mark.parametrize("letter", ["é", "\u034f", "\u200d", "xn--a", "日本"])
def test_CVE_2024_3651_a_long_label_fails_fast(size: int, letter: str) -> None:
    """idna PYSEC-2024-60: quadratic time. A host of more than 253 letters is refused before it is encoded."""
    start = time.thread_time()
    with pytest.raises(httpx.InvalidURL, match=r"longer than 253|too long"):
        httpx.URL(f"http://{letter * size}/")
    assert time.thread_time() - start < 0.5


@pytest.mark.parametrize("size", [64, 254, 60_000])
async def test_CVE_2024_3651_a_long_name_in_ascii_is_a_connect_error(
    colour: Colour, size: int
) -> None:
    """It needs no encoding, and is looked up as it is; the error is ours, and no UnicodeError."""
    start = time.thread_time()
    async with colour.client() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://{'a' * size}.test/")
    assert time.thread_time() - start < 5


async def test_userinfo_never_reaches_the_server(colour: Colour, server: HTTPServer) -> None:
    url = server.url.replace("://", "://user:secret@")
    async with colour.client(auth=lambda request: request) as client:
        await client.get(url + "/echo")
    assert b"secret" not in server.last.raw_head
    assert server.authority == server.last.header("host")

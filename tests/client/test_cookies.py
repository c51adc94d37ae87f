"""Cookies of a client and of a request: where they go, and where they must not."""

from __future__ import annotations

from typing import Any

import pytest

import httpx


class Site:
    """Keeps the Cookie header of each request by URL, and leads through `hops`."""

    def __init__(self, *hops: str, sets: dict[str, list[str]] | None = None) -> None:
        self.hops = hops
        self.sets = sets or {}
        self.seen: list[str | None] = []
        self.transport = httpx.MockTransport(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        headers = [("Set-Cookie", value) for value in self.sets.get(str(request.url), [])]
        number = len(self.seen)
        self.seen.append(request.headers.get("cookie"))
        if number < len(self.hops):
            return httpx.Response(302, headers=[*headers, ("Location", self.hops[number])])
        return httpx.Response(200, headers=headers)


async def test_cookies_that_a_server_sets_are_sent_back(colour: Any, server: Any) -> None:
    async with colour.client() as client:
        response = await client.get(server.url + "/set-cookie?a=1&b=2")
        assert {"a": "1", "b": "2"} == dict(response.cookies) == dict(client.cookies)
        assert {"a": "1", "b": "2"} == (await client.get(server.url + "/cookies")).json()


RULES = [
    # set by http://a.test/dir/page, asked for at, sent
    ("k=v", "http://a.test/dir/other", "k=v"),
    ("k=v", "http://a.test/", None),
    ("k=v; Path=/", "http://a.test/", "k=v"),
    ("k=v; Path=/dir", "http://a.test/dirs", None),
    ("k=v; Path=/", "http://sub.a.test/", None),
    ("k=v; Path=/; Domain=a.test", "http://sub.a.test/", "k=v"),
    ("k=v; Path=/; Domain=b.test", "http://b.test/", None),
    ("k=v; Path=/; Domain=a.test", "http://evil-a.test/", None),
    ("k=v; Path=/; Max-Age=0", "http://a.test/", None),
    ("k=v; Path=/; Max-Age=60", "https://a.test/", "k=v"),
    ("k=v; Path=/; Secure", "https://a.test/", None),
    ("__Host-k=v; Path=/", "http://a.test/", None),
]


@pytest.mark.parametrize(("value", "url", "expected"), RULES)
async def test_cookies_go_where_rfc_6265_sends_them(
    colour: Any, value: str, url: str, expected: str | None
) -> None:
    site = Site(sets={"http://a.test/dir/page": [value]})
    async with colour.client(transport=site.transport) as client:
        await client.get("http://a.test/dir/page")
        await client.get(url)
    assert [None, expected] == site.seen


async def test_a_secure_cookie_is_for_https_alone(colour: Any) -> None:
    site = Site(sets={"https://a.test/": ["k=v; Secure"]})
    async with colour.client(transport=site.transport) as client:
        for url in ("https://a.test/", "http://a.test/", "https://a.test/"):
            await client.get(url)
    assert [None, None, "k=v"] == site.seen


async def test_a_cookie_set_on_the_way_is_sent_on(colour: Any) -> None:
    site = Site("/home", sets={"http://a.test/": ["k=v"]})
    async with colour.client(transport=site.transport, follow_redirects=True) as client:
        await client.get("http://a.test/")
    assert [None, "k=v"] == site.seen


HOPS = [
    (("/x",), ["k=v", "k=v"]),
    (("http://b.test/",), ["k=v", None]),
    (("http://b.test/", "/x", "/y"), ["k=v", None, None, None]),
    (("http://b.test/", "http://a.test/"), ["k=v", None, "k=v"]),
    (("https://a.test/",), ["k=v", None]),
    (("http://a.test:81/",), ["k=v", None]),
]


@pytest.mark.parametrize(("hops", "expected"), HOPS)
async def test_a_clients_cookie_without_a_domain_stays_with_the_first_origin(
    colour: Any, hops: tuple[str, ...], expected: list[str | None]
) -> None:
    site = Site(*hops)
    async with colour.client(
        transport=site.transport, cookies={"k": "v"}, follow_redirects=True
    ) as client:
        await client.get("http://a.test/")
    assert expected == site.seen


async def test_so_it_does_when_the_caller_follows(colour: Any) -> None:
    site = Site("http://b.test/", "/x")
    async with colour.client(transport=site.transport, cookies={"k": "v"}) as client:
        response = await client.get("http://a.test/")
        response = await client.send(response.next_request)
        await client.send(response.next_request)
    assert ["k=v", None, None] == site.seen


async def test_a_clients_cookie_with_a_domain_goes_there_after_a_redirect(colour: Any) -> None:
    site = Site("http://b.test/")
    cookies = httpx.Cookies()
    cookies.set("a", "1", domain="a.test")
    cookies.set("b", "2", domain="b.test")
    async with colour.client(
        transport=site.transport, cookies=cookies, follow_redirects=True
    ) as client:
        await client.get("http://a.test/")
    assert ["a=1", "b=2"] == site.seen


OWN_HOPS = [
    (("/x", "/y"), ["k=v", "k=v", "k=v"]),
    (("http://b.test/",), ["k=v", None]),
    (("http://b.test/", "http://a.test/"), ["k=v", None, None]),
]


@pytest.mark.parametrize(("hops", "expected"), OWN_HOPS)
async def test_the_cookies_of_one_request_go_with_it_within_the_origin(
    colour: Any, hops: tuple[str, ...], expected: list[str | None]
) -> None:
    site = Site(*hops)
    async with colour.client(transport=site.transport, follow_redirects=True) as client:
        with pytest.warns(DeprecationWarning, match="per-request cookies"):
            await client.get("http://a.test/", cookies={"k": "v"})
        assert expected == site.seen
        await client.get("http://a.test/")
        assert {} == dict(client.cookies)
    assert site.seen[-1] is None


async def test_the_cookies_of_a_request_and_of_its_client_are_sent_together(colour: Any) -> None:
    site = Site()
    async with colour.client(transport=site.transport, cookies={"a": "1", "b": "2"}) as client:
        with pytest.warns(DeprecationWarning, match="per-request"):
            await client.get("http://a.test/", cookies={"b": "3", "c": "4"})
    assert {"a=1", "b=3", "c=4"} == set((site.seen[0] or "").split("; "))


async def test_a_cookie_header_of_the_request_is_left_as_it_is(colour: Any) -> None:
    site = Site()
    async with colour.client(transport=site.transport, cookies={"a": "1"}) as client:
        await client.get("http://a.test/", headers={"Cookie": "own=1"})
    assert ["own=1"] == site.seen


async def test_no_jar_is_made_where_no_cookie_is(colour: Any) -> None:
    site = Site()
    async with colour.client(transport=site.transport) as client:
        await client.get("http://a.test/")
        assert "_jar" not in vars(client.cookies)

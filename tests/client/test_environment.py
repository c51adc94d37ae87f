"""Proxies of the environment, and what NO_PROXY keeps from them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import httpx
from httpx._environment import get_environment_proxies, proxies_of_environment

PROXY = {"all_proxy": "http://proxy.test:3128"}

ENVIRONMENTS: list[tuple[dict[str, str], str, str | None]] = [
    ({}, "http://a.test/", None),
    ({"http_proxy": "http://p.test"}, "http://a.test/", "http://p.test"),
    ({"http_proxy": "http://p.test"}, "https://a.test/", None),
    ({"HTTP_PROXY": "http://p.test"}, "http://a.test/", "http://p.test"),
    ({"HTTP_PROXY": "http://up", "http_proxy": "http://low"}, "http://a.test/", "http://low"),
    ({"HTTP_PROXY": "http://up", "http_proxy": ""}, "http://a.test/", None),
    ({"https_proxy": "http://p.test"}, "https://a.test/", "http://p.test"),
    ({"ALL_PROXY": "socks5://p.test:1"}, "https://a.test/", "socks5://p.test:1"),
    ({"all_proxy": "p.test:3128"}, "http://a.test/", "http://p.test:3128"),
    ({"all_proxy": "http://all", "http_proxy": "http://one"}, "http://a.test/", "http://one"),
    # A header of a request could have set HTTP_PROXY in a CGI script (CVE-2016-5385).
    ({"HTTP_PROXY": "http://p.test", "REQUEST_METHOD": "GET"}, "http://a.test/", None),
    ({"http_proxy": "http://p", "REQUEST_METHOD": "GET"}, "http://a.test/", "http://p"),
    ({"https_proxy": "http://p", "REQUEST_METHOD": "GET"}, "https://a.test/", "http://p"),
]


def proxy_for(environ: dict[str, str], url: str) -> str | None:
    target = httpx.URL(url)
    for pattern, proxy in sorted(proxies_of_environment(environ).items()):
        if pattern.matches(target):
            return proxy
    return None


@pytest.mark.parametrize(("environ", "url", "expected"), ENVIRONMENTS)
def test_the_proxy(environ: dict[str, str], url: str, expected: str | None) -> None:
    assert expected == proxy_for(environ, url)


# NO_PROXY, URLs that go without a proxy, URLs that go through it
EXCEPTIONS: list[tuple[str, list[str], list[str]]] = [
    ("", [], ["http://a.test/"]),
    ("*", ["http://a.test/", "https://10.0.0.1/"], []),
    ("b.test, *", ["http://a.test/"], []),
    (
        "a.test",
        ["http://a.test/", "https://A.TEST:8443/", "http://sub.a.test/"],
        ["http://b.test/", "http://evila.test/", "http://a.test.evil/"],
    ),
    (".a.test", ["http://sub.a.test/", "http://x.sub.a.test/"], ["http://a.test/"]),
    ("*.a.test", ["http://sub.a.test/"], ["http://a.test/", "http://evila.test/"]),
    ("a.test:8080", ["http://a.test:8080/"], ["http://a.test/", "http://a.test:81/"]),
    ("a.test:443", ["https://a.test/"], ["http://a.test/"]),
    ("a.test:80", ["http://a.test/", "http://sub.a.test/"], ["https://a.test/"]),
    (" a.test , b.test ", ["http://a.test/", "http://b.test/"], ["http://c.test/"]),
    ("a.test b.test", ["http://a.test/", "http://b.test/"], ["http://c.test/"]),
    ("localhost", ["http://localhost:1/"], ["http://sub.localhost/"]),
    ("127.0.0.1", ["http://127.0.0.1/"], ["http://127.0.0.2/"]),
    ("127.0.0.1:81", ["http://127.0.0.1:81/"], ["http://127.0.0.1/"]),
    ("::1", ["http://[::1]:99/"], ["http://[::2]/"]),
    ("[::1]", ["http://[::1]/"], ["http://[::2]/"]),
    ("2001:DB8:0::1", ["http://[2001:db8::1]/", "http://[2001:db8:0:0::1]/"], ["http://a.test/"]),
    ("[::127.0.0.1]:81", ["http://[::7f00:1]:81/"], ["http://[::7f00:1]/", "http://127.0.0.1:81/"]),
    ("[::1]:81", ["http://[::1]:81/"], ["http://[::1]/"]),
    (
        "192.168.0.0/16",
        ["http://192.168.0.1/", "https://192.168.255.255:1/"],
        ["http://192.169.0.1/", "http://a.test/", "http://[::1]/"],
    ),
    ("192.168.3.4/16", ["http://192.168.0.1/"], ["http://10.0.0.1/"]),
    ("fe11::/16", ["http://[fe11:2::3]/"], ["http://[fe12::1]/", "http://10.0.0.1/"]),
    ("[fe11::]/16", ["http://[fe11::1]/"], ["http://[fe12::1]/"]),
    ("0.0.0.0/0", ["http://1.2.3.4/"], ["http://a.test/"]),
    ("http://a.test", ["http://a.test/"], ["https://a.test/"]),
    ("https://a.test:8443", ["https://a.test:8443/"], ["https://a.test/"]),
    ("https://", ["https://a.test/"], ["http://a.test/"]),
]


@pytest.mark.parametrize(("no_proxy", "without", "through"), EXCEPTIONS)
def test_no_proxy(no_proxy: str, without: list[str], through: list[str]) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        environ = {**PROXY, name: no_proxy}
        assert dict.fromkeys(without) == {url: proxy_for(environ, url) for url in without}
        assert dict.fromkeys(through, PROXY["all_proxy"]) == {
            url: proxy_for(environ, url) for url in through
        }


NONSENSE = [
    "a.test:port",
    "[::1",
    "/",
    "10.0.0.0/99",
    "http://[",
    "a/b/c",
    "://",
    ".",
    "*.",
    "\x00",
]


@pytest.mark.parametrize("no_proxy", NONSENSE)
def test_what_no_proxy_cannot_mean_changes_nothing(no_proxy: str) -> None:
    environ = {**PROXY, "NO_PROXY": no_proxy}
    assert PROXY["all_proxy"] == proxy_for(environ, "http://a.test/")


@given(st.text(max_size=40))
def test_nothing_in_no_proxy_raises(no_proxy: str) -> None:
    proxy_for({**PROXY, "NO_PROXY": no_proxy}, "http://a.test/")


def test_a_client_asks_the_environment_unless_it_must_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://p.test:1")
    monkeypatch.setenv("NO_PROXY", "a.test")

    def patterns(**kwargs: Any) -> list[str]:
        return [pattern.pattern for pattern in httpx.Client(**kwargs)._mounts]

    assert ["all://*a.test", "https://"] == patterns()
    assert [] == patterns(trust_env=False)
    assert [] == patterns(transport=httpx.MockTransport(lambda request: httpx.Response(200)))
    assert ["all://"] == patterns(proxy="http://q.test")


async def test_a_request_goes_through_the_proxy_of_the_environment(
    colour: Any, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support.proxy_server import ProxyServer

    with ProxyServer(credentials=("user", "secret")) as proxy:
        address = f"http://user:secret@{proxy.host}:{proxy.port}"
        monkeypatch.setenv("HTTP_PROXY", address)
        async with colour.client() as client:
            assert b"012" == (await client.get(server.url + "/bytes/3")).content
        assert [f"GET {server.url}/bytes/3"] == proxy.seen
        monkeypatch.setenv("NO_PROXY", "127.0.0.0/8")
        async with colour.client() as client:
            await client.get(server.url + "/bytes/3")
        assert 1 == len(proxy.seen)


def test_a_proxy_that_cannot_be_used_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://p.test")
    with pytest.raises(ValueError, match="gopher"):
        httpx.Client()


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_the_settings_of_the_system_count_where_the_environment_has_none(
    monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    settings = {"http": "http://p.test:1", "https": "q.test", "no": "a.test"}
    monkeypatch.setattr("urllib.request.getproxies", lambda: settings)
    assert {} == get_environment_proxies()
    monkeypatch.setattr("sys.platform", platform)
    expected = {"http://": "http://p.test:1", "https://": "http://q.test", "all://*a.test": None}
    assert expected == get_environment_proxies()
    monkeypatch.setenv("ALL_PROXY", "http://r.test")
    assert {"all://": "http://r.test"} == get_environment_proxies()


@pytest.mark.parametrize(
    ("exception", "pattern"),
    [
        ("127.0.0.1", "all://127.0.0.1"),
        ("192.168.0.0/16", "all://192.168.0.0/16"),
        ("::1", "all://[::1]"),
        ("localhost", "all://localhost"),
        ("a.test", "all://*a.test"),
        (".a.test", "all://*.a.test"),
        ("http://a.test", "http://a.test"),
    ],
)
def test_what_no_proxy_excepts_is_told_where_there_is_no_proxy_too(
    monkeypatch: pytest.MonkeyPatch, exception: str, pattern: str
) -> None:
    monkeypatch.setenv("NO_PROXY", exception)
    assert {pattern: None} == get_environment_proxies()
    assert {} == proxies_of_environment()

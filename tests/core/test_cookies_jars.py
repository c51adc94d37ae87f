"""Cookies over jars: those of the standard library with their own policy, saved files, urllib."""

from __future__ import annotations

import http.cookiejar
import urllib.request
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from httpx_core import Cookies, Request, Response


def keep(cookies: Cookies, url: str, *values: str) -> Cookies:
    headers = [("Set-Cookie", value) for value in values]
    cookies.extract_cookies(Response(200, headers=headers, request=Request("GET", url)))
    return cookies


def sent(cookies: Cookies, url: str) -> str | None:
    request = Request("GET", url)
    cookies.set_cookie_header(request)
    header: str | None = request.headers.get("cookie")
    return header


def test_a_jar_of_the_standard_library_works() -> None:
    jar = http.cookiejar.CookieJar()
    cookies = keep(Cookies(jar), "http://example.org/x/y", "a=1", "b=2; Path=/; Max-Age=100")
    assert {"a", "b"} == {cookie.name for cookie in jar}
    assert "a=1; b=2" == sent(cookies, "http://example.org/x/y")
    assert sent(cookies, "http://example.com/") is None


def test_a_jars_own_policy_counts() -> None:
    policy = http.cookiejar.DefaultCookiePolicy(allowed_domains=[])
    cookies = keep(Cookies(http.cookiejar.CookieJar(policy)), "http://example.org/", "a=1")
    assert [] == list(cookies)


def test_a_jars_own_methods_count() -> None:
    class NoCookies(http.cookiejar.CookieJar):
        def extract_cookies(self, response: Any, request: Any) -> None:
            assert ["a=1"] == response.info().get_all("Set-Cookie")
            assert "http://example.org/" == request.get_full_url()

        def add_cookie_header(self, request: Any) -> None:
            request.add_unredirected_header("Cookie", "own=1")

    cookies = keep(Cookies(NoCookies()), "http://example.org/", "a=1")
    assert [] == list(cookies)
    cookies.set("a", "b")
    assert "own=1" == sent(cookies, "http://example.org/")


@pytest.mark.parametrize(
    "kind", [http.cookiejar.MozillaCookieJar, http.cookiejar.LWPCookieJar], ids=["mozilla", "lwp"]
)
def test_cookies_can_be_saved_and_loaded_and_host_only_ones_stay_so(
    kind: type[http.cookiejar.FileCookieJar], tmp_path: Path
) -> None:
    file = str(tmp_path / "cookies.txt")
    cookies = keep(
        Cookies(),
        "https://www.example.org/",
        "host=1; Max-Age=1000",
        "domain=2; Domain=example.org; Max-Age=99999999999; Secure",
    )
    saved = kind(file)
    for cookie in cookies.jar:
        saved.set_cookie(cookie)
    saved.save()
    loaded = kind(file)
    loaded.load()
    again = Cookies()
    for cookie in loaded:
        again.jar.set_cookie(cookie)
    both = sent(again, "https://www.example.org/") or ""
    assert {"host=1", "domain=2"} == set(both.split("; "))
    assert "domain=2" == sent(again, "https://x.www.example.org/")
    assert sent(again, "http://x.www.example.org/") is None


def urllib_response(*values: str) -> Any:
    message = Message()
    for value in values:
        message["Set-Cookie"] = value

    class Answer:
        def info(self) -> Message:
            return message

    return Answer()


def test_our_jar_serves_urllib_by_the_same_rules() -> None:
    jar = Cookies().jar
    jar.extract_cookies(
        urllib_response("a=1", "s=1; Secure"), urllib.request.Request("http://example.org/x/y")
    )
    request = urllib.request.Request("http://example.org:80/x/z")
    jar.add_cookie_header(request)
    assert "a=1" == request.get_header("Cookie")
    other = urllib.request.Request("http://www.example.org/x/z")
    jar.add_cookie_header(other)
    assert not other.has_header("Cookie")


def test_our_jar_looks_at_the_path_of_urllibs_url() -> None:
    jar = Cookies().jar
    jar.extract_cookies(urllib_response("a=1"), urllib.request.Request("http://example.org/x/y"))
    sent = []
    for path in ("/x/z", "/x", "/xy", "/", ""):
        request = urllib.request.Request(f"http://example.org{path}")
        jar.add_cookie_header(request)
        sent.append(request.get_header("Cookie"))
    assert ["a=1", "a=1", None, None, None] == sent


def test_our_jar_leaves_a_cookie_header_of_urllib_alone() -> None:
    request = urllib.request.Request("http://example.org/", headers={"Cookie": "mine=1"})
    Cookies({"a": "b"}).jar.add_cookie_header(request)
    assert "mine=1" == request.get_header("Cookie")


def test_the_jars_own_cleaning_works() -> None:
    cookies = keep(Cookies(), "http://example.org/", "session=1", "lasting=1; Max-Age=100")
    cookies.jar.clear_session_cookies()
    assert ["lasting"] == list(cookies)
    cookies.jar.clear_expired_cookies()
    assert ["lasting"] == list(cookies)


def test_a_cookie_of_the_standard_library_without_a_value_is_sent_as_its_name() -> None:
    cookie = http.cookiejar.Cookie(
        0, "a", None, None, False, "example.org", False, False, "/", True, False, None, True,
        None, None, {},
    )  # fmt: skip
    cookies = Cookies()
    cookies.jar.set_cookie(cookie)
    assert "a" == sent(cookies, "http://example.org/")
    assert [("a", "")] == list(cookies.items())

"""Cookies kept as JSON: nothing is lost, and what was not written by us is refused."""

from __future__ import annotations

import json
from http.cookiejar import Cookie, CookieJar
from typing import Any

import pytest

from httpx_core import Cookies, Request, Response

ATTRIBUTES = [
    "name", "value", "domain", "domain_specified", "domain_initial_dot", "path", "path_specified",
    "secure", "expires", "discard", "version", "port", "port_specified", "comment", "comment_url",
    "rfc2109", "_rest",
]  # fmt: skip


def everything(cookies: Cookies) -> list[tuple[Any, ...]]:
    return [tuple(getattr(cookie, name) for name in ATTRIBUTES) for cookie in cookies.jar]


def kept(*values: str, url: str = "https://www.example.org/a/b") -> Cookies:
    cookies = Cookies()
    pairs = [("Set-Cookie", value) for value in values]
    cookies.extract_cookies(Response(200, headers=pairs, request=Request("GET", url)))
    return cookies


@pytest.mark.parametrize(
    "value",
    [
        "a=1",
        "a=",
        "a=1; Path=/a",
        "a=1; Domain=example.org",
        "a=1; Expires=Wed, 09 Jun 2100 10:18:14 GMT",
        "a=1; Secure; HttpOnly; SameSite=Lax; Partitioned",
        "__Host-a=1; Secure; Path=/",
        'a="quoted, = text"; Max-Age=10',
    ],
)
def test_a_servers_cookie_comes_back_whole(value: str) -> None:
    cookies = kept(value)
    assert 1 == len(cookies)
    assert everything(cookies) == everything(Cookies.from_json(cookies.to_json()))


def test_a_users_cookies_and_those_of_another_jar_come_back_whole() -> None:
    jar = CookieJar()
    jar.set_cookie(
        Cookie(1, "a", None, "80,443", True, "example.org", True, False, "/", True, True, 99.5,
               True, "why", "http://example.org/", {"x": "y"}, True)
    )  # fmt: skip
    cookies = Cookies(jar)
    assert everything(cookies) == everything(Cookies.from_json(cookies.to_json()))
    users = Cookies({"a": "1", "naïve": "é"})
    assert everything(users) == everything(Cookies.from_json(users.to_json()))


def test_a_host_only_cookie_stays_with_its_host() -> None:
    cookies = Cookies.from_json(kept("a=1", "b=2; Domain=example.org").to_json())
    sent = {}
    for host in ("www.example.org", "sub.www.example.org", "example.org"):
        request = Request("GET", f"https://{host}/a/b")
        cookies.set_cookie_header(request)
        sent[host] = request.headers.get("cookie")
    assert {
        "www.example.org": "a=1; b=2",
        "sub.www.example.org": "b=2",
        "example.org": "b=2",
    } == {host: sorted_pairs(value) for host, value in sent.items()}


def sorted_pairs(value: str | None) -> str:
    return "; ".join(sorted((value or "").split("; ")))


def test_the_order_in_which_cookies_are_sent_is_kept() -> None:
    cookies = kept("z=1; Path=/", "a=2; Domain=example.org; Path=/", "m=3; Path=/")
    again = Cookies.from_json(cookies.to_json())
    headers = []
    for each in (cookies, again):
        request = Request("GET", "https://www.example.org/a/b")
        each.set_cookie_header(request)
        headers.append(request.headers["cookie"])
    assert headers[0] == headers[1] == "z=1; a=2; m=3"


def test_no_cookies_are_json_too() -> None:
    assert 0 == len(Cookies.from_json(Cookies().to_json()))
    assert 0 == len(Cookies.from_json(Cookies().to_json().encode()))


COOKIE = {"name": "a", "value": "1", "domain": "", "path": "/"}


def test_what_a_file_leaves_out_is_as_usual() -> None:
    """Files are kept for years: what they do not say must go on meaning the same."""
    told = json.dumps({"format": "httpx-cookies", "version": 1, "cookies": [COOKIE]})
    (cookie,) = Cookies.from_json(told).jar
    names = [name for name in ATTRIBUTES if name not in COOKIE]
    assert {
        "domain_specified": False,
        "domain_initial_dot": False,
        "path_specified": True,
        "secure": False,
        "expires": None,
        "discard": True,
        "version": 0,
        "port": None,
        "port_specified": False,
        "comment": None,
        "comment_url": None,
        "rfc2109": False,
        "_rest": {},
    } == {name: getattr(cookie, name) for name in names}
    (of_a_domain,) = Cookies.from_json(told.replace('"domain": ""', '"domain": ".a.org"')).jar
    assert (True, True) == (of_a_domain.domain_specified, of_a_domain.domain_initial_dot)


def test_a_file_says_only_what_is_not_usual() -> None:
    told = json.loads(kept("a=1; Path=/").to_json())
    cookie = {"name": "a", "value": "1", "domain": "www.example.org", "path": "/"}
    assert {
        "format": "httpx-cookies",
        "version": 1,
        "cookies": [{**cookie, "host_only": True}],
    } == told


def whole(**changes: Any) -> str:
    told = {"format": "httpx-cookies", "version": 1, "cookies": [COOKIE]} | changes
    return json.dumps(told)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[]", "format"),
        ("{}", "format"),
        ("no json", "Expecting value"),
        (whole(format="pickle"), "format"),
        (whole(version=2), "version"),
        (whole(cookies={}), "list"),
        (whole(cookies=["a=1"]), "Cookie 0 is no object"),
        (whole(cookies=[COOKIE, {"name": "a"}]), "Cookie 1 has no 'value'"),
        (whole(cookies=[COOKIE | {"name": 1}]), "'name' of cookie 0"),
        (whole(cookies=[COOKIE | {"expires": True}]), "'expires' of cookie 0"),
        (whole(cookies=[COOKIE | {"secure": "yes"}]), "'secure' of cookie 0"),
        (whole(cookies=[COOKIE | {"rest": {"HttpOnly": 1}}]), "'rest' of cookie 0"),
        (whole(cookies=[COOKIE | {"__class__": "x"}]), "'__class__'"),
        (whole(cookies=[COOKIE | {"value": "1\r\nX: y"}]), "would break"),
        (whole(cookies=[COOKIE | {"value": "1; b=2"}]), "would break"),
        (whole(cookies=[COOKIE | {"name": "a\0"}]), "would break"),
    ],
)
def test_what_is_no_cookies_of_ours_is_refused_whole(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Cookies.from_json(text)


def test_a_secret_is_not_in_the_error() -> None:
    with pytest.raises(ValueError, match="would break") as caught:
        Cookies.from_json(whole(cookies=[COOKIE | {"value": "s3cret\n"}]))
    assert "s3cret" not in str(caught.value)

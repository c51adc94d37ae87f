"""Which cookies are kept and where they are sent: RFC 6265 5.3 and 5.4, RFC 6265bis 5.7."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from httpx_core import Cookies, Request, Response

Clock = Callable[[int], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Set the time of day, in seconds; it stands still from then on."""

    def set_to(now: int) -> None:
        monkeypatch.setattr(time, "time", lambda: float(now))

    set_to(1_300_000_000)
    return set_to


def keep(cookies: Cookies, url: str, *values: str | bytes) -> Cookies:
    headers: Any = [
        (b"Set-Cookie", value if isinstance(value, bytes) else value.encode()) for value in values
    ]
    cookies.extract_cookies(Response(200, headers=headers, request=Request("GET", url)))
    return cookies


def sent(cookies: Cookies, url: str) -> str | None:
    request = Request("GET", url)
    cookies.set_cookie_header(request)
    header: str | None = request.headers.get("cookie")
    return header


# (asked at, Set-Cookie, then asked at, what is sent)
WHERE = [
    # host-only cookies stay with the host
    ("http://example.org/", "a=b", "http://example.org/", "a=b"),
    ("http://example.org/", "a=b", "http://EXAMPLE.org:8080/x", "a=b"),
    ("http://example.org/", "a=b", "https://example.org/", "a=b"),
    ("http://example.org/", "a=b", "http://www.example.org/", None),
    ("http://www.example.org/", "a=b", "http://example.org/", None),
    ("http://example.org/", "a=b", "http://badexample.org/", None),
    ("http://127.0.0.1/", "a=b", "http://127.0.0.1:81/", "a=b"),
    ("http://127.0.0.1/", "a=b", "http://127.0.0.2/", None),
    ("http://[::1]/", "a=b", "http://[::1]:81/", "a=b"),
    ("http://localhost/", "a=b", "http://localhost/", "a=b"),
    ("http://localhost/", "a=b", "http://other/", None),
    ("http://b\u00fccher.example/", "a=b", "http://xn--bcher-kva.example/", "a=b"),
    # a domain reaches all below it
    ("http://www.example.org/", "a=b; Domain=example.org", "http://example.org/", "a=b"),
    ("http://www.example.org/", "a=b; Domain=.example.org", "http://x.y.example.org/", "a=b"),
    ("http://www.example.org/", "a=b; Domain=EXAMPLE.org", "http://mail.example.org/", "a=b"),
    ("http://www.example.org/", "a=b; Domain=www.example.org", "http://x.www.example.org/", "a=b"),
    ("http://www.example.org/", "a=b; Domain=www.example.org", "http://example.org/", None),
    ("http://www.example.org/", "a=b; Domain=example.org", "http://badexample.org/", None),
    ("http://www.example.org/", "a=b; Domain=", "http://example.org/", None),
    ("http://www.example.org/", "a=b; Domain=", "http://www.example.org/", "a=b"),
    # a domain that is not the host's own is refused
    ("http://example.org/", "a=b; Domain=www.example.org", "http://www.example.org/", None),
    ("http://example.org/", "a=b; Domain=example.com", "http://example.com/", None),
    ("http://badexample.org/", "a=b; Domain=example.org", "http://example.org/", None),
    ("http://example.org/", "a=b; Domain=..example.org", "http://example.org/", None),
    ("http://example.org/", "a=b; Domain=example.org.", "http://example.org/", None),
    ("http://1.2.3.4/", "a=b; Domain=3.4", "http://1.2.3.4/", None),
    ("http://1.2.3.4/", "a=b; Domain=1.2.3.4", "http://1.2.3.4/", "a=b"),
    ("http://[::1]/", "a=b; Domain=[::1]", "http://[::1]/", "a=b"),
    ("http://example.org/", "a=b; Domain=]example.org", "http://example.org/", None),
    ("http://example.org/", "a=b; Domain=[example.org]", "http://example.org/", None),
    # hosts without a dot, which http.cookiejar knows by a name ending in .local
    ("http://testserver/", "a=b; Domain=testserver", "http://testserver/", "a=b"),
    ("http://testserver/", "a=b; Domain=testserver.local", "http://testserver/", "a=b"),
    ("http://testserver/", "a=b; Domain=local", "http://testserver/", None),
    ("http://testserver/", "a=b; Domain=localhost", "http://testserver/", None),
    # default paths (5.1.4)
    ("http://example.org", "a=b", "http://example.org/x", "a=b"),
    ("http://example.org/x", "a=b", "http://example.org/y", "a=b"),
    ("http://example.org/x/y", "a=b", "http://example.org/x", "a=b"),
    ("http://example.org/x/y", "a=b", "http://example.org/x/z/w", "a=b"),
    ("http://example.org/x/y", "a=b", "http://example.org/xy", None),
    ("http://example.org/x/y", "a=b", "http://example.org/", None),
    ("http://example.org/x/", "a=b", "http://example.org/x", "a=b"),
    ("http://example.org/x/y?/z/", "a=b", "http://example.org/x/", "a=b"),
    ("http://example.org/x/y", "a=b; Path=", "http://example.org/", None),
    ("http://example.org/x/y", "a=b; Path=y", "http://example.org/x", "a=b"),
    # paths
    ("http://example.org/", "a=b; Path=/x", "http://example.org/x", "a=b"),
    ("http://example.org/", "a=b; Path=/x", "http://example.org/x/y?q", "a=b"),
    ("http://example.org/", "a=b; Path=/x", "http://example.org/xy", None),
    ("http://example.org/", "a=b; Path=/x", "http://example.org/X", None),
    ("http://example.org/", "a=b; Path=/x/", "http://example.org/x/", "a=b"),
    ("http://example.org/", "a=b; Path=/x/", "http://example.org/x", None),
    ("http://example.org/", "a=b; Path=/%C3%A9", "http://example.org/\u00e9", "a=b"),
    # Secure
    ("https://example.org/", "a=b; Secure", "https://example.org/", "a=b"),
    ("https://example.org/", "a=b; Secure", "http://example.org/", None),
    ("https://example.org/", "a=b; Secure", "wss://example.org/", "a=b"),
    ("https://example.org/", "a=b; Secure", "ws://example.org/", None),
    ("https://localhost/", "a=b; Secure", "http://localhost/", None),
    ("http://example.org/", "a=b; Secure", "https://example.org/", None),
    ("http://localhost/", "a=b; Secure", "https://localhost/", None),
    # prefixes, which have no case
    ("https://example.org/", "__Host-a=b; Secure; Path=/", "https://example.org/", "__Host-a=b"),
    ("https://example.org/", "__host-a=b; Path=/", "https://example.org/", None),
    ("https://example.org/", "__Host-a=b; Secure", "https://example.org/", None),
    ("https://example.org/", "__HOST-a=b; Secure; Path=/x", "https://example.org/x", None),
    ("https://example.org/", "__Host-a=b; Secure; Path=/; Domain=example.org", "https://example.org/", None),
    ("http://example.org/", "__Host-a=b; Secure; Path=/", "https://example.org/", None),
    ("https://example.org/", "__Secure-a=b; Secure", "https://example.org/", "__Secure-a=b"),
    ("https://example.org/", "__secure-a=b", "https://example.org/", None),
    ("http://example.org/", "__Secure-a=b; Secure", "https://example.org/", None),
    # values go back as they came
    ("http://example.org/", 'a="b c"', "http://example.org/", 'a="b c"'),
    ("http://example.org/", "a=b, c=d", "http://example.org/", "a=b, c=d"),
    ("http://example.org/", "a=", "http://example.org/", "a="),
    ("http://example.org/", "a=\u00e9", "http://example.org/", "a=\u00e9"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "value", "then", "header"), WHERE)
def test_a_cookie_goes_where_it_may(asked: str, value: str, then: str, header: str | None) -> None:
    assert header == sent(keep(Cookies(), asked, value), then)


NOW = 1_300_000_000
SOON = "Sun, 13 Mar 2011 07:06:50 GMT"  # ten seconds from then
PAST = "Sun, 13 Mar 2011 07:06:30 GMT"  # ten seconds before

LIFETIMES = [
    ("a=b", 10**6, True),
    ("a=b; Max-Age=10", 9, True),
    ("a=b; Max-Age=10", 10, False),
    ("a=b; Max-Age=1", 0, True),
    ("a=b; Max-Age=1", 1, False),
    ("a=b; Max-Age=0", 0, False),
    ("a=b; Max-Age=-1", 0, False),
    ("a=b; Max-Age=99999999999999999999999", 10**9, True),
    (f"a=b; Expires={SOON}", 9, True),
    (f"a=b; Expires={SOON}", 10, False),
    (f"a=b; Expires={PAST}", 0, False),
    ("a=b; Expires=Fri, 01 Jan 1601 00:00:00 GMT", 0, False),
    ("a=b; Expires=0", 10**6, True),
    (f"a=b; Max-Age=100; Expires={PAST}", 99, True),
    (f"a=b; Expires={PAST}; Max-Age=100", 99, True),
    (f"a=b; Max-Age=0; Expires={SOON}", 0, False),
    (f"a=b; Max-Age=x; Expires={SOON}", 10, False),
]


@pytest.mark.parametrize(("value", "later", "alive"), LIFETIMES)
def test_a_cookie_lives_as_long_as_it_says(
    clock: Clock, value: str, later: int, alive: bool
) -> None:
    cookies = keep(Cookies(), "http://example.org/", value)
    clock(NOW + later)
    assert ("a=b" if alive else None) == sent(cookies, "http://example.org/")


@pytest.mark.parametrize(
    "value", ["a=; Max-Age=0", f"a=x; Expires={PAST}", "a=x; max-age=-5; Path=/"]
)
def test_an_expired_cookie_removes_the_one_it_names(clock: Clock, value: str) -> None:
    cookies = keep(Cookies(), "http://example.org/", "a=b", "c=d")
    keep(cookies, "http://example.org/", value)
    assert ["c"] == list(cookies)


def test_an_expired_cookie_of_another_path_or_domain_removes_nothing() -> None:
    cookies = keep(Cookies(), "http://www.example.org/", "a=b")
    keep(cookies, "http://www.example.org/", "a=; Max-Age=0; Path=/x")
    keep(cookies, "http://www.example.org/", "a=; Max-Age=0; Domain=example.org")
    assert "a=b" == sent(cookies, "http://www.example.org/")


def test_longer_paths_come_first_then_those_set_earlier() -> None:
    cookies = keep(
        Cookies(), "http://example.org/x/y/z", "a=1; Path=/", "b=2; Path=/x/y", "c=3; Path=/x"
    )
    keep(cookies, "http://example.org/x/y/z", "d=4; Path=/x", "e=5; Domain=example.org; Path=/x/y")
    assert "b=2; e=5; c=3; d=4; a=1" == sent(cookies, "http://example.org/x/y/z")


def test_a_cookie_that_is_set_again_keeps_its_turn() -> None:
    cookies = keep(Cookies(), "http://example.org/", "a=1", "b=2; Domain=example.org", "a=3")
    assert "a=3; b=2" == sent(cookies, "http://example.org/")


def test_a_host_only_cookie_and_one_of_the_domain_live_side_by_side() -> None:
    cookies = keep(Cookies(), "http://example.org/", "a=1", "a=2; Domain=example.org")
    assert "a=1; a=2" == sent(cookies, "http://example.org/")
    assert "a=2" == sent(cookies, "http://www.example.org/")


@pytest.mark.parametrize(
    ("url", "value", "header"),
    [
        ("http://example.org/", "s=x", "s=1"),
        ("http://example.org/", "s=x; Domain=example.org", "s=1"),
        ("http://www.example.org/", "s=x; Domain=example.org", "s=1"),
        ("http://example.org/x/", "s=x; Path=/x", "s=1"),
        ("http://example.org/", "s=; Max-Age=0", "s=1"),
        ("http://example.org/", "t=x", "s=1; t=x"),
        ("https://example.org/", "s=x; Secure", "s=x"),
        ("https://example.org/", "s=x", "s=x"),
    ],
)
def test_an_insecure_server_cannot_shadow_a_secure_cookie(
    url: str, value: str, header: str
) -> None:
    cookies = keep(Cookies(), "https://example.org/", "s=1; Secure; Path=/")
    keep(cookies, url, value)
    assert header == sent(cookies, "https://example.org/")


@pytest.mark.parametrize("secure", ["", "; Domain=example.org"])
@pytest.mark.parametrize("domain", ["example.org", "www.example.org"])
def test_a_secure_cookie_is_not_shadowed_from_above_or_below_its_domain(
    secure: str, domain: str
) -> None:
    """RFC 6265bis, 5.7: the one domain matches the other, or the other the one."""
    cookies = keep(Cookies(), "https://www.example.org/", f"s=1; Secure; Path=/{secure}")
    keep(cookies, "http://www.example.org/", f"s=x; Domain={domain}", "s=y")
    assert "s=1" == sent(cookies, "https://www.example.org/")


def test_a_cookie_that_is_refused_does_not_keep_out_those_that_follow() -> None:
    cookies = keep(Cookies(), "http://example.org/", "a=1; Secure", "b=2; Domain=other.org", "c=3")
    assert ["c"] == list(cookies)


def test_a_cookie_that_expires_in_this_second_removes_the_one_it_names(clock: Clock) -> None:
    cookies = keep(Cookies(), "http://example.org/", "a=b")
    clock(NOW + 10)
    keep(cookies, "http://example.org/", f"a=c; Expires={SOON}")
    assert [] == list(cookies.jar)


def test_a_cookie_of_a_wider_path_does_not_shadow_a_secure_one() -> None:
    cookies = keep(Cookies(), "https://example.org/deep/", "s=1; Secure; Path=/deep")
    keep(cookies, "http://example.org/", "s=x; Path=/")
    assert "s=1; s=x" == sent(cookies, "https://example.org/deep/")


SUFFIXES = frozenset(["uk", "co.uk", "github.io"])


@pytest.mark.parametrize(
    ("url", "value", "then", "header"),
    [
        ("http://a.co.uk/", "a=b; Domain=co.uk", "http://b.co.uk/", None),
        ("http://a.co.uk/", "a=b; Domain=.CO.UK", "http://a.co.uk/", None),
        ("http://a.co.uk/", "a=b; Domain=a.co.uk", "http://x.a.co.uk/", "a=b"),
        ("http://a.co.uk/", "a=b", "http://a.co.uk/", "a=b"),
        ("http://github.io/", "a=b; Domain=github.io", "http://github.io/", "a=b"),
        ("http://github.io/", "a=b; Domain=github.io", "http://x.github.io/", None),
    ],
)
def test_a_public_suffix_gets_no_cookie(
    url: str, value: str, then: str, header: str | None
) -> None:
    cookies = Cookies(public_suffixes=SUFFIXES)
    assert header == sent(keep(cookies, url, value), then)
    copied = Cookies(Cookies(public_suffixes=SUFFIXES))
    assert header == sent(keep(copied, url, value), then)


@pytest.mark.parametrize("suffixes", [None, {"co.uk"}])
@pytest.mark.parametrize(
    ("url", "value", "then", "header"),
    [
        ("http://evil.com/", "a=b; Domain=com", "http://bank.com/", None),
        ("http://evil.com/", "a=b; Domain=com", "http://evil.com/", None),
        ("http://evil.com/", "a=b; Domain=.com", "http://bank.com/", None),
        ("http://evil.com./", "a=b; Domain=com.", "http://bank.com./", None),
        ("http://app.localhost/", "a=b; Domain=localhost", "http://other.localhost/", None),
        ("http://localhost/", "a=b; Domain=localhost", "http://localhost/", "a=b"),
        ("http://localhost/", "a=b; Domain=localhost", "http://app.localhost/", None),
        ("http://[::1]/", "a=b; Domain=[::1]", "http://[::1]/", "a=b"),
        ("http://www.bank.com/", "a=b; Domain=bank.com", "http://bank.com/", "a=b"),
    ],
)
def test_a_top_level_domain_gets_no_cookie_without_a_list_either(
    url: str, value: str, then: str, header: str | None, suffixes: set[str] | None
) -> None:
    assert header == sent(keep(Cookies(public_suffixes=suffixes), url, value), then)


@pytest.mark.parametrize(
    ("domain", "path", "url", "header"),
    [
        ("", "/", "http://example.org/", "a=b"),
        ("", "/", "https://localhost/x", "a=b"),
        ("", "/x", "http://example.org/", None),
        ("", "", "http://example.org/x", "a=b"),
        ("example.org", "/", "http://example.org/", "a=b"),
        ("example.org", "/", "http://www.example.org/", "a=b"),
        (".example.org", "/", "http://example.org/", "a=b"),
        ("EXAMPLE.org", "/", "http://example.org/", "a=b"),
        ("example.org", "/", "http://badexample.org/", None),
        ("localhost", "/", "http://localhost/", "a=b"),
        ("testserver.local", "/", "http://testserver/", "a=b"),
        ("127.0.0.1", "/", "http://127.0.0.1:8000/", "a=b"),
        ("::1", "/", "http://[::1]/", "a=b"),
        ("[::1]", "/", "http://[::1]/", "a=b"),
        ("0.0.1", "/", "http://127.0.0.1/", None),
    ],
)
def test_a_cookie_that_a_user_sets_goes_where_its_domain_says(
    domain: str, path: str, url: str, header: str | None
) -> None:
    cookies = Cookies()
    cookies.set("a", "b", domain=domain, path=path)
    assert header == sent(cookies, url)


def test_a_cookie_header_that_is_there_is_left_as_it_is() -> None:
    request = Request("GET", "http://example.org/", headers={"Cookie": "mine=1"})
    Cookies({"a": "b"}).set_cookie_header(request)
    assert "mine=1" == request.headers["cookie"]


def test_no_cookie_to_send_makes_no_header() -> None:
    cookies = keep(Cookies(), "http://example.org/", "a=b")
    assert sent(cookies, "http://example.com/") is None


def test_text_that_is_not_ascii_goes_back_in_the_same_bytes() -> None:
    cookies = keep(Cookies(), "http://example.org/", "a=\u2603".encode())
    request = Request("GET", "http://example.org/")
    cookies.set_cookie_header(request)
    assert (b"Cookie", "a=\u2603".encode()) == request.headers.raw[-1]


def test_a_response_shows_what_a_client_must_not_keep() -> None:
    headers = [
        ("Set-Cookie", "a=1; Secure"),
        ("Set-Cookie", "__Host-b=2"),
        ("Set-Cookie", "c=3; Domain=com"),
    ]
    response = Response(200, headers=headers, request=Request("GET", "http://example.com/"))
    assert [("a", "1"), ("__Host-b", "2"), ("c", "3")] == list(response.cookies.items())
    kept = Cookies(public_suffixes={"com"})
    kept.extract_cookies(response)
    assert [] == list(kept)


def test_a_response_does_not_show_a_cookie_for_another_host() -> None:
    headers = {"Set-Cookie": "a=1; Domain=example.net"}
    response = Response(200, headers=headers, request=Request("GET", "http://example.com/"))
    assert [] == list(response.cookies)


def test_a_domain_keeps_no_more_cookies_than_its_bound() -> None:
    cookies = Cookies()
    keep(cookies, "http://example.org/", *[f"c{n}=1" for n in range(200)])
    keep(cookies, "http://example.com/", "other=1")
    assert [f"c{n}" for n in range(20, 200)] == [name for name in cookies if name != "other"]
    keep(cookies, "http://example.org/", "c20=2")
    assert 181 == len(cookies)


def test_an_expired_cookie_makes_room_first(clock: Clock) -> None:
    cookies = keep(
        Cookies(), "http://example.org/", *[f"c{n}=1" for n in range(179)], "old=1; Max-Age=5"
    )
    clock(NOW + 6)
    keep(cookies, "http://example.org/", "new=1")
    assert {"c0", "new"} <= set(cookies)
    assert "old" not in cookies


def test_a_jar_keeps_no_more_cookies_than_its_bound() -> None:
    cookies = Cookies()
    for host in range(20):
        keep(cookies, f"http://h{host}.example/", *[f"c{n}=1" for n in range(170)])
    assert 3000 == len(cookies)
    assert cookies.get("c0", domain="h0.example") is None
    assert "1" == cookies.get("c169", domain="h19.example")


def test_the_bounds_do_not_remove_what_a_user_set_by_the_hundreds() -> None:
    cookies = Cookies({f"c{n}": "1" for n in range(400)})
    keep(cookies, "http://example.org/", "a=b")
    assert 401 == len(cookies)


def test_a_response_that_sets_no_cookie_leaves_a_jar_as_it_is() -> None:
    cookies = Cookies({"a": "1"})
    request = Request("GET", "http://example.org/")
    cookies.extract_cookies(Response(200, headers={"Cookie": "b=2"}, request=request))
    assert {"a": "1"} == dict(cookies)

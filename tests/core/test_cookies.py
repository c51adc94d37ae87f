"""Cookies as a mapping: what it is made of, how it is read, changed, shown and copied."""

from __future__ import annotations

import copy
import http.cookiejar
import pickle
import subprocess
import sys
import threading
from types import MappingProxyType
from typing import Any

import pytest

from httpx_core import CookieConflict, Cookies, Request, Response


def two_of_a_name() -> Cookies:
    cookies = Cookies()
    cookies.set("a", "1", domain="example.org")
    cookies.set("a", "2", domain=".example.com", path="/x")
    cookies.set("b", "3")
    return cookies


SHOWN = (
    "<Cookies[<Cookie a=1 for example.org />, <Cookie a=2 for .example.com />, "
    "<Cookie b=3 for  />]>"
)


@pytest.mark.parametrize(
    ("source", "items"),
    [
        (None, []),
        ({}, []),
        ({"a": "b"}, [("a", "b")]),
        (MappingProxyType({"a": "b"}), [("a", "b")]),
        ([("a", "b"), ("c", "d"), ("a", "e")], [("a", "e"), ("c", "d")]),
        (Cookies({"a": "b"}), [("a", "b")]),
        (two_of_a_name(), [("a", "1"), ("a", "2"), ("b", "3")]),
        (Cookies({"a": "b"}).jar, [("a", "b")]),
    ],
)
def test_cookies_are_made_of(source: Any, items: list[tuple[str, str]]) -> None:
    assert items == list(Cookies(source).items())


@pytest.mark.parametrize("source", [5, "a=b", (("a", "b"),), iter([])])
def test_what_holds_no_cookies_is_a_type_error(source: Any) -> None:
    with pytest.raises(TypeError, match="cookies must be"):
        Cookies(source)


def test_cookies_made_of_cookies_are_independent() -> None:
    cookies = Cookies({"a": "b"})
    Cookies(cookies)["a"] = "c"
    assert "b" == cookies["a"]


@pytest.mark.parametrize("name", ["max_cookies", "max_cookies_per_domain", "max_cookie_size"])
def test_a_bound_is_a_number_of_cookies_or_bytes(name: str) -> None:
    wrong: Any
    for wrong, error, message in (
        ("5", TypeError, f"{name} must be an int, not str."),
        (-1, ValueError, f"{name} must not be negative, and is -1."),
    ):
        with pytest.raises(error) as caught:
            Cookies(**{name: wrong})
        assert message == str(caught.value)


@pytest.mark.parametrize("name", ["max_cookies", "max_cookies_per_domain", "max_cookie_size"])
def test_a_bound_of_zero_keeps_no_cookie_of_a_server(name: str) -> None:
    bound: dict[str, Any] = {name: 0}
    cookies = Cookies(**bound)
    keep(cookies, "http://example.org/", "a=b")
    assert [] == list(cookies)


def test_cookies_made_of_cookies_have_their_rules_unless_told_otherwise() -> None:
    source = Cookies(public_suffixes={"github.io"}, max_cookies_per_domain=1)
    for cookies, kept in (
        (Cookies(source), "c"),
        (Cookies(source, public_suffixes=frozenset()), "wc"),
        (Cookies(source, max_cookies_per_domain=2), "bc"),
    ):
        keep(cookies, "http://x.github.io/", "w=1; Domain=github.io")
        keep(cookies, "http://x.github.io/", "b=1", "c=1")
        assert sorted(kept) == sorted(cookie.name for cookie in cookies.jar)


def test_a_cookie_that_another_thread_deletes_first_is_deleted() -> None:
    class Fast(http.cookiejar.CookieJar):
        def clear(self, *which: Any) -> None:
            super().clear(*which)
            super().clear(*which)

    cookies = Cookies(Fast())
    cookies.set("a", "b")
    cookies.delete("a")
    assert [] == list(cookies)


def test_a_jar_needs_no_lock() -> None:
    class Plain(tuple):  # type: ignore[type-arg]  # of cookies
        def extract_cookies(self, response: Any, request: Any) -> None:
            raise AssertionError("there is no response")

    jar: Any = Plain(Cookies({"a": "b"}).jar)
    assert [("a", "b")] == list(Cookies(jar).items())


def test_a_jar_is_used_as_it_is() -> None:
    jar = http.cookiejar.CookieJar()
    cookies = Cookies(jar)
    assert cookies.jar is jar
    cookies.set("a", "b")
    assert ["a"] == [cookie.name for cookie in jar]


def test_the_jar_is_always_the_same_cookie_jar_and_can_be_replaced() -> None:
    cookies = Cookies()
    assert isinstance(cookies.jar, http.cookiejar.CookieJar)
    assert cookies.jar is cookies.jar
    other = http.cookiejar.CookieJar()
    cookies.jar = other
    assert cookies.jar is other


def test_a_cookie_is_read_by_name_and_by_domain_and_path_in_doubt() -> None:
    cookies = two_of_a_name()
    assert "3" == cookies["b"]
    assert "1" == cookies.get("a", domain="example.org")
    assert "2" == cookies.get("a", domain=".example.com", path="/x")
    assert "2" == cookies.get("a", path="/x")
    assert cookies.get("a", domain="example.net") is None
    assert "z" == cookies.get("nope", "z")
    with pytest.raises(KeyError, match="nope"):
        cookies["nope"]


@pytest.mark.parametrize(
    "ask", [lambda c: c["a"], lambda c: c.get("a"), lambda c: c.pop("a"), lambda c: dict(c)]
)
def test_asking_by_a_name_in_doubt_is_a_conflict(ask: Any) -> None:
    with pytest.raises(CookieConflict, match="name=a: say which by domain= or path="):
        ask(two_of_a_name())


def test_iterating_is_never_a_conflict() -> None:
    cookies = two_of_a_name()
    assert ["a", "a", "b"] == list(cookies)
    assert ["a", "a", "b"] == list(cookies.keys())
    assert [("a", "1"), ("a", "2"), ("b", "3")] == list(cookies.items())
    assert ["1", "2", "3"] == list(cookies.values())
    assert ("a", "2") in cookies.items()
    assert ("a", "3") not in cookies.items()
    assert "2" in cookies.values()
    assert 3 == len(cookies) == len(cookies.items()) == len(cookies.values())
    assert "a" in cookies
    assert "c" not in cookies
    assert 1 not in cookies


CHANGES: list[tuple[str, Any, str]] = [
    ("set", lambda c: c.set("a", "9", domain="example.org"), SHOWN.replace("a=1", "a=9")),
    ("item", lambda c: c.__setitem__("b", "9"), SHOWN.replace("b=3", "b=9")),
    ("delete a name", lambda c: c.delete("a"), "<Cookies[<Cookie b=3 for  />]>"),
    ("delete of a domain", lambda c: c.delete("a", domain="example.org"),
     "<Cookies[<Cookie a=2 for .example.com />, <Cookie b=3 for  />]>"),
    ("delete of a path", lambda c: c.delete("a", path="/x"),
     "<Cookies[<Cookie a=1 for example.org />, <Cookie b=3 for  />]>"),
    ("delete what is not there", lambda c: c.delete("zz"), SHOWN),
    ("del", lambda c: c.__delitem__("a"), "<Cookies[<Cookie b=3 for  />]>"),
    ("pop", lambda c: c.pop("b"), SHOWN.replace(", <Cookie b=3 for  />", "")),
    ("clear", lambda c: c.clear(), "<Cookies[]>"),
    ("clear a domain", lambda c: c.clear("example.org"),
     "<Cookies[<Cookie a=2 for .example.com />, <Cookie b=3 for  />]>"),
    ("clear a path", lambda c: c.clear(".example.com", "/x"),
     "<Cookies[<Cookie a=1 for example.org />, <Cookie b=3 for  />]>"),
    ("setdefault", lambda c: c.setdefault("b", "9"), SHOWN),
    ("update from a dict", lambda c: c.update({"b": "9"}), SHOWN.replace("b=3", "b=9")),
    ("update from pairs", lambda c: c.update([("b", "9")]), SHOWN.replace("b=3", "b=9")),
    ("update from Cookies keeps domains", lambda c: c.update(two_of_a_name()), SHOWN),
    ("update from a jar", lambda c: c.update(Cookies({"b": "9"}).jar), SHOWN.replace("b=3", "b=9")),
    ("update from nothing", lambda c: c.update(), SHOWN),
]  # fmt: skip


@pytest.mark.parametrize(("change", "shown"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_a_change_leaves_these_cookies(change: Any, shown: str) -> None:
    cookies = two_of_a_name()
    change(cookies)
    assert shown == repr(cookies)


def test_clearing_what_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        two_of_a_name().clear("example.net")
    with pytest.raises(KeyError):
        two_of_a_name().clear("example.org", "/y")
    with pytest.raises(ValueError, match="needs the domain"):
        two_of_a_name().clear(path="/x")


def test_cookies_are_true_when_there_is_one() -> None:
    cookies = Cookies()
    assert not cookies
    cookies.set("a", "")
    assert cookies
    cookies.clear()
    assert not cookies


def test_equality_is_that_of_names_and_values() -> None:
    assert Cookies({"a": "b"}) == {"a": "b"}
    assert Cookies({"a": "b"}) == Cookies([("a", "b")])
    assert Cookies({"a": "b"}) != Cookies({"a": "c"})
    assert two_of_a_name() == two_of_a_name()
    with pytest.raises(TypeError, match="unhashable"):
        hash(Cookies())


def keep(cookies: Cookies, url: str, *values: str) -> None:
    headers = [("Set-Cookie", value) for value in values]
    cookies.extract_cookies(Response(200, headers=headers, request=Request("GET", url)))


def facts(cookies: Cookies) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in vars(cookie).items() if name != "created"}
        for cookie in cookies.jar
    ]


def test_a_cookie_that_a_user_sets_is_described_as_0_28_does() -> None:
    cookies = Cookies({"a": "1"})
    cookies.set("b", "2", domain="example.org", path="/p")
    same = {
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
        "_rest": {"HttpOnly": None},
    }
    a = {"name": "a", "value": "1", "domain": "", "path": "/", "domain_specified": False}
    b = {"name": "b", "value": "2", "domain": "example.org", "path": "/p", "domain_specified": True}
    assert [a | same, b | same] == facts(cookies)


def test_copies_lose_nothing_and_are_independent() -> None:
    cookies = Cookies({"a": "b"}, public_suffixes=frozenset(["co.uk"]))
    keep(
        cookies, "https://www.example.org/x/y", "c=d; Secure; HttpOnly; Max-Age=1000; SameSite=Lax"
    )
    keep(cookies, "https://www.example.org/", "e=f; Domain=example.org; Path=/z")
    for twin in (pickle.loads(pickle.dumps(cookies)), copy.deepcopy(cookies), Cookies(cookies)):
        assert facts(cookies) == facts(twin)
        keep(twin, "https://www.a.co.uk/", "g=h; Domain=co.uk")
        assert 3 == len(twin)
        twin.set("n", "1")
        assert "n" not in cookies


def test_copies_of_no_cookies_are_no_cookies() -> None:
    assert [] == list(pickle.loads(pickle.dumps(Cookies())))


def test_the_cookies_of_a_jar_that_cannot_be_pickled_are_kept() -> None:
    cookies = Cookies(http.cookiejar.CookieJar())
    cookies.set("a", "b", domain="example.org")
    twin = pickle.loads(pickle.dumps(cookies))
    assert facts(cookies) == facts(twin)
    keep(twin, "http://example.org/", "s=1; Secure")
    assert ["a"] == list(twin)


def test_no_cookies_and_responses_without_any_load_no_cookie_jar() -> None:
    code = (
        "import sys; before = set(sys.modules); import httpx_core as h\n"
        "cookies = h.Cookies(h.Cookies()); request = h.Request('GET', 'http://example.org')\n"
        "cookies.extract_cookies(h.Response(200, request=request))\n"
        "cookies.set_cookie_header(request)\n"
        "list(cookies.items()), bool(cookies), repr(cookies), cookies.get('a')\n"
        "print(sorted({'http.cookiejar', 'ssl', 'socket'} & (sys.modules.keys() - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]\n" == done.stdout


def test_threads_may_share_cookies() -> None:
    cookies = Cookies()
    start = threading.Barrier(8)
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            start.wait()
            for turn in range(50):
                name = f"c{number}-{turn}"
                keep(cookies, f"http://h{number}.example.org/", f"{name}=1; Max-Age=100")
                cookies.set_cookie_header(Request("GET", f"http://h{number}.example.org/"))
                list(cookies.items())
                if turn % 2:
                    cookies.delete(name)
        except BaseException as exc:
            failures.append(exc)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == failures
    assert sorted(f"c{n}-{t}" for n in range(8) for t in range(0, 50, 2)) == sorted(cookies)

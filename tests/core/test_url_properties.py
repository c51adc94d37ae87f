"""What holds for every URL, tried on generated ones."""

from __future__ import annotations

import pickle

from hypothesis import assume, given
from hypothesis import strategies as st

from httpx_core import URL, InvalidURL

PIECES = [
    *("http:", "https:", "ws:", "foo:", "HTTP:", "//", "/", "?", "#", ":", "@", "\\"),
    *("h", "example.org", "é.com", "xn--9ca", "127.1", "1.2.3.4", "[::1]", "[FE80::1%25e]"),
    *(".", "..", "/.", "/..", "a", "b:c", "%41", "%2e", "%", "%zz", "%C3%A9", " ", '"', "`"),
    *("<", "{", "|", "^", "~", "&", "=", "+", ";", ":80", ":443", ":0", "u:p@", "@", "\ud800"),
]
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=9).map("".join),
    st.text(max_size=20),
    st.text(max_size=20).map(lambda text: f"http://{text}"),
    st.text(max_size=20).map(lambda text: f"http://h/{text}"),
)


@st.composite
def urls(draw: st.DrawFn) -> URL:
    try:
        return URL(draw(TEXTS))
    except InvalidURL:
        assume(False)
        raise


def parts(url: URL) -> tuple[object, ...]:
    return (
        *(url.scheme, url.userinfo, url.raw_host, url.host, url.port, url.netloc),
        *(url.path, url.raw_path, url.query, url.fragment, url._origin, url._host_header),
    )


@given(urls())
def test_parsing_what_str_gave_gives_an_equal_url(url: URL) -> None:
    again = URL(str(url))
    assert str(url) == str(again)
    assert parts(url) == parts(again)


@given(urls())
def test_every_url_is_printable_ascii(url: URL) -> None:
    assert str(url).isascii()
    assert str(url).isprintable()


@given(urls(), TEXTS)
def test_joining_raises_nothing_but_invalid_url(base: URL, reference: str) -> None:
    try:
        joined = base.join(reference)
    except InvalidURL:
        return
    assert parts(joined) == parts(URL(str(joined)))


@given(urls(), st.text(max_size=8), st.text(max_size=8))
def test_joining_a_path_stays_at_the_host(base: URL, first: str, second: str) -> None:
    reference = f"{first}/{second}"
    assume(not reference.startswith("/") and ":" not in first)
    try:
        joined = base.join(reference)
    except InvalidURL:
        return
    assert (base.netloc, base.userinfo) == (joined.netloc, joined.userinfo)


@given(
    urls(),
    st.fixed_dictionaries(
        {},
        optional={
            "scheme": st.sampled_from(["http", "https", "foo", "", None]),
            "host": st.one_of(st.none(), st.text(max_size=8), st.sampled_from(["h", "::1"])),
            "port": st.one_of(st.none(), st.integers(-1, 65536)),
            "username": st.one_of(st.none(), st.text(max_size=8)),
            "password": st.one_of(st.none(), st.text(max_size=8)),
            "path": st.one_of(st.none(), st.text(max_size=8), st.just("//x"), st.just("b:c")),
            "query": st.one_of(st.none(), st.binary(max_size=8)),
            "fragment": st.one_of(st.none(), st.text(max_size=8)),
        },
    ),
)
def test_a_component_never_moves_into_another(url: URL, arguments: dict[str, object]) -> None:
    try:
        changed = url.copy_with(**arguments)
    except InvalidURL:
        return
    assert parts(changed) == parts(URL(str(changed)))
    if arguments.get("username"):
        assert arguments["username"] == changed.username or "%" in str(arguments["username"])
    if "port" in arguments:
        assert changed.port in (None, arguments["port"])
    if arguments.get("fragment"):
        assert changed.fragment == arguments["fragment"] or "%" in str(arguments["fragment"])


@given(urls())
def test_a_pickled_url_is_the_same(url: URL) -> None:
    assert parts(url) == parts(pickle.loads(pickle.dumps(url)))


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_username_and_password_come_back_as_they_went_in(username: str, password: str) -> None:
    assume("%" not in username + password and username and password)
    try:
        url = URL("http://h/", username=username, password=password)
    except InvalidURL:
        assert any(0xD800 <= ord(character) <= 0xDFFF for character in username + password)
        return
    assert (username, password) == (url.username, url.password)
    shown = f"http://{url.userinfo.decode().partition(':')[0]}:[secure]@h/"
    assert f"URL({shown!r})" == repr(url)

"""A text is refused with InvalidURL or parsed to a URL that is printable ASCII, whose parts are the
same when its str is parsed again, and whose host no other part can change. In linear time.
"""

from __future__ import annotations

import re

from tests.fuzz.draw import Draw, text
from tests.fuzz.scaling import check_linear

from httpx_core import URL, InvalidURL

TOKENS = [
    b"http:", b"https:", b"ws:", b"foo:", b"HTTP:", b"file:", b"http+unix:", b"//", b"/", b"?",
    b"#", b":", b"@", b"\\", b"[", b"]", b"h", b"example.org", b"\xc3\xa9.com", b"xn--9ca", b"xn--",
    b"127.1", b"0x7f", b"1.2.3.4", b"[::1]", b"[FE80::1%25e]", b".", b"..", b"/.", b"/..", b"a",
    b"b:c", b"%41", b"%2e", b"%2F", b"%40", b"%5c", b"%25", b"%00", b"%", b"%zz", b"%C3%A9", b" ",
    b'"', b"`", b"<", b"{", b"|", b"^", b"~", b"&", b"=", b"+", b";", b":80", b":443", b":0",
    b":65536", b"u:p@", b"\xed\xa0\x80", b"\x80", b"\t", b"\n", b"\x00", b"\xe3\x80\x82",
    b"\xef\xbc\x8e", b"\xe2\x84\xaa", b"\xc2\xad", b"\xe2\x80\x8d", b"\xf0\x9f\x92\xa9",
    b"\xef\xbc\x8f", b"\xef\xbc\xa0",
]  # fmt: skip
SEEDS = [
    b"\x00" + url
    for url in [
        b"",
        b"http://example.org/",
        b"https://user:pass%40word@example.org:8443/a/b/../c;d?q=1&r=%20#frag",
        b"http://[2001:db8::1]:8080/path",
        b"http://[fe80::1%25en0]/",
        b"//example.org/path?query",
        b"../a/./b?c#d",
        b"?only=query",
        b"#only",
        b"mailto:someone@example.org",
        b"file:///etc/hosts",
        b"http+unix://%2Frun%2Fd.sock/v1/info",
        b"http://b\xc3\xbccher.example/stra\xc3\x9fe?\xc3\xa9#\xc3\xa9",
        b"http://xn--bcher-kva.example./",
        b"http://192.168.0.1:80",
        b"http://good.test\\@evil.test/",
        b"http:////127.0.0.1/p",
        b"https:///path",
        b"a:b/c:d",
        b"://example.org",
        b"http://\xe4\xb8\xad\xe5\x9b\xbd.example\xe3\x80\x82org/",
    ]
]
EXAMPLES = 5000

# What a change of one component may change; the scheme says how a host is read, and the default port.
_MOVED = {
    "username": {"userinfo"},
    "password": {"userinfo"},
    "host": {"raw_host"},
    "scheme": {"scheme", "raw_host", "port", "path"},
}

# The authority to a reader who knows RFC 3986 appendix B, and what a scheme is.
_authority = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:|:(?=//))?//([^/?#]*)").match


def parts(url: URL) -> tuple[object, ...]:
    return (
        *(url.scheme, url.userinfo, url.raw_host, url.host, url.port, url.netloc),
        *(url.path, url.raw_path, url.query, url.fragment, url._origin, url._host_header),
        *(url.username, url.password, url.is_absolute_url),
    )


def check_stands(url: URL) -> None:
    """Hold what must be true of every URL there is."""
    written = str(url)
    assert written.isascii(), written
    assert written.isprintable(), written
    assert " " not in written
    again = URL(written)
    assert written == str(again)
    assert url == again, written
    assert hash(url) == hash(again)
    assert parts(url) == parts(again), (written, parts(url), parts(again))
    assert "\\" not in url.netloc.decode()
    authority = _authority(written)
    host = url.raw_host.decode()
    netloc = (authority[1] if authority else "").rpartition("@")[2]
    # The host that any other reader of the text finds is the one that is connected to.
    found = netloc.rpartition("]")[0].lstrip("[") if netloc[:1] == "[" else netloc.partition(":")[0]
    assert host == found, written
    if url.password and "secret" in url.password:
        assert "secret" not in repr(url).rpartition("@")[0]


def check(data: bytes) -> None:
    draw = Draw(data)
    way = draw.byte()
    given = text(draw.rest())
    if way == 255 and len(given) < 60:
        check_linear(URL, given)
    try:
        url = URL(given)
    except InvalidURL as exc:
        assert str(exc)
        return
    check_stands(url)
    for component in ("path", "fragment", "username", "password", "host", "scheme"):
        _check_change(url, component, given if way % 2 else given[: len(given) // 2])


def _check_change(url: URL, component: str, value: str) -> None:
    """No component can be given a text that moves into another one (CVE-2021-41945)."""
    try:
        changed = url.copy_with(**{component: value})
    except InvalidURL:
        return
    check_stands(changed)
    may_change = _MOVED.get(component, {component})
    if not (url.scheme or url.netloc or url.userinfo):
        may_change = may_change | {"path"}  # dot segments, once it is no relative path any more
    for name in ("scheme", "userinfo", "raw_host", "port", "path", "query", "fragment"):
        if name not in may_change:
            before, after = getattr(url, name), getattr(changed, name)
            assert before == after, (url, component, value, changed)

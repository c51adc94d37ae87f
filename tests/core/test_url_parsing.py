"""What a URL is made of: parsing, normalising, hosts, ports, and what is refused."""

from __future__ import annotations

import pytest

from httpx_core import URL, InvalidURL


def test_an_absolute_url_is_split_into_its_parts() -> None:
    url = URL("https://jo:se%20cret@example.org:8443/a%20b/c?d=e&f#top%20of")
    assert "https" == url.scheme
    assert b"https" == url.raw_scheme
    assert b"jo:se%20cret" == url.userinfo
    assert "jo" == url.username
    assert "se cret" == url.password
    assert "example.org" == url.host
    assert b"example.org" == url.raw_host
    assert 8443 == url.port
    assert b"example.org:8443" == url.netloc
    assert "/a b/c" == url.path
    assert b"/a%20b/c?d=e&f" == url.raw_path
    assert b"d=e&f" == url.query
    assert [("d", "e"), ("f", "")] == url.params.multi_items()
    assert "top of" == url.fragment
    assert url.is_absolute_url
    assert not url.is_relative_url
    assert "https://jo:se%20cret@example.org:8443/a%20b/c?d=e&f#top%20of" == str(url)


# text -> str(url), raw_host, port, raw_path
PARSED = {
    "": ("", b"", None, b"/"),
    "HTTP://EXAMPLE.org": ("http://example.org", b"example.org", None, b"/"),
    "http://h": ("http://h", b"h", None, b"/"),
    "http://h/": ("http://h/", b"h", None, b"/"),
    "http://h?": ("http://h?", b"h", None, b"/?"),
    "http://h#": ("http://h#", b"h", None, b"/"),
    "http://h?#": ("http://h?#", b"h", None, b"/?"),
    "http://h/?a?b#c?d#e": ("http://h/?a?b#c?d#e", b"h", None, b"/?a?b"),
    "http://h?a/../b": ("http://h?a/../b", b"h", None, b"/?a/../b"),
    "http://h#/../a": ("http://h#/../a", b"h", None, b"/"),
    "//h/a": ("//h/a", b"h", None, b"/a"),
    "/a/../b": ("/a/../b", b"", None, b"/a/../b"),
    "../a": ("../a", b"", None, b"../a"),
    "a/b:c": ("a/b:c", b"", None, b"a/b:c"),
    "?a": ("?a", b"", None, b"/?a"),
    "#a": ("#a", b"", None, b"/"),
    "http:": ("http:", b"", None, b"/"),
    "http://": ("http:", b"", None, b"/"),
    "http:///a": ("http:/a", b"", None, b"/a"),
    "http:a": ("http:a", b"", None, b"a"),
    "file:///a": ("file:/a", b"", None, b"/a"),
    "mailto:a@b.c": ("mailto:a@b.c", b"", None, b"a@b.c"),
    "localhost:8000/": ("localhost:8000/", b"", None, b"8000/"),
    "1http://h": ("1http://h", b"", None, b"1http://h"),
    "://h/a": ("//h/a", b"h", None, b"/a"),
    "a+b-c.d:/x": ("a+b-c.d:/x", b"", None, b"/x"),
    "https://:443/": ("https:/", b"", None, b"/"),
    "https://:8443/": ("https://:8443/", b"", 8443, b"/"),
    "http://@h": ("http://h", b"h", None, b"/"),
    "http://a@b@h": ("http://a%40b@h", b"h", None, b"/"),
    "http://h//a///b": ("http://h//a///b", b"h", None, b"//a///b"),
    "http://h/a\\b": ("http://h/a\\b", b"h", None, b"/a\\b"),
    "all://*.example.org:1234": ("all://*.example.org:1234", b"*.example.org", 1234, b"/"),
    "http+unix://%2FTMP%2Fd.sock/a": (
        "http+unix://%2ftmp%2fd.sock/a",
        b"%2ftmp%2fd.sock",
        None,
        b"/a",
    ),
}


@pytest.mark.parametrize("text", PARSED)
def test_a_url_has_one_normal_form(text: str) -> None:
    url = URL(text)
    assert PARSED[text] == (str(url), url.raw_host, url.port, url.raw_path)


DOT_SEGMENTS = {
    "/.": "/",
    "/..": "/",
    "/./": "/",
    "/a/.": "/a/",
    "/a/..": "/",
    "/a/b/..": "/a/",
    "/a/b/../": "/a/",
    "/a/./b/../c": "/a/c",
    "/../../a": "/a",
    "//..": "/",
    "/a//../b": "/a/b",
    "/...": "/...",
    "/.a/..b/c.": "/.a/..b/c.",
    "/a/%2e%2e/b": "/a/%2e%2e/b",
    "/.well-known/x": "/.well-known/x",
}


@pytest.mark.parametrize("path", DOT_SEGMENTS)
def test_dot_segments_of_an_absolute_url_are_resolved(path: str) -> None:
    assert f"http://h{DOT_SEGMENTS[path]}" == str(URL(f"http://h{path}"))


def test_resolving_many_dot_segments_takes_linear_time() -> None:
    assert "http://h/" == str(URL("http://h" + "/a" * 10_000 + "/.." * 10_000))


@pytest.mark.parametrize(
    ("scheme", "port"), [("http", 80), ("https", 443), ("ws", 80), ("wss", 443), ("ftp", 21)]
)
def test_the_default_port_of_a_scheme_is_left_out(scheme: str, port: int) -> None:
    url = URL(f"{scheme}://h:{port}/")
    assert (None, f"{scheme}://h/") == (url.port, str(url))
    assert url == f"{scheme}://h/"


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("http://h:", None),
        ("http://h:0", 0),
        ("http://h:080", None),
        ("http://h:00000008080", 8080),
        ("http://h:443", 443),
        ("http://h:65535", 65535),
        ("foo://h:80", 80),
        ("HTTP://h:80", None),
    ],
)
def test_a_port_is_a_decimal_number(text: str, port: int | None) -> None:
    assert port == URL(text).port


@pytest.mark.parametrize(
    "port", ["65536", "99999", "-1", "+80", " 80", "80 ", "8_0", "a", "８０", "%38", "9" * 5000]
)
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(InvalidURL, match=r"^Invalid port: '"):
        URL(f"http://h:{port}/")


HOSTS = {
    "example.org": "example.org",
    "EXAMPLE.org": "example.org",
    "example.org.": "example.org.",
    "a..b": "a..b",
    ".a": ".a",
    "-a.b-": "-a.b-",
    "a_b": "a_b",
    "~a!$&'()*+,;=": "~a!$&'()*+,;=",
    'a"`{}b': 'a"`{}b',
    "x" * 64: "x" * 64,
    # percent-encoding is decoded once
    "%41.com": "a.com",
    "a%2Eb": "a.b",
    "%C3%A9.com": "xn--9ca.com",
    "127%2E0%2e0.1": "127.0.0.1",
    # IPv4; short, octal and hexadecimal forms stay as they are
    "192.0.2.255": "192.0.2.255",
    "192.0.2.1.": "192.0.2.1.",
    "127.1": "127.1",
    "2130706433": "2130706433",
    "0x7f.1": "0x7f.1",
    "0X7F.0.0.1": "0x7f.0.0.1",
    "0177.1": "0177.1",
    "4294967295": "4294967295",
    "1.2.3.4a": "1.2.3.4a",
    "1.a": "1.a",
    "0xg": "0xg",
    # IPv6
    "[::1]": "::1",
    "[FE80::A]": "fe80::a",
    "[::FFFF:192.0.2.1]": "::ffff:192.0.2.1",
    "[fe80::1%25En0]": "fe80::1%25En0",
    "[fe80::1%En0]": "fe80::1%En0",
    # IDNA 2008
    "é.com": "xn--9ca.com",
    "É.com": "xn--9ca.com",
    "faß.de": "xn--fa-hia.de",
    "中国.example": "xn--fiqs8s.example",
    "σς.gr": "xn--3xab.gr",
    "é。com": "xn--9ca.com",
    "1。2。3。4": "1.2.3.4",
    "XN--9CA.com": "xn--9ca.com",
    "xn--qei.ws": "xn--qei.ws",
}


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_has_one_ascii_spelling(host: str) -> None:
    assert HOSTS[host] == URL(f"http://{host}/").raw_host.decode("ascii")


FORBIDDEN_HOSTS = [
    # what WHATWG forbids, written plainly and percent-encoded
    *(f"a{character}b" for character in " <>^|"),
    *(f"a%{code:02x}b" for code in [*range(0x21), 0x7F]),
    *(f"a%{ord(character):02x}b" for character in "#%/:<>?@[\\]^|"),
    "a%b",
    "%zz",
    "a%2541",
    "%",
    "%ff",
    "a[b",
    "a]b",
    "[",
    "ho%01st",
    "%3A%3A1",
    "%5B::1%5D",
    # names that end in a number and are no address
    "256.1.1.1",
    "1.2.3.256",
    "999.999.999.999",
    "01.2.3.4",
    "1.2.3.04",
    "1.2.3.4.5",
    "01.2.3.4.5.",
    "1.2.3.08",
    "1.256.1",
    "4294967296",
    "0x100000000",
    "foo.0",
    "foo.0x",
    "foo.09.",
    ".1",
    "1..2",
    "256。1。1。1",
    "9" * 5000,
    # IPv6
    "[]",
    "[::1",
    "[::1]x",
    "[::g]",
    "[1::2::3]",
    "[1.2.3.4]",
    "[::1.2.3.444]",
    "[v1.a]",
    "[[::1]]",
    "[fe80::1%]",
    "[fe80::1%25a%0a]",
    "[fe80::1%25a/b]",
    # IDNA
    "☃.net",
    "é..com",
    "-é",
    "a_é",
    "\u200dé",
    "Ａ.com",
    "é" * 64,
    "é." * 100,
    "a" * 300 + "é",
    "xn--",
    "xn--a",
    "a.xn--pokxncvks",
    "xn--zzzzzz--",
    "xn--" + "a" * 300,
]


@pytest.mark.parametrize("host", FORBIDDEN_HOSTS)
def test_a_forbidden_host_is_refused(host: str) -> None:
    with pytest.raises(InvalidURL, match=r"^Invalid "):
        URL(f"http://{host}/")


@pytest.mark.parametrize("scheme", ["http", "https", "foo", "http+unix", ""])
@pytest.mark.parametrize("host", ["a b", "a<b", "a>b", "a^b", "a|b", "a[b", "a]b"])
def test_an_opaque_host_cannot_hold_host_delimiters_either(scheme: str, host: str) -> None:
    with pytest.raises(InvalidURL):
        URL(f"{scheme}://{host}/")


def test_four_numbers_are_an_ipv4_address_under_any_scheme() -> None:
    assert "1.2.3.4" == URL("foo://1.2.3.4/").host
    with pytest.raises(InvalidURL, match=r"^Invalid IPv4 address: '1\.2\.3\.256'$"):
        URL("foo://1.2.3.256/")


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("xn--9ca.com", "é.com"),
        ("é.com", "é.com"),
        ("xn--fiqs8s.a_b", "中国.a_b"),
        ("xn--qei.ws", "xn--qei.ws"),
        ("[fe80::1%25en0]", "fe80::1%25en0"),
    ],
)
def test_host_is_shown_in_unicode_where_idna_2008_knows_it(host: str, shown: str) -> None:
    assert shown == URL(f"http://{host}/").host


@pytest.mark.parametrize(
    "authority",
    ["good.test\\@evil.test", "good.test\\", "\\evil.test", "a:80\\@b", "u\\:p@h", "u:p\\@h"],
)
@pytest.mark.parametrize("scheme", ["http", "foo", ""])
def test_a_backslash_in_the_authority_is_refused(scheme: str, authority: str) -> None:
    with pytest.raises(InvalidURL, match=r"^Invalid character in authority: '\\\\' at position"):
        URL(f"{scheme}://{authority}/")


@pytest.mark.parametrize("scheme", ["http", "https", "ws", "wss", "ftp", "file"])
@pytest.mark.parametrize("authority", ["@", "u@", "u:p@", "u@:80"])
def test_a_username_without_a_host_is_refused(scheme: str, authority: str) -> None:
    with pytest.raises(InvalidURL, match=r"^Invalid host"):
        URL(f"{scheme}://{authority}/x")


@pytest.mark.parametrize("code", [*range(0x20), 0x7F])
def test_a_control_character_is_refused_with_its_position(code: int) -> None:
    with pytest.raises(InvalidURL) as caught:
        URL(f"http://h/{chr(code)}")
    expected = f"Invalid non-printable ASCII character in URL, {chr(code)!r} at position 9."
    assert expected == str(caught.value)


@pytest.mark.parametrize("text", ["http://h/\ud800", "\udfff", "http://u\ud800@h", "http://\ud800"])
def test_a_lone_surrogate_is_refused_with_its_position(text: str) -> None:
    position = next(i for i, character in enumerate(text) if ord(character) > 0xD000)
    with pytest.raises(InvalidURL, match=f"at position {position}"):
        URL(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("////a", "Relative URLs cannot have a path starting with '//'"),
        ("http:////a", "URLs without a host cannot have a path starting with '//'"),
        ("http://:80//a", "URLs without a host cannot have a path starting with '//'"),
        ("http:/.//a", "URLs without a host cannot have a path starting with '//'"),
        (":a", "Relative URLs cannot have a path starting with ':'"),
        ("::a", "Relative URLs cannot have a path starting with ':'"),
        ("http://256.1.1.1/", "Invalid IPv4 address: '256.1.1.1'"),
        ("http://[2001]/", "Invalid IPv6 address: '[2001]'"),
        ("http://☃.net/", "Invalid IDNA hostname: '☃.net'"),
        ("http://h:abc/", "Invalid port: 'abc'"),
        ("http://a b/", "Invalid character in host: ' ' at position 1."),
        ("a" * 65537, "URL too long"),
    ],
)
def test_the_message_says_which_part_and_where(text: str, message: str) -> None:
    with pytest.raises(InvalidURL) as caught:
        URL(text)
    assert message == str(caught.value)


def test_a_path_cannot_become_a_host_later() -> None:
    """CVE-2021-41945."""
    for text in ("http:////127.0.0.1/p", "////127.0.0.1/p"):
        with pytest.raises(InvalidURL):
            URL(text).copy_with(scheme="https")


@pytest.mark.parametrize(
    "text",
    ["http://user:half/way@h/", "http://user:half?way@h/", "http://user:half#way@h/"],
)
def test_half_a_password_never_shows_in_an_error(text: str) -> None:
    with pytest.raises(InvalidURL) as caught:
        URL(text)
    assert "half" not in str(caught.value)
    assert caught.value.__suppress_context__
    assert "percent-encoded" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://u:p@h/a?b#c", "URL('http://u:[secure]@h/a?b#c')"),
        ("http://u@h/", "URL('http://u@h/')"),
        ("http://u:@h/", "URL('http://u:[secure]@h/')"),
        ("http://:p:q@h/", "URL('http://:[secure]@h/')"),
        ("//u:p@[::1]:81", "URL('//u:[secure]@[::1]:81')"),
    ],
)
def test_repr_hides_the_password_and_str_shows_it(text: str, shown: str) -> None:
    assert shown == repr(URL(text))
    assert text == str(URL(text))


def test_the_parse_behind_a_url_hides_the_password_too() -> None:
    assert "secret" not in repr(URL("http://u:secret@h/")._uri_reference)


@pytest.mark.parametrize("argument", [1, None, b"http://u:secret@h", object()])
def test_a_url_of_the_wrong_type_is_a_type_error_without_the_value(argument: object) -> None:
    with pytest.raises(TypeError) as caught:
        URL(argument)  # type: ignore[arg-type] # the mistake under test
    expected = f"Argument 'url' must be str or URL but got {type(argument).__name__}"
    assert expected == str(caught.value)


# component -> the printable ASCII characters that httpx 0.28.1 escapes in it
ESCAPED = {
    "path": ' "<>`{}',
    "query": ' "<>',
    "fragment": ' "<>`',
    "userinfo": ' "#/;<=>?@[\\]^`{|}',
    "username": ' "#/:;<=>?@[\\]^`{|}',
    "password": ' "#/:;<=>?@[\\]^`{|}',
}
PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
NOT_IN_COMPONENT = {"path": "?#", "query": "#", "userinfo": "@"}


@pytest.mark.parametrize("component", ESCAPED)
def test_each_component_escapes_what_httpx_0_28_escapes(component: str) -> None:
    escaped = []
    for character in PRINTABLE:
        if character in NOT_IN_COMPONENT.get(component, ""):
            continue
        inside = f"a{character}b"
        value = {"path": f"/{inside}", "query": inside.encode(), "userinfo": inside.encode()}
        text = str(URL("http://h/", **{component: value.get(component, inside)}))
        if f"a%{ord(character):02X}b" in text:
            escaped.append(character)
        else:
            assert inside in text
    expected = [c for c in ESCAPED[component] if c not in NOT_IN_COMPONENT.get(component, "")]
    assert expected == escaped


# As httpx 0.28.1 encodes them.
ENCODED = {
    "http://h/a b": "http://h/a%20b",
    "http://h/%41%zz%2": "http://h/%41%zz%2",
    "http://h/%41 b": "http://h/%41%20b",
    "http://h/%e9é": "http://h/%e9%C3%A9",
    "http://h/%ff": "http://h/%ff",
    "http://h/%7e~": "http://h/%7e~",
    "http://h/[a]": "http://h/[a]",
    "http://h/{a}": "http://h/%7Ba%7D",
    "http://h/?[a]={b}|'\"<>^`": "http://h/?[a]={b}|'%22%3C%3E^`",
    "http://h/?a=%41&b=% c": "http://h/?a=%41&b=%%20c",
    "http://h/#%41 é": "http://h/#%41%20%C3%A9",
    "http://u%40:p%3A%@h/": "http://u%40:p%3A%@h/",
    "http://u u;[=]:p@h/": "http://u%20u%3B%5B%3D%5D:p@h/",
    "http://h/\u2028\x85\xa0": "http://h/%E2%80%A8%C2%85%C2%A0",
    "http://h/😀": "http://h/%F0%9F%98%80",
    " http://h/": "%20http://h/",
    "é:/x": "%C3%A9:/x",
}


@pytest.mark.parametrize("text", ENCODED)
def test_only_what_must_be_is_escaped_and_escapes_stay(text: str) -> None:
    assert ENCODED[text] == str(URL(text))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("http://h/%41%zz%2", "/A%zz%2"),
        ("http://h/%C3%A9é", "/éé"),
        ("http://h/%ff", "/\ufffd"),
        ("http://h/%2e%2e/a", "/../a"),
    ],
)
def test_path_is_decoded_once(text: str, path: str) -> None:
    assert path == URL(text).path

"""Reference resolution, RFC 3986 section 5."""

from __future__ import annotations

import pytest

from httpx_core import URL, InvalidURL

# Section 5.4.1, normal examples, and 5.4.2, abnormal ones.
RFC_3986 = {
    "g:h": "g:h",
    "g": "http://a/b/c/g",
    "./g": "http://a/b/c/g",
    "g/": "http://a/b/c/g/",
    "/g": "http://a/g",
    "//g": "http://g",
    "?y": "http://a/b/c/d;p?y",
    "g?y": "http://a/b/c/g?y",
    "#s": "http://a/b/c/d;p?q#s",
    "g#s": "http://a/b/c/g#s",
    "g?y#s": "http://a/b/c/g?y#s",
    ";x": "http://a/b/c/;x",
    "g;x": "http://a/b/c/g;x",
    "g;x?y#s": "http://a/b/c/g;x?y#s",
    "": "http://a/b/c/d;p?q",
    ".": "http://a/b/c/",
    "./": "http://a/b/c/",
    "..": "http://a/b/",
    "../": "http://a/b/",
    "../g": "http://a/b/g",
    "../..": "http://a/",
    "../../": "http://a/",
    "../../g": "http://a/g",
    "../../../g": "http://a/g",
    "../../../../g": "http://a/g",
    "/./g": "http://a/g",
    "/../g": "http://a/g",
    "g.": "http://a/b/c/g.",
    ".g": "http://a/b/c/.g",
    "g..": "http://a/b/c/g..",
    "..g": "http://a/b/c/..g",
    "./../g": "http://a/b/g",
    "./g/.": "http://a/b/c/g/",
    "g/./h": "http://a/b/c/g/h",
    "g/../h": "http://a/b/c/h",
    "g;x=1/./y": "http://a/b/c/g;x=1/y",
    "g;x=1/../y": "http://a/b/c/y",
    "g?y/./x": "http://a/b/c/g?y/./x",
    "g?y/../x": "http://a/b/c/g?y/../x",
    "g#s/./x": "http://a/b/c/g#s/./x",
    "g#s/../x": "http://a/b/c/g#s/../x",
    "http:g": "http://a/b/c/g",  # the reading for backward compatibility
}


@pytest.mark.parametrize("reference", RFC_3986)
def test_the_examples_of_rfc_3986(reference: str) -> None:
    assert RFC_3986[reference] == str(URL("http://a/b/c/d;p?q").join(reference))


JOINED = [
    # a URL's own userinfo and port go with its host
    ("http://u:p@h:81/a", "b", "http://u:p@h:81/b"),
    ("http://u:p@h:81/a", "/b", "http://u:p@h:81/b"),
    ("http://u:p@h:81/a", "//x/b", "http://x/b"),
    ("http://h/a", "//x:80/b", "http://x/b"),
    ("https://h/a", "//x:80/b", "https://x:80/b"),
    ("http://h/a", "//É.com/", "http://xn--9ca.com/"),
    ("http://[::1]:81/x/y", "z", "http://[::1]:81/x/z"),
    # an empty component is not an absent one
    ("http://h/a?b#c", "?", "http://h/a?"),
    ("http://h/a?b#c", "#", "http://h/a?b#"),
    ("http://h/a?b#c", "", "http://h/a?b"),
    ("http://h/a?b#c", "http:", "http://h/a?b"),
    ("http://h", "g", "http://h/g"),
    ("http://h?q", "g", "http://h/g"),
    ("http://h/a/b", "//", "http://h/a/b"),
    ("http://h/b", "///g", "http://h/g"),
    ("http://h/b", "/.//g", "http://h//g"),
    ("http://h/a/", "b//c", "http://h/a/b//c"),
    ("http://h/a", "./b:c", "http://h/b:c"),
    ("http://h/a", "b:c", "b:c"),
    ("http://h/a", "d e/é", "http://h/d%20e/%C3%A9"),
    ("http://h/a/b", "%2e%2e", "http://h/a/%2e%2e"),
    ("http://h/a", "\\\\x", "http://h/\\\\x"),
    ("http://h/a", "https:g", "https:g"),
    # every scheme is resolved alike
    ("foo://h/a", "../x?y", "foo://h/x?y"),
    ("foo://h/a", "foo:b", "foo:b"),
    ("mailto:a", "b", "mailto:b"),
    ("file:///a/b", "c", "file:/a/c"),
    # a relative base gives a relative result
    ("/path/to/a", "/b", "/b"),
    ("/path/to/a", "b", "/path/to/b"),
    ("/path/to/a", "../b", "/path/b"),
    ("/path/to/a", "../../b", "/b"),
    ("/path/to/a", "../../../b", "/b"),
    ("a/b", "../c", "c"),
    ("a/b", "../../c", "c"),
    ("a/b", "..", "./"),
    ("a", "./b:c", "./b:c"),
    ("", "c", "c"),
    ("", "http://x", "http://x"),
    ("a", "//b", "//b"),
    ("?x", "#y", "?x#y"),
]


@pytest.mark.parametrize(("base", "reference", "expected"), JOINED)
def test_a_reference_is_resolved_against_its_base(base: str, reference: str, expected: str) -> None:
    joined = URL(base).join(reference)
    assert expected == str(joined)
    assert joined == URL(str(joined))
    assert joined == URL(base).join(URL(reference))


@pytest.mark.parametrize(
    ("base", "reference"),
    [
        ("http://h/b", "////g"),
        ("http://h/b", "//h:x"),
        ("http://h/b", "//[::1"),
        ("http://h/b", "//a b/"),
        ("http://h/b", "//good.test\\@evil.test"),
        ("http://h/b", "a\n"),
        ("http://h/b", "//u@/x"),
        ("http:/a", "/.//b"),
        ("a", "./:c"),
        ("http://h/" + "a" * 60_000, "?" + "b" * 60_000),
    ],
)
def test_what_cannot_be_resolved_is_refused(base: str, reference: str) -> None:
    with pytest.raises(InvalidURL):
        URL(base).join(reference)


@pytest.mark.parametrize("reference", [1, None, b"/a"])
def test_joining_the_wrong_type_is_a_type_error(reference: object) -> None:
    with pytest.raises(TypeError, match="Argument 'url' must be str or URL"):
        URL("http://h").join(reference)  # type: ignore[arg-type] # the mistake under test


def test_the_host_of_a_joined_opaque_url_is_still_checked_for_http() -> None:
    url = URL("http+unix://%2Frun%2Fd.sock/a").join("b")
    assert "http+unix://%2frun%2fd.sock/b" == str(url)
    with pytest.raises(InvalidURL):
        url.copy_with(scheme="http")

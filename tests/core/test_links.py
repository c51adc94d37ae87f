"""The Link header, by RFC 8288 section 3."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from httpx_core import Response
from httpx_core._links import parse_links


@pytest.mark.parametrize(
    ("value", "links"),
    [
        ("", {}),
        (",", {}),
        (" , ,", {}),
        ("<a>", {"a": {"url": "a"}}),
        ("<>", {"": {"url": ""}}),
        ("<a>; rel=next", {"next": {"url": "a", "rel": "next"}}),
        ("<a>;rel=next", {"next": {"url": "a", "rel": "next"}}),
        ("<a> ; rel = next ", {"next": {"url": "a", "rel": "next"}}),
        ('<a>; REL="next"', {"next": {"url": "a", "rel": "next"}}),
        ("<a>; rel='next'", {"next": {"url": "a", "rel": "next"}}),
        ('<a>; rel="next prev"', {"next prev": {"url": "a", "rel": "next prev"}}),
        ("<a>; rel=x; rel=y", {"x": {"url": "a", "rel": "x"}}),
        ("<a>;; rel=x;", {"x": {"url": "a", "rel": "x"}}),
        ("<a>; rel", {"a": {"url": "a"}}),
        ("<a>; crossorigin; rel=x", {"x": {"url": "a", "rel": "x"}}),
        ("<a>; url=b; rel=x", {"x": {"url": "a", "rel": "x"}}),
        (
            '<http://x/?a=1&b=2>; rel="next", <http://x/?a=9>; rel="last"',
            {
                "next": {"url": "http://x/?a=1&b=2", "rel": "next"},
                "last": {"url": "http://x/?a=9", "rel": "last"},
            },
        ),
        ("<a>,<b>", {"a": {"url": "a"}, "b": {"url": "b"}}),
        ("<a>;rel=x,<b>;rel=x", {"x": {"url": "b", "rel": "x"}}),
        ("<a,b;c>; rel=x", {"x": {"url": "a,b;c", "rel": "x"}}),
        ('<a>; title="x;y, <z>"; rel=q', {"q": {"url": "a", "title": "x;y, <z>", "rel": "q"}}),
        ('<a>; title="say \\"hi\\""; rel=q', {"q": {"url": "a", "title": 'say "hi"', "rel": "q"}}),
        ('<a>; title=""; rel=q', {"q": {"url": "a", "title": "", "rel": "q"}}),
        ('<a>; x="="; rel=q', {"q": {"url": "a", "x": "=", "rel": "q"}}),
        (
            "<a>; title*=UTF-8''%e2%82%ac; rel=x",
            {"x": {"url": "a", "title*": "UTF-8''%e2%82%ac", "rel": "x"}},
        ),
        # Not by the rules, but sent.
        ("a; rel=x", {"x": {"url": "a", "rel": "x"}}),
        ("<a", {"a": {"url": "a"}}),
        ('<a>; rel="x', {"x": {"url": "a", "rel": "x"}}),
        ("<a>; =x, <b>; rel=y", {"a": {"url": "a"}, "y": {"url": "b", "rel": "y"}}),
    ],
)
def test_links(value, links):
    assert links == parse_links(value)
    assert links == Response(200, headers={"link": value}).links


def test_several_link_lines_are_one_list():
    headers = [("link", "<a>; rel=x"), ("Link", "<b>; rel=y")]
    assert ["x", "y"] == list(Response(200, headers=headers).links)


def test_without_a_link_header_there_are_no_links():
    assert {} == Response(200).links


@given(st.text(st.sampled_from('<>;,="\\ ab'), max_size=40))
def test_no_value_is_an_error(value):
    assert all("url" in link for link in parse_links(value).values())


@pytest.mark.parametrize(
    "attack",
    [
        "<" * 50_000,
        ";" * 50_000,
        "," * 50_000,
        "<a>;" + " " * 50_000,
        " " * 50_000 + ";",
        '<a>;x="' + "\\" * 50_000,
        '<a>;x="' * 20_000,
        "<a>;x=" * 20_000,
        "<a>" + ";x " * 20_000,
    ],
)
def test_a_hostile_value_is_parsed_in_linear_time(attack):
    parse_links(attack + "\x00")

"""Set-Cookie values and their dates, read by the algorithms of RFC 6265 5.2 and 5.1.1."""

from __future__ import annotations

from datetime import datetime, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from httpx_core._set_cookie import SetCookie, parse, parse_date


def said(name: str, value: str, **more: Any) -> SetCookie:
    empty: dict[str, Any] = {
        "expires": None, "max_age": None, "domain": None, "path": None, "secure": False, "rest": {},
    }  # fmt: skip
    return SetCookie(name, value, **{**empty, **more})


CASES: list[tuple[str, SetCookie | None]] = [
    # the pair
    ("a=b", said("a", "b")),
    ("a=", said("a", "")),
    (" \ta \t=\t b ", said("a", "b")),
    ("a=b=c", said("a", "b=c")),
    ("a==", said("a", "=")),
    ('a="b;c"', said("a", '"b', rest={'c"': None})),
    ('a="b"', said("a", '"b"')),
    ("a=b c", said("a", "b c")),
    ("a b=c", said("a b", "c")),
    ("a=b, c=d", said("a", "b, c=d")),
    ("a=\u00e9\u2603", said("a", "\u00e9\u2603")),
    ("a", None),
    ("", None),
    ("=", None),
    ("=b", None),
    (" =b", None),
    (";", None),
    ("; Secure", None),
    ("a; b=c", None),
    # control characters, sizes
    ("a=b\x00", None),
    ("a=\x7f", None),
    ("a=b; Path=/\n", None),
    ("a=b\tc", said("a", "b\tc")),
    ("a=" + "b" * 4095, said("a", "b" * 4095)),
    ("a=" + "b" * 4096, None),
    ("a=" + "\u00e9" * 2048, None),
    ("a=b; Path=/" + "p" * 1023, said("a", "b", path="/" + "p" * 1023)),
    ("a=b; Path=/" + "p" * 1024, said("a", "b")),
    # attributes have no case and no order; the last counts
    ("a=b;SECURE", said("a", "b", secure=True)),
    ("a=b; secure=no", said("a", "b", secure=True)),
    ("a=b; = ; ;; x", said("a", "b", rest={"x": None})),
    ("a=b; HttpOnly; Foo = ", said("a", "b", rest={"HttpOnly": None, "Foo": ""})),
    ("a=b; SameSite=Lax", said("a", "b", rest={"SameSite": "Lax"})),
    ("a=b; path=/x; PATH=/y", said("a", "b", path="/y")),
    ("a=b; Path=/x; Path=y", said("a", "b")),
    ("a=b; Path=", said("a", "b")),
    ("a=b; Path", said("a", "b")),
    ("a=b; Path= /x ", said("a", "b", path="/x")),
    ('a=b; Path="/x"', said("a", "b")),
    ("a=b; Domain=Example.ORG", said("a", "b", domain="example.org")),
    ("a=b; Domain=.example.org", said("a", "b", domain="example.org")),
    ("a=b; Domain=..example.org", said("a", "b", domain=".example.org")),
    ("a=b; Domain=", said("a", "b")),
    ("a=b; Domain=.", said("a", "b")),
    ("a=b; Domain=x.org; Domain=", said("a", "b", domain="x.org")),
    ("a=b; Max-Age=10", said("a", "b", max_age=10)),
    ("a=b; max-age=-10", said("a", "b", max_age=-10)),
    ("a=b; Max-Age=0010", said("a", "b", max_age=10)),
    ("a=b; Max-Age=1x", said("a", "b")),
    ("a=b; Max-Age=+1", said("a", "b")),
    ("a=b; Max-Age=1.5", said("a", "b")),
    ("a=b; Max-Age=-", said("a", "b")),
    ("a=b; Max-Age=", said("a", "b")),
    ("a=b; Max-Age=\u0661", said("a", "b")),
    ("a=b; Max-Age=5; Max-Age=x", said("a", "b", max_age=5)),
    ("a=b; Expires=Thu, 01 Jan 1970 00:01:00 GMT", said("a", "b", expires=60)),
    ("a=b; Expires=never", said("a", "b")),
    ("a=b; Expires=Thu, 01 Jan 1970 00:01:00 GMT; Expires=x", said("a", "b", expires=60)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "cookie"), CASES)
def test_a_set_cookie_value_says(text: str, cookie: SetCookie | None) -> None:
    assert cookie == parse(text)


def moment(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=timezone.utc).timestamp())  # type: ignore[arg-type,misc]  # how many, the table knows


DATES: list[tuple[str, int | None]] = [
    # the forms that RFC 9110 5.6.7 knows
    ("Sun, 06 Nov 1994 08:49:37 GMT", moment(1994, 11, 6, 8, 49, 37)),
    ("Sunday, 06-Nov-94 08:49:37 GMT", moment(1994, 11, 6, 8, 49, 37)),
    ("Sun Nov  6 08:49:37 1994", moment(1994, 11, 6, 8, 49, 37)),
    # years of two and three digits
    ("6 Nov 70 0:0:0", moment(1970, 11, 6)),
    ("6 Nov 69 0:0:0", moment(2069, 11, 6)),
    ("6 Nov 00 0:0:0", moment(2000, 11, 6)),
    ("6 Nov 99 0:0:0", moment(1999, 11, 6)),
    ("6 Nov 100 0:0:0", None),
    ("6 Nov 1600 0:0:0", None),
    ("6 Nov 1601 0:0:0", moment(1601, 11, 6)),
    ("6 Nov 9999 0:0:0", moment(9999, 11, 6)),
    ("6 Nov 20211 0:0:0", None),
    # any order, any delimiter, other words ignored, zones ignored
    ("2021 08:49:37 Nov 6", moment(2021, 11, 6, 8, 49, 37)),
    ("nov/6/2021,08:49:37", moment(2021, 11, 6, 8, 49, 37)),
    ("(6)[November]{2021}~8:9:7", moment(2021, 11, 6, 8, 9, 7)),
    ("Foo, 6 Nov 2021 08:49:37 PST -0800", moment(2021, 11, 6, 8, 49, 37)),
    ("6 NOVxyz 2021 08:49:37", moment(2021, 11, 6, 8, 49, 37)),
    ("6th Nov 2021x 08:49:37pm", moment(2021, 11, 6, 8, 49, 37)),
    ("6 7 Nov 2021 08:49:37", moment(2021, 11, 6, 8, 49, 37)),
    (
        "6 17 Nov 2021 08:49:37",
        moment(2017, 11, 6, 8, 49, 37),
    ),  # 17 is the first to look like a year
    ("6 Nov Dec 2021 08:49:37", moment(2021, 11, 6, 8, 49, 37)),
    ("6 Nov 2021 08:49:37 09:00:00", moment(2021, 11, 6, 8, 49, 37)),
    ("29 Feb 2024 00:00:00", moment(2024, 2, 29)),
    # what is no date
    ("29 Feb 2023 00:00:00", None),
    ("31 Apr 2021 00:00:00", None),
    ("0 Nov 2021 00:00:00", None),
    ("32 Nov 2021 00:00:00", None),
    ("6 Nov 2021 24:00:00", None),
    ("6 Nov 2021 00:60:00", None),
    ("6 Nov 2021 00:00:60", None),
    ("6 Nov 2021 000:00:00", None),
    ("6 Nov 2021 00:00", None),
    ("6 Nov 2021", None),
    ("6 2021 00:00:00", None),
    ("Nov 2021 00:00:00", None),
    ("6 Nov 00:00:00", None),
    ("", None),
    ("0", None),
    ("\u0666 Nov 2021 00:00:00", None),
]


@pytest.mark.parametrize(("text", "seconds"), DATES)
def test_a_cookies_date_means(text: str, seconds: int | None) -> None:
    assert seconds == parse_date(text)


def test_what_follows_an_attribute_that_is_too_long_still_counts() -> None:
    cookie = parse("a=b; Path=/" + "x" * 1024 + "; SameSite=" + "y" * 1024 + "; Max-Age=5; Secure")
    assert said("a", "b", max_age=5, secure=True, rest={"SameSite": "y" * 1024}) == cookie


def test_a_part_of_a_date_that_is_zero_has_been_found() -> None:
    """RFC 6265, 5.1.1: the first token that could be a part is that part, whatever follows."""
    assert None is parse_date("00 10 Jun 2021 10:18:14")
    assert parse_date("09 Jun 2000 10:18:14") == parse_date("09 Jun 00 2021 10:18:14")


@given(st.datetimes(datetime(1601, 1, 1), datetime(9999, 12, 31)))
def test_every_date_as_http_writes_it_is_read(when: datetime) -> None:
    when = when.replace(microsecond=0, tzinfo=timezone.utc)
    assert int(when.timestamp()) == parse_date(format_datetime(when, usegmt=True))


@given(st.text(max_size=60))
def test_any_text_is_read_or_ignored(text: str) -> None:
    cookie = parse(text)
    assert cookie is None or (
        cookie.name and not set("\x00\r\n;") & set(cookie.name + cookie.value)
    )
    assert isinstance(parse_date(text), (int, type(None)))

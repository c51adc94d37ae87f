"""Joining raises InvalidURL or gives a URL that stands by itself (see `url`): its scheme, host and
userinfo are those of the base or of the reference, never a mixture, and joined again it stays.
"""

from __future__ import annotations

from tests.fuzz.draw import Draw, text
from tests.fuzz.targets.url import SEEDS as URLS
from tests.fuzz.targets.url import TOKENS as URL_TOKENS
from tests.fuzz.targets.url import check_stands

from httpx_core import URL, InvalidURL

BASES = [
    b"http://user:pw@a.example/b/c/d;p?q",
    b"/app/",
    b"",
    b"foo://h/x/../y",
    b"file:///a/b",
    b"a:b",
]
TOKENS = [*URL_TOKENS, b"\xff", b"../", b"./", b"//", b"g;x=1/../y", b"http:g"]
SEEDS = [base + b"\xff" + reference[1:] for base in BASES for reference in URLS]
EXAMPLES = 12000


def check(data: bytes) -> None:
    draw = Draw(data)
    try:
        base = URL(text(draw.line()))
        reference = URL(text(draw.rest()))
        joined = base.join(reference)
    except InvalidURL as exc:
        assert str(exc)
        return
    check_stands(joined)
    source = reference if reference.netloc or reference.userinfo else base
    if reference.scheme and reference.scheme != base.scheme:
        source = reference
        assert reference == joined
    assert joined.scheme in (base.scheme, reference.scheme)
    if joined.raw_host or joined.userinfo:
        assert source.raw_host == joined.raw_host, (base, reference, joined)
        assert source.userinfo == joined.userinfo, (base, reference, joined)
    if joined.is_absolute_url:
        segments = joined.raw_path.partition(b"?")[0].split(b"/")
        assert b".." not in segments, joined
        assert b"." not in segments, joined
        assert joined == base.join(joined)
    assert reference.fragment == joined.fragment

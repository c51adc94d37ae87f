"""No Link value raises, and reading one takes linear time; links that are written by the grammar of
RFC 8288 are read back, with their targets and parameters.
"""

from __future__ import annotations

from tests.fuzz.draw import Draw
from tests.fuzz.scaling import check_linear

from httpx_core import Response
from httpx_core._links import parse_links

TOKENS = [
    b"<", b">", b";", b",", b"=", b'"', b"\\", b"\\\"", b" ", b"\t", b"rel", b"; rel=next",
    b'; rel="prev first"', b"/page?a=1,2;b", b"title*=UTF-8''%e2", b"<>", b"\xc3\xa9", b"\xff",
    b"\x00", b"'", b"rel=", b'="', b";;", b",,",
]  # fmt: skip
SEEDS = [
    bytes([way]) + value
    for way in (0, 1, 255)
    for value in [
        b'<https://example.org/?page=2>; rel="next", <https://example.org/?page=9>; rel="last"',
        b'</a>; rel=prev; title="a \\"quoted\\" one, and; more"; type=\'text/html\'',
        b"/bare; rel=start, </b>",
        b"<a,b;c>;rel=x;rel=y; REL = z ;flag",
        b"<unclosed; rel=next",
        b'</x>; title="unclosed, </y>; rel=next',
        b"",
    ]
]
EXAMPLES = 8000


def check(data: bytes) -> None:
    draw = Draw(data)
    way = draw.byte()
    if way % 2:
        check_composed(draw)
        return
    value = draw.rest()
    links = Response(200, headers=[(b"Link", value)]).links
    for key, link in links.items():
        assert "url" in link
        assert key in (link.get("rel"), link["url"]) or key == ""
        assert all(isinstance(text, str) for text in link.values())
        assert sum(map(len, link.values())) <= 2 * len(value) + 3
    if way == 254 and len(value) < 40:
        check_linear(parse_links, value.decode("latin-1"))


def check_composed(draw: Draw) -> None:
    """Write links by the grammar, and read them."""
    written = []
    expected = {}
    while draw and len(written) < 20:
        target = "/" + "".join(
            c for c in draw.line().decode("latin-1") if c not in "<>" and c > " "
        )
        target = target.rstrip("'\" ")
        rel = f"r{len(written)}"
        title = draw.line().decode("latin-1")
        token = "".join(c for c in draw.line().decode("latin-1") if c.isascii() and c.isalnum())
        quoted = title.replace("\\", "\\\\").replace('"', '\\"')
        written.append(f'<{target}>;rel={rel}; title="{quoted}" ;Type={token or "x"}')
        expected[rel] = {"url": target, "rel": rel, "title": title, "type": token or "x"}
    assert expected == parse_links(", ".join(written)), written

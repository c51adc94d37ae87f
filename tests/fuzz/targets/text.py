"""No Content-Type and no bytes raise; a text is the same wherever the chunks are cut, and what
bytes.decode() makes of the whole; its lines are those of str.splitlines().
"""

from __future__ import annotations

import codecs

from tests.fuzz.draw import Draw, cut

from httpx_core import Response
from httpx_core._text import LineSplitter, TextDecoder, is_text_encoding

CHARSETS = [
    "utf-8", "ascii", "iso-8859-1", "utf-16", "utf-16-be", "utf-32", "utf-7", "utf-8-sig",
    "shift_jis", "gb18030", "big5", "euc-jp", "iso-2022-jp", "iso-2022-kr", "hz", "cp1252", "cp437",
    "koi8-r", "utf_32_le", "johab", "euc_jis_2004", "cp65001",
]  # fmt: skip
TOKENS = [
    b"\xc3\xa9", b"\xe2\x82\xac", b"\xf0\x9f\x92\xa9", b"\xed\xa0\x80", b"\x80", b"\xff",
    b"\xfe\xff", b"\xff\xfe", b"\x00", b"\r\n", b"\r", b"\n", b"\x85", b"\xe2\x80\xa8", b"+AGE-",
    b"+", b"-", b"~{", b"~}", b"\x1b$B", b"\x1b(B", b"\x0e", b"\x0f", b"\x82\xa0", b"\xef\xbb\xbf",
    b"\x81\x30", b"charset=", b'charset="', b"charset*=utf-8''", b";", b'"', b"\\", b"=", b"hex",
    b"idna", b"punycode", b"undefined", b"unicode_escape", b"rot13", b"mbcs", b"raw_unicode_escape",
    b"\x00\x00\xfe\xff", b"\x1c", b"\x0b",
]  # fmt: skip
SEEDS = [
    bytes([way, index]) + body
    for index in range(len(CHARSETS))
    for way in (1, 4)
    for body in [
        "Hello, wörld\r\nzwei\nこ".encode(),
        "日本語 \u20ac\r".encode("utf-16"),
        b"+ZeVnLIqe-\n~{VPND~}\x1b$B0!\x1b(B",
    ]
] + [
    b"\x02\xff" + content_type + b"\xffbody \xc3\xa9"
    for content_type in [
        b"text/plain; charset=utf-8",
        b"text/html; x=\"a;charset=no\"; Charset='iso-8859-1'",
        b'text/plain; charset="utf\\-16"',
        b"text/plain; charset*=utf-8'en'latin-1",
        b"text/plain; charset=zlib",
    ]
]  # fmt: skip
EXAMPLES = 6000


def check(data: bytes) -> None:
    draw = Draw(data)
    way = draw.byte()
    charset = draw.byte()
    if charset == 255:
        check_response(draw.line(), draw.rest())
        return
    name = CHARSETS[charset % len(CHARSETS)]
    body = draw.rest()
    if is_text_encoding(name):
        whole = decoded(cut(body, 0), name)
        assert whole == decoded(cut(body, way), name), name
        # A byte order mark that is cut off, and codecs that keep a state, end otherwise in one go.
        if name in ("utf-8", "ascii", "iso-8859-1", "cp1252", "cp437", "koi8-r", "utf-16-be"):
            assert body.decode(name, "replace") == whole
    check_lines(body.decode("utf-8", "replace"), way)


def decoded(pieces: list[bytes], name: str) -> str:
    decoder = TextDecoder(name)
    parts = [text for piece in pieces for text in decoder.feed(piece)]
    return "".join([*parts, *decoder.end()])


def check_lines(text: str, way: int) -> None:
    splitter = LineSplitter()
    pieces = [piece.decode("utf-32") for piece in cut_text(text, way)]
    lines = [line for piece in pieces for line in splitter.feed(piece)]
    assert text.splitlines() == [*lines, *splitter.end()]


def cut_text(text: str, way: int) -> list[bytes]:
    size = max(1, way % 7)
    return [text[at : at + size].encode("utf-32") for at in range(0, len(text), size)]


def check_response(content_type: bytes, body: bytes) -> None:
    response = Response(200, headers=[(b"Content-Type", content_type)], content=body)
    assert isinstance(response.text, str)
    encoding = response.encoding
    assert encoding is None or codecs.lookup(encoding)
    assert response.charset_encoding is None or isinstance(response.charset_encoding, str)
    assert response.text.splitlines() == list(response.iter_lines())

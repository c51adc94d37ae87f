"""A form is refused (MultipartError), or its body has exactly its parts, no matter what is in names,
file names, types, headers, contents and the boundary; its length is the one that was declared.
"""

from __future__ import annotations

import email
import re
from urllib.parse import unquote_to_bytes

from tests.fuzz.draw import Draw, text

from httpx_core import LocalProtocolError, Request
from httpx_core._multipart import boundary_of

TOKENS = [
    b"\xff", b"\r\n", b"\r", b"\n", b"\x00", b'"', b"\\", b"--", b"--B", b"\r\n--B",
    b"\r\n--B--\r\n", b"%22", b"%0D%0A", b"; filename=", b"Content-Type", b"Content-Disposition",
    b"text/plain", b": ", b"name", b"a.txt", b"B", b" ", b"'", b"\xc3\xa9", b"\xed\xa0\x80",
    b"\xe2\x80\xa8", b"=", b";", b"boundary=", b"\x1b", b"\x01", b"\x02", b"\x03",
]  # fmt: skip
SEEDS = [
    b"\x00\xff\x00name\xffvalue\xff",
    b"\x01B\xff\x00a\xff1\xff\x00b\xff2\xff\x01file\xffa.txt\xffcontent\xff",
    b"\x01B\xff\x02f\xffb.bin\xff\x00\x01\x02\r\n--\xffapplication/x\xff",
    b"\x01bound ary\xff\x03f\xff\xfftext\xfftext/plain\xffX-Part\xffvalue\xff",
    b'\x01B\xff\x00quo"te\r\n\\\xff--B\xff\x01f\xff\xc3\xa9"\r\n.txt\xffx\xff',
    b"\x01\xff\x03f\xfff\xffx\xffa/b\r\nX: y\xffX\xffy\xff",
]
EXAMPLES = 4000

_part = re.compile(rb"((?:[^\r\n]+\r\n)+)\r\n(.*)", re.DOTALL).fullmatch
_disposition = re.compile(
    rb'Content-Disposition: form-data; name="([^"\r\n]*)"(?:; filename="([^"\r\n]*)")?'
).fullmatch

_plain_boundary = re.compile(r'multipart/form-data; boundary="?[A-Za-z0-9+_.-]+"?').fullmatch

Part = tuple[str, str, bytes, "list[tuple[str, str]]"]


def check(data: bytes) -> None:
    draw = Draw(data)
    own = draw.byte() % 2 == 1
    boundary = text(draw.line())
    parts = list(_drawn(draw))
    if not parts:
        return
    files = [
        (name, (filename, body, None, dict(headers)) if headers else (filename, body))
        for name, filename, body, headers in parts
    ]
    content_type = f'multipart/form-data; boundary="{boundary}"'
    try:
        headers = {b"Content-Type": content_type.encode()} if own else None
        request = Request("POST", "http://example.org/", headers=headers, files=files)
    except (LocalProtocolError, UnicodeEncodeError) as exc:
        assert str(exc)
        return
    content = request.read()
    assert len(content) == int(request.headers["Content-Length"])
    limit = boundary_of(request.headers["Content-Type"])
    assert limit, request.headers
    if any(b"--" + limit in body + repr(headers).encode() for _, _, body, headers in parts):
        return  # a boundary of the caller's own, whose choice it is
    check_parts(content, limit, parts)
    check_as_mail(request.headers["Content-Type"], content, parts)


def _drawn(draw: Draw) -> list[Part]:
    parts: list[Part] = []
    while draw and len(parts) < 8:
        kind = draw.byte() % 4
        name, filename = text(draw.line()), text(draw.line())
        body = draw.line()
        headers = []
        if kind == 2:
            headers.append(("Content-Type", text(draw.line())))
        elif kind == 3:
            headers.append((text(draw.line()), text(draw.line())))
        parts.append((name, filename, body, headers))
    return parts


def check_parts(content: bytes, limit: bytes, parts: list[Part]) -> None:
    """Read the body back the plain way (RFC 2046 5.1.1)."""
    first, *middle, last = (b"\r\n" + content).split(b"\r\n--" + limit)
    assert b"" == first
    assert b"--\r\n" == last
    assert len(parts) == len(middle), content
    for (name, filename, body, headers), found in zip(parts, middle, strict=True):
        assert found.startswith(b"\r\n")
        match = _part(found[2:])
        assert match is not None, found
        lines = match[1].split(b"\r\n")[:-1]
        assert match[2] == body
        disposition = _disposition(lines[0])
        assert disposition is not None, lines
        assert _unescaped(disposition[1]) == _expected(name), lines
        assert _unescaped(disposition[2] or b"") == _expected(filename), lines
        known = {key.lower() for key, _ in headers}
        added = 1 if filename and "content-type" not in known else 0
        assert 1 + len(headers) + added == len(lines), lines
        for key, value in headers:
            assert f"{key}: {value}".encode() in lines


def _unescaped(quoted: bytes) -> bytes:
    # `%` itself is not escaped, so both sides are read as a server does that decodes.
    return unquote_to_bytes(quoted.replace(b"\\\\", b"\\"))


def _expected(name: str) -> bytes:
    return unquote_to_bytes(name.encode())


def check_as_mail(content_type: str, content: bytes, parts: list[Part]) -> None:
    """The standard library's reader of mail finds the same contents; of types it has its own ideas."""
    if any(headers for *_, headers in parts) or not _plain_boundary(content_type):
        return
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = email.message_from_bytes(head + content)
    payload = message.get_payload()
    assert isinstance(payload, list), content
    assert [body for _, _, body, _ in parts] == [part.get_payload(decode=True) for part in payload]

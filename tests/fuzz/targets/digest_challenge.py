"""Whatever a server challenges with, the digest flow sends a legal answer, or none, or raises
RemoteProtocolError; it ends, it answers what was asked, and the password is in nothing it gives out.
"""

from __future__ import annotations

from collections.abc import Generator

from tests.fuzz.draw import Draw
from tests.fuzz.scaling import check_linear

from httpx_auth import DigestAuth
from httpx_auth._challenge import parse_challenges
from httpx_core import RemoteProtocolError, Request, Response, wire

USER, PASSWORD = "jo", "hunter2"
MAX_REQUESTS = 3
TOKENS = [
    b"Digest ", b"Basic ", b"realm=", b'realm="r"', b"nonce=", b'nonce="n"', b"algorithm=", b"MD5",
    b"MD5-sess", b"SHA-256", b"SHA-512-256-sess", b"qop=", b'qop="auth"', b'qop="auth-int"',
    b'"auth, auth-int"', b"stale=true", b"userhash=true", b'opaque="o"', b",", b", ", b'"', b"\\",
    b'\\"', b"=", b" ", b"\t", b"\x00", b"\r\n", b"\n", b"\x0b", b"\xff", b"\x80", b"\xc3\xa9",
    b"nextnonce=", b"domain=", b"charset=UTF-8", b"Negotiate abc==",
]  # fmt: skip
SEEDS = [
    bytes([body]) + fields
    for body in (0, 1, 255)
    for fields in [
        b'Digest realm="r", nonce="n", qop="auth"',
        b'Digest realm="r", nonce="n", qop="auth-int", algorithm=SHA-256, opaque="o"\xffnextnonce="m"',
        b'Basic realm="a, b", Digest realm=c, nonce="d", algorithm=MD5-sess, qop="auth", userhash=true',
        b"\xff\xff".join(
            b'Digest realm="r", stale=true, nonce="%b"' % nonce for nonce in (b"n", b"m", b"o")
        ),
        b'Digest realm="quo\\"te\\\\", nonce="\xc3\xa9", algorithm="SHA-512-256"',
        b"Negotiate abcd==, Digest realm=, Bearer",
    ]
]
EXAMPLES = 2500


def check(data: bytes) -> None:
    draw = Draw(data)
    way = draw.byte()
    if way == 255:
        field = draw.rest()
        if len(field) < 40:
            check_linear(lambda text: parse_challenges([text]), field.decode("latin-1"))
        return
    content = b"body" if way % 2 else None
    request = Request("POST", "https://example.org/a?b=c", content=content)
    flow = DigestAuth(USER, PASSWORD).sync_auth_flow(request)
    try:
        exchange(flow, draw)
    except RemoteProtocolError as exc:
        assert PASSWORD not in str(exc)
        assert "example.org" in str(exc)


def exchange(flow: Generator[Request, Response, None], draw: Draw) -> None:
    """Challenge every request until the flow ends; a server that never gives in must not be asked on."""
    challenge = b""
    request = next(flow)
    for count in range(1, MAX_REQUESTS + 2):
        assert count <= MAX_REQUESTS, "the flow does not end"
        check_request(request, challenge)
        challenge = draw.line()
        info = draw.line()
        response = Response(
            401,
            headers=[(b"WWW-Authenticate", challenge), (b"Authentication-Info", info)],
            request=request,
        )
        try:
            request = flow.send(response)
        except StopIteration:
            return


def check_request(request: Request, challenge: bytes) -> None:
    wire.check_fields(request.headers.raw)
    answer = request.headers.get("authorization")
    if answer is None:
        return
    assert PASSWORD not in answer
    [said] = parse_challenges([answer])
    assert ("digest", False) == (said.scheme, said.is_malformed), answer
    text = Response(401, headers=[(b"WWW-Authenticate", challenge)]).headers["www-authenticate"]
    shown = said.parameters
    asked = [one.parameters for one in parse_challenges([text]) if one.scheme == "digest"]
    answered = shown["realm"], shown["nonce"], shown.get("opaque")
    assert answered in [(one.get("realm"), one.get("nonce"), one.get("opaque")) for one in asked]
    assert "/a?b=c" == shown["uri"]

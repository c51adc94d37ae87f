"""DigestAuth's answers, by the examples of RFC 7616 (with erratum 4897), RFC 2617 and RFC 2069."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest
from tests.auth.flows import DRIVERS, NAMES, Driver, script

from httpx_auth import DigestAuth
from httpx_auth._digest_response import DigestChallenge, authorization, hash_function
from httpx_core import Request

both_colours = pytest.mark.parametrize("drive", DRIVERS, ids=NAMES)


def parameters(header: str) -> dict[str, str]:
    """What stands in an Authorization, unquoted, in order."""
    scheme, _, rest = header.partition(" ")
    assert "Digest" == scheme
    found = re.findall(r'([a-z*]+)=(?:"((?:[^"\\]|\\.)*)"|([^",]*))(?:, |$)', rest)
    return {name: quoted or token for name, quoted, token in found}


def answer(
    drive: Driver,
    challenge: str,
    username: str | bytes,
    password: str | bytes,
    cnonce: str,
    monkeypatch: pytest.MonkeyPatch,
    request: Request,
) -> str:
    auth = DigestAuth(username, password)
    monkeypatch.setattr(auth, "_get_client_nonce", lambda nonce_count, nonce: cnonce.encode())
    responses = script((401, [("WWW-Authenticate", challenge)]), (200, []))
    sent, response = drive(auth, request, responses)
    assert (2, 200) == (len(sent), response.status_code)
    assert "authorization" not in sent[0].headers
    header: str = sent[1].headers["authorization"]
    return header


RFC_7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
RFC_7616_CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
RFC_7616_USERHASH = (
    'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, '
    'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", '
    'opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true'
)
RFC_2617 = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'

VECTORS: list[tuple[str, str, str, str, str, str, dict[str, str]]] = [
    (
        "RFC 7616 3.9.1, MD5", RFC_7616 + ", algorithm=MD5", "Mufasa", "Circle of Life",
        RFC_7616_CNONCE, "http://www.example.org/dir/index.html",
        {
            "username": "Mufasa", "realm": "http-auth@example.org", "uri": "/dir/index.html",
            "algorithm": "MD5", "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            "nc": "00000001", "cnonce": RFC_7616_CNONCE, "qop": "auth",
            "response": "8ca523f5e9506fed4657c9700eebdbec",
            "opaque": "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
        },
    ),
    (
        "RFC 7616 3.9.1, SHA-256", RFC_7616 + ", algorithm=SHA-256", "Mufasa", "Circle of Life",
        RFC_7616_CNONCE, "http://www.example.org/dir/index.html",
        {
            "algorithm": "SHA-256",
            "response": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        },
    ),
    (
        "RFC 7616 3.9.2, SHA-512-256 and userhash",
        RFC_7616_USERHASH,
        "J\u00e4s\u00f8n Doe", "Secret, or not?",
        "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v", "http://api.example.org/doe.json",
        {
            "username": "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b",
            "response": "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5",
            "userhash": "true", "algorithm": "SHA-512-256",
        },
    ),
    (
        "RFC 2617 3.5", RFC_2617 + ', qop="auth,auth-int", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
        "Mufasa", "Circle Of Life", "0a4f113b", "http://www.nowhere.org/dir/index.html",
        {
            "response": "6629fae49393a05397450978507c4ef1", "qop": "auth", "nc": "00000001",
            "cnonce": "0a4f113b", "opaque": "5ccc069c403ebaf9f0171e9517f40e41", "algorithm": "MD5",
        },
    ),
    (
        "RFC 2069, no qop", RFC_2617, "Mufasa", "Circle Of Life", "0a4f113b",
        "http://www.nowhere.org/dir/index.html", {"response": "670fd8c2df070c60b045671b8b24ff02"},
    ),
]  # fmt: skip


@both_colours
@pytest.mark.parametrize("vector", VECTORS, ids=[vector[0] for vector in VECTORS])
def test_an_example_of_the_rfcs(
    drive: Driver, vector: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, challenge, username, password, cnonce, url, expected = vector
    header = answer(drive, challenge, username, password, cnonce, monkeypatch, Request("GET", url))
    found = parameters(header)
    assert expected == {name: found.get(name) for name in expected}


HASHES = {
    "MD5": "md5", "SHA": "sha1", "SHA-256": "sha256", "SHA-512": "sha512", "SHA-512-256": "sha512_256",
}  # fmt: skip


def expected_response(algorithm: str, qop: str | None, method: str, uri: str, body: bytes) -> str:
    """RFC 7616 3.4.1 to 3.4.3, written out."""

    def h(data: str | bytes) -> str:
        name = HASHES[algorithm.upper().removesuffix("-SESS")]
        return hashlib.new(name, data if isinstance(data, bytes) else data.encode()).hexdigest()

    a1 = "user:realm:pass"
    if algorithm.lower().endswith("-sess"):
        a1 = f"{h(a1)}:nonce:cnonce"
    a2 = f"{method}:{uri}"
    if qop == "auth-int":
        a2 += f":{h(body)}"
    if qop is None:
        return h(f"{h(a1)}:nonce:{h(a2)}")
    return h(f"{h(a1)}:nonce:00000001:cnonce:{qop}:{h(a2)}")


@both_colours
@pytest.mark.parametrize("qop", [None, "auth", "auth-int"])
@pytest.mark.parametrize("session", ["", "-sess", "-SESS"])
@pytest.mark.parametrize("algorithm", [*HASHES, "sha-256"])
def test_every_algorithm_with_every_quality_of_protection(
    drive: Driver, algorithm: str, session: str, qop: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = algorithm + session
    challenge = f'Digest realm="realm", nonce="nonce", algorithm={name}'
    challenge += "" if qop is None else f', qop="{qop}"'
    request = Request("POST", "https://example.org/p\u00e9?q=%2F", content=b"the body")
    header = answer(drive, challenge, "user", "pass", "cnonce", monkeypatch, request)
    found = parameters(header)
    response = expected_response(name, qop, "POST", "/p%C3%A9?q=%2F", b"the body")
    assert response == found["response"]
    assert name == found["algorithm"]
    needs_cnonce = qop is not None or bool(session)
    assert ("cnonce" if needs_cnonce else None) == found.get("cnonce")


@both_colours
def test_a_session_without_qop_sends_its_cnonce(
    drive: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenge = 'Digest realm="realm", nonce="nonce", algorithm=MD5-sess'
    request = Request("GET", "https://example.org/")
    header = answer(drive, challenge, "user", "pass", "cnonce", monkeypatch, request)
    assert "cnonce" == parameters(header)["cnonce"]
    assert "nc" not in parameters(header)


def test_the_fields_stand_in_the_order_that_servers_know(monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = RFC_2617 + ', qop=auth, opaque="5ccc"'
    request = Request("GET", "http://www.nowhere.org/dir/index.html")
    header = answer(
        DRIVERS[0], challenge, "Mufasa", "Circle Of Life", "0a4f113b", monkeypatch, request
    )
    assert (
        'Digest username="Mufasa", realm="testrealm@host.com", '
        'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", '
        'response="6629fae49393a05397450978507c4ef1", algorithm=MD5, opaque="5ccc", qop=auth, '
        'nc=00000001, cnonce="0a4f113b"'
    ) == header


def test_what_is_quoted_is_escaped_and_hashed_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = r'Digest realm="a\"b\\c", nonce="nonce"'
    request = Request("GET", "https://example.org/")
    header = answer(DRIVERS[0], challenge, 'u"s\\r', "pass", "", monkeypatch, request)
    assert header.startswith(r'Digest username="u\"s\\r", realm="a\"b\\c", nonce="nonce"')
    a1 = hashlib.md5(b'u"s\\r:a"b\\c:pass').hexdigest()
    a2 = hashlib.md5(b"GET:/").hexdigest()
    expected = hashlib.md5(f"{a1}:nonce:{a2}".encode()).hexdigest()
    assert expected == parameters(header)["response"]


def test_bytes_are_used_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    request = Request("GET", "https://example.org/")
    header = answer(DRIVERS[0], RFC_2617, b"M\xfcller", b"p\xe4ss", "", monkeypatch, request)
    a1 = hashlib.md5(b"M\xfcller:testrealm@host.com:p\xe4ss").hexdigest()
    a2 = hashlib.md5(b"GET:/").hexdigest()
    nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093"
    assert hashlib.md5(f"{a1}:{nonce}:{a2}".encode()).hexdigest() in header
    assert (b"Authorization", header.encode("latin-1")) == request.headers.raw[-1]


def test_a_hash_that_this_openssl_lacks_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(name: str, data: bytes = b"", *, usedforsecurity: bool = True) -> Any:
        raise ValueError(f"unsupported hash type {name}")

    monkeypatch.setattr("hashlib.new", lacking)
    assert hash_function("SHA-512-256") is None


def test_an_algorithm_that_is_not_known_answers_nothing() -> None:
    challenge = DigestChallenge(b"r", b"n", "WHIRLPOOL", None, None, False, False)
    with pytest.raises(ValueError, match="The digest algorithm 'WHIRLPOOL' is not known"):
        authorization(challenge, b"jo", b"secret", b"GET", b"/", b"", 1, b"c")

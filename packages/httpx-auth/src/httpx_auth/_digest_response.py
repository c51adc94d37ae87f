"""What DigestAuth answers a challenge with: RFC 7616, and RFC 2069 where a server knows no qop.

Pure: a challenge, credentials and a request's parts in, the value of Authorization out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ._challenge import Challenge

Hash = Callable[[bytes], bytes]

# The names of RFC 7616 6.1 and those in use beside them, with hashlib's name for each; the
# strongest first. Each may end in -sess.
_ALGORITHMS = {
    "SHA-512": "sha512",
    "SHA-512-256": "sha512_256",
    "SHA-256": "sha256",
    "SHA": "sha1",
    "MD5": "md5",
}


class DigestChallenge(NamedTuple):
    """A challenge that can be answered."""

    realm: bytes
    nonce: bytes
    algorithm: str  # as the server wrote it
    opaque: bytes | None
    qop: str | None  # the quality of protection chosen; None by RFC 2069
    stale: bool
    userhash: bool

    @property
    def is_session(self) -> bool:
        """Whether the hash of the password is made once for a nonce."""
        return self.algorithm.upper().endswith("-SESS")


def strongest(challenges: Iterable[Challenge]) -> DigestChallenge | None:
    """The strongest challenge that can be answered, the first among equals; None when none can.

    ValueError: one is broken, and there is none that can be answered.
    """
    best: tuple[int, DigestChallenge] | None = None
    broken = False
    for challenge in challenges:
        if challenge.scheme != "digest" or not (challenge.parameters or challenge.is_malformed):
            continue
        if challenge.is_malformed or not {"realm", "nonce"} <= challenge.parameters.keys():
            broken = True
            continue
        digest = _understand(challenge.parameters)
        if digest is not None:
            rank = list(_ALGORITHMS).index(_base_name(digest.algorithm))
            if best is None or rank < best[0]:
                best = rank, digest
    if best is None:
        if broken:
            raise ValueError("a Digest challenge needs well-formed parameters, realm and nonce")
        return None
    return best[1]


def _base_name(algorithm: str) -> str:
    return algorithm.upper().removesuffix("-SESS")


def _understand(parameters: dict[str, str]) -> DigestChallenge | None:
    algorithm = parameters.get("algorithm", "MD5")
    if hash_function(algorithm) is None:
        return None
    qop: str | None = None
    if "qop" in parameters:
        offered = [name.strip(" \t").lower() for name in parameters["qop"].split(",")]
        # auth first: auth-int needs the whole body before the first byte of it can be sent.
        qop = next((name for name in ("auth", "auth-int") if name in offered), None)
        if qop is None:
            return None
    opaque = parameters.get("opaque")
    return DigestChallenge(
        realm=parameters["realm"].encode(),
        nonce=parameters["nonce"].encode(),
        algorithm=algorithm,
        opaque=None if opaque is None else opaque.encode(),
        qop=qop,
        stale=parameters.get("stale", "").lower() == "true",
        userhash=parameters.get("userhash", "").lower() == "true",
    )


def hash_function(algorithm: str) -> Hash | None:
    """The hash of an algorithm's name, in hexadecimal; None when it is not known here.

    hashlib is imported only now, since it loads OpenSSL.
    """
    name = _ALGORITHMS.get(_base_name(algorithm))
    if name is None:
        return None
    import hashlib

    try:
        hashlib.new(name, usedforsecurity=False)
    except ValueError:  # not every build of OpenSSL has SHA-512/256
        return None

    def digest(data: bytes) -> bytes:
        return hashlib.new(name, data, usedforsecurity=False).hexdigest().encode()

    return digest


def authorization(
    challenge: DigestChallenge,
    username: bytes,
    password: bytes,
    method: bytes,
    uri: bytes,
    body: bytes,
    nonce_count: int,
    cnonce: bytes,
) -> bytes:
    """The value of Authorization (RFC 7616 3.4); `body` counts for auth-int only."""
    digest = hash_function(challenge.algorithm)
    if digest is None:
        raise ValueError(f"The digest algorithm {challenge.algorithm!r} is not known.")
    secret = digest(b":".join([username, challenge.realm, password]))
    if challenge.is_session:
        secret = digest(b":".join([secret, challenge.nonce, cnonce]))
    act = [method, uri]
    if challenge.qop == "auth-int":
        act.append(digest(body))
    count = b"%08x" % nonce_count
    parts = [secret, challenge.nonce]
    if challenge.qop is not None:
        parts += [count, cnonce, challenge.qop.encode()]
    parts.append(digest(b":".join(act)))

    if challenge.userhash:
        username = digest(b":".join([username, challenge.realm]))
    fields = [
        b'username="%b"' % _quoted(username),
        b'realm="%b"' % _quoted(challenge.realm),
        b'nonce="%b"' % _quoted(challenge.nonce),
        b'uri="%b"' % _quoted(uri),
        b'response="%b"' % digest(b":".join(parts)),
        b"algorithm=%b" % challenge.algorithm.encode(),
    ]
    if challenge.opaque is not None:
        fields.append(b'opaque="%b"' % _quoted(challenge.opaque))
    if challenge.qop is not None:
        fields += [b"qop=%b" % challenge.qop.encode(), b"nc=%b" % count]
    if challenge.qop is not None or challenge.is_session:
        fields.append(b'cnonce="%b"' % _quoted(cnonce))
    if challenge.userhash:
        fields.append(b"userhash=true")
    return b"Digest " + b", ".join(fields)


def _quoted(value: bytes) -> bytes:
    """RFC 9110 5.6.4: a quote and a backslash take a backslash before them."""
    return value.replace(b"\\", b"\\\\").replace(b'"', b'\\"')

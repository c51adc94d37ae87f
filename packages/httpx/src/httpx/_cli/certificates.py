"""What a TLS connection is and who the server says it is, as lines for a reader and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypedDict, cast

if TYPE_CHECKING:
    import ssl


class TLSFacts(TypedDict):
    """What was agreed on with the server; `certificate` is None where nothing was verified."""

    version: str | None
    cipher: str | None
    alpn: str | None
    verified: bool
    sha256: str | None
    certificate: dict[str, object] | None


def facts(tls: ssl.SSLObject) -> TLSFacts:
    """What there is to say about a TLS connection."""
    import hashlib

    cipher = tls.cipher()
    encoded = tls.getpeercert(True)
    certificate = tls.getpeercert()
    return {
        "version": tls.version(),
        "cipher": cipher[0] if cipher else None,
        "alpn": tls.selected_alpn_protocol(),
        "verified": bool(certificate),
        "sha256": hashlib.sha256(encoded).hexdigest() if encoded else None,
        "certificate": dict(certificate) if certificate else None,
    }


def lines(tls: TLSFacts) -> Iterator[str]:
    """The facts for a reader."""
    yield f"SSL established using {tls['version']!r} / {tls['cipher']!r}"
    yield f"Selected ALPN protocol: {tls['alpn']!r}"
    yield "Server certificate:" if tls["verified"] else "Server certificate, NOT VERIFIED:"
    if tls["sha256"]:
        yield f"  sha256: {tls['sha256']!r}"
    for name, value in (tls["certificate"] or {}).items():
        if isinstance(value, tuple):
            yield f"  {name}:"
            for key, text in pairs(cast("tuple[object, ...]", value)):
                yield f"    {key}: {text!r}" if key else f"    {text!r}"
        else:
            yield f"  {name}: {value!r}"


def pairs(value: tuple[object, ...]) -> Iterator[tuple[object, object]]:
    """The pairs of a name in a certificate, which `ssl` nests at one depth or at two."""
    for item in value:
        if not isinstance(item, tuple):
            yield "", item
            continue
        nested = cast("tuple[object, ...]", item)
        if len(nested) == 2 and not isinstance(nested[0], tuple):
            yield nested[0], nested[1]
        else:
            yield from pairs(nested)

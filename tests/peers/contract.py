"""What every origin server of the peers serves, whatever it is written in. Pure, standard library only.

/bytes/N      N bytes (`pattern(N)`) with Content-Length
/chunked/N    the same without Content-Length
/gzip/N       the same, gzipped
/status/N     an empty answer of that status
/upload       JSON: length and sha256 of the body
/echo         the body, sent back while it comes
/refuse       413, at once and without reading the body
/slow/S       "late", after S seconds
/header/N     one response header X-Large of N bytes
/trailers     b"body" with the trailer x-checksum: abc
/ws           a WebSocket, or on Node any Upgrade: what comes is sent back
"""

from __future__ import annotations

import gzip
import hashlib
import json

PIECE = 65536


def pattern(size: int) -> bytes:
    """`size` bytes in which a lost, doubled or moved piece shows."""
    return (b"0123456789abcdefghijklmnopqrstuvwxyz\n" * (size // 37 + 1))[:size]


def plan(path: str) -> tuple[int, list[tuple[str, str]], bytes, bool]:
    """Status, fields, body, and whether its length is told, of the routes that need no waiting."""
    _, route, *rest = path.split("/")
    size = int(rest[0]) if rest and rest[0].isdigit() else 0
    if route == "bytes":
        return 200, [("content-type", "text/plain")], pattern(size), True
    if route == "chunked":
        return 200, [("content-type", "text/plain")], pattern(size), False
    if route == "gzip":
        fields = [("content-type", "text/plain"), ("content-encoding", "gzip")]
        return 200, fields, gzip.compress(pattern(size), mtime=0), True
    if route == "header":
        return 200, [("x-large", "x" * size)], b"large", True
    if route == "status":
        return size, [], b"", size not in (204, 304)
    if route == "refuse":
        return 413, [("content-type", "text/plain")], b"too large\n", True
    return 404, [], b"", True


def summary(length: int, digest: hashlib._Hash) -> bytes:
    return json.dumps({"length": length, "sha256": digest.hexdigest()}).encode()


def pieces(body: bytes) -> list[bytes]:
    return [body[start : start + PIECE] for start in range(0, len(body), PIECE)]

"""What the benchmark's servers answer: fixed bytes by path, the same from every server.

No networking here. A client is believed only if the server sent these lengths as often as the client
says that it received them.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import NamedTuple

MEGABYTE = 1_000_000


class Answer(NamedTuple):
    """One answer: its fields beside those that every server sends, and its body as sent."""

    headers: tuple[tuple[str, str], ...]
    body: bytes


SMALL = b"Hello, World!"
JSON = json.dumps(
    {
        "id": 4711,
        "name": "A record of about one kilobyte",
        "tags": [f"tag-{number}" for number in range(20)],
        "values": [number * 1.5 for number in range(60)],
        "text": "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod. " * 4,
    }
).encode()
TEXT_LINES = 1000
TEXT_SIZE = TEXT_LINES * 49

# What a client hands to its user, in bytes. Numbers and not lengths, because a process whose memory
# is measured must not hold the large ones.
SIZES = {
    "/small": len(SMALL),
    "/json": len(JSON),
    "/gzip": TEXT_SIZE,
    "/10m": 10 * MEGABYTE,
    "/chunked": 10 * MEGABYTE,
    "/200m": 200 * MEGABYTE,  # zeros, so that no server must hold them
    "/upload": 8,
}


@lru_cache(maxsize=1)
def large() -> bytes:
    """Return 10 MB, which are downloaded and uploaded."""
    return bytes(range(250)) * (10 * MEGABYTE // 250)


@lru_cache(maxsize=1)
def answers() -> dict[str, Answer]:
    """Return every answer but the 200 MB."""
    import gzip

    text = b"".join(
        b"%06d: a line of text that a server compresses.\n" % n for n in range(TEXT_LINES)
    )
    binary = (("Content-Type", "application/octet-stream"),)
    return {
        "/small": Answer((("Content-Type", "text/plain"),), SMALL),
        "/json": Answer(
            (
                ("Content-Type", "application/json"),
                ("Cache-Control", "no-cache"),
                ("Vary", "Accept-Encoding"),
                ("X-Request-Id", "2f1c7a52-8d0e-4f43-9a55-4c1f2f0b1f6e"),
                ("X-Frame-Options", "DENY"),
                ("X-RateLimit-Remaining", "4999"),
            ),
            JSON,
        ),
        "/gzip": Answer(
            (("Content-Type", "text/plain"), ("Content-Encoding", "gzip")),
            gzip.compress(text, 6, mtime=0),
        ),
        "/10m": Answer(binary, large()),
        "/chunked": Answer(binary, large()),
        "/upload": Answer((("Content-Type", "text/plain"),), b"received"),
    }


def size_on_the_wire(path: str) -> int:
    """Return the bytes of the body that the server sends for a path, before any decoding."""
    return len(answers()[path].body) if path == "/gzip" else SIZES[path]

"""What the servers of the fault runs answer: a function of the request, so that any mix-up shows.

A request's path is `/a/IDENT/KIND/SIZE`. IDENT is the request's own name, `SEED-N`, which is in every
line of the answer's body, in its last line and in the field X-Ident. X-Received tells what came as the
request's body, X-Method what came as its method. KIND says how the answer is framed:

length          Content-Length                  chunked         chunked
gzip            gzip, Content-Length            gzip-chunked    gzip, chunked
close           ended by the end of the connection (HTTP/1.1)
empty           204                             redirect        302 to the same request as `length`
"""

from __future__ import annotations

import gzip
import hashlib
import re
import threading
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from tests.support.messages import Reply

KINDS = ("length", "chunked", "gzip", "gzip-chunked", "close", "empty", "redirect")
PIECE = 1500

LAST_LINE = re.compile(rb"\[end [0-9a-z-]+\]\n\Z")
"""How every body ends: where bytes end with it, so does an answer that is framed by its length."""

_PATH = re.compile(r"/a/([0-9a-z-]+)/([a-z-]+)/([0-9]{1,7})\Z")


class Asked(NamedTuple):
    """What a request's path asks for."""

    ident: str
    kind: str
    size: int

    @property
    def path(self) -> str:
        return f"/a/{self.ident}/{self.kind}/{self.size}"


def asked(path: str) -> Asked | None:
    """Read a path; None when it is none of ours."""
    found = _PATH.match(path)
    if found is None or found[2] not in KINDS:
        return None
    return Asked(found[1], found[2], int(found[3]))


@lru_cache(maxsize=8)
def body(ident: str, size: int) -> bytes:
    """About `size` bytes in which each line is another's, whoever's they are; see LAST_LINE."""
    line = f"{ident} %06d\n"
    count = size // len(line % 0)
    return "".join([line % n for n in range(count)]).encode() + b"[end %s]\n" % ident.encode()


def digest(data: bytes) -> str:
    """What X-Received says of a request's body."""
    return f"{len(data)}:{hashlib.sha256(data).hexdigest()[:20]}"


def answer(method: str, path: str, received: bytes) -> Reply:
    """The answer to a request: 404 where the path is none of ours."""
    wanted = asked(path)
    if wanted is None:
        return Reply(404, b"Not one of ours.\n")
    headers = [
        ("X-Ident", wanted.ident),
        ("X-Received", digest(received)),
        ("X-Method", method),
        ("Content-Type", "text/plain"),
    ]
    kind = wanted.kind
    if kind == "empty":
        return Reply(204, headers=headers)
    if kind == "redirect":
        return Reply(302, headers=[*headers, ("Location", wanted._replace(kind="length").path)])
    content = body(wanted.ident, wanted.size)
    if kind.startswith("gzip"):
        content = gzip.compress(content, compresslevel=1, mtime=0)
        headers.append(("Content-Encoding", "gzip"))
    if kind == "close":
        return Reply(200, [content], headers, chunked=False)
    if kind.endswith("chunked"):
        return Reply(200, _pieces(content), headers)
    return Reply(200, content, headers)


def _pieces(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), PIECE):
        yield data[start : start + PIECE]


class Tally:
    """How often each request has come whole to the server, by its path."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, path: str) -> None:
        with self._lock:
            self._counts[path] += 1

    def take(self) -> Counter[str]:
        """What has been counted since the last call."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return counts

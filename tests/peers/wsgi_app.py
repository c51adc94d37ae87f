"""The contract as a WSGI application, for the servers that run one."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

from contract import PIECE, pieces, plan, summary


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    path: str = environ["PATH_INFO"]
    route, _, rest = path[1:].partition("/")
    if route == "upload":
        digest, length = hashlib.sha256(), 0
        for data in _body(environ):
            digest.update(data)
            length += len(data)
        status, fields, body, told = 200, [], summary(length, digest), True
    elif route == "echo":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return _body(environ)
    elif route == "slow":
        time.sleep(float(rest))
        status, fields, body, told = 200, [], b"late", True
    else:
        status, fields, body, told = plan(path)
    if told:
        fields = [*fields, ("content-length", str(len(body)))]
    start_response(f"{status} {HTTPStatus(status).phrase}", fields)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else pieces(body)


def _body(environ: dict[str, Any]) -> Iterator[bytes]:
    """The body to its end; of a server that does not end the input itself, what the length says."""
    source = environ["wsgi.input"]
    told = environ.get("CONTENT_LENGTH")
    left = int(told) if told else None
    while left != 0:
        data = source.read(PIECE if left is None else min(PIECE, left))
        if not data:
            return
        if left is not None:
            left -= len(data)
        yield data

"""The outcome as one JSON document for scripts: `--output json`. Its members are documented and stay.

Credentials are hidden as in the heads that are shown. No I/O.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bodies import is_text, looks_like_text, media_type_of
from .exits import FILE, NETWORK, USAGE, Failure, sentence
from .heads import fields_of_request, fields_of_response, without_userinfo

if TYPE_CHECKING:
    from httpx_core import Request, Response

    from .downloading import Download
    from .watching import Watcher

_KINDS = {USAGE: "usage", NETWORK: "network", FILE: "file"}


def report(
    response: Response, watcher: Watcher, show_credentials: bool, download: Download | None
) -> str:
    """The document of an answer that came. The body must have been read, unless it was downloaded."""
    document: dict[str, object] = {
        "request": _request(response.request, show_credentials),
        "response": _response(response),
        "history": [_response(earlier) for earlier in response.history],
        "tls": watcher.tls,
        "timing": watcher.timing.as_dict(),
    }
    if download is None:
        document.update(_body(response))
    else:
        document["download"] = {
            "path": download.path,
            "size": download.size,
            "resumed_from": download.resumed_from,
        }
    return _dumped(document)


def failure_report(failure: Failure) -> str:
    """The document of a command that failed; `exception` is the class of httpx that says why."""
    cause = failure.__cause__
    return _dumped(
        {
            "error": {
                "kind": _KINDS.get(failure.code, "interrupted"),
                "message": sentence(failure),
                "exception": None if cause is None else type(cause).__name__,
                "exit_code": failure.code,
            }
        }
    )


def _request(request: Request, show_credentials: bool) -> dict[str, object]:
    return {
        "method": request.method,
        "url": str(without_userinfo(request.url)),
        "headers": fields_of_request(request, show_credentials),
    }


def _response(response: Response) -> dict[str, object]:
    return {
        "url": str(without_userinfo(response.url)),
        "http_version": response.http_version,
        "status": response.status_code,
        "reason": response.reason_phrase,
        "headers": fields_of_response(response),
    }


def _body(response: Response) -> dict[str, object]:
    """The body as `body`, a text, or as `body_base64` where it is none."""
    content = response.content
    media_type = media_type_of(response)
    if is_text(media_type) if media_type else looks_like_text(content):
        return {"body": response.text, "body_base64": None}
    from base64 import b64encode

    return {"body": None, "body_base64": b64encode(content).decode("ascii")}


def _dumped(document: dict[str, object]) -> str:
    import json

    # ASCII, so that the document is the same in whatever encoding it is written.
    return json.dumps(document, indent=2, default=str)

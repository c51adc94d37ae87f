"""Whether the rest of a file may be put behind the part that is there. Pure: no file, no network.

Theory of operation: while a file is being downloaded, a record beside it says of what it is a part:
the URL (as a digest, for it may hold secrets), the validator that the server gave, the whole size.
To continue, the request asks for what is missing (Range) on the condition that the validator still
holds (If-Range, RFC 9110, 13.1.5). Then the answer decides, and where anything does not fit, the
file is left alone:

1. 206 with the range that was asked for, of the same whole size, under the same ETag: append.
2. 200: what the server has now is something else, or it knows no ranges: begin anew, if there is a
   record; a file of unknown origin is not overwritten.
3. 416 whose Content-Range says that the file is as long as the part: it is complete.
4. Any other error: nothing is written.
5. All else: refuse, and say why.

A file without a record, as another program left it, may be complete (3), and is never appended to.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from httpx_core import Headers

_CONTENT_RANGE = re.compile(
    r"bytes (?:([0-9]{1,18})-([0-9]{1,18})|\*)/([0-9]{1,18}|\*)", re.IGNORECASE
)

MIN_AGE = 60
"""Seconds that a Last-Modified must lie before the Date, to tell two states of a file apart
(RFC 9110, 8.8.2.2).
"""


class Record(NamedTuple):
    """Of what a partial file is the beginning."""

    url: str
    """The SHA-256 of the URL, as hexadecimal digits."""

    validator: str
    """A strong ETag, or a Last-Modified date."""

    total: int | None
    """The size of the whole file in bytes, where the server said it."""


class Verdict(Enum):
    """What is to be done with the answer to a request for the rest of a file."""

    APPEND = "append"
    ANEW = "anew"
    COMPLETE = "complete"
    ERROR = "error"
    REFUSE = "refuse"


class Decision(NamedTuple):
    verdict: Verdict
    reason: str = ""
    """For the user, after the name of the file; empty where there is nothing to say."""

    end: int | None = None
    """The size that the file will have after this answer, where it says so."""


class ContentRange(NamedTuple):
    first: int | None
    last: int | None
    total: int | None


def content_range(headers: Headers) -> ContentRange | None:
    """The Content-Range of an answer (RFC 9110, 14.4); None when it has none that can be understood."""
    match = _CONTENT_RANGE.fullmatch(headers.get("content-range", "").strip())
    if match is None:
        return None
    first, last, total = (
        None if part is None or part == "*" else int(part) for part in match.groups()
    )
    if last is not None and ((first or 0) > last or (total is not None and last >= total)):
        return None
    return ContentRange(first, last, total)


def validator_of(headers: Headers) -> str | None:
    """What tells this state of a file from any other, byte for byte; None when nothing does.

    A weak ETag does not, and a Last-Modified only once the file has not changed for a while.
    """
    etag = headers.get("etag")
    if etag is not None:
        return etag if etag.startswith('"') and etag.endswith('"') and len(etag) > 2 else None
    from email.utils import parsedate_to_datetime

    modified = headers.get("last-modified")
    if modified is None or "date" not in headers:
        return None
    try:
        age = parsedate_to_datetime(headers["date"]) - parsedate_to_datetime(modified)
    except (TypeError, ValueError):
        return None
    return modified if age.total_seconds() >= MIN_AGE else None


def total_size(headers: Headers) -> int | None:
    """The Content-Length of a whole answer; None where it does not say how long the body is."""
    if "transfer-encoding" in headers:
        # It overrides the length (RFC 9112, 6.3), which may be anything then.
        return None
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def range_headers(have: int, record: Record | None) -> list[tuple[str, str]]:
    """The headers that ask for what is missing behind `have` bytes."""
    fields = [("Range", f"bytes={have}-")]
    if record is not None:
        fields.append(("If-Range", record.validator))
    return fields


def decide(status: int, headers: Headers, have: int, record: Record | None) -> Decision:
    """What the answer to a request with `range_headers` means for the file."""
    if status == 206:
        return _partial(headers, have, record)
    if status == 416:
        return _past_the_end(headers, have)
    if not 200 <= status < 300:
        return Decision(Verdict.ERROR)
    if status != 200:
        return _faulty(f"answers {status}, which is no file")
    if record is None:
        return Decision(
            Verdict.REFUSE,
            f"has {have} bytes, and the server would send the whole file; without --continue it "
            "is downloaded anew",
        )
    validator = validator_of(headers)
    if validator is not None and validator == record.validator:
        return Decision(Verdict.ANEW, "is downloaded anew, since the server sends no parts of it")
    return Decision(
        Verdict.ANEW, "is downloaded anew, since the server has another state of it now"
    )


def _partial(headers: Headers, have: int, record: Record | None) -> Decision:
    if record is None:
        return Decision(
            Verdict.REFUSE,
            f"has {have} bytes, and nothing tells whether they are the beginning of what the server "
            "has now; without --continue it is downloaded anew",
        )
    found = content_range(headers)
    if found is None or found.last is None:
        return _faulty("does not say which part of the file it sends")
    if found.first != have:
        return _faulty(f"sends the part from byte {found.first} where {have} was asked for")
    if "content-encoding" in headers and headers["content-encoding"].lower() != "identity":
        return _faulty("sends the part in a coding, which cannot be put behind plain bytes")
    if record.total is not None and found.total not in (None, record.total):
        return _changed(f"it has {found.total} bytes now, and had {record.total}")
    name = "ETag" if record.validator.startswith('"') else "Last-Modified"
    if headers.get(name, record.validator) != record.validator:
        return _changed(f"its {name} is another one")
    return Decision(Verdict.APPEND, end=found.last + 1)


def _past_the_end(headers: Headers, have: int) -> Decision:
    found = content_range(headers)
    total = None if found is None else found.total
    if total == have:
        return Decision(Verdict.COMPLETE)
    if total is None:
        return _faulty(f"has no bytes after the {have} that are here, and does not say its size")
    return Decision(
        Verdict.REFUSE,
        f"has {have} bytes, but the server's has {total}; without --continue it is downloaded anew",
    )


def _faulty(what: str) -> Decision:
    return Decision(
        Verdict.REFUSE,
        f"cannot be continued: the server {what}; without --continue it is downloaded anew",
    )


def _changed(how: str) -> Decision:
    return Decision(
        Verdict.REFUSE,
        f"cannot be continued: the server's file has changed ({how}); without --continue it is "
        "downloaded anew",
    )

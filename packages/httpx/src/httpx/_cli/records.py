"""The record beside a partial file: written before the first byte, removed after the last one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .heads import without_userinfo
from .resuming import Record, total_size, validator_of

if TYPE_CHECKING:
    from httpx_core import URL, Response

SUFFIX = ".httpx-resume"

MAX_SIZE = 64 * 1024
"""Bytes; a longer file is no record of ours."""


def digest_of(url: URL) -> str:
    """The URL without credentials and fragment, as a digest: a signed URL must not lie about in a file."""
    import hashlib

    plain = without_userinfo(url).copy_with(fragment=None)
    return hashlib.sha256(str(plain).encode("utf-8")).hexdigest()


def record_of(url: URL, response: Response) -> Record | None:
    """The record of a whole answer; None when a download of it cannot be continued."""
    if response.status_code != 200 or response.headers.get("content-encoding"):
        return None
    if response.headers.get("accept-ranges", "").strip().lower() == "none":
        return None
    validator = validator_of(response.headers)
    if validator is None:
        return None
    return Record(digest_of(url), validator, total_size(response.headers))


def load(path: str) -> Record | None:
    """The record of a partial file; None when there is none, or none that can be understood."""
    import json

    try:
        with open(path + SUFFIX, "rb") as file:
            told = json.loads(file.read(MAX_SIZE))
        url, validator, total = told["url"], told["validator"], told["total"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(url, str) or not isinstance(validator, str) or not validator.isprintable():
        return None
    if total is not None and type(total) is not int:
        return None
    return Record(url, validator, total)


def save(path: str, record: Record) -> bool:
    """Write the record of the file at `path`; False where there can be none beside it, as in a
    folder that takes no new files, or for a name that is as long as names can be.
    """
    import json

    try:
        with open(path + SUFFIX, "w", encoding="utf-8") as file:
            json.dump(record._asdict(), file)
    except OSError:
        remove(path)
        return False
    return True


def remove(path: str) -> None:
    """Forget the file at `path`: it is whole, or cannot be continued. OSError: the record stays."""
    try:
        os.unlink(path + SUFFIX)
    except OSError:
        if os.path.lexists(path + SUFFIX):
            raise

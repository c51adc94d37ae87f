"""request_context: kept for vcrpy, which closes the streams it records within it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from httpx_core import RequestError

if TYPE_CHECKING:
    from httpx_core import Request


@contextmanager
def request_context(request: Request | None = None) -> Generator[None]:
    """Attach the request to a RequestError that leaves the block without one."""
    try:
        yield
    except RequestError as exc:
        if request is not None and exc._request is None:
            exc.request = request
        raise

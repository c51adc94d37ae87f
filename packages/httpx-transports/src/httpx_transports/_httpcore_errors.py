"""Errors of a `network_stream` for code that was written for httpcore's streams.

httpx 0.28 hands out httpcore's own streams, so that libraries on top of it (websockets, for one) catch
`httpcore.ReadError`. Where httpcore has been imported, our errors are instances of its class of the
same name as well. Never here: an import of httpcore.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

from httpx_core import TransportError


def share_with_httpcore(exc: TransportError) -> None:
    """Make an error an instance of httpcore's class of that name too, if httpcore has been imported."""
    ours: Any = type(exc)
    theirs: Any = getattr(sys.modules.get("httpcore"), ours.__name__, None)
    if theirs is not None and not isinstance(exc, theirs):
        # The object stays what it is, with its traceback and its cause.
        exc.__class__ = _both(ours, theirs)


@cache
def _both(ours: Any, theirs: Any) -> type[TransportError]:
    return type(ours.__name__, (ours, theirs), {"__module__": ours.__module__})

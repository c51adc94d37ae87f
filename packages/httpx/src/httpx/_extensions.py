"""The extensions of a request, checked before anything of it is sent: a wrong type is told at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._response_bounds import bound


def check_extensions(extensions: Mapping[str, Any]) -> None:
    """Refuse what no transport could make sense of. TypeError, ValueError: the message names it."""
    size = extensions.get("max_response_size")
    if size is not None:
        bound("The extension max_response_size", size)
    trace = extensions.get("trace")
    if trace is not None and not callable(trace):
        raise TypeError(f"The extension trace must be callable, not {type(trace).__name__}.")
    for name in ("sni_hostname", "target"):
        value = extensions.get(name)
        if value is not None and not isinstance(value, (str, bytes)):
            raise TypeError(
                f"The extension {name} must be str or bytes, not {type(value).__name__}."
            )

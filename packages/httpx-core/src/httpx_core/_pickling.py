"""What of a message's free-form parts can be pickled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def can_be_pickled(value: object) -> bool:
    """Say whether `value` can be pickled, by doing it: there is no other way to know."""
    import pickle

    try:
        pickle.dumps(value)
    except Exception:  # a foreign __reduce__ may raise anything
        return False
    return True


def picklable(extensions: Mapping[str, Any]) -> dict[str, Any]:
    """Return the extensions without those that cannot be pickled, such as a live connection."""
    return {name: value for name, value in extensions.items() if can_be_pickled(value)}

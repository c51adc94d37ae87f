"""What is said of an argument that cannot be used: its name, what it may be, and the type it is of.

Called once something has failed, and imported then, so that a right argument pays nothing for it. A
value is never shown, since it may be a secret; only its type is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sized
from typing import cast


def wrong_type(name: str, expected: str, given: object) -> TypeError:
    """The error for an argument of a type that it cannot have."""
    return TypeError(f"{name} must be {expected}, not {type(given).__name__}.")


def explain_pairs(name: str, expected: str, given: object, cause: Exception) -> None:
    """Raise what says why `given` could not be read as pairs; return where that is not the reason.

    TypeError: it is no iterable, or an item of it is nothing that has items. ValueError: an item has
    more or fewer than two, or it is text.
    """
    if isinstance(given, Mapping):
        return
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        error = wrong_type(name, expected, given)
        # As 0.28 had it: of text, the first letter was no pair.
        raise (ValueError(*error.args) if isinstance(cause, ValueError) else error) from cause
    if not isinstance(given, Collection):
        return  # an iterator, which is spent
    for position, item in enumerate(cast("Collection[object]", given)):
        kind = type(item).__name__
        size = len(item) if isinstance(item, Sized) else 2
        if not isinstance(item, Iterable):
            raise TypeError(
                f"{name} must be {expected}, but item {position} is no pair: {kind}."
            ) from cause
        if size != 2:
            raise ValueError(
                f"{name} must be {expected}, but item {position} is no pair: {kind} of {size}."
            ) from cause


def explain_response(extensions: object, history: object, cause: Exception) -> None:
    """Raise what says which of two arguments of a response is wrong; return where neither is."""
    if extensions is not None:
        explain_pairs("extensions", "a mapping of str to any", extensions, cause)
    if history is not None and not isinstance(history, Iterable):
        raise wrong_type("history", "a list of Response", history) from cause


def check_status_code(status_code: object) -> None:
    """TypeError: it is no number. What is like an int (numpy's) may be one."""
    if not isinstance(status_code, (int, float)) and not hasattr(status_code, "__index__"):
        raise wrong_type("status_code", "an int", status_code)


def check_default_encoding(default_encoding: object) -> None:
    """TypeError: it is neither text nor callable."""
    if not isinstance(default_encoding, str) and not callable(default_encoding):
        expected = "the name of a codec or a callable that gets the bytes"
        raise wrong_type("default_encoding", expected, default_encoding)

"""AuthTypes: what the argument `auth=` of a client accepts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    from httpx_core import Request

    from ._auth import Auth

# A real object, since libraries evaluate it when they are imported; hence the strings.
AuthTypes = Union[
    tuple[str | bytes, str | bytes],
    Callable[["Request"], "Request"],
    "Auth",
]
"""What `auth=` takes: (name, password), a function that changes the request, or a scheme."""

"""What a client lets a response cost: the size of its body, its content codings, what is read to drain it.

Three settings with one home, for both colours. Nothing here reads a body: the model counts as it
decodes (the extension `decoding` of a response), and the client's own loop drains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from httpx_core import DecodingError
from httpx_core._codings import MAX_CODINGS

if TYPE_CHECKING:
    from httpx_core import Request, Response


class ResponseBounds:
    """The settings, which can be changed at any time; requests under way keep what they began with."""

    __module__ = "httpx"

    _max_response_size: int | None = None
    _max_content_codings: int = MAX_CODINGS
    _max_drained_size: int
    # What the model is told of each response; None where that is what it does by itself.
    _decoding: dict[str, int] | None = None

    @property
    def max_response_size(self) -> int | None:
        """How many bytes a decoded body may have, None for any number; more is a DecodingError."""
        return self._max_response_size

    @max_response_size.setter
    def max_response_size(self, size: int | None) -> None:
        self._max_response_size = None if size is None else bound("max_response_size", size)
        self._decoding = self._told()

    @property
    def max_content_codings(self) -> int:
        """How many content codings a body may have; more is a DecodingError when it is read."""
        return self._max_content_codings

    @max_content_codings.setter
    def max_content_codings(self, number: int) -> None:
        self._max_content_codings = bound("max_content_codings", number)
        self._decoding = self._told()

    @property
    def max_drained_size(self) -> int:
        """How many bytes of a body that nobody wants are read to keep its connection.

        It is the body of a redirect that is followed, or of a challenge that is answered. One that is
        longer costs the connection.
        """
        return self._max_drained_size

    @max_drained_size.setter
    def max_drained_size(self, size: int) -> None:
        self._max_drained_size = bound("max_drained_size", size)

    def _told(self) -> dict[str, int] | None:
        told: dict[str, int] = {}
        if self._max_response_size is not None:
            told["max_response_size"] = self._max_response_size
        if self._max_content_codings != MAX_CODINGS:
            told["max_content_codings"] = self._max_content_codings
        return told or None

    def _bound(self, request: Request, response: Response) -> None:
        """Tell a response its bounds; those of the request win.

        DecodingError: a body that came in memory, as a mock's does, is larger.
        """
        told: dict[str, Any] = dict(self._decoding or {})
        extensions = request.extensions
        if "max_response_size" in extensions:
            told["max_response_size"] = extensions["max_response_size"]
        response.extensions["decoding"] = told
        size = told.get("max_response_size")
        content = getattr(response, "_content", None)
        if size is not None and content is not None and len(content) > size:
            raise DecodingError(
                f"The decoded body is larger than max_response_size, {size} bytes.", request=request
            )


def bound(name: str, value: Any) -> int:
    """A bound as it was given. TypeError: it is no integer. ValueError: it is negative."""
    if not isinstance(value, int):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}.")
    if value < 0:
        raise ValueError(f"{name} must not be negative, and is {value!r}.")
    return value

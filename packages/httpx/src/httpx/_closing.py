"""Closing several transports: each one is closed, whatever the closing of another raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType


class Closing:
    """Keeps what each `with` block around it raises, for `done` to raise it in the end."""

    __slots__ = ("_failure",)

    def __init__(self) -> None:
        self._failure: BaseException | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        first = self._failure
        # A cancellation or Ctrl-C has to reach who waits for it, and goes before all mishaps.
        if first is None or (isinstance(first, Exception) and not isinstance(exc, Exception)):
            self._failure = exc or first
        return True

    def done(self) -> None:
        """Raise the first failure, if there was one."""
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

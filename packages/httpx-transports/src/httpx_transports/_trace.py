"""The `trace` extension: tells a user's callable of each step of a request, by the names httpx 0.28 uses.

The callable gets the event's name (`http11.send_request_headers.started`, then `.complete` or
`.failed`) and a dict: the arguments of the step, `{"return_value": ...}`, or `{"exception": ...}`.
Nothing here runs for a request without the extension: its callers hold None instead.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Trace:
    """One request's `trace` callable, sync or async as the transport is."""

    __slots__ = ("_callback", "_is_async")

    def __init__(self, callback: Callable[[str, dict[str, Any]], Any], is_async: bool) -> None:
        if not callable(callback):
            raise TypeError(f"The extension trace must be callable, not {type(callback).__name__}.")
        self._callback = callback
        self._is_async = is_async

    async def started(self, step: str, **info: Any) -> None:
        await self.tell(f"{step}.started", info)

    async def complete(self, step: str, return_value: Any = None) -> None:
        await self.tell(f"{step}.complete", {"return_value": return_value})

    async def failed(self, step: str, exception: BaseException) -> None:
        await self.tell(f"{step}.failed", {"exception": exception})

    async def step(self, step: str, doing: Awaitable[T], **info: Any) -> T:
        """Await one step and tell of its start and its end."""
        try:
            await self.started(step, **info)
        except BaseException:
            if isinstance(doing, Coroutine):
                doing.close()
            raise
        try:
            result = await doing
        except BaseException as exc:
            await self.failed(step, exc)
            raise
        try:
            await self.complete(step, result)
        except BaseException:
            # Nobody but this frame knows of a connection that the step has made.
            close = getattr(result, "close", None)
            if close is not None:
                close()
            raise
        return result

    async def abandoned(self, step: str) -> None:
        """Tell of a step that ended because nobody wants it any more, as 0.28 does."""
        await self.failed(step, GeneratorExit())

    async def tell(self, event: str, info: dict[str, Any]) -> None:
        """Call the user's callable; TypeError when its colour is not the transport's."""
        result = self._callback(event, info)
        awaitable = hasattr(result, "__await__")
        if self._is_async:
            if not awaitable:
                raise TypeError(
                    "The `trace` extension of an async request must be an async callable."
                )
            await result
        elif awaitable:
            if hasattr(result, "close"):
                result.close()
            raise TypeError("The `trace` extension of a sync request must be a plain callable.")

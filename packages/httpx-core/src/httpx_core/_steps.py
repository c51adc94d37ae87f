"""Async iteration over a body without an async generator.

An event loop adopts an async generator that is left before its end, as that of an upload is when
the connection fails, and finishes it at a time of its own; trio warns of each. A plain generator
is finished where it is dropped.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Generator
from typing import Any

Stepping = Generator[bytes | Awaitable[Any], Any, None]


class Steps(AsyncIterator[bytes]):
    """The bytes that a plain generator yields; what else it yields is awaited and sent back to it."""

    __slots__ = ("_steps",)

    def __init__(self, steps: Stepping) -> None:
        self._steps = steps

    async def __anext__(self) -> bytes:
        steps = self._steps
        try:
            step = next(steps)
            while not isinstance(step, bytes):
                try:
                    result = await step
                except BaseException as exc:
                    step = steps.throw(exc)
                else:
                    step = steps.send(result)
        except StopIteration:
            raise StopAsyncIteration from None
        return step

    async def aclose(self) -> None:
        """End the iteration."""
        self._steps.close()

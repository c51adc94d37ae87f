"""A task of its own for an ASGI application, on asyncio and on trio, which outlives the call that starts it.

It runs in a copy of the caller's context. On trio it is a system task: there is no nursery that
lives as long as a response does. When the loop ends it is cancelled, on both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from ._backends.interface import Backend

# The event loop keeps weak references only: a task that nobody holds may vanish half-way.
_running: set[Any] = set()


def spawn(backend: Backend, function: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], Any]:
    """Start `function()`, which raises nothing but the loop's cancellation; returns what cancels it."""
    if backend.name == "trio":
        return _spawn_trio(function)
    import asyncio

    task = asyncio.get_running_loop().create_task(function())
    _running.add(task)
    task.add_done_callback(_running.discard)
    return task.cancel


def cancellation_of(backend: Backend) -> type[BaseException]:
    """The exception by which the loop cancels a task."""
    if backend.name == "trio":
        import trio

        return trio.Cancelled
    import asyncio

    return asyncio.CancelledError


def _spawn_trio(function: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], Any]:
    from contextvars import copy_context

    import trio

    scope = trio.CancelScope()

    async def run() -> None:
        with scope:
            await function()

    trio.lowlevel.spawn_system_task(run, context=copy_context())
    return scope.cancel

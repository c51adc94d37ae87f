"""Running, gathering and cancelling in each colour; `tests.support.colours` picks by its name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine, Generator, Sequence
from typing import Any

AsyncFunction = Callable[[], Coroutine[Any, Any, Any]]

THREAD_LIMIT = 60.0
"""Seconds that a test's threads may take together."""


# -- run one --------------------------------------------------------------------------------------


def run_sync(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that never suspends, as every adapter of the sync side."""
    try:
        coroutine.send(None)
    except StopIteration as result:
        return result.value
    coroutine.close()
    raise AssertionError("A test suspended on the sync side, where nothing can resume it.")


def run_asyncio(function: AsyncFunction, limit: float) -> Any:
    import asyncio

    async def main() -> Any:
        task = asyncio.ensure_future(function())
        done, _ = await asyncio.wait([task], timeout=limit)
        if not done:
            task.cancel()
            await asyncio.wait([task])
            raise AssertionError(f"The test did not end within {limit} seconds.")
        return task.result()

    return asyncio.run(main(), debug=False)


def run_trio(function: AsyncFunction, limit: float) -> Any:
    import trio

    async def main() -> Any:
        with trio.move_on_after(limit) as scope:
            return await function()
        assert not scope.cancelled_caught, f"The test did not end within {limit} seconds."
        return None

    return trio.run(main)


# -- run many -------------------------------------------------------------------------------------


def in_threads(functions: Sequence[AsyncFunction]) -> list[Any]:
    results: list[Any] = [None] * len(functions)
    failures: list[BaseException] = []

    def call(index: int, function: AsyncFunction) -> None:
        try:
            results[index] = run_sync(function())
        except BaseException as exc:
            failures.append(exc)

    threads = [
        threading.Thread(target=call, args=(index, function), name=f"test-{index}", daemon=True)
        for index, function in enumerate(functions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(THREAD_LIMIT)
    if failures:
        raise failures[0]
    stuck = [thread.name for thread in threads if thread.is_alive()]
    assert not stuck, f"Threads did not end within {THREAD_LIMIT} seconds: {stuck}."
    return results


async def in_asyncio_tasks(functions: Sequence[AsyncFunction]) -> list[Any]:
    import asyncio

    tasks = [asyncio.ensure_future(function()) for function in functions]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def in_trio_tasks(functions: Sequence[AsyncFunction]) -> list[Any]:
    import trio

    results: list[Any] = [None] * len(functions)
    failures: list[BaseException] = []

    async with trio.open_nursery() as nursery:

        async def call(index: int, function: AsyncFunction) -> None:
            try:
                results[index] = await function()
            except trio.Cancelled:
                raise
            except BaseException as exc:
                failures.append(exc)
                nursery.cancel_scope.cancel()

        for index, function in enumerate(functions):
            nursery.start_soon(call, index, function)
    if failures:
        raise failures[0]
    return results


# -- cancel one -----------------------------------------------------------------------------------


class CountedCall:
    """Awaits a coroutine, counts how often it suspends, and calls `cancel` at the n-th time.

    The coroutine has handed out what it waits for by then, so that it is cancelled while waiting,
    as it would be from outside.
    """

    def __init__(
        self, coroutine: Coroutine[Any, Any, Any], n: int, cancel: Callable[[], Any]
    ) -> None:
        self.suspended = 0
        self.reached = False
        self._coroutine = coroutine
        self._n = n
        self._cancel = cancel

    def __await__(self) -> Generator[Any, Any, Any]:
        coroutine = self._coroutine
        step: Callable[[Any], Any] = coroutine.send
        value: Any = None
        while True:
            try:
                waits_for = step(value)
            except StopIteration as result:
                return result.value
            self.suspended += 1
            if self.suspended == self._n:
                self.reached = True
                self._cancel()
            try:
                value = yield waits_for
                step = coroutine.send
            except BaseException as exc:
                value = exc
                step = coroutine.throw


async def cancel_at_asyncio(n: int, function: AsyncFunction) -> bool:
    import asyncio

    call: CountedCall | None = None

    async def counted() -> None:
        nonlocal call
        task = asyncio.current_task()
        assert task is not None
        call = CountedCall(function(), n, task.cancel)
        await call

    task = asyncio.ensure_future(counted())
    await asyncio.wait([task])
    assert call is not None
    if task.cancelled():
        assert call.reached, "The call was cancelled, but not by this test."
        return False
    task.result()
    return not call.reached


async def cancel_at_trio(n: int, function: AsyncFunction) -> bool:
    import trio

    with trio.CancelScope() as scope:
        call = CountedCall(function(), n, scope.cancel)
        await call
    return not call.reached

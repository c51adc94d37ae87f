"""Wake-ups, locks and the choice of the backend: nothing lost when a waiter is cancelled."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from types import ModuleType

import pytest
from tests.support.colours import Colour

from httpx_transports._backends import current_backend


async def test_a_wakeup_that_was_set_does_not_wait(colour: Colour) -> None:
    wakeup = colour.backend().wakeup()
    assert not wakeup.is_set
    wakeup.set()
    wakeup.set()
    assert wakeup.is_set
    assert [True, True] == [await wakeup.wait(None), await wakeup.wait(0)]


@pytest.mark.parametrize("limit", [0.02, 0, -1])
async def test_a_wakeup_tells_that_its_limit_ended(colour: Colour, limit: float) -> None:
    wakeup = colour.backend().wakeup()
    assert not await wakeup.wait(limit)
    assert not wakeup.is_set


@pytest.mark.parametrize("limit", [None, 20.0])
async def test_a_wakeup_wakes_its_waiter(colour: Colour, limit: float | None) -> None:
    wakeup = colour.backend().wakeup()
    waiting = threading.Event()

    async def wait() -> bool:
        waiting.set()
        return await wakeup.wait(limit)

    async def set_it() -> None:
        await colour.wait(waiting)
        await colour.sleep(0.01)
        wakeup.set()

    results = await colour.concurrently(wait, set_it)
    assert results[0] is True


async def test_a_wakeup_set_as_its_waiter_is_cancelled_stays_set(async_colour: Colour) -> None:
    wakeup = async_colour.backend().wakeup()
    assert not await async_colour.cancel_at(1, lambda: wakeup.wait(20))
    wakeup.set()
    assert wakeup.is_set


def test_an_asyncio_wakeup_can_be_set_from_another_thread() -> None:
    from httpx_transports._backends.asyncio import AsyncioBackend

    async def main() -> bool:
        wakeup = AsyncioBackend().wakeup()
        threading.Timer(0.02, wakeup.set).start()
        return await wakeup.wait(20)

    assert asyncio.run(main())


async def test_a_lock_is_given_in_the_order_of_asking(colour: Colour) -> None:
    lock = colour.backend().lock()
    assert lock.try_acquire()
    assert not lock.try_acquire()
    order: list[int] = []
    asked = [threading.Event() for _ in range(5)]

    def waiter(n: int) -> object:
        async def wait() -> None:
            if n:
                await colour.wait(asked[n - 1])
                await colour.sleep(0.01)
            asked[n].set()
            await lock.acquire()
            order.append(n)
            lock.release()

        return wait

    async def let_go() -> None:
        await colour.wait(asked[4])
        await colour.sleep(0.02)
        lock.release()

    await colour.concurrently(*[waiter(n) for n in range(5)], let_go)  # type: ignore[arg-type] # closures
    assert [0, 1, 2, 3, 4] == order
    assert lock.try_acquire()


async def test_a_lock_that_is_let_go_is_not_overtaken(async_colour: Colour) -> None:
    lock = async_colour.backend().lock()
    order: list[str] = []
    await lock.acquire()

    async def first() -> None:
        await lock.acquire()
        order.append("first")
        lock.release()

    async def greedy() -> None:
        await async_colour.checkpoint()
        lock.release()
        assert not lock.try_acquire()
        order.append("greedy")

    await async_colour.concurrently(first, greedy)
    assert ["greedy", "first"] == order


async def test_a_cancelled_waiter_does_not_keep_the_lock(async_colour: Colour) -> None:
    lock = async_colour.backend().lock()
    await lock.acquire()
    assert not await async_colour.cancel_at(1, lock.acquire)
    lock.release()
    assert lock.try_acquire()


def test_a_waiter_cancelled_as_it_gets_the_lock_hands_it_on_in_asyncio() -> None:
    from httpx_transports._backends.asyncio import AsyncioBackend

    async def main() -> bool:
        lock = AsyncioBackend().lock()
        await lock.acquire()
        task = asyncio.ensure_future(lock.acquire())
        await asyncio.sleep(0)
        lock.release()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return lock.try_acquire()

    assert asyncio.run(main())


async def test_a_backend_sleeps_and_runs_what_blocks(colour: Colour) -> None:
    from time import monotonic

    backend = colour.backend()
    start = monotonic()
    await backend.sleep(0.02)
    assert 0.019 <= monotonic() - start
    await backend.sleep(-1)
    thread = await backend.run_blocking(threading.get_ident)
    assert (thread == threading.get_ident()) is not colour.is_async


async def test_streams_belong_to_the_loop_or_the_process(colour: Colour) -> None:
    owner = colour.backend().owner()
    if colour.name == "sync":
        assert os.getpid() == owner
    elif colour.name == "asyncio":
        assert asyncio.get_running_loop() is owner
    else:
        import trio

        assert trio.lowlevel.current_trio_token() is owner


async def test_the_current_backend_is_that_of_the_task(async_colour: Colour) -> None:
    assert async_colour.name == current_backend().name
    assert current_backend() is current_backend()


async def test_the_task_is_known_to_an_old_trio_as_well(
    async_colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    import trio

    # trio has it since 0.29, and a program may hold an older one that it imported for something else.
    monkeypatch.delattr(trio.lowlevel, "in_trio_task", raising=False)
    assert async_colour.name == current_backend().name


def test_a_trio_that_another_thread_is_importing_does_not_matter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "trio", ModuleType("trio"))

    async def name() -> str:
        return current_backend().name

    assert "asyncio" == asyncio.run(name())


def test_without_an_event_loop_there_is_no_current_backend() -> None:
    with pytest.raises(RuntimeError, match="needs a running event loop"):
        current_backend()


def test_the_trio_backend_on_asyncio_belongs_to_the_loop() -> None:
    from httpx_transports._backends.trio import TrioBackend

    async def main() -> bool:
        return TrioBackend().owner() is asyncio.get_running_loop()

    assert asyncio.run(main())


def test_trio_as_the_guest_of_asyncio_is_seen_as_trio() -> None:
    import trio

    names: list[str] = []

    async def guest() -> None:
        names.append(current_backend().name)

    async def host() -> None:
        done = asyncio.get_running_loop().create_future()
        trio.lowlevel.start_guest_run(
            guest,
            run_sync_soon_threadsafe=asyncio.get_running_loop().call_soon_threadsafe,
            done_callback=lambda outcome: done.set_result(outcome),
            host_uses_signal_set_wakeup_fd=True,
        )
        outcome = await done
        outcome.unwrap()
        names.append(current_backend().name)

    asyncio.run(host())
    assert ["trio", "asyncio"] == names


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("httpx_transports._backends", "socket ssl asyncio anyio trio"),
        ("httpx_transports._backends.blocking", "ssl asyncio anyio trio"),
        ("httpx_transports._backends.asyncio", "anyio trio certifi"),
        ("httpx_transports._backends.scripted", "asyncio anyio trio certifi"),
        ("httpx_transports._tls", "ssl asyncio anyio trio certifi"),
    ],
)
def test_a_backend_imports_nothing_of_the_others(module: str, absent: str) -> None:
    code = (
        f"import sys\nbefore = set(sys.modules)\nimport {module}\n"
        f"print(sorted(set({absent.split()!r}) & (sys.modules.keys() - before)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "[]" == result.stdout.strip()

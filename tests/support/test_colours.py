"""The colour fixture itself: what it runs, gathers and cancels."""

from __future__ import annotations

import itertools
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.colours import Colour


async def test_a_test_runs_in_the_colour_it_was_given(colour):
    import sys

    if colour.name == "trio":
        trio = sys.modules["trio"]
        assert trio.lowlevel.current_trio_token()
    elif colour.name == "asyncio":
        import asyncio

        assert asyncio.get_running_loop().is_running()
    await colour.checkpoint()


async def test_calls_made_concurrently_overlap_and_return_in_order(colour):
    both = threading.Barrier(2, timeout=10)

    async def call(value):
        await colour.in_thread(both.wait)
        return value

    assert [1, 2] == await colour.concurrently(lambda: call(1), lambda: call(2))


async def test_the_first_failure_of_concurrent_calls_is_raised(colour):
    async def fail():
        await colour.checkpoint()
        raise LookupError("expected")

    async def succeed():
        await colour.checkpoint()

    with pytest.raises(LookupError, match="expected"):
        await colour.concurrently(succeed, fail)


async def test_a_call_is_cancelled_once_at_each_point_where_it_suspends(async_colour):
    steps = []

    async def call():
        try:
            for step in range(3):
                steps.append(step)
                await async_colour.checkpoint()
            steps.append("end")
        finally:
            steps.append("cleaned")

    for n in itertools.count(1):
        if await async_colour.cancel_at(n, call):
            break
    assert 4 == n
    assert [0, "cleaned", 0, 1, "cleaned", 0, 1, 2, "cleaned", 0, 1, 2, "end", "cleaned"] == steps


async def test_what_a_call_raises_leaves_cancel_at(async_colour):
    async def call():
        raise LookupError("expected")

    with pytest.raises(LookupError, match="expected"):
        await async_colour.cancel_at(1, call)


async def test_an_event_of_another_thread_is_waited_for(colour):
    event = threading.Event()
    timer = threading.Timer(0.01, event.set)
    timer.start()
    await colour.wait(event)
    timer.join()


examples = []


@given(number=st.integers())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_property_runs_in_its_colour(colour, number):
    await colour.checkpoint()
    examples.append((colour.name, number))


def test_every_example_of_a_property_was_run():
    assert {"sync", "asyncio", "trio"} == {name for name, _ in examples}
    assert len({number for _, number in examples}) > 10


def test_a_sync_test_that_suspends_fails():
    class Suspends:
        def __await__(self):
            yield

    async def body():
        await Suspends()

    with pytest.raises(AssertionError, match="suspended on the sync side"):
        Colour("sync").run(body)


def test_a_coroutine_test_without_a_colour_fails(pytestconfig):
    class Item:
        funcargs: dict[str, object] = {}

        @staticmethod
        async def obj():
            raise AssertionError("never run")

    with pytest.raises(pytest.fail.Exception, match="needs the fixture `colour`"):
        pytestconfig.pluginmanager.hook.pytest_pyfunc_call(pyfuncitem=Item)


async def test_a_client_of_each_colour_is_called_alike(colour, server, no_leaks):
    async with colour.client(base_url=server.url, transport=colour.transport()) as client:
        response = await client.post("/upload", content=colour.body([b"a", b"b"]))
        assert 2 == response.json()["length"]
        async with client.stream("GET", "/lines/2") as response:
            assert ['{"line": 0}', '{"line": 1}'] == [
                line async for line in colour.iter_lines(response)
            ]
        request = client.build_request("GET", "/status/204")
        response = await client.send(request, stream=True)
        await colour.close(response)
        assert (204, False) == (response.status_code, client.is_closed)
    assert client.inner.is_closed

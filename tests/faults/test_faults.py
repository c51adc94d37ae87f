"""A short run of the fault injection; `hatch run faults:run --seeds 5000` is the long one.

Each run asserts all of it: the right answer or a documented exception for every call, in time, with
nothing left behind, and the same client well again when the faults have stopped.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from tests.faults.plan import COLOURS, PROTOCOLS, PROXIES, SERVERS, make_plan
from tests.faults.run import explain, run_seeds, warm_up
from tests.faults.world import World

SEEDS = 150
PARTS = 5


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as world:
        warm_up(world)
        yield world
        gc.unfreeze()


@pytest.mark.parametrize("part", range(PARTS))
def test_every_call_ends_rightly_whatever_the_network_does(world: World, part: int) -> None:
    size = SEEDS // PARTS
    table, failed = run_seeds(range(part * size, (part + 1) * size), world)
    told = "\n".join(explain(report) for report in failed)
    assert not failed, f"\n{told}"
    # Faults that never strike, or calls that never succeed, would prove nothing.
    assert size < table.rows["all"]["right"]
    assert size / 4 < sum(table.struck.values())


def test_a_seed_is_the_same_plan_everywhere() -> None:
    assert make_plan(7) == make_plan(7)
    assert (
        "seed 7: trio, https1, server own, proxy socks5, at most 2 connections, limit 0.4 s, "
        "total limit none"
    ) == make_plan(7).describe().split("\n")[0]


def test_the_plans_of_the_short_run_have_something_of_everything() -> None:
    plans = [make_plan(seed) for seed in range(SEEDS)]
    assert set(COLOURS) == {plan.colour for plan in plans}
    assert set(PROTOCOLS) == {plan.protocol for plan in plans}
    assert set(SERVERS) == {plan.server for plan in plans}
    assert set(PROXIES) == {plan.proxy for plan in plans}
    calls = [call for plan in plans for calls in plan.workers for call in calls]
    assert {"none", "small", "100 KB", "streamed", "multipart"} == {call.sent for call in calls}
    assert {"whole", "streamed", "early"} == {call.reading for call in calls}
    assert 7 == len({call.method for call in calls})
    assert 7 == len({call.kind for call in calls})

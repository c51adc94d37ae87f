"""The commands of the fault runs.

    python -m tests.faults.run --seeds 5000            # seeds 0 to 4999; a table at the end
    python -m tests.faults.run --seeds 100 --first 700
    python -m tests.faults.run --replay 17             # one seed, its plan and what came of it

A seed that fails is printed with its plan and with the command that runs it again. Exit status 1 if any
failed.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import os
import sys
import threading
import time
import warnings
from collections import Counter, defaultdict

from tests.faults.plan import COLOURS, PROTOCOLS, Plan, make_plan
from tests.faults.trial import Report, run_trial
from tests.faults.world import World

STUCK = 60.0
"""Seconds after which a run that does not end is told, with where every thread is, and ends the process."""

CALLS = ("right", "timeouts", "errors", "altered", "given up", "WRONG", "HANG")


class Table:
    """The summary: runs and outcomes of calls by protocol and colour."""

    def __init__(self) -> None:
        self.rows: dict[str, Counter[str]] = defaultdict(Counter)
        self.problems = 0
        self.struck: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()

    def add(self, report: Report) -> None:
        plan = report.plan
        leaks = sum(problem.startswith("LEAK") for problem in report.problems)
        for row in (plan.protocol, plan.colour, "all"):
            counts = self.rows[row]
            counts["runs"] += 1
            counts["leaks"] += leaks
            for outcome, count in report.outcomes.items():
                counts["calls"] += count
                counts[_column(outcome)] += count
        # What is seen after the calls and in what the servers received is wrong too.
        later = sum(problem.startswith("WRONG") for problem in report.problems)
        self.rows["all"]["WRONG"] += later - report.outcomes["WRONG"]
        self.problems += bool(report.problems)
        self.struck.update(fault.kind for fault in report.struck)
        self.errors.update({o: n for o, n in report.outcomes.items() if o not in CALLS})

    def show(self) -> str:
        columns = ("runs", "calls", *CALLS, "leaks")
        lines = [f"{'':8}" + "".join(f"{name:>10}" for name in columns)]
        for row in (*PROTOCOLS, *COLOURS, "all"):
            counts = self.rows[row]
            lines.append(f"{row:8}" + "".join(f"{counts[name]:>10}" for name in columns))
        struck = ", ".join(f"{kind} {count}" for kind, count in self.struck.most_common())
        errors = ", ".join(f"{name} {count}" for name, count in self.errors.most_common())
        return "\n".join([*lines, f"faults that struck: {struck}", f"exceptions: {errors}"])


def _column(outcome: str) -> str:
    if outcome in CALLS:
        return outcome
    return "timeouts" if outcome.endswith("Timeout") else "errors"


def explain(report: Report) -> str:
    """All about a run: its plan, what struck, what came of it, and how to run it again."""
    lines = [
        report.plan.describe(),
        *[f"  struck: {fault}" for fault in report.struck],
        f"  outcomes: {dict(report.outcomes)} in {report.seconds:.1f} s",
        *[f"  {problem}" for problem in report.problems],
        f"  again: {again(report.plan)}",
    ]
    return "\n".join(lines)


def _give_up(plan: Plan) -> None:
    """End the process: a run that holds up its thread can be ended in no other way."""
    stream = sys.__stderr__
    print(
        f"STUCK for {STUCK:.0f} s, again: {again(plan)}\n{plan.describe()}", file=stream, flush=True
    )
    faulthandler.dump_traceback(file=stream)
    os._exit(1)


def again(plan: Plan) -> str:
    """The command that runs a plan again."""
    return f"hatch run faults:replay {plan.seed}"


def run_seeds(seeds: range, world: World, *, say: bool = False) -> tuple[Table, list[Report]]:
    """Run seeds one after the other; the reports are those that failed."""
    table, failed = Table(), []
    shown = time.monotonic()
    for done, seed in enumerate(seeds, 1):
        plan = make_plan(seed)
        guard = threading.Timer(STUCK, _give_up, [plan])
        guard.start()
        try:
            report = run_trial(plan, world)
        finally:
            guard.cancel()
            guard.join()
        table.add(report)
        if report.problems:
            failed.append(report)
            if say:
                print(explain(report), flush=True)
        if say and time.monotonic() - shown > 20:
            shown = time.monotonic()
            print(f"... {done} of {len(seeds)}, {len(failed)} failed", flush=True)
    return table, failed


def warm_up(world: World) -> None:
    """Let all be imported and made that is made once, and leave it out of later counts."""
    run_seeds(range(-12, 0), world)
    gc.collect()
    gc.freeze()


def memory() -> float:
    """What the process holds in memory now, in MB; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * 4096 / 1e6
    except OSError:
        return 0.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="hatch run faults:run")
    add = parser.add_argument
    add("--seeds", type=int, default=200, help="how many")
    add("--first", type=int, default=0, help="the first one")
    add("--replay", type=int, metavar="SEED", help="run one seed and tell all about it")
    add("--server", choices=("nginx", "own"), default="nginx", help="own: leave nginx out")
    options = parser.parse_args()
    warnings.simplefilter("error")
    with World(use_nginx=options.server == "nginx") as world:
        print(f"server: {'nginx ' + world.nginx.version if world.nginx else 'our own'}", flush=True)
        warm_up(world)
        if options.replay is not None:
            report = run_trial(make_plan(options.replay), world)
            print(explain(report))
            return bool(report.problems)
        first, blocks, began = memory(), sys.getallocatedblocks(), time.monotonic()
        seeds = range(options.first, options.first + options.seeds)
        table, failed = run_seeds(seeds, world, say=True)
        print(table.show())
        print(
            f"{len(seeds)} runs in {time.monotonic() - began:.0f} s, {len(failed)} failed; "
            f"memory {first:.1f} MB before, {memory():.1f} MB after, "
            f"{(sys.getallocatedblocks() - blocks) / len(seeds):+.1f} blocks a run"
        )
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())

"""The soak: mixed load on one client of each kind while its servers restart, and flat figures all the while.

    python -m tests.faults.soak --minutes 30

Sockets, threads, Python's memory blocks and the memory of the process are sampled; they are flat when
the last quarter of the samples is no higher than the second one, but for a margin. Exit status 1 if
they are not, if an answer was wrong, or if a request was lost that should have been sent again.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path
from typing import NamedTuple

from tests.faults.plan import COLOURS
from tests.faults.restarting import Restarting
from tests.faults.run import memory
from tests.faults.soak_load import Load
from tests.support.leaks import sockets

SAMPLES = 40


class Sample(NamedTuple):
    """Figures of the process, servers and clients together."""

    sockets: int
    threads: int
    blocks: int
    megabytes: float


# By how much the last quarter may be higher: connections and handlers come and go, caches fill up,
# and the allocator keeps what threads have used.
MARGINS = Sample(sockets=25, threads=25, blocks=40_000, megabytes=25.0)


class Soak:
    """One soak. `report()` after `run()` tells all; `problems` is empty when all is as it must be."""

    def __init__(self, seconds: float, every: float, workers: int) -> None:
        self.seconds = seconds
        self.problems: list[str] = []
        self.samples: list[Sample] = []
        self.loads: list[Load] = []
        self._every = every
        self._workers = workers
        self._over = threading.Event()

    def run(self) -> None:
        with tempfile.TemporaryDirectory() as folder, Restarting(Path(folder)) as servers:
            self.loads = [
                Load(name, servers, seed, self._over.is_set) for seed, name in enumerate(COLOURS)
            ]
            threads = [threading.Thread(target=self._run, args=(load,)) for load in self.loads]
            restarter = threading.Thread(
                target=servers.keep_restarting, args=(self._every, self._over.wait)
            )
            for thread in (*threads, restarter):
                thread.start()
            try:
                self._watch()
            finally:
                self._over.set()
                for thread in (*threads, restarter):
                    thread.join(60)
            stuck = [thread.name for thread in (*threads, restarter) if thread.is_alive()]
            self.restarts = {
                name: len(restarts) for name, restarts in sorted(servers.restarts.items())
            }
        self.problems += [f"still at work: {stuck}"] if stuck else []
        for load in self.loads:
            self.problems += load.problems
        self.problems += self._what_is_not_flat()

    def _run(self, load: Load) -> None:
        try:
            _run_for_long(load, self._workers)
        except BaseException as exc:
            self.problems.append(f"{load.name}: the load itself failed: {exc!r}")

    def _watch(self) -> None:
        end = time.monotonic() + self.seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, self.seconds / SAMPLES))
            gc.collect()
            self.samples.append(
                Sample(len(sockets()), threading.active_count(), sys.getallocatedblocks(), memory())
            )

    def quarters(self) -> tuple[Sample, Sample]:
        """The medians of the second and of the last quarter of the samples."""
        size = max(1, len(self.samples) // 4)
        second, last = self.samples[size : 2 * size], self.samples[-size:]
        medians = [
            Sample(*(statistics.median(values) for values in zip(*part, strict=True)))  # type: ignore[arg-type]  # medians of whole numbers may be halves
            for part in (second, last)
        ]
        return medians[0], medians[1]

    def _what_is_not_flat(self) -> list[str]:
        second, last = self.quarters()
        return [
            f"{name} grow: {before} in the second quarter, {after} in the last"
            for name, before, after, margin in zip(
                Sample._fields, second, last, MARGINS, strict=True
            )
            if after > before + margin
        ]

    def report(self) -> str:
        second, last = self.quarters()
        lines = [f"{self.seconds:.0f} s, restarts {self.restarts}"]
        lines += [f"{load.name}: {dict(load.counts.most_common())}" for load in self.loads]
        lines += [f"second quarter: {second}", f"last quarter:   {last}"]
        lines += [f"  {problem}" for problem in self.problems[:50]]
        lines.append(f"{len(self.problems)} problems")
        return "\n".join(lines)


def _run_for_long(load: Load, workers: int) -> None:
    """As `Colour.run`, without the limits that tests have."""
    if load.name == "sync":
        # Its own threads, each of which the load keeps until it is over.
        load._colour.run(lambda: load.run(workers))
    elif load.name == "asyncio":
        import asyncio

        asyncio.run(load.run(workers))
    else:
        import trio

        trio.run(load.run, workers)


def main() -> int:
    parser = argparse.ArgumentParser(prog="hatch run faults:soak")
    add = parser.add_argument
    add("--minutes", type=float, default=30.0, help="how long, 30 unless told")
    add("--every", type=float, default=3.0, help="seconds between two restarts")
    add("--workers", type=int, default=6, help="at each client")
    options = parser.parse_args()
    warnings.simplefilter("error")
    soak = Soak(options.minutes * 60, options.every, options.workers)
    soak.run()
    print(soak.report())
    return bool(soak.problems)


if __name__ == "__main__":
    sys.exit(main())

"""The models of httpx-core beside those of httpx 0.28.1: ratios of their speed, and of import times.

    hatch run bench:core [--rounds N] [--reference PYTHON] [--check]

httpx 0.28.1 lives in a virtual environment of its own, made at the first run in the user's cache
folder, unless `--reference` names an interpreter that has it. Each round starts one process for each
side, in turn, so that both meet the same moods of the machine. A figure is the median over the
rounds; a ratio is the median of the rounds' ratios, above 1 where ours is faster. With `--check` the
exit code is 1 when a ratio is below its goal.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from environments import python_of

REFERENCE = "httpx==0.28.1"

# What is measured, and how many times faster than httpx 0.28.1 it must be.
GOALS: dict[str, float] = {
    "URL, seen string": 20,
    "URL, new string": 2,
    "URL with params": 1,
    "URL.join": 1,
    "QueryParams": 1,
    "Headers of 5 raw pairs": 1,
    "Headers lookup": 1,
    "Request(GET)": 5,
    "Request(POST json)": 1,
    "Response of raw headers and content": 3,
    "iter_bytes of 10 MB gzip": 1,
}
IMPORT_GOALS = {"import httpx_core": 2.0, "import httpx": 2.0}

PAIRS = [
    (b"Date", b"Mon, 23 Nov 2026 12:00:00 GMT"),
    (b"Server", b"nginx"),
    (b"Content-Type", b"text/plain; charset=utf-8"),
    (b"Content-Length", b"13"),
    (b"Connection", b"keep-alive"),
]
URL = "https://www.example.org/some/path?a=1&b=2"
SECONDS = 0.05  # how long a case runs in a repetition, about
REPETITIONS = 5


def cases(module: Any) -> dict[str, Callable[[], object]]:
    """What is measured, over the names of `httpx` or of `httpx_core`, which are the same."""
    new_strings = (f"https://www.example.org/some/path/{number}?a=1" for number in range(10**9))
    base = module.URL(URL)
    headers = module.Headers(PAIRS)
    compressed = gzip.compress(b"".join(b"%d: a line of text\n" % n for n in range(420_000)), 6)
    chunks = [compressed[start : start + 65536] for start in range(0, len(compressed), 65536)]

    def decode() -> None:
        response = module.Response(200, headers={"Content-Encoding": "gzip"}, content=iter(chunks))
        for _ in response.iter_bytes():
            pass

    return {
        "URL, seen string": lambda: module.URL(URL),
        "URL, new string": lambda: module.URL(next(new_strings)),
        "URL with params": lambda: module.URL(URL, params={"c": "3", "d": "four"}),
        "URL.join": lambda: base.join("../other?x=1"),
        "QueryParams": lambda: module.QueryParams({"a": "1", "b": ["2", "3"], "c": "four"}),
        "Headers of 5 raw pairs": lambda: module.Headers(PAIRS),
        "Headers lookup": lambda: headers["content-type"],
        "Request(GET)": lambda: module.Request("GET", URL),
        "Request(POST json)": lambda: module.Request("POST", URL, json={"name": "value", "n": 1}),
        "Response of raw headers and content": lambda: module.Response(
            200, headers=PAIRS, content=b"Hello, world!"
        ),
        "iter_bytes of 10 MB gzip": decode,
    }


def measure(run: Callable[[], object]) -> float:
    """Return the seconds of one call, the best of several repetitions."""
    run()
    start = time.perf_counter()
    run()
    calls = max(1, int(SECONDS / (time.perf_counter() - start)))
    best = float("inf")
    for _ in range(REPETITIONS):
        start = time.perf_counter()
        for _ in range(calls):
            run()
        best = min(best, time.perf_counter() - start)
    return best / calls


def work(name: str) -> None:
    """Measure every case over the module of that name, and print the seconds as JSON."""
    module = importlib.import_module(name)
    print(json.dumps({case: measure(run) for case, run in cases(module).items()}))


def output(*command: str) -> str:
    # Without PYTHONDONTWRITEBYTECODE, by which an edited module would be compiled at every import.
    environment = {name: os.environ[name] for name in os.environ if not name.startswith("PYTHON")}
    shown = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return shown.stdout


def import_seconds(python: str, name: str) -> float:
    code = f"import time; t = time.perf_counter(); import {name}; print(time.perf_counter() - t)"
    return float(output(python, "-c", code))


def reference_python(given: str | None) -> str:
    """Return an interpreter that has httpx 0.28.1; its environment is made when there is none."""
    return given or python_of("httpx")


def rounds_of_cases(reference: str, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Return, by case, the seconds of the reference and ours in each round."""
    results: dict[str, list[tuple[float, float]]] = {case: [] for case in GOALS}
    sides = [(reference, "httpx"), (sys.executable, "httpx_core")]
    for number in range(rounds):
        measured = {}
        for python, name in sides if number % 2 else reversed(sides):
            measured[name] = json.loads(output(python, __file__, "--work", name))
        for case, pairs in results.items():
            pairs.append((measured["httpx"][case], measured["httpx_core"][case]))
    return results


def rounds_of_imports(reference: str, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Return, by import, the seconds of `import httpx` in the reference and ours in each round."""
    results: dict[str, list[tuple[float, float]]] = {case: [] for case in IMPORT_GOALS}
    for number in range(rounds * 4 + 1):
        for case, pairs in results.items():
            pair = (
                import_seconds(reference, "httpx"),
                import_seconds(sys.executable, case.removeprefix("import ")),
            )
            if number:  # the first one compiles, or reads the disk
                pairs.append(pair)
    return results


def report(results: dict[str, list[tuple[float, float]]], goals: dict[str, float]) -> bool:
    """Print the figures, and say whether every goal is met."""
    is_met = True
    for case, pairs in results.items():
        theirs, ours = (statistics.median(side) * 1e6 for side in zip(*pairs, strict=True))
        ratio = statistics.median(pair[0] / pair[1] for pair in pairs)
        is_enough = ratio >= goals[case]
        is_met = is_met and is_enough
        verdict = "" if is_enough else "  MISSED"
        print(f"{case:38}{theirs:14,.2f}{ours:14,.2f}{ratio:9.2f}{goals[case]:7g}{verdict}")
    return is_met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--reference", metavar="PYTHON", help="an interpreter that has httpx 0.28.1"
    )
    parser.add_argument("--check", action="store_true", help="exit code 1 when a goal is missed")
    parser.add_argument("--work", metavar="MODULE", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        work(arguments.work)
        return 0
    reference = reference_python(arguments.reference)
    print(f"Python {sys.version.split()[0]}, {arguments.rounds} rounds, microseconds\n")
    print(f"{'':38}{REFERENCE:>14}{'ours':>14}{'ratio':>9}{'goal':>7}")
    is_met = report(rounds_of_cases(reference, arguments.rounds), GOALS)
    is_met &= report(rounds_of_imports(reference, arguments.rounds), IMPORT_GOALS)
    return 1 if arguments.check and not is_met else 0


if __name__ == "__main__":
    sys.exit(main())

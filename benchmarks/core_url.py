"""Time URL and QueryParams beside httpx 0.28.1, interleaved in one run.

    python benchmarks/core_url.py --reference <python of an environment with httpx 0.28.1>

prints microseconds for each case in both, and their ratio. Without `--reference` it times
whichever of the two is installed and prints JSON.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import timeit
from collections.abc import Callable

ROUNDS = 5
CALLS = 2000


def cases() -> dict[str, Callable[[], object]]:
    try:
        from httpx_core import URL, QueryParams
    except ImportError:
        from httpx import URL, QueryParams  # the reference

    number = itertools.count()
    seen = "https://www.example.org:8443/path/to/thing?a=1&b=two#top"
    base = URL("https://www.example.org/path/to/thing?a=1")
    mapping = {"a": 1, "b": "two", "c": "hello world", "d": ["x", "y"]}
    params = QueryParams(mapping)
    return {
        "URL, seen": lambda: URL(seen),
        "URL, new path": lambda: URL(f"https://www.example.org/{next(number)}?a=1&b=two"),
        "URL, new host": lambda: URL(f"https://w{next(number)}.example.org/path?a=1&b=two"),
        "URL, new, to encode": lambda: URL(f"https://w{next(number)}.example.org/pa th/é?a= b"),
        "URL with params": lambda: URL(seen, params=mapping),
        "URL, new, with params": lambda: URL(f"https://example.org/{next(number)}", params=mapping),
        "join, seen": lambda: base.join("../x/y"),
        "join, new": lambda: base.join(f"../x/{next(number)}"),
        "copy_with path": lambda: base.copy_with(path="/x"),
        "URL == str": lambda: base == "https://www.example.org/path/to/thing?a=1",
        "QueryParams(str)": lambda: QueryParams("a=1&b=two&c=hello%20world&d=caf%C3%A9"),
        "QueryParams(dict)": lambda: QueryParams(mapping),
        "str(QueryParams)": lambda: str(params),
        "QueryParams.merge": lambda: params.merge({"a": "2"}),
    }


def measure() -> dict[str, float]:
    """Return the best microseconds a call of each case."""
    return {
        name: min(timeit.repeat(call, number=CALLS, repeat=ROUNDS)) / CALLS * 1e6
        for name, call in cases().items()
    }


def run(python: str) -> dict[str, float]:
    shown = subprocess.run([python, __file__], capture_output=True, text=True, check=True).stdout
    times: dict[str, float] = json.loads(shown)
    return times


def compare(reference: str) -> None:
    best: dict[str, dict[str, float]] = {reference: {}, sys.executable: {}}
    for _ in range(3):
        for python, times in best.items():
            for name, time in run(python).items():
                times[name] = min(time, times.get(name, time))
    print(f"{'case':24}{'0.28.1':>9}{'ours':>9}{'ratio':>8}")
    for name, ours in best[sys.executable].items():
        theirs = best[reference][name]
        print(f"{name:24}{theirs:9.2f}{ours:9.2f}{theirs / ours:7.1f}x")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--reference", help="a python that has httpx 0.28.1 and not httpx_core")
    arguments = parser.parse_args()
    if arguments.reference:
        compare(arguments.reference)
    else:
        print(json.dumps(measure()))

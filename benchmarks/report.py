"""Tables of a run's figures, in Markdown; and docs/performance.md, whose figures come from here.

    hatch run bench:report FILE.json [--write]

prints the tables of a run that was kept with `bench:run --json FILE.json`, or writes them between the
two marks of docs/performance.md and leaves what was written by hand around them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import Any

from workloads import WORKLOADS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
START = "<!-- figures: written by bench:report -->"
END = "<!-- end of figures -->"
FLOORS = ("raw", "raw-asyncio")
SCALE = {"µs": 1e6, "ms": 1e3}

Rounds = list[dict[str, float]]


def tables(document: dict[str, Any]) -> str:
    """Return all that is shown of a run: the machine, a summary, and a table for each workload."""
    machine = document["machine"]
    lines = [
        f"{document['date']}. {machine['processor']}; {machine['system']}; {machine['python']}.",
        f"Server {document['server']}; CPUs of server and client: {document['cpus']}.",
        f"{document['rounds']} rounds.",
        "",
        f"Command: `{document['command']}`",
        "",
        *summary(document["results"]),
    ]
    for name, results in document["results"].items():
        if results:
            lines += ["", *table(name, results)]
    lines += ["", "Versions:", ""]
    lines += [f"- {peer}: {what}" for peer, what in document["versions"].items()]
    if document["notes"]:
        lines += ["", "Left out:", ""]
        lines += [f"- {note}" for note in document["notes"]]
    return "\n".join(lines)


def median(rounds: Rounds, key: str) -> float:
    return statistics.median(figures[key] for figures in rounds)


def ratio(theirs: Rounds, ours: Rounds, key: str) -> float:
    """Return how many times more the first costs: the median of the rounds' own ratios."""
    pairs = zip(theirs, ours, strict=False)
    return statistics.median(a[key] / b[key] if b[key] > 0 else float("nan") for a, b in pairs)


def times(theirs: Rounds, ours: Rounds, key: str) -> str:
    """Return the ratio as it is shown; "-" where there is nothing to divide by."""
    value = ratio(theirs, ours, key)
    return "-" if value != value else f"{shown(value)}×"  # noqa: RUF001 # a ratio


def key_of(name: str) -> str:
    return "kib" if WORKLOADS[name].unit == "KiB" else "cpu"


def shown(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def best_peer(results: dict[str, Rounds], key: str) -> str | None:
    """Return the client, not ours and no floor, that costs least."""
    peers = [peer for peer in results if not peer.startswith("ours") and peer not in FLOORS]
    return min(peers, key=lambda peer: median(results[peer], key), default=None)


def summary(all_results: dict[str, dict[str, Rounds]]) -> list[str]:
    """Return one line a workload: ours, and how many times more the others cost."""
    lines = [
        "| workload | ours | httpx 0.28.1 takes | best peer takes | ours over the floor |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, results in all_results.items():
        ours = WORKLOADS[name].ours
        if ours not in results:
            continue
        key, unit = key_of(name), WORKLOADS[name].unit
        cells = [shown(median(results[ours], key) * SCALE.get(unit, 1)) + f" {unit}"]
        has_httpx = "httpx" in results
        cells.append(times(results["httpx"], results[ours], key) if has_httpx else "-")
        best = best_peer(results, key)
        cells.append(f"{times(results[best], results[ours], key)} ({best})" if best else "-")
        floor = next((peer for peer in FLOORS if peer in results), None)
        cells.append(times(results[ours], results[floor], key) if floor else "-")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def table(name: str, results: dict[str, Rounds]) -> list[str]:
    """Return the table of one workload, the cheapest client first, and "-" for those without it."""
    work = WORKLOADS[name]
    key, scale = key_of(name), SCALE.get(work.unit, 1)
    is_memory = key == "kib"
    what = "memory" if is_memory else f"CPU {work.unit}"
    second = "" if is_memory else f" wall {work.unit} |"
    lines = [
        f"### {name}",
        "",
        f"| client | {what}{' KiB' if is_memory else ''} |{second} over ours | least to most |",
        f"| --- | ---: |{'' if is_memory else ' ---: |'} ---: | ---: |",
    ]
    for peer in sorted(results, key=lambda peer: median(results[peer], key)):
        rounds = results[peer]
        values = sorted(figures[key] * scale for figures in rounds)
        cells = [peer, shown(median(rounds, key) * scale)]
        if not is_memory:
            cells.append(shown(median(rounds, "wall") * scale))
        is_there = work.ours in results
        cells.append(times(rounds, results[work.ours], key) if is_there else "-")
        cells.append(f"{shown(values[0])} to {shown(values[-1])}")
        lines.append(f"| {' | '.join(cells)} |")
    columns = 3 if is_memory else 4
    for peer in (work.ours, *work.peers):
        if peer not in results:
            lines.append(f"| {peer} |{' - |' * columns}")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="hatch run bench:report", description="The tables of a run's figures, in Markdown."
    )
    parser.add_argument("file", type=Path, help="what `bench:run --json FILE.json` kept")
    parser.add_argument("--write", action="store_true", help="put them into docs/performance.md")
    arguments = parser.parse_args()
    try:
        figures = json.loads(arguments.file.read_text())
    except (OSError, ValueError) as exc:
        parser.error(f"{arguments.file} cannot be read: {exc}")
    text = tables(figures)
    if not arguments.write:
        print(text)
        return 0
    page = PAGE.read_text()
    before, _, rest = page.partition(START)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{START}\n\n{text}\n\n{END}{after}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

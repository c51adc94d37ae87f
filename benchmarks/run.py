"""The benchmark: our client beside its peers, over one server, on one machine, in one run.

    hatch run bench:run [--only NAME] [--core] [--rounds N] [--peers ours,httpx,...] [--quick]

Each measurement is a process of its own. A round measures every client once at every workload; the
order is shuffled anew in each round, from a seed that is printed. The figure to trust is the CPU time
of the client's process for one request, user and system, without the warm-up. Ratios are taken within
a round, and their median is shown. The server counts what it sent: a client that claims another
number of answers fails the run.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from answers import size_on_the_wire
from environments import PEERS, InstallError, python_of
from report import tables
from servers import Counts, Server, pin, running
from snippets import FIRST_REQUEST, IMPORT
from workloads import WORKLOADS, Workload

HERE = Path(__file__).resolve().parent
LIMIT = 120  # seconds for one measurement; a client that hangs is told so


class Failure(Exception):
    """A measurement that gave no figure, and why."""


class Missing(Exception):
    """The client cannot do what the workload asks."""


def measured(
    work: Workload, peer: str, python: str, server: Server | None, seconds: float
) -> dict[str, float]:
    """Measure one client at one workload, once, and hold its claim against the server's counters.

    Returns the requests made and what one cost: `cpu` and `wall` in seconds, or `kib`.
    """
    if work.shape == "import":
        return import_time(PEERS[peer].library, python)
    if server is not None:
        server.reset()
    if work.shape == "start":
        assert server is not None
        result = first_request(peer, python, server)
    else:
        result = from_worker(work, peer, python, server, seconds)
    if server is not None:
        check(work, int(result["requests"]), server.settled(int(result["requests"])))
    return result


def from_worker(
    work: Workload, peer: str, python: str, server: Server | None, seconds: float
) -> dict[str, float]:
    task = {
        "workload": work.name,
        "adapter": PEERS[peer].adapter,
        "library": PEERS[peer].library,
        "base": "" if server is None else server.https if work.tls else server.http,
        "ca_file": "" if server is None else server.ca_file,
        "seconds": seconds,
    }
    result: dict[str, Any] = json.loads(output([python, str(HERE / "worker.py"), json.dumps(task)]))
    if "missing" in result:
        raise Missing(result["missing"])
    return result


def import_time(library: str, python: str) -> dict[str, float]:
    """Return the median of three imports, after one that may read the disk or compile."""
    times = []
    for _ in range(4):
        shown = output([python, "-c", IMPORT.format(library=library)])
        times.append([float(word) for word in shown.split()])
    cpu, wall = (statistics.median(side) for side in zip(*times[1:], strict=True))
    return {"requests": 0, "measured": 3, "cpu": cpu, "wall": wall}


def first_request(peer: str, python: str, server: Server) -> dict[str, float]:
    """Return what a whole process costs that makes one request, from its start to its end."""
    if peer not in FIRST_REQUEST:
        raise Missing("no program of one request")
    url = server.http + "/small"
    program = FIRST_REQUEST[peer].format(url=url, netloc=url.split("/")[2])
    program += "\nassert len(body) == 13"
    start = time.perf_counter()
    process = subprocess.Popen([python, "-c", program], env=environment())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode:
        raise Failure(f"the program ended with {process.returncode}")
    cpu = usage.ru_utime + usage.ru_stime
    return {"requests": 1, "measured": 1, "cpu": cpu, "wall": wall}


def environment() -> dict[str, str]:
    """Return the environment without what would send a client elsewhere, or let it trust others."""
    unwanted = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    return {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy")
        and not name.startswith("PYTHON")
        and name not in unwanted
    }


def output(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT, env=environment()
        )
    except subprocess.TimeoutExpired:
        raise Failure(f"not done in {LIMIT} seconds") from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        raise Failure(lines[-1][:200])
    return done.stdout


def check(work: Workload, requests: int, counts: Counts) -> None:
    """Raise Failure unless the server saw what the client claims."""
    sent = requests * size_on_the_wire("/small" if work.shape == "start" else work.path)
    if work.shape == "memory" and work.call == "download":
        sent = (requests - 1) * size_on_the_wire("/small") + size_on_the_wire(work.path)
    if counts.requests != requests:
        raise Failure(f"claims {requests} answers, and the server gave {counts.requests}")
    if counts.sent != sent:
        raise Failure(f"claims {sent} bytes, and the server sent {counts.sent}")
    if counts.received < requests * work.sends:
        raise Failure(f"claims to have sent {requests} bodies, and {counts.received} bytes came")


class Run:
    """What is measured in a run, its results, and what went wrong."""

    def __init__(self, plan: dict[str, list[str]], pythons: dict[str, str], seed: int) -> None:
        self.plan = plan
        self.pythons = pythons
        self.random = random.Random(seed)  # an order, not a secret
        self.results: dict[str, dict[str, list[dict[str, float]]]] = {name: {} for name in plan}
        self.notes: dict[str, None] = {}
        self.has_failed = False

    def round(self, servers: dict[bool, Server], seconds: float) -> None:
        names = list(self.plan)
        self.random.shuffle(names)
        for name in names:
            peers = list(self.plan[name])
            self.random.shuffle(peers)
            for peer in peers:
                self.one(WORKLOADS[name], peer, servers, seconds)

    def one(self, work: Workload, peer: str, servers: dict[bool, Server], seconds: float) -> None:
        server = servers[work.needs_own_server] if work.has_server else None
        try:
            result = measured(work, peer, self.pythons[peer], server, seconds)
        except Missing as missing:
            self.plan[work.name].remove(peer)
            self.notes[f"{work.name}: {peer} has none ({missing})"] = None
        except Failure as failure:
            self.notes[f"{work.name}: {peer} FAILED: {failure}"] = None
            self.results[work.name].pop(peer, None)
            self.plan[work.name].remove(peer)
            # A peer that breaks down is told; a claim that the server denies, or we, end in failure.
            self.has_failed |= peer.startswith("ours") or "claims" in str(failure)
        else:
            self.results[work.name].setdefault(peer, []).append(result)


def planned(arguments: argparse.Namespace) -> dict[str, list[str]]:
    """Return the clients to measure, by workload."""
    plan: dict[str, list[str]] = {}
    for name, work in WORKLOADS.items():
        if arguments.only and not any(part.lower() in name.lower() for part in arguments.only):
            continue
        if arguments.core and not work.is_core:
            continue
        peers = [work.ours, *work.peers]
        if arguments.peers == "all":
            ours = [] if work.ours == "ours" else ["ours"]
            peers = [peer for peer in PEERS if not peer.startswith("ours")]
            peers = [work.ours, *ours, *peers]
        elif arguments.peers:
            asked = arguments.peers.split(",")
            if unknown := set(asked) - set(PEERS):
                raise SystemExit(f"No such client: {', '.join(unknown)}; there are {list(PEERS)}")
            peers = [work.ours if peer == "ours" else peer for peer in asked]
        plan[name] = peers
    if not plan:
        raise SystemExit(f"No such workload; there are {list(WORKLOADS)}")
    return plan


def installed(plan: dict[str, list[str]], is_here: bool) -> tuple[dict[str, str], dict[str, None]]:
    """Return the interpreter of each client, and a note for each that does not install."""
    pythons: dict[str, str] = {}
    notes: dict[str, None] = {}
    for peer in dict.fromkeys(peer for peers in plan.values() for peer in peers):
        try:
            is_ours = peer.startswith("ours")
            pythons[peer] = sys.executable if is_ours and is_here else python_of(peer)
        except InstallError as error:
            notes[f"{peer} does not install: {error}"] = None
    for name, peers in plan.items():
        plan[name] = [peer for peer in peers if peer in pythons]
    return pythons, notes


def cpus(choice: str) -> tuple[int | None, int | None]:
    """Return the CPU of the server and that of the clients; None where they are not kept to one."""
    if choice == "any" or not hasattr(os, "sched_getaffinity"):
        return None, None
    allowed = sorted(os.sched_getaffinity(0))
    return (allowed[0] if choice == "apart" else allowed[-1]), allowed[-1]


def machine() -> dict[str, str]:
    processor = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                processor = line.partition(": ")[2]
                break
    except OSError:
        pass
    return {
        "processor": f"{processor}, {os.cpu_count()} CPUs",
        "system": platform.platform(terse=True),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def versions(pythons: dict[str, str]) -> dict[str, str]:
    shown = {}
    for peer in pythons:
        requirements = [part for part in PEERS[peer].requirements if not part.startswith("-e")]
        requirements += [part for part in PEERS[peer].optional if part]
        shown[peer] = ", ".join(requirements) or "the standard library"
    return shown


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    add("--only", action="append", metavar="NAME", help="workloads whose name has this in it")
    add("--core", action="store_true", help="the workloads of docs/performance.md only")
    add("--rounds", type=int, default=5)
    add("--peers", metavar="A,B", help=f"`all`, or some of {', '.join(PEERS)}")
    add("--quick", action="store_true", help="one round of short measurements, to see that it runs")
    add("--seconds", type=float, default=0.4, help="how long a measurement lasts, at least")
    add("--seed", type=int, default=None, help="of the order; printed")
    add("--server", choices=("auto", "nginx", "own"), default="auto")
    add("--cpus", choices=("same", "apart", "any"), default="same", help="server's and clients'")
    add("--here", action="store_true", help="measure ours with this interpreter's packages")
    add("--json", type=Path, metavar="FILE", help="where all figures go")
    add("--list", action="store_true", help="print the workloads and end")
    return parser.parse_args(arguments)


def repeating(arguments: argparse.Namespace, rounds: int, seconds: float, seed: int) -> str:
    """Return the command that does the same again."""
    words = ["bench:run", *(f'--only "{name}"' for name in arguments.only or [])]
    if arguments.core:
        words.append("--core")
    if arguments.peers:
        words.append(f"--peers {arguments.peers}")
    words.append(f"--rounds {rounds} --seconds {seconds:g} --seed {seed} --cpus {arguments.cpus}")
    return " ".join(words)


def main(given: Sequence[str] | None = None) -> int:
    arguments = parsed(given)
    if arguments.list:
        print("\n".join(f"{'core' if w.is_core else '':6}{n}" for n, w in WORKLOADS.items()))
        return 0
    rounds, seconds = (1, 0.02) if arguments.quick else (arguments.rounds, arguments.seconds)
    seed = random.randrange(10**6) if arguments.seed is None else arguments.seed
    plan = planned(arguments)
    pythons, notes = installed(plan, arguments.here)
    run = Run(plan, pythons, seed)
    run.notes.update(notes)
    server_cpu, client_cpu = cpus(arguments.cpus)
    started = time.monotonic()
    with ExitStack() as stack:
        servers = {False: stack.enter_context(running(arguments.server, server_cpu))}
        servers[True] = servers[False]
        if any(WORKLOADS[name].needs_own_server for name in plan) and arguments.server != "own":
            servers[True] = stack.enter_context(running("own", server_cpu))
        pin(client_cpu)
        print(f"seed {seed}, server {servers[False].version}", file=sys.stderr)
        for number in range(rounds):
            run.round(servers, seconds)
            print(
                f"round {number + 1} of {rounds}: {time.monotonic() - started:.0f} s",
                file=sys.stderr,
            )
        document = {
            "date": datetime.date.today().isoformat(),
            "command": repeating(arguments, rounds, seconds, seed),
            "machine": machine(),
            "server": servers[False].version,
            "cpus": arguments.cpus,
            "rounds": rounds,
            "versions": versions(pythons),
            "notes": list(run.notes),
            "results": run.results,
        }
    print(tables(document))
    if arguments.json:
        arguments.json.write_text(json.dumps(document, indent=1) + "\n")
    return 1 if run.has_failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""The benchmark's machinery runs and disbelieves false claims; what it measures is no business here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
PEERS = ["ours", "raw", "http.client"]


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=BENCHMARKS)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The figures of one round of one workload over the suite's own server."""
    file = tmp_path_factory.mktemp("benchmark") / "figures.json"
    options = ["--quick", "--here", "--server", "own", "--cpus", "any", "--json", str(file)]
    done = python("run.py", "--only", "sync GET 13 B", "--peers", ",".join(PEERS), *options)
    assert 0 == done.returncode, done.stderr
    return file


@pytest.fixture
def results(kept: Path) -> dict[str, Any]:
    document = json.loads(kept.read_text())
    assert [] == document["notes"]
    measured: dict[str, Any] = document["results"]["sync GET 13 B"]
    return measured


def test_each_client_is_measured_once_a_round(results: dict[str, Any]) -> None:
    assert dict.fromkeys(PEERS, 1) == {peer: len(rounds) for peer, rounds in results.items()}


@pytest.mark.parametrize("peer", PEERS)
def test_the_warm_up_is_answered_and_not_measured(results: dict[str, Any], peer: str) -> None:
    (figures,) = results[peer]
    assert 50 == figures["requests"] - figures["measured"]


@pytest.mark.parametrize("peer", PEERS)
def test_a_request_costs_time(results: dict[str, Any], peer: str) -> None:
    (figures,) = results[peer]
    assert 0 < figures["wall"] < 1
    assert 0 <= figures["cpu"] < 1


def test_the_report_shows_what_was_kept(kept: Path) -> None:
    shown = python("report.py", str(kept)).stdout
    rows = [line.split("|")[1].strip() for line in shown.splitlines() if line.startswith("| ")]
    assert ["workload", "---", "sync GET 13 B", "client", "---"] == rows[:5]
    assert sorted(PEERS) == sorted(row for row in rows[5:] if row in PEERS)


def test_the_report_says_in_a_sentence_that_a_file_cannot_be_read() -> None:
    done = python("report.py", "nowhere.json")
    assert 2 == done.returncode
    assert "error: nowhere.json cannot be read: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("counts", "complaint"),
    [
        ("1000, 13_000, 0", ""),
        ("999, 12_987, 0", "claims 1000 answers, and the server gave 999"),
        ("1001, 13_013, 0", "claims 1000 answers, and the server gave 1001"),
        ("1000, 12_999, 0", "claims 13000 bytes, and the server sent 12999"),
    ],
)
def test_a_claim_that_the_server_denies_is_a_failure(counts: str, complaint: str) -> None:
    done = python(
        "-c",
        "from run import Counts, Failure, WORKLOADS, check\n"
        f"try: check(WORKLOADS['sync GET 13 B'], 1000, Counts({counts}))\n"
        "except Failure as failure: print(failure)",
    )
    assert (complaint, "") == (done.stdout.strip(), done.stderr)


def test_a_workload_that_is_not_there_is_refused() -> None:
    assert "No such workload" in python("run.py", "--only", "nothing of the kind").stderr


def test_every_client_of_every_workload_is_known() -> None:
    done = python(
        "-c",
        "from run import PEERS, WORKLOADS\n"
        "print([p for w in WORKLOADS.values() for p in (w.ours, *w.peers) if p not in PEERS])",
    )
    assert "[]" == done.stdout.strip()

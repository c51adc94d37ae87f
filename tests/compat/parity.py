"""Makes the same calls on httpx 0.28.1 and on this one, and prints every difference.

    hatch run compat:parity                     all calls; exit code 1 for a difference without a reason
    hatch run compat:parity --reference PYTHON  with an interpreter that has httpx 0.28.1 already

httpx 0.28.1 is installed by pip into an environment that the script makes for itself. The calls are
the expressions of `parity_calls.txt`, evaluated in each environment; an outcome is the value's repr, or
the class of what was raised. Differences that are meant are in `parity_known.txt`, with their reasons.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ["httpx[http2]==0.28.1"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--reference", help="an interpreter with httpx 0.28.1")
    parser.add_argument("--outcomes", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.outcomes:
        from tests.compat.parity_calls import outcomes

        print(json.dumps(outcomes()))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        reference = arguments.reference or install(Path(folder))
        theirs, ours = run(reference), run(sys.executable)
    return report(theirs, ours)


def install(folder: Path) -> str:
    """Make an environment with httpx 0.28.1; returns its interpreter."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *REQUIREMENTS], check=True)
    return str(python)


def run(python: str) -> dict[str, str]:
    """The outcomes of all calls in one environment, by call."""
    done = subprocess.run(
        [python, str(Path(__file__)), "--outcomes"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def reasons() -> dict[str, str]:
    """The reason of each difference that is meant, by call."""
    text = Path(__file__).with_name("parity_known.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {call: reason.strip() for call, reason in zip(lines[::2], lines[1::2], strict=True)}


def report(theirs: dict[str, str], ours: dict[str, str]) -> int:
    known = reasons()
    differences = [call for call in theirs if theirs[call] != ours[call]]
    unexplained = [call for call in differences if call not in known]
    for call in differences:
        print(f"{call}\n    0.28.1: {theirs[call]}\n    ours:   {ours[call]}")
        print(f"    reason: {known.get(call, 'NONE')}")
    stale = [call for call in known if call not in differences]
    for call in stale:
        print(f"No difference any more, or no such call: {call}")
    print(
        f"{len(theirs)} calls, {len(differences)} differences, {len(unexplained)} without a reason"
    )
    return 1 if unexplained or stale else 0


if __name__ == "__main__":
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    raise SystemExit(main())

"""Runs fuzz targets for a while each: guided by coverage where atheris is installed, else at random.

    hatch run fuzz:run [TARGET ...] [--seconds 60] [--seed N] [--keep FOLDER]

Without a target all of them, one after the other. What breaks an invariant is kept in
tests/fuzz/corpus/TARGET/, from where the suite plays it again, and printed with its traceback; the exit
status is then 1. `--keep`: a folder for the inputs that reached something new, to begin with the next time.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import traceback
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from random import randrange
from time import monotonic
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.fuzz.mutations import examples

HERE = Path(__file__).parent
INSTRUMENTED = ["httpx", "httpx_auth", "httpx_core", "httpx_transports"]
MAX_INPUT = 2048  # bytes: longer inputs find little more, and cost more
SLOW = 20  # seconds for one input are a hang


def target_names() -> list[str]:
    return sorted(path.stem for path in (HERE / "targets").glob("*.py"))


def corpus(name: str) -> list[bytes]:
    """The inputs that are kept for a target."""
    return [path.read_bytes() for path in sorted((HERE / "corpus" / name).glob("*"))]


def run_at_random(name: str, seconds: float, seed: int) -> int:
    """Check mutated seeds until the time is up."""
    target = import_module(f"tests.fuzz.targets.{name}")
    count = 0
    until = monotonic() + seconds
    for data in examples([*target.SEEDS, *corpus(name)], target.TOKENS, seed):
        try:
            target.check(data)
        except BaseException:
            traceback.print_exc()
            folder = HERE / "corpus" / name
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"crash-{hashlib.sha1(data).hexdigest()}"
            path.write_bytes(data)
            print(f"{name}: {data!r}\nkept as {path}")
            return 1
        count += 1
        if monotonic() > until:
            break
    print(f"{name}: {count} inputs at random, seed {seed}, none broke the invariant", flush=True)
    return 0


def run_by_coverage(name: str, seconds: float, seed: int, folder: Path) -> int:
    """Have libFuzzer look for inputs in a process of its own, which ends with the first that fails."""
    target = import_module(f"tests.fuzz.targets.{name}")
    grown, kept = folder / name, HERE / "corpus" / name
    for each in (grown, kept):
        each.mkdir(parents=True, exist_ok=True)
    for data in target.SEEDS:
        (grown / hashlib.sha1(data).hexdigest()).write_bytes(data)
    dictionary = folder / f"{name}.dict"
    dictionary.write_text("".join(f'"{_escaped(token)}"\n' for token in target.TOKENS if token))
    command = [sys.executable, __file__, "--child", name, str(grown), str(kept)]
    command += [
        f"-max_total_time={int(seconds)}",
        f"-seed={seed & 0x7FFFFFFF or 1}",
        f"-max_len={MAX_INPUT}",
        f"-dict={dictionary}",
        f"-artifact_prefix={kept}/",
        f"-timeout={SLOW}",
        "-rss_limit_mb=2000",
        "-print_final_stats=1",
        "-verbosity=0",
        "-close_fd_mask=0",
    ]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    said = done.stdout + done.stderr
    if done.returncode:
        print(said[-8000:])
        print(f"{name}: an input broke the invariant; it is in {kept}")
        return 1
    executed = [
        line.split()[-1] for line in said.splitlines() if "number_of_executed_units" in line
    ]
    print(
        f"{name}: {executed[0] if executed else '?'} inputs by coverage, seed {seed}, "
        f"{len(list(grown.iterdir()))} kept, none broke the invariant",
        flush=True,
    )
    return 0


def _escaped(token: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token)


def be_guided(arguments: list[str]) -> None:
    """The child: import the target with coverage written into our packages, and give it to libFuzzer."""
    atheris: Any = import_module("atheris")
    name = arguments[0]
    with atheris.instrument_imports(include=INSTRUMENTED):
        target = import_module(f"tests.fuzz.targets.{name}")
        # Much of ours is imported when it is first needed, which has to be now.
        for seed in target.SEEDS:
            target.check(seed)
    atheris.Setup([sys.argv[0], *arguments[1:]], target.check)
    atheris.Fuzz()


def main() -> int:
    if sys.argv[1:2] == ["--child"]:
        be_guided(sys.argv[2:])
        return 0
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(target_names()))
    parser.add_argument("--seconds", type=float, default=60.0, help="for each target")
    parser.add_argument("--seed", type=int, default=randrange(1 << 31))
    parser.add_argument("--keep", type=Path, help="a folder for what was learned")
    parser.add_argument("--random", action="store_true", help="without coverage")
    options = parser.parse_args()
    if unknown := set(options.targets) - set(target_names()):
        parser.error(
            f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(target_names())}"
        )
    guided = find_spec("atheris") is not None and not options.random
    if not guided and not options.random:
        print("atheris is not installed here: no coverage guides the search.")
    failed = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        for name in options.targets or target_names():
            if guided:
                status = run_by_coverage(name, options.seconds, options.seed, folder)
            else:
                status = run_at_random(name, options.seconds, options.seed)
            if status:
                failed.append(name)
    if failed:
        print(f"Failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Trying out: the wheels in new environments, in each combination, where there is no index.

In each, for every package that is there: it says the version, its README's examples run with
warnings as errors, and a real request goes to a server on loopback and back. The packages that
are not there cannot be imported.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import four
import loopback

SMOKE = Path(__file__).parent / "smoke"


class Combination(NamedTuple):
    title: str
    requirements: tuple[str, ...]
    there: tuple[str, ...]


COMBINATIONS = (
    Combination("core", ("httpx-core",), ("httpx-core",)),
    Combination("core and auth", ("httpx-auth",), ("httpx-core", "httpx-auth")),
    Combination("core and transports", ("httpx-transports",), ("httpx-core", "httpx-transports")),
    Combination("all", ("httpx",), tuple(four.FOUR)),
    Combination("all, with every extra", (f"httpx[{four.EXTRAS}]",), tuple(four.FOUR)),
)


def try_out(dist: Path, version: str, scratch: Path) -> None:
    wheelhouse = scratch / "wheelhouse"
    fill(wheelhouse, dist, version)
    with loopback.server() as url:
        for number, combination in enumerate(COMBINATIONS):
            python = new_environment(scratch / f"environment-{number}")
            install(python, wheelhouse, combination, version)
            check(python, combination, version, url)
            print(f"Works in a new environment: {combination.title}.")


def fill(wheelhouse: Path, dist: Path, version: str) -> None:
    """Fetch what the four depend on. Ours are named by their files: an index cannot give another."""
    ours = [
        f"{name}[{four.EXTRAS}] @ {file.as_uri()}"
        if name == "httpx"
        else f"{name} @ {file.as_uri()}"
        for name, module in four.FOUR.items()
        for file in [dist.absolute() / f"{module}-{version}-py3-none-any.whl"]
    ]
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(wheelhouse), *ours],
        check=True,
    )


def new_environment(folder: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "uv", "venv", "--quiet", "--python", sys.executable, str(folder)],
        check=True,
    )
    scripts = folder / ("Scripts" if sys.platform == "win32" else "bin")
    return scripts / ("python.exe" if sys.platform == "win32" else "python")


def install(python: Path, wheelhouse: Path, combination: Combination, version: str) -> None:
    pip = [sys.executable, "-m", "uv", "pip"]
    place = ["--quiet", "--python", str(python)]
    source = ["--no-index", "--find-links", str(wheelhouse)]
    requirements = [f"{one}=={version}" for one in combination.requirements]
    subprocess.run([*pip, "install", *place, *source, *requirements], check=True)
    subprocess.run([*pip, "check", *place], check=True)


def check(python: Path, combination: Combination, version: str, url: str) -> None:
    absent = [module for name, module in four.FOUR.items() if name not in combination.there]
    run(python, "absent.py", *absent)
    for name in combination.there:
        module = four.FOUR[name]
        run(python, "version.py", name, module, version)
        run(python, "readme.py", str(four.folder(name) / "README.md"))
        run(python, f"with_{module}.py", url)
    if combination.requirements != (combination.requirements[0].partition("[")[0],):
        run(python, "extras.py", url)


def run(python: Path, script: str, *arguments: str) -> None:
    """Run a script of smoke/ in an environment, from a folder where nothing can be imported by chance."""
    subprocess.run(
        [str(python), "-I", "-W", "error", str(SMOKE / script), *arguments],
        check=True,
        cwd=python.parent,
        stdout=subprocess.DEVNULL,
    )

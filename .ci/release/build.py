"""Building: a wheel and a source archive of each package, and proof that anybody would get the same."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import four

# What lies about in a checkout and has no place in a build.
LITTER = shutil.ignore_patterns("__pycache__", ".*_cache", "*.egg-info", "dist")


def build_all(root: Path, dist: Path) -> None:
    for name in four.FOUR:
        build(four.folder(name, root), dist, "sdist", "wheel")


def build(folder: Path, dist: Path, *targets: str) -> None:
    chosen = [argument for target in targets for argument in ("-t", target)]
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(dist.absolute()), *chosen],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if built.returncode != 0:
        raise SystemExit(f"{folder.name} cannot be built:\n{built.stdout}")


def check_reproducible(dist: Path, scratch: Path) -> None:
    """Build again from a copy in another place, and wheels from the source archives: the same bytes."""
    copy, again = scratch / "copy", scratch / "again"
    copy.mkdir()
    # A source archive brings this along, so that what is built from it leaves out the same.
    shutil.copy(four.ROOT / ".gitignore", copy)
    for name in four.FOUR:
        shutil.copytree(
            four.folder(name),
            four.folder(name, copy),
            ignore=LITTER,
            copy_function=shutil.copy,  # with another time of change
        )
    build_all(copy, again)
    compare(dist, again, "*")
    from_sdist = scratch / "from-sdist"
    for archive in sorted(dist.glob("*.tar.gz")):
        with tarfile.open(archive) as packed:
            packed.extractall(scratch / "unpacked", filter="data")
        folder = scratch / "unpacked" / archive.name.removesuffix(".tar.gz")
        build(folder, from_sdist, "wheel")
    compare(dist, from_sdist, "*.whl")


def compare(dist: Path, other: Path, pattern: str) -> None:
    first = {path.name: digest(path) for path in dist.glob(pattern)}
    second = {path.name: digest(path) for path in other.glob(pattern)}
    if first != second:
        differ = sorted(name for name in first | second if first.get(name) != second.get(name))
        raise SystemExit(f"Built twice, these are not the same: {', '.join(differ)}")
    print(f"Built twice, the same bytes: {len(first)} files.")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

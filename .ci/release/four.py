"""The four distributions: their names in the order in which they are published, folders and versions.

Read only. Nothing of the packages is imported: what is on disk is what is released.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Each stands on those before it.
FOUR = {
    "httpx-core": "httpx_core",
    "httpx-auth": "httpx_auth",
    "httpx-transports": "httpx_transports",
    "httpx": "httpx",
}

# What every one of them can be installed with, to be named in one requirement.
EXTRAS = "brotli,cli,http2,socks,zstd"

VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)


def folder(distribution: str, root: Path = ROOT) -> Path:
    return root / "packages" / distribution


def about(distribution: str, root: Path = ROOT) -> Path:
    return folder(distribution, root) / "src" / FOUR[distribution] / "__about__.py"


def pyproject(distribution: str, root: Path = ROOT) -> Path:
    return folder(distribution, root) / "pyproject.toml"


def changelog(distribution: str, root: Path = ROOT) -> Path:
    return folder(distribution, root) / "CHANGELOG.md"


def version(root: Path = ROOT) -> str:
    """The one version of all four. Exits with a sentence when they differ."""
    versions = {name: _version(about(name, root)) for name in FOUR}
    if len(set(versions.values())) != 1:
        shown = ", ".join(f"{name} {number}" for name, number in versions.items())
        raise SystemExit(f"The four packages are not of one version: {shown}.")
    return versions["httpx"]


def _version(path: Path) -> str:
    found = VERSION.search(path.read_text(encoding="utf-8"))
    if found is None:
        raise SystemExit(f'{path} has no line `__version__ = "..."`.')
    return found[1]

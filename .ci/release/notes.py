"""`hatch run release:notes [X]`: what changed in X, in all four packages, as Markdown on stdout.

Taken from the changelogs and nowhere else; without X for the present version.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import four


def main(arguments: list[str], root: Path = four.ROOT) -> None:
    if len(arguments) > 1:
        raise SystemExit("One version at most: `hatch run release:notes 0.28.3`.")
    version = arguments[0] if arguments else four.version(root)
    print(notes(version, root), end="")


def notes(version: str, root: Path = four.ROOT) -> str:
    """The notes of a version; the client first, since most people use that."""
    parts = [f"# {version}\n"]
    for name in reversed(four.FOUR):
        text = section(four.changelog(name, root).read_text(encoding="utf-8"), version)
        if text is None:
            raise SystemExit(f"The changelog of {name} has no section `## {version}`.")
        parts.append(f"## {name}\n\n{text}\n")
    return "\n".join(parts)


def section(changelog: str, version: str) -> str | None:
    """What stands under the head of a version, up to the next head of its level; None without one."""
    found = re.search(
        rf"^## {re.escape(version)}\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    return None if found is None else found[1].strip()


if __name__ == "__main__":
    main(sys.argv[1:])

"""`hatch run release:bump X`: give all four packages the version X, their pins and changelogs with them.

Writes nothing unless everything can be written: X is a version, comes after the present one, and
each place that must change was found. What is under `## Unreleased` in a changelog becomes X's; a
package in which nothing changed says so, since the four are released together.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import four

# PEP 440, what is used of it: a release, or an alpha, beta or candidate of one.
NUMBER = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:(a|b|rc)(\d+))?")
PIN = re.compile(
    r'(?P<name>"httpx(?:-core|-auth|-transports)?(?:\[[a-z0-9,]+\])?)==(?P<version>[^"]+)"'
)
UNRELEASED = "## Unreleased\n"
NOTHING = "Nothing in this package; the four are released together."


def main(arguments: list[str], root: Path = four.ROOT) -> None:
    if len(arguments) != 1:
        raise SystemExit("Say which version: `hatch run release:bump 0.28.3`.")
    new = arguments[0]
    old = four.version(root)
    check_order(old, new)
    texts = planned(old, new, root)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{path.relative_to(root)}: {new}")
    print(
        f"\nFrom {old} to {new}. Read the changelogs, then `hatch run check` and `hatch run release:dist`."
    )


def check_order(old: str, new: str) -> None:
    """Exit with a sentence unless `new` is a version that comes after `old`."""
    if NUMBER.fullmatch(new) is None:
        raise SystemExit(
            f"{new!r} is no version: write three numbers, and a1, b1 or rc1 behind them for a preview."
        )
    if order(new) <= order(old):
        raise SystemExit(f"{new} does not come after {old}, the present version.")


def order(version: str) -> tuple[int | str, ...]:
    """What versions are sorted by: 1.0.0a1 < 1.0.0b1 < 1.0.0rc1 < 1.0.0."""
    found = NUMBER.fullmatch(version)
    if found is None:
        raise SystemExit(f"{version!r} is no version.")
    major, minor, patch, stage, turn = found.groups()
    # "z" stands behind each of the stages, which have their order by name.
    return int(major), int(minor), int(patch), stage or "z", int(turn or 0)


def planned(old: str, new: str, root: Path) -> dict[Path, str]:
    """Every file that changes, with its new text."""
    texts = {}
    for name in four.FOUR:
        for path, change in (
            (four.about(name, root), with_version),
            (four.pyproject(name, root), with_pins),
            (four.changelog(name, root), with_section),
        ):
            before = path.read_text(encoding="utf-8")
            try:
                after = change(before, old, new)
            except ValueError as exc:
                raise SystemExit(f"{path.relative_to(root)}: {exc} Nothing was written.") from exc
            if after != before:
                texts[path] = after
    return texts


def with_version(text: str, old: str, new: str) -> str:
    line = f'__version__ = "{old}"'
    if text.count(line) != 1:
        raise ValueError(f"the line `{line}` must be there once.")
    return text.replace(line, f'__version__ = "{new}"')


def with_pins(text: str, old: str, new: str) -> str:
    wrong = [pin[0] for pin in PIN.finditer(text) if pin["version"] != old]
    if wrong:
        raise ValueError(f"{', '.join(wrong)} should pin {old}.")
    return PIN.sub(lambda pin: f'{pin["name"]}=={new}"', text)


def with_section(text: str, old: str, new: str) -> str:
    if f"\n## {new}\n" in text:
        raise ValueError(f"there is a section for {new} already.")
    if text.count(f"\n## {old}\n") != 1:
        raise ValueError(f"there is no section for {old}, the present version.")
    head, found, rest = text.partition("\n" + UNRELEASED)
    if not found:
        return text.replace(f"\n## {old}\n", f"\n## {new}\n\n{NOTHING}\n\n## {old}\n")
    if not f"\n{rest}".partition("\n## ")[0].strip():
        raise ValueError(
            "there is nothing under `## Unreleased`: write what changed, or remove it."
        )
    return f"{head}\n## {new}\n{rest}"


if __name__ == "__main__":
    main(sys.argv[1:])

"""What is in the archives: everything that is in src/, the papers, and nothing else."""

from __future__ import annotations

import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import four


def check(files: list[Path], version: str) -> None:
    """Exit with a sentence unless these are the eight files of a release, each complete."""
    expected = sorted(
        f"{module}-{version}{suffix}"
        for module in four.FOUR.values()
        for suffix in ("-py3-none-any.whl", ".tar.gz")
    )
    there = sorted(path.name for path in files)
    if expected != there:
        raise SystemExit(f"A release is {', '.join(expected)}, and not {', '.join(there)}.")
    for name, module in four.FOUR.items():
        folder = next(path.parent for path in files)
        check_wheel(name, folder / f"{module}-{version}-py3-none-any.whl", version)
        check_source_archive(name, folder / f"{module}-{version}.tar.gz", version)


def sources(name: str) -> set[str]:
    source = four.folder(name) / "src"
    return {
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def check_wheel(name: str, path: Path, version: str) -> None:
    info = f"{four.FOUR[name]}-{version}.dist-info/"
    with zipfile.ZipFile(path) as wheel:
        held = set(wheel.namelist())
        metadata = Parser().parsestr(wheel.read(f"{info}METADATA").decode())
    check_same(path, sources(name), {one for one in held if not one.startswith(info)})
    if f"{info}licenses/LICENSE" not in held:
        raise SystemExit(f"{path.name} holds no LICENSE.")
    if (name, version) != (metadata["Name"], metadata["Version"]):
        raise SystemExit(f"{path.name} says that it is {metadata['Name']} {metadata['Version']}.")


def check_source_archive(name: str, path: Path, version: str) -> None:
    prefix = f"{four.FOUR[name]}-{version}/"
    with tarfile.open(path) as archive:
        held = {one.name.removeprefix(prefix) for one in archive.getmembers() if one.isfile()}
    papers = {"README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "PKG-INFO", ".gitignore"}
    check_same(path, {f"src/{one}" for one in sources(name)} | papers, held)


def check_same(path: Path, expected: set[str], held: set[str]) -> None:
    if expected != held:
        raise SystemExit(
            f"{path.name} lacks {sorted(expected - held)} and has {sorted(held - expected)} too many."
        )

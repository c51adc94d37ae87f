"""The commands that the pages name are there: scripts of hatch.toml, packages and their extras, files.

Running them all takes the better part of an hour: the list of steps for a release, in
CONTRIBUTING.md, has them run by hand on a fresh clone.
"""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]

PAGES = sorted(
    path
    for pattern in ("*.md", "packages/*/*.md", "docs/**/*.md", "benchmarks/*.md")
    for path in ROOT.glob(pattern)
)

FENCE = re.compile(
    r"^( *)```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^\1```$", re.MULTILINE | re.DOTALL
)
INLINE = re.compile(r"`(hatch run [^`]+)`")


def hatch_settings() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "hatch.toml").read_text(encoding="utf-8"))
    return found


def scripts_of(environment: str) -> set[str]:
    """The scripts that an environment has: its own, and those of the one it is made after."""
    environments = hatch_settings()["envs"]
    if environment not in environments:
        return set()
    settings = environments[environment]
    template = settings.get("template", environment if environment == "default" else "default")
    inherited = set[str]() if template == environment else scripts_of(template)
    return inherited | set(settings.get("scripts", {}))


def lines_of(page: Path) -> list[str]:
    """The command lines of a page: of its blocks of a shell or no language, and in its sentences."""
    text = page.read_text(encoding="utf-8")
    lines = [
        line.strip().removeprefix("$ ")
        for block in FENCE.finditer(text)
        if block["language"] in ("", "sh", "bash", "shell", "console")
        for line in block["text"].replace("\\\n", " ").splitlines()
    ]
    return lines + INLINE.findall(FENCE.sub("", text))


def commands() -> list[Any]:
    """Each command that a page names, as its words."""
    found = []
    for page in PAGES:
        for line in lines_of(page):
            if re.match(r"(hatch|python -m|pip) ", line):
                for part in line.split(" && "):
                    name = f"{page.relative_to(ROOT)}: {part}"
                    found.append(pytest.param(shlex.split(part, comments=True), id=name))
    return found


COMMANDS = commands()


@pytest.mark.parametrize(
    "words", [one for one in COMMANDS if one.values[0][:2] == ["hatch", "run"]]
)
def test_a_script_that_a_page_names_is_in_hatch_toml(words: list[str]) -> None:
    environment, _, script = words[2].rpartition(":")
    known = scripts_of(environment or "default")
    assert script in known, (
        f"hatch.toml has no script {script!r} in the environment {environment or 'default'!r}, which has "
        f"{sorted(known)}: write the page as hatch.toml is, or give hatch.toml the script."
    )


@pytest.mark.parametrize("words", [one for one in COMMANDS if "pip" in one.values[0]])
def test_a_folder_that_pip_is_to_install_is_a_package_and_has_the_extras(words: list[str]) -> None:
    for word in words:
        folder, _, extras = word.rstrip("]").partition("[")
        if folder.startswith("./"):
            project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text(encoding="utf-8"))
            known = project["project"].get("optional-dependencies", {})
            assert set() == set(filter(None, extras.split(","))) - set(known)


def test_every_script_that_people_are_told_of_is_seen_by_this_test() -> None:
    seen = {one.values[0][2] for one in COMMANDS if one.values[0][:2] == ["hatch", "run"]}
    assert {"check", "test", "core:test", "bench:core", "compat:test", "release:dist"} <= seen


def named_scripts() -> list[str]:
    return [
        (f"{environment}:{script}" if environment != "default" else script)
        for environment, settings in hatch_settings()["envs"].items()
        for script in settings.get("scripts", {})
    ]


@pytest.mark.parametrize("script", named_scripts())
def test_a_script_runs_files_that_are_there(script: str) -> None:
    environment, _, name = script.rpartition(":")
    steps = hatch_settings()["envs"][environment or "default"]["scripts"][name]
    for step in [steps] if isinstance(steps, str) else steps:
        files = [word for word in step.split() if "/" in word and not word.startswith("-")]
        assert [] == [file for file in files if not (ROOT / file).exists()]

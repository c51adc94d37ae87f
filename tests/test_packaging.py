"""What is published: four distributions of one version, pinned to each other, each complete in itself."""

from __future__ import annotations

import importlib
import re
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]

PACKAGES = {
    "httpx-core": "httpx_core",
    "httpx-auth": "httpx_auth",
    "httpx-transports": "httpx_transports",
    "httpx": "httpx",
}

# The name of each dependency, and whether it is one of ours, which are pinned to the same version.
DEPENDENCIES = {
    "httpx-core": {"idna"},
    "httpx-auth": {"httpx-core"},
    "httpx-transports": {"httpx-core", "anyio", "certifi", "h11"},
    "httpx": {"httpx-core", "httpx-auth", "httpx-transports"},
}

EXTRAS = {
    "httpx-core": {"brotli": {"brotli", "brotlicffi"}, "zstd": {"backports.zstd"}},
    "httpx-auth": {},
    "httpx-transports": {"http2": {"h2"}, "socks": set[str]()},
    "httpx": {
        "brotli": {"httpx-core[brotli]"},
        "cli": {"click", "rich"},
        "http2": {"httpx-transports[http2]"},
        "socks": {"httpx-transports[socks]"},
        "zstd": {"httpx-core[zstd]"},
    },
}

each_package = pytest.mark.parametrize("distribution", PACKAGES)


def settings(distribution: str) -> dict[str, Any]:
    path = ROOT / "packages" / distribution / "pyproject.toml"
    found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    return found


def about(distribution: str) -> dict[str, Any]:
    source = ROOT / "packages" / distribution / "src" / PACKAGES[distribution]
    return runpy.run_path(str(source / "__about__.py"))


def version() -> str:
    found: str = about("httpx")["__version__"]
    return found


def name_of(requirement: str) -> str:
    """The name of a requirement, with its extras: `httpx-core[zstd]` of `httpx-core[zstd]==1; ...`."""
    found = re.match(r"[A-Za-z0-9._-]+(\[[a-z0-9,]+\])?", requirement)
    assert found is not None
    return found[0]


def all_requirements(distribution: str) -> list[str]:
    project = settings(distribution)["project"]
    extras = project.get("optional-dependencies", {})
    return [*project["dependencies"], *(one for some in extras.values() for one in some)]


def test_the_four_packages_have_one_version() -> None:
    versions = {distribution: about(distribution)["__version__"] for distribution in PACKAGES}
    assert dict.fromkeys(PACKAGES, version()) == versions, (
        "The four are released together: `hatch run release:bump X` changes all that has to change."
    )


@each_package
def test_the_title_is_the_name_and_the_description_is_the_published_one(distribution: str) -> None:
    project = settings(distribution)["project"]
    assert distribution == project["name"]
    assert distribution == about(distribution)["__title__"]
    assert project["description"] == about(distribution)["__description__"]


@each_package
def test_our_packages_are_pinned_to_each_other_exactly(distribution: str) -> None:
    ours = {
        requirement
        for requirement in all_requirements(distribution)
        if name_of(requirement).partition("[")[0] in PACKAGES
    }
    pinned = {f"{name_of(requirement)}=={version()}" for requirement in ours}
    assert pinned == ours, (
        "The four are released together, and pin each other: `hatch run release:bump X` raises the "
        "four versions and every pin at once."
    )


def floors() -> dict[str, str]:
    """The oldest version that is allowed of each package that is not ours: its name to `3.7`."""
    found = {}
    for distribution in PACKAGES:
        for requirement in all_requirements(distribution):
            floor = re.match(r"([A-Za-z0-9._-]+)>=([0-9.]+)", requirement)
            if floor is not None:
                found[floor[1]] = floor[2]
    return found


def test_every_package_that_is_not_ours_has_a_floor() -> None:
    foreign = {name_of(requirement) for one in PACKAGES for requirement in all_requirements(one)}
    assert {one for one in foreign if one.partition("[")[0] not in PACKAGES} == set(floors())


def test_the_oldest_that_is_allowed_is_what_the_environment_oldest_tests() -> None:
    hatch = tomllib.loads((ROOT / "hatch.toml").read_text(encoding="utf-8"))
    pins = {
        name: re.sub(r"(\.0)+$", "", version)
        for name, version in re.findall(
            r"^([A-Za-z0-9._-]+)==([0-9.]+)",
            "\n".join(hatch["envs"]["oldest"]["dependencies"]),
            re.MULTILINE,
        )
    }
    expected = {name: re.sub(r"(\.0)+$", "", version) for name, version in floors().items()}
    assert expected == {name: pins.get(name) for name in expected}, (
        "A floor in packages/*/pyproject.toml is a promise: pin it in [envs.oldest] of hatch.toml, "
        "and see that `hatch run oldest:test` passes."
    )


@each_package
def test_a_package_requires_what_the_design_lets_it_require(distribution: str) -> None:
    required = {name_of(one) for one in settings(distribution)["project"]["dependencies"]}
    assert DEPENDENCIES[distribution] == required, (
        "Each dependency is one more that every user gets: with a reason, it goes into this table, into "
        "FOREIGN of test_layering.py, and into the READMEs; better is an extra, or none."
    )


@each_package
def test_a_package_has_the_extras_that_its_users_ask_for(distribution: str) -> None:
    extras = settings(distribution)["project"].get("optional-dependencies", {})
    names = {extra: {name_of(one) for one in some} for extra, some in extras.items()}
    assert EXTRAS[distribution] == names, (
        "Extras are what users write in their requirements: none goes away, and httpx hands those of "
        "the others through. A new one goes into this table and the READMEs."
    )


@each_package
@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "LICENSE"])
def test_a_package_brings_its_own_papers(distribution: str, name: str) -> None:
    text = (ROOT / "packages" / distribution / name).read_text(encoding="utf-8")
    assert text.strip()


@each_package
def test_a_readme_opens_with_the_name_and_has_an_example(distribution: str) -> None:
    text = (ROOT / "packages" / distribution / "README.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {distribution}\n")
    assert "```python\n" in text


@each_package
def test_a_changelog_has_an_entry_for_the_version(distribution: str) -> None:
    text = (ROOT / "packages" / distribution / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## {version()}\n" in text, (
        "What is not released stands under `## Unreleased`, above the section of the present version; "
        "`hatch run release:bump X` makes X's section of it."
    )


@each_package
def test_a_package_is_under_the_license_of_the_repository(distribution: str) -> None:
    assert (ROOT / "LICENSE").read_bytes() == (
        ROOT / "packages" / distribution / "LICENSE"
    ).read_bytes(), "Each archive brings the license along: copy the repository's LICENSE there."
    project = settings(distribution)["project"]
    assert "BSD-3-Clause" == project["license"]
    assert ["LICENSE"] == project["license-files"]


@each_package
def test_a_package_tells_type_checkers_that_it_is_typed(distribution: str) -> None:
    marker = ROOT / "packages" / distribution / "src" / PACKAGES[distribution] / "py.typed"
    assert marker.is_file(), "Without an empty py.typed, type checkers ignore a package's types."
    assert b"" == marker.read_bytes()
    assert "Typing :: Typed" in settings(distribution)["project"]["classifiers"]


@each_package
def test_a_package_runs_on_the_same_pythons(distribution: str) -> None:
    project = settings(distribution)["project"]
    assert ">=3.10" == project["requires-python"]
    pythons = {
        one.rpartition(" ")[2]
        for one in project["classifiers"]
        if one.startswith("Programming Language :: Python :: 3.")
    }
    assert {"3.10", "3.11", "3.12", "3.13", "3.14"} == pythons


@each_package
def test_a_wheel_holds_all_that_is_in_src_and_a_source_archive_what_builds_it(
    distribution: str,
) -> None:
    build = settings(distribution)["tool"]["hatch"]["build"]["targets"]
    assert {"/src", "/README.md", "/CHANGELOG.md", "/LICENSE"} == set(build["sdist"]["include"])
    source = ROOT / "packages" / distribution / "src"
    there = {f"src/{path.name}" for path in source.iterdir() if path.name != "__pycache__"}
    assert f"src/{PACKAGES[distribution]}" in there
    assert there == set(build["wheel"]["packages"]), (
        "What is in src/ and not in `packages` of the wheel's table in pyproject.toml is not installed: "
        "put a new module into the package, or name it there."
    )


def test_the_command_is_installed_with_the_client() -> None:
    assert {"httpx": "httpx:main"} == settings("httpx")["project"]["scripts"]


@pytest.mark.parametrize("module", ["httpx", "httpx_respx"])
def test_pytest_does_not_warn_of_what_was_imported_before_it(module: str) -> None:
    # It looks for the word in the docstrings of all that a distribution with a plugin installs;
    # this checkout's, being editable, lists no modules, so that the warning itself cannot be seen.
    assert "PYTEST_DONT_REWRITE" in str(importlib.import_module(module).__doc__)


@each_package
def test_the_version_that_is_installed_is_the_one_of_the_checkout(distribution: str) -> None:
    from importlib.metadata import version as installed

    assert version() == installed(distribution)


def test_the_root_changelog_leads_to_the_four() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for distribution in PACKAGES:
        assert f"(packages/{distribution}/CHANGELOG.md)" in text

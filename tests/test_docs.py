"""The documentation hangs together: what can be told of that without building it.

`hatch run docs:build --strict` builds the site, and fails for what is told here too late.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
SETTINGS = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")

PAGES = sorted(DOCS.rglob("*.md"))
LINK = re.compile(r"(?<!!)\[[^\]\[]*(?:\[[^\]]*\][^\]\[]*)*\]\((?P<to>[^)\s]+)\)")
CROSS_REFERENCE = re.compile(r"\[[^\]]+\]\[(?P<to>[A-Za-z_.]+)\]")

REFERENCE = {
    "httpx": "reference/httpx.md",
    "httpx_auth": "reference/httpx-auth.md",
    "httpx_core": "reference/httpx-core.md",
    "httpx_core.wire": "reference/httpx-core.md",
    "httpx_transports": "reference/httpx-transports.md",
    "httpx_transports.testing": "reference/httpx-transports.md",
}

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))


def read(page: Path | str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """A page without its code."""
    return re.sub(r"^```.*?^```$", "", read(page), flags=re.DOTALL | re.MULTILINE)


def in_nav() -> list[str]:
    """The pages of the navigation, in its order."""
    nav = SETTINGS.partition("\nnav:\n")[2]
    return re.findall(r"([\w./-]+\.md)$", nav, re.MULTILINE)


def slug(heading: str) -> str:
    """A heading's anchor, as Python-Markdown makes it."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("*", "")
    text = re.sub(r"[^\w\s-]", "", text).strip().lower()
    return re.sub(r"[-\s]+", "-", text)


def anchors(page: Path) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)}


def leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    # The site has no other pages than those of docs/, but for what the changelog's hook puts there.
    if not target.is_relative_to(DOCS) and target.name != "CHANGELOG.md":
        return False
    if not target.is_file():
        return False
    return not anchor or anchor in anchors(target)


def documented() -> set[str]:
    """The full names of all objects that the reference shows."""
    pages = {read(page) for page in REFERENCE.values()}
    return {name for page in pages for name in re.findall(r"^::: (\S+)$", page, re.MULTILINE)}


def test_the_navigation_has_every_page_once() -> None:
    assert sorted(str(page.relative_to(DOCS)) for page in PAGES) == sorted(in_nav())


@each_page
def test_a_page_has_one_title(page: Path) -> None:
    assert 1 == len(re.findall(r"^# .+$", prose(page), re.MULTILINE))


@each_page
def test_a_link_leads_to_a_page_and_to_a_heading_on_it(page: Path) -> None:
    links = [to for to in LINK.findall(prose(page)) if not re.match(r"https?://|mailto:", to)]
    assert [] == [to for to in links if not leads_somewhere(page, to)]


@each_page
def test_an_image_is_there_and_says_what_it_shows(page: Path) -> None:
    images = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", prose(page))
    assert [] == [path for text, path in images if not text or not (page.parent / path).is_file()]


@each_page
def test_a_cross_reference_leads_to_an_object_that_is_shown(page: Path) -> None:
    shown = documented()
    assert [] == [to for to in CROSS_REFERENCE.findall(prose(page)) if to not in shown]


@pytest.mark.parametrize("package", REFERENCE)
def test_the_reference_has_every_public_name(package: str) -> None:
    page = read(REFERENCE[package])
    shown = set(re.findall(r"^::: (\S+)$", page, re.MULTILINE))
    missing = [
        name
        for name in importlib.import_module(package).__all__
        if f"{package}.{name}" not in shown
        and f"`{package}.{name}`" not in page
        and not re.search(rf"\[`{name}`\]\[httpx_\w+\.{name}\]", page)
    ]
    assert [] == missing


def test_what_the_reference_shows_is_there() -> None:
    missing = []
    for name in documented():
        module, _, attribute = name.rpartition(".")
        if not hasattr(importlib.import_module(module), attribute):
            missing.append(name)
    assert [] == missing


def test_the_changelog_has_that_of_each_package() -> None:
    included = re.findall(r"^- .*\(\.\./(packages/.+)\)$", read("changelog.md"), re.MULTILINE)
    expected = {str(path.relative_to(ROOT)) for path in ROOT.glob("packages/*/CHANGELOG.md")}
    assert expected == set(included)


@pytest.mark.parametrize("path", [*PAGES, ROOT / "mkdocs.yml"], ids=lambda path: path.name)
def test_a_page_fetches_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [] == re.findall(r"(?:src|href)=[\"']https?://[^\"']+|!\[[^\]]*\]\(https?://[^)]+", text)

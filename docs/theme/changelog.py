"""Puts the changelog of each package into the page that links to them. A hook of mkdocs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"^- \[.+?\]\(\.\./(packages/[\w-]+/CHANGELOG\.md)\)$", re.MULTILINE)


def on_page_markdown(markdown: str, *, page: Any, **kwargs: Any) -> str:
    """Called by mkdocs with the text of each page."""
    if page.file.src_uri != "changelog.md":
        return markdown
    return LINK.sub(lambda link: included(ROOT / link[1]), markdown)


def included(path: Path) -> str:
    """A changelog as a section: its headings one level lower, its lists apart from the text."""
    lines = path.read_text(encoding="utf-8").splitlines()
    title = f"## {path.parent.name}"
    shown = [f"#{line}" if line.startswith("#") else line for line in lines[1:]]
    text = "\n".join([title, *shown])
    return re.sub(r"^(?!- |  |$)(.+)\n(?=- )", r"\1\n\n", text, flags=re.MULTILINE)

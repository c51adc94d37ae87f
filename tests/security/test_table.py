"""docs/security.md names the tests that hold each defence: they exist, and no advisory is left out."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "security.md").read_text(encoding="utf-8")

ROW = re.compile(r"^\| (?!---|advisory |what )(.+) \|$", re.MULTILINE)
TEST = re.compile(r"`((?:\w+/)*test_\w+\.py)(?:::(\w+))?`")
ADVISORY = re.compile(r"CVE-\d+-\d+|PYSEC-\d+-\d+|GHSA-\w+|\w+#\d+")

PROOF = PAGE.partition("## How each defence is proven")[2]
ROWS = ROW.findall(PROOF)

# What has been published on other HTTP clients, and on what this one is built on, by the end of 2026.
ADVISORIES = """
    CVE-2016-5385 CVE-2016-6581 CVE-2018-18074 CVE-2018-20060 CVE-2018-25091 CVE-2019-9512
    CVE-2019-9514 CVE-2020-26137 CVE-2021-28363 CVE-2021-33503 CVE-2021-41945 CVE-2022-32206
    CVE-2023-32681 CVE-2023-43804 CVE-2023-45288 CVE-2023-45803 CVE-2023-49081 CVE-2023-49082
    CVE-2024-24758 CVE-2024-35195 CVE-2024-3651 CVE-2024-37891 CVE-2024-39689 CVE-2024-47081
    CVE-2024-52304 CVE-2025-43859 CVE-2025-50181 CVE-2025-50182 CVE-2025-53643 CVE-2025-57804
    CVE-2025-66418 CVE-2025-66471 CVE-2025-69224 CVE-2025-69229 CVE-2026-107285 CVE-2026-1525
    CVE-2026-1526 CVE-2026-1527 CVE-2026-1528 CVE-2026-21441 CVE-2026-22036 CVE-2026-2229
    CVE-2026-22815 CVE-2026-25645 CVE-2026-34514 CVE-2026-34520 CVE-2026-34993 CVE-2026-44431
    CVE-2026-44432 CVE-2026-47072 CVE-2026-47075 CVE-2026-47076 CVE-2026-47265 CVE-2026-50269
    CVE-2026-54274 CVE-2026-54277 CVE-2026-54279 CVE-2026-6253 CVE-2026-69212 CVE-2026-84378
    CVE-2026-84379 CVE-2026-84382 CVE-2026-85024 CVE-2026-8926 GHSA-86v3 GHSA-wgrq PYSEC-2026-1872
    PYSEC-2026-2100 PYSEC-2026-3844 aiohttp#12825 httpx#2760
""".split()


@cache
def names_in(path: str) -> set[str]:
    """The tests of a file, those of classes included, and the classes."""
    file = TESTS / path
    if not file.is_file():
        return set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[:40])
def test_a_row_names_tests_that_exist_or_says_why_not_yet(row: str) -> None:
    named = TEST.findall(row)
    assert named or "not yet: " in row
    for path, test in named:
        assert (TESTS / path).is_file(), path
        assert not test or test in names_in(path), f"{path}::{test}"


def test_every_advisory_is_in_the_table_once() -> None:
    named = [name for row in ROWS for name in ADVISORY.findall(row.partition(" | ")[0])]
    # h2's is named where HTTP/2 is.
    assert sorted(ADVISORIES) == sorted(named)


def test_every_test_that_carries_an_advisory_is_in_the_table() -> None:
    named = {test for _, test in TEST.findall(PROOF)}
    carrying = {
        name
        for file in Path(__file__).parent.glob("test_*.py")
        for name in names_in(f"security/{file.name}")
        if re.match(r"test_(CVE|PYSEC|GHSA|aiohttp_\d|httpx_\d)", name)
    }
    missing = carrying - named
    assert set() == missing


def test_a_limit_that_the_page_lists_is_one() -> None:
    import inspect

    import httpx

    limits = PAGE.partition("## Limits")[2].partition("## What is not defended")[0]
    listed = re.findall(r"`((?:max|http2)_\w+)`", "\n".join(ROW.findall(limits)))
    known = {
        name
        for kind in (httpx.Client, httpx.Limits, httpx.Cookies)
        for name in inspect.signature(kind).parameters
        if name.startswith(("max_", "http2_"))
    }
    beyond_security = {"max_connections", "max_keepalive_connections"}
    assert known - beyond_security - {"http2_ping_interval", "http2_ping_timeout"} == set(listed)

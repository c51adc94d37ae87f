"""The type aliases: all are there, are real at run time, and load nothing heavy."""

from __future__ import annotations

import subprocess
import sys
import typing

import pytest

import httpx_core

ALIASES = [
    "CookieTypes", "FileContent", "FileTypes", "HeaderTypes", "PrimitiveData", "QueryParamTypes",
    "RequestContent", "RequestData", "RequestExtensions", "RequestFiles", "ResponseContent",
    "ResponseExtensions", "TimeoutTypes", "URLTypes",
]  # fmt: skip


@pytest.mark.parametrize("name", ALIASES)
def test_an_alias_can_be_part_of_a_union_when_code_runs(name: str) -> None:
    alias = getattr(httpx_core, name)
    assert type(None) in typing.get_args(alias | None)


def test_importing_the_models_loads_nothing_of_the_network() -> None:
    heavy = [
        "socket", "ssl", "asyncio", "http.client", "http.cookiejar", "email.message", "anyio",
        "h11", "urllib.request", "dataclasses", "inspect",
    ]  # fmt: skip
    code = (
        "import sys; before = set(sys.modules); import httpx_core, httpx_core.wire\n"
        "httpx_core.Cookies(); httpx_core.Response(200).headers\n"
        f"print(sorted((set(sys.modules) - before) & set({heavy})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]\n" == done.stdout

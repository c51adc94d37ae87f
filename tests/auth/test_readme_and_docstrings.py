"""The README of httpx-auth and the examples in its docstrings do what they say they do."""

from __future__ import annotations

import contextlib
import doctest
import importlib
import io
import pkgutil
import re
from pathlib import Path

import pytest

import httpx_auth

README = Path(__file__).parents[2] / "packages" / "httpx-auth" / "README.md"
EXAMPLE = re.compile(
    r"^```python\n(.*?)^```\n\nprints\n\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
MODULES = sorted(
    f"httpx_auth.{module.name}" for module in pkgutil.iter_modules(httpx_auth.__path__)
)


def test_the_readmes_examples_print_what_it_says() -> None:
    text = README.read_text(encoding="utf-8")
    examples = EXAMPLE.findall(text)
    assert text.count("```python") == len(examples) > 0
    for code, printed in examples:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, str(README), "exec"), {"__name__": "readme"})
        assert printed.split() == out.getvalue().split()


@pytest.mark.parametrize("name", MODULES)
def test_the_docstrings_examples_run(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert 0 == failed


@pytest.mark.parametrize("name", ["Auth", "BasicAuth", "DigestAuth", "FunctionAuth", "NetRCAuth"])
def test_every_public_scheme_belongs_to_the_package_and_has_an_example(name: str) -> None:
    scheme = getattr(httpx_auth, name)
    assert "httpx_auth" == scheme.__module__
    assert ">>> " in scheme.__doc__ or name == "NetRCAuth"  # a file is no example

"""The README of httpx-auth and the examples in its docstrings do what they say they do."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
from pathlib import Path

import pytest

import httpx_auth

README = Path(__file__).parents[2] / "packages" / "httpx-auth" / "README.md"
EXAMPLE = re.compile(
    r"^```python\n(.*?)^```\n\nprints\n\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
SCHEMES = sorted(set(httpx_auth.__all__) - {"AuthTypes", "__version__"})


def test_the_readmes_examples_print_what_it_says() -> None:
    text = README.read_text(encoding="utf-8")
    examples = EXAMPLE.findall(text)
    assert text.count("```python") == len(examples) > 0
    for code, printed in examples:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, str(README), "exec"), {"__name__": "readme"})
        assert printed.split() == out.getvalue().split()


@pytest.mark.parametrize("name", SCHEMES)
def test_every_public_scheme_belongs_to_the_package_and_its_example_runs(name: str) -> None:
    scheme = getattr(httpx_auth, name)
    assert "httpx_auth" == scheme.__module__
    # module=False: the class names the package as its module, where doctest would not look.
    finder = doctest.DocTestFinder(recurse=False)
    [test] = finder.find(scheme, name, module=False, globs=vars(httpx_auth).copy())  # type: ignore[arg-type]  # as documented
    assert test.examples
    assert 0 == doctest.DocTestRunner().run(test).failed

"""Every example keeps its word: in docstrings, in the READMEs, in docs/, and as files of docs/examples.

The blocks of Python in a Markdown file are run, one after the other in one namespace a file, in a
network where example.org and two proxies are servers on loopback (`tests/support/example_network.py`).
What a block prints is compared, where "prints" and a block of text follow it. An HTML comment before
a block makes an exception of it:

- `<!-- needs: requests -->`: it shows another library, and runs where that is installed;
  `hatch run docs:test` sees to it. Elsewhere it is compiled.
- `<!-- not run: why -->`: it is compiled and not run.
"""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import inspect
import logging
import os
import pkgutil
import re
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.example_network import ExampleNetwork

ROOT = Path(__file__).parents[1]

PACKAGES = ["httpx_core", "httpx_auth", "httpx_transports", "httpx"]

PAGES = sorted(
    path
    for pattern in ("*.md", "packages/*/*.md", "docs/**/*.md", "benchmarks/*.md")
    for path in ROOT.glob(pattern)
)

BLOCK = re.compile(
    r"(?:^<!-- (?P<exception>not run|needs): (?P<what>[^\n]+?) -->\n+)?"
    r"^```python(?: [^\n]+)?\n(?P<code>.*?)^```$"
    r"(?:\n\n(?:[^\n]* )?prints\n\n```text\n(?P<printed>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)


def modules_of(package: str) -> Iterator[types.ModuleType]:
    found = importlib.import_module(package)
    yield found
    for module in pkgutil.walk_packages(found.__path__, f"{package}."):
        yield importlib.import_module(module.name)


def defined_in(module: types.ModuleType) -> Iterator[tuple[str, Any]]:
    """The module, and the functions and classes whose source is in its file.

    Classes say that they belong to the package, so that their `__module__` does not tell.
    """
    yield module.__name__, module
    for name, value in vars(module).items():
        if inspect.isfunction(value) or inspect.isclass(value):
            value = inspect.unwrap(value)
            if inspect.isclass(value):
                pattern = rf"^class {value.__name__}\b"
                is_here = bool(re.search(pattern, inspect.getsource(module), re.MULTILINE))
            else:
                is_here = value.__code__.co_filename == module.__file__
            if is_here and value.__module__.partition(".")[0] == module.__name__.partition(".")[0]:
                yield f"{module.__name__}.{name}", value


def docstring_examples() -> Iterator[Any]:
    finder = doctest.DocTestFinder(exclude_empty=True, recurse=True)
    for package in PACKAGES:
        for module in modules_of(package):
            names = {**vars(importlib.import_module(package)), **vars(module)}
            for name, value in defined_in(module):
                # `module=False`: else what names another module is skipped.
                recursive = finder if value is not module else _MODULE_ONLY
                for test in recursive.find(value, name, module=False, globs=names.copy()):  # type: ignore[arg-type]  # False is documented
                    if test.examples:
                        yield pytest.param(test, id=test.name)


_MODULE_ONLY = doctest.DocTestFinder(exclude_empty=True, recurse=False)

EXAMPLES = list(docstring_examples())


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_example_of_a_docstring_runs(
    example: doctest.DocTest, capsys: pytest.CaptureFixture[str]
) -> None:
    results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, clear_globs=False)
    assert 0 == results.failed, capsys.readouterr().out


PUBLIC_ENTRY_POINTS = [
    "httpx_core.URL",
    "httpx_core.QueryParams",
    "httpx_core.Headers",
    "httpx_core.Cookies",
    "httpx_core.Request",
    "httpx_core.Response",
    "httpx_core.Timeout",
    "httpx_auth.Auth",
    "httpx_auth.BasicAuth",
    "httpx_auth.DigestAuth",
    "httpx_auth.NetRCAuth",
    "httpx_transports.HTTPTransport",
    "httpx_transports.AsyncHTTPTransport",
    "httpx_transports.MockTransport",
    "httpx_transports.ASGITransport",
    "httpx_transports.WSGITransport",
    "httpx_transports.Limits",
    "httpx_transports.Proxy",
    "httpx_transports.create_ssl_context",
    "httpx.Client",
    "httpx.AsyncClient",
    "httpx.request",
]


@pytest.mark.parametrize("name", PUBLIC_ENTRY_POINTS)
def test_a_public_entry_point_has_an_example(name: str) -> None:
    package, _, attribute = name.partition(".")
    documented = getattr(importlib.import_module(package), attribute)
    assert ">>>" in (inspect.getdoc(documented) or "")


@pytest.mark.parametrize("name", PUBLIC_ENTRY_POINTS)
def test_the_examples_of_entry_points_are_among_those_that_run(name: str) -> None:
    package, _, attribute = name.partition(".")
    run = {test.values[0].name for test in EXAMPLES}
    assert any(
        one.startswith(f"{package}.") and f"{one}.".endswith(f".{attribute}.") for one in run
    )


def blocks_of(page: Path) -> list[re.Match[str]]:
    return list(BLOCK.finditer(page.read_text(encoding="utf-8")))


def is_run(block: re.Match[str]) -> bool:
    """Whether a block is to be run here."""
    if block["exception"] == "needs":
        return importlib.util.find_spec(block["what"]) is not None
    return block["exception"] is None


@pytest.fixture(scope="module")
def network(authority: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExampleNetwork]:
    with ExampleNetwork(authority, tmp_path_factory.mktemp("network")) as network:
        yield network


@pytest.fixture
def _log_level() -> Iterator[None]:
    """A page may set the level of our logger; it is put back."""
    yield
    logging.getLogger("httpx").setLevel(logging.NOTSET)


@pytest.mark.usefixtures("_log_level")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_python_of_a_page_runs(
    page: Path,
    network: ExampleNetwork,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = page.read_text(encoding="utf-8")
    blocks = blocks_of(page)
    assert text.count("```python") == len(blocks), "a block that this test cannot see"
    names: dict[str, Any] = {"__name__": "page"}
    with network.reached(monkeypatch, tmp_path):
        for block in blocks:
            # Line numbers as they are on the page.
            line = text.count("\n", 0, block.start("code"))
            code = compile("\n" * line + block["code"], str(page), "exec")
            if is_run(block):
                exec(code, names)
                printed = capsys.readouterr().out
                if block["printed"] is not None:
                    assert block["printed"] == printed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_of_a_page_leads_to_a_file(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", text)
    assert [] == [link for link in links if not (page.parent / link).exists()]


@pytest.mark.parametrize(
    ("page", "commands"),
    [
        (
            "README.md",
            [
                "python -m pip install hatch && hatch run demo",
                "python -m pip install hatch && hatch run check",
            ],
        ),
    ],
)
def test_the_readme_shows_the_two_commands(page: str, commands: list[str]) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [] == [command for command in commands if command not in text]


SCRIPTS = sorted((ROOT / "docs" / "examples").glob("*.py"))


def run_script(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", str(path), *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"},
        timeout=120,
    )


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_an_example_file_runs(path: Path) -> None:
    shown = run_script(path)
    assert (0, "") == (shown.returncode, shown.stderr)
    assert shown.stdout


DEMO = ROOT / "docs" / "examples" / "demo.py"


@pytest.mark.parametrize(
    "shown",
    [
        " > GET /hello HTTP/1.1\n > Host: 127.0.0.1:",
        ' < \n < {"hello": "world"}\n',
        ' > {"title":"Groceries","lines":["bread","tea"]}\n',
        " < HTTP/1.1 302 Found\n",
        " > Cookie: session=5f2a\n",
        "   8,388,608 of 8,388,608 bytes\n",
        ' < 200 {"letter": "e"}\n',
        ' < HTTP/2 {"path": "/z", "stream": 7}\n   Connections opened: 1\n',
        " > CONNECT localhost:",
        ' < HTTP/2 {"path": "/tunnelled", "stream": 1}\n',
        " < ConnectError\n   Connecting to 127.0.0.1:1 failed",
    ],
)
def test_the_demo_shows_what_goes_out_and_comes_back(demo: str, shown: str) -> None:
    assert shown in demo


@pytest.fixture(scope="module")
def demo() -> str:
    return run_script(DEMO).stdout


def test_the_demo_fetches_a_url(server: Any) -> None:
    shown = run_script(DEMO, f"{server.url}/redirect?to=/echo")
    assert (0, "") == (shown.returncode, shown.stderr)
    assert " > GET /redirect?to=/echo HTTP/1.1\n" in shown.stdout
    assert " < HTTP/1.1 200 OK\n" in shown.stdout


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://127.0.0.1:1/", "ConnectError: Connecting to 127.0.0.1:1 failed: "),
        ("example.org", "UnsupportedProtocol: "),
        ("http://[::1/", "InvalidURL: "),
    ],
)
def test_the_demo_says_in_a_sentence_what_went_wrong(url: str, message: str) -> None:
    shown = run_script(DEMO, url)
    assert (1, "") == (shown.returncode, shown.stdout)
    assert shown.stderr.startswith(message)
    assert 1 == len(shown.stderr.splitlines())

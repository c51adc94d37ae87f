"""The import law, read off the syntax trees: who may know whom, and what may be loaded when.

httpx_core knows none of the others; httpx_auth and httpx_transports know httpx_core and not each
other; httpx knows all three. What an import of a package loads at once is small.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]

DISTRIBUTIONS = {
    "httpx_core": "httpx-core",
    "httpx_auth": "httpx-auth",
    "httpx_transports": "httpx-transports",
    "httpx": "httpx",
}

MAY_KNOW = {
    "httpx_core": {"httpx_core"},
    "httpx_auth": {"httpx_auth", "httpx_core"},
    "httpx_transports": {"httpx_transports", "httpx_core"},
    "httpx": {"httpx", "httpx_auth", "httpx_core", "httpx_transports"},
}

# What each may import beside the standard library: its dependencies, its extras, and what comes with
# one of them (hpack with h2; trio only where a user's program has started it).
FOREIGN = {
    "httpx_core": {"idna", "brotli", "brotlicffi", "backports", "compression"},
    "httpx_auth": set[str](),
    "httpx_transports": {"anyio", "certifi", "h11", "h2", "hpack", "trio"},
    "httpx": {"click", "rich"},
}

# Import paths that are kept for code written against httpx 0.28.
SHIMS = {
    "httpx.__version__",
    "httpx._api",
    "httpx._auth",
    "httpx._client",
    "httpx._config",
    "httpx._content",
    "httpx._decoders",
    "httpx._exceptions",
    "httpx._main",
    "httpx._models",
    "httpx._multipart",
    "httpx._status_codes",
    "httpx._transports",
    "httpx._transports.asgi",
    "httpx._transports.base",
    "httpx._transports.default",
    "httpx._transports.mock",
    "httpx._transports.wsgi",
    "httpx._types",
    "httpx._urlparse",
    "httpx._urls",
    "httpx._utils",
}

# The package itself loads this one, since the text `httpx.__version__` must be bound after the module.
LOADED_SHIMS = {("httpx", "httpx.__version__")}

# Each of these costs milliseconds, or brings a network, a thread or a loop, where only a name was wanted.
HEAVY = {
    "anyio",
    "asyncio",
    "brotli",
    "brotlicffi",
    "backports",
    "certifi",
    "click",
    "concurrent",
    "dataclasses",
    "email",
    "h11",
    "h2",
    "hpack",
    "http",
    "idna",
    "inspect",
    "json",
    "mimetypes",
    "random",
    "rich",
    "secrets",
    "select",
    "selectors",
    "socket",
    "ssl",
    "tempfile",
    "trio",
    "unittest",
    "urllib",
    "uuid",
}

# No networking in these at any depth: not even inside a function.
NO_NETWORK = {
    "httpx_core": {"asyncio", "selectors", "socket", "ssl", "socketserver", "concurrent"},
    "httpx_auth": {"asyncio", "selectors", "socket", "ssl", "socketserver", "concurrent"},
}


class Import(NamedTuple):
    module: str
    line: int
    is_eager: bool
    """Run when the module is imported: not in a function, and not for type checkers only."""


@cache
def modules() -> dict[str, Path]:
    """Every module that the four distributions install, by its dotted name."""
    found = {}
    for distribution in DISTRIBUTIONS.values():
        source = ROOT / "packages" / distribution / "src"
        for path in sorted(source.rglob("*.py")):
            parts = path.relative_to(source).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def imports(module: str) -> tuple[Import, ...]:
    path = modules()[module]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return tuple(
        Import(name, node.lineno, is_eager)
        for node, is_eager in import_nodes(tree, True)
        for name in imported_names(node, package)
    )


def import_nodes(
    tree: ast.AST, is_eager: bool
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, is_eager
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from import_nodes(node, False)
        elif isinstance(node, ast.If) and is_for_type_checkers(node.test):
            for child in node.body:
                yield from import_nodes(ast.Module([child], []), False)
            yield from import_nodes(ast.Module(node.orelse, []), is_eager)
        else:
            yield from import_nodes(node, is_eager)


def is_for_type_checkers(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def imported_names(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[str]:
    """The modules that an import statement loads; `from . import x` loads the module x, if there is one."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    base = node.module or ""
    if node.level:
        parts = package.split(".")
        anchor = ".".join(parts[: len(parts) - node.level + 1])
        base = f"{anchor}.{base}" if base else anchor
    yield base
    for alias in node.names:
        if f"{base}.{alias.name}" in modules():
            yield f"{base}.{alias.name}"


def modules_of(package: str) -> list[str]:
    """The modules of a distribution, named by its import package."""
    source = ROOT / "packages" / DISTRIBUTIONS[package] / "src"
    return [module for module, path in modules().items() if path.is_relative_to(source)]


def top(module: str) -> str:
    return module.partition(".")[0]


def where(module: str, line: int) -> str:
    return f"{modules()[module].relative_to(ROOT)}:{line}"


def loaded_by(package: str) -> dict[str, list[str]]:
    """All modules that `import package` loads, each with the chain of imports that leads to it."""
    chains: dict[str, list[str]] = {package: [package]}
    waiting = [package]
    while waiting:
        module = waiting.pop()
        for imported in imports(module):
            if not imported.is_eager:
                continue
            for name in (imported.module, *parents(imported.module)):
                if name not in chains:
                    chains[name] = [*chains[module], name]
                    if name in modules():
                        waiting.append(name)
    return chains


def parents(module: str) -> Iterator[str]:
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


@pytest.mark.parametrize("package", DISTRIBUTIONS)
def test_a_package_knows_only_those_below_it(package: str) -> None:
    breaches = [
        f"{where(module, imported.line)} imports {imported.module}"
        for module in modules_of(package)
        for imported in imports(module)
        if top(imported.module) in DISTRIBUTIONS and top(imported.module) not in MAY_KNOW[package]
    ]
    assert [] == breaches, (
        f"{package} may import {sorted(MAY_KNOW[package])} alone, for type checkers too: move what is "
        "shared down into httpx_core, or take it as an argument."
    )


@pytest.mark.parametrize("package", DISTRIBUTIONS)
def test_a_package_imports_only_what_its_distribution_depends_on(package: str) -> None:
    allowed = FOREIGN[package] | set(DISTRIBUTIONS) | set(sys.stdlib_module_names)
    allowed.add("_typeshed")  # is there for type checkers alone
    breaches = [
        f"{where(module, imported.line)} imports {imported.module}"
        for module in modules_of(package)
        for imported in imports(module)
        if top(imported.module) not in allowed
    ]
    assert [] == breaches, (
        f"{package} depends on {sorted(FOREIGN[package])} beside the standard library. A new dependency "
        "goes into its pyproject.toml, its README and this table; a package that users may or may not "
        "have is looked up in sys.modules."
    )


@pytest.mark.parametrize("package", NO_NETWORK)
def test_a_package_without_networking_imports_none_anywhere(package: str) -> None:
    breaches = [
        f"{where(module, imported.line)} imports {imported.module}"
        for module in modules_of(package)
        for imported in imports(module)
        if top(imported.module) in NO_NETWORK[package]
    ]
    assert [] == breaches, f"{package} does no networking: this belongs into httpx_transports."


@pytest.mark.parametrize("package", DISTRIBUTIONS)
def test_importing_a_package_loads_nothing_heavy(package: str) -> None:
    chains = [
        " -> ".join(chain)
        for module, chain in loaded_by(package).items()
        if top(module) in HEAVY and module != "http"  # only what is in it costs something
    ]
    assert [] == chains, (
        "Import it inside the function that needs it, or under TYPE_CHECKING if only annotations do: "
        "each chain above starts at the package and ends at what is too heavy to be loaded with it."
    )


def test_no_code_of_ours_imports_a_shim() -> None:
    breaches = [
        f"{where(module, imported.line)} imports {imported.module}"
        for module in modules()
        if module not in SHIMS
        for imported in imports(module)
        if imported.module in SHIMS and (module, imported.module) not in LOADED_SHIMS
    ]
    assert [] == breaches, (
        "A shim is there for code written against httpx 0.28 alone: import from the module, or the "
        "package, that the shim itself imports from."
    )


def test_the_table_of_shims_names_modules_that_exist() -> None:
    assert set() == SHIMS - set(modules())


@pytest.mark.parametrize("module", sorted(SHIMS))
def test_a_shim_is_a_docstring_and_imports_under_the_same_name(module: str) -> None:
    docstring, *statements = ast.parse(modules()[module].read_text(encoding="utf-8")).body
    assert isinstance(docstring, ast.Expr)
    assert isinstance(docstring.value, ast.Constant)
    for statement in statements:
        assert isinstance(statement, ast.ImportFrom), "A shim defines nothing of its own."
        for alias in statement.names:
            assert alias.name == alias.asname, (
                "`from ... import X as X` says that X is meant to be seen."
            )


def test_nothing_is_imported_by_a_star() -> None:
    starred = [
        where(module, node.lineno)
        for module, path in modules().items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]
    assert [] == starred, (
        "Import by name: a reader, and a type checker, must see where it comes from."
    )


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "_utils", "helpers", "_helpers", "common", "_common", "misc", "_misc"}
    found = {module for module in modules() if module.rpartition(".")[2] in drawers}
    assert found <= SHIMS, "Name a module for the one thing that it decides."


# The reader itself: a law that nothing can break would hold for any code.


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import ssl", [("ssl", True)]),
        ("import http.client", [("http.client", True)]),
        ("from ssl import SSLContext", [("ssl", True)]),
        ("def f():\n    import ssl", [("ssl", False)]),
        ("async def f():\n    import ssl", [("ssl", False)]),
        ("class C:\n    import ssl", [("ssl", True)]),
        ("try:\n    import ssl\nexcept ImportError:\n    pass", [("ssl", True)]),
        ("if TYPE_CHECKING:\n    import ssl", [("ssl", False)]),
        (
            "if TYPE_CHECKING:\n    import ssl\nelse:\n    import socket",
            [("ssl", False), ("socket", True)],
        ),
        ("from . import _errors", [("httpx_core", True), ("httpx_core._errors", True)]),
        ("from ._errors import HTTPError", [("httpx_core._errors", True)]),
    ],
)
def test_the_reader_sees_imports_wherever_they_stand(
    source: str, expected: list[tuple[str, bool]]
) -> None:
    found = [
        (name, is_eager)
        for node, is_eager in import_nodes(ast.parse(source), True)
        for name in imported_names(node, "httpx_core")
    ]
    assert expected == found

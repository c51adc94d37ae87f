"""Client and AsyncClient say the same: their syntax trees, less the words of waiting, are equal.

The two are written out because their signatures are the product. Nothing but this test keeps one from
learning what the other does not.
"""

from __future__ import annotations

import ast
import difflib
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "packages" / "httpx" / "src" / "httpx"

PAIRS = [("_sync_client.py", "_async_client.py"), ("_sync_verbs.py", "_async_verbs.py")]

# What is called otherwise on the async side, and its name on the sync side.
TWINS = {
    "AsyncBaseTransport": "BaseTransport",
    "AsyncByteStream": "SyncByteStream",
    "AsyncClient": "Client",
    "AsyncGenerator": "Generator",
    "AsyncHTTPTransport": "HTTPTransport",
    "AsyncIterator": "Iterator",
    "AsyncVerbs": "Verbs",
    "StopAsyncIteration": "StopIteration",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "_async_verbs": "_sync_verbs",
    "aclose": "close",
    "aiter_raw": "iter_raw",
    "aread": "read",
    "asend": "send",
    "async_auth_flow": "sync_auth_flow",
    "asynccontextmanager": "contextmanager",
    "handle_async_request": "handle_request",
}

# What is said otherwise on the async side.
SAID = {
    "Attempted to send a sync request with an AsyncClient instance: its body is sync.": (
        "Attempted to send an async request with a sync Client instance: its body is async."
    ),
}

# What one side imports alone: that which runs the shared code to its end, and the type of what awaits.
ALONE = {"httpx_transports._bridge.run", "collections.abc.Coroutine"}


class WithoutColour(ast.NodeTransformer):
    """Takes the words of waiting out of a tree, and gives twins the name that they have when sync."""

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self.visit_FunctionDef(
            ast.FunctionDef(**dict(ast.iter_fields(node)), lineno=node.lineno, col_offset=0)
        )

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = TWINS.get(node.name, node.name)
        # The one order of parameters that differs is that of 0.28, and test_signatures holds it.
        arguments = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        ordered = sorted(arguments, key=lambda pair: pair[0].arg)
        node.args.kwonlyargs = [argument for argument, _ in ordered]
        node.args.kw_defaults = [default for _, default in ordered]
        return self.generic_visit(without_docstring(node))

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = TWINS.get(node.name, node.name)
        return self.generic_visit(without_docstring(node))

    def visit_AsyncFor(self, node: ast.AsyncFor) -> ast.AST:
        return self.generic_visit(ast.For(**dict(ast.iter_fields(node))))

    def visit_AsyncWith(self, node: ast.AsyncWith) -> ast.AST:
        return self.generic_visit(ast.With(**dict(ast.iter_fields(node))))

    def visit_Await(self, node: ast.Await) -> ast.AST:
        return self.visit(node.value)  # type: ignore[no-any-return]  # a transformer returns nodes

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`run(x)` is how the sync side waits; `x.__anext__()` is `next(x)`."""
        if isinstance(node.func, ast.Name) and node.func.id == "run":
            return self.visit(node.args[0])  # type: ignore[no-any-return]  # a transformer returns nodes
        if isinstance(node.func, ast.Attribute) and node.func.attr == "__anext__":
            node = ast.Call(ast.Name("next", ast.Load()), [node.func.value], [])
        return self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """A generator returns a value, of which an async one knows nothing; a coroutine is its result."""
        if isinstance(node.value, ast.Name) and node.value.id == "Coroutine":
            assert isinstance(node.slice, ast.Tuple)
            return self.visit(node.slice.elts[2])  # type: ignore[no-any-return]  # as above
        if isinstance(node.value, ast.Name) and node.value.id == "Generator":
            assert isinstance(node.slice, ast.Tuple)
            del node.slice.elts[2:]
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = TWINS.get(node.id, node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        node.attr = TWINS.get(node.attr, node.attr)
        return self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str):
            node.value = SAID.get(node.value, TWINS.get(node.value, node.value))
        return node


def without_docstring(node: ast.Module | ast.ClassDef | ast.FunctionDef) -> ast.AST:
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        node.body = node.body[1:] or [ast.Pass()]
    return node


def imported(tree: ast.Module) -> set[str]:
    """Everything that a module imports, in its sync name."""
    return {
        f"{'.' * node.level}{TWINS.get(node.module or '', node.module)}."
        f"{TWINS.get(alias.name, alias.name)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def colourless(source: str) -> tuple[set[str], list[str]]:
    """What a module imports, and the lines of what it does, without a colour."""
    tree = ast.parse(source)
    names = imported(tree)
    tree.body = [
        node
        for node in tree.body
        if not isinstance(node, ast.ImportFrom) and not is_for_type_checkers(node)
    ]
    without_docstring(tree)
    plain = ast.fix_missing_locations(WithoutColour().visit(tree))
    return names, ast.unparse(plain).splitlines()


def is_for_type_checkers(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


def differences(sync: str, asynchronous: str) -> list[str]:
    sync_names, sync_lines = colourless(sync)
    async_names, async_lines = colourless(asynchronous)
    return [
        *(f"imported by one alone: {name}" for name in (sync_names ^ async_names) - ALONE),
        *difflib.unified_diff(sync_lines, async_lines, "sync", "async", lineterm="", n=1),
    ]


def read(name: str) -> str:
    return (SOURCE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(("sync", "asynchronous"), PAIRS)
def test_the_two_colours_are_the_same_program(sync: str, asynchronous: str) -> None:
    drift = differences(read(sync), read(asynchronous))
    assert [] == drift, (
        f"{sync} and {asynchronous} have drifted apart: change both. A new pair of names, such as "
        "`close` and `aclose`, goes into TWINS.\n" + "\n".join(drift)
    )


@pytest.mark.parametrize(("sync", "asynchronous"), PAIRS)
def test_both_files_are_compared_to_their_end(sync: str, asynchronous: str) -> None:
    (last,) = (ast.parse(read(sync)).body[-1],)
    assert isinstance(last, ast.ClassDef)
    _, lines = colourless(read(asynchronous))
    assert f"class {last.name}(" in "\n".join(lines) or f"class {last.name}:" in lines


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("transport.close()", "pass"),
        ("response.close()", "response.read()"),
        ("ClientState.CLOSED", "ClientState.OPENED"),
        ("follow_redirects: bool = False", "follow_redirects: bool = True"),
        ("stream: bool = False", "stream: bool = False, more: int = 0"),
        ("-> Response:", "-> Request:"),
        ("    def stats(self)", "    def figures(self)"),
        ("its body is async", "its body is of the other colour"),
    ],
)
def test_a_change_of_one_side_alone_is_seen(old: str, new: str) -> None:
    sync = read("_sync_client.py")
    assert old in sync
    assert differences(sync.replace(old, new, 1), read("_async_client.py"))

"""Changes what decides, and much of the HTTP/1.1 fast path, one small thing at a time: some test has to fail.

    hatch run mutation:run [FILE[:LINE] ...]

FILE is one of `FILES`, by the end of its path (`state.py`), and LINE one of its lines; all without.
cosmic-ray makes the changes, on a copy of the tree, and each is put to the tests that are about its
file. What no test notices is printed, and the exit status is then 1: the section "Mutation" of
docs/security.md says which of those are known, and why.

cosmic-ray's own `exec` starts an interpreter for each change, and that takes longer than the tests. So
the tests run in forks of this process instead, which has imported what they need of other projects.
"""

from __future__ import annotations

import argparse
import difflib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [
    f"packages/{name}/src" for name in ("httpx-core", "httpx-auth", "httpx-transports", "httpx")
]

_READING = [
    f"transports/test_http11_{name}.py"
    for name in ("plain", "chunks", "heads", "wire", "exchange", "differential")
]
_COOKIES = [f"core/test_cookies_{name}.py" for name in ("rules", "set_cookie", "jars", "json")]
# The first test that fails ends a run, so that the quickest come first.
FILES = {
    "httpx-transports/src/httpx_transports/_pool/state.py": [
        "transports/test_pool_state_details.py",
        "transports/test_pool_state.py",
    ],
    "httpx-transports/src/httpx_transports/_pool/again.py": ["transports/test_going_again.py"],
    "httpx-transports/src/httpx_transports/_http11/head.py": _READING,
    "httpx-transports/src/httpx_transports/_http11/body.py": _READING,
    "httpx-transports/src/httpx_transports/_http11/reader.py": _READING,
    "httpx-transports/src/httpx_transports/_http11/outgoing.py": [
        "transports/test_request_head_against_h11.py",
        "transports/test_http11_sending.py",
        "transports/test_http11_exchange.py",
        "transports/test_http11_wire.py",
    ],
    "httpx-core/src/httpx_core/_set_cookie.py": ["core/test_cookies_set_cookie.py", *_COOKIES],
    "httpx-core/src/httpx_core/_cookie_jar.py": [*_COOKIES, "core/test_cookies.py"],
    "httpx-core/src/httpx_core/_cookie_json.py": ["core/test_cookies_json.py"],
    "httpx-core/src/httpx_core/_cookie_limits.py": ["core/test_cookies.py", *_COOKIES],
    "httpx/src/httpx/_redirects.py": [
        "client/test_redirect_matrix.py",
        "client/test_redirects.py",
        "client/test_private_names.py",
        "security/test_redirects.py",
    ],
}
# Of all the ways to replace an operator, those that somebody might have written by mistake. (`|` is in
# annotations only.)
OPERATORS = [
    "AddNot",
    "ExceptionReplacer",
    "NumberReplacer",
    "ReplaceAndWithOr",
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBreakWithContinue",
    "ReplaceComparisonOperator_Eq_NotEq",
    "ReplaceComparisonOperator_GtE_Gt",
    "ReplaceComparisonOperator_Gt_GtE",
    "ReplaceComparisonOperator_Is_IsNot",
    "ReplaceComparisonOperator_LtE_Lt",
    "ReplaceComparisonOperator_Lt_LtE",
    "ReplaceComparisonOperator_NotEq_Eq",
    "ReplaceContinueWithBreak",
    "ReplaceFalseWithTrue",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_Delete_USub",
    "ZeroIterationForLoop",
]
# A change that makes a loop endless is noticed by these.
MAX_CPU = 20  # seconds
MAX_WAIT = 90  # seconds
MAX_MEMORY = 2**31  # bytes of address space


class _Plugin:
    """Has pytest run the quick tests first, and hypothesis leave a failure as it found it."""

    def pytest_sessionstart(self) -> None:
        from hypothesis import Phase, settings

        settings.register_profile(
            "mutation",
            parent=settings.get_profile("suite"),
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
        )
        settings.load_profile("mutation")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((item for item in items if not _is_timed(item)), key=_is_slow)


def _is_timed(item: pytest.Item) -> bool:
    """Whether the test judges by the clock, of which a loaded machine would make anything."""
    return "time_grows" in item.name


def _is_slow(item: pytest.Item) -> bool:
    return item.name == "runTest" or hasattr(getattr(item, "obj", None), "hypothesis")


def changes(source: str, only: int | None) -> Iterator[tuple[int, str, str]]:
    """Each change of a file: its line, what it is, and the whole file changed."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    before = source.splitlines()
    for operator in OPERATORS:
        occurrence = 0
        while changed := mutate_code(source, get_operator(f"core/{operator}")(), occurrence):
            occurrence += 1
            edits = [
                line for line in difflib.ndiff(before, changed.splitlines()) if line[0] in "+-"
            ]
            at = next(
                number
                for number, pair in enumerate(zip(before, changed.splitlines(), strict=False), 1)
                if pair[0] != pair[1]
            )
            # What is for type checkers alone no test could notice.
            if only in (None, at) and not before[at - 1].lstrip().startswith("if TYPE_CHECKING"):
                yield at, "\n    ".join([operator, *edits]), changed


def run_tests(copy: Path, tests: list[str]) -> None:
    """Run the tests on the copy, in this process, which ends with pytest's status."""
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU, MAX_CPU))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)
    os.chdir(copy)
    sys.path[:0] = [str(copy / source) for source in SOURCES]
    import pytest

    import httpx_transports

    if not (httpx_transports.__file__ or "").startswith(str(copy)):
        os._exit(
            0
        )  # as if nothing was noticed: then even the plain run says that something is wrong
    paths = [f"tests/{test}" for test in tests]
    status = pytest.main(
        ["-x", "-q", "--tb=no", "-p", "no:cacheprovider", *paths], plugins=[_Plugin()]
    )
    os._exit(int(status))


def outcome(copy: Path, tests: list[str]) -> int | None:
    """The status of pytest; negative when it had to be stopped."""
    child = get_context("fork").Process(target=run_tests, args=(copy, tests))
    child.start()
    child.join(MAX_WAIT)
    if child.exitcode is None:
        child.kill()
        child.join()
    return child.exitcode


def judge(name: str, only: int | None, copy: Path) -> int:
    """Make each change of one file; how many no test notices."""
    path = copy / "packages" / name
    source = path.read_text()
    if outcome(copy, FILES[name]) != 0:
        raise SystemExit(f"{name}: its tests fail as it is.")
    made = survived = stopped = 0
    for line, what, changed in changes(source, only):
        path.write_text(changed)
        status = outcome(copy, FILES[name])
        made += 1
        stopped += status is None or status < 0
        if status == 0:
            survived += 1
            print(f"{path.name}:{line} {what}", flush=True)
    path.write_text(source)
    print(f"{path.name}: {made} changes, {survived} not noticed, {stopped} stopped", flush=True)
    return survived


def copy_tree(copy: Path) -> None:
    """Copy what the tests need, with byte code that is tied to the text of a source, not to its age."""
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns("__pycache__", ".*", "dist", "site", "docs")
    )
    subprocess.run(
        [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", *SOURCES],
        cwd=copy,
        check=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("files", nargs="*", metavar="FILE[:LINE]")
    wanted = []
    for file in parser.parse_args().files or FILES:
        end, _, line = file.partition(":")
        names = [name for name in FILES if name.endswith(end)]
        if not names:
            parser.error(f"{end} is none of {', '.join(map(os.path.basename, FILES))}")
        wanted += [(name, int(line) if line else None) for name in names]
    # The same examples in every run; and no plugin that would mind what is imported before it.
    os.environ.update(CI="1", PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    import h2.connection
    import h11
    import hypothesis.stateful
    import pytest
    import trio
    import trustme

    del h2, h11, hypothesis, pytest, trio, trustme
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        copy_tree(copy)
        for name, only in wanted:
            survivors += judge(name, only, copy)
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())

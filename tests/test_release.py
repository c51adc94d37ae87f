"""The release scripts of .ci/release: what they change, what they refuse, and what they say."""

from __future__ import annotations

import importlib
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / ".ci" / "release"


@pytest.fixture(autouse=True)
def _scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(SCRIPTS)
    yield
    for path in SCRIPTS.glob("*.py"):
        sys.modules.pop(path.stem, None)


def script(name: str) -> Any:
    return importlib.import_module(name)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files of this checkout that a new version changes, at version 1.2.3."""
    four = script("four")
    version = four.version(ROOT)
    for name in four.FOUR:
        for place in (four.about, four.pyproject, four.changelog):
            source = place(name, ROOT)
            copy = tmp_path / source.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            text = source.read_text(encoding="utf-8").replace("## Unreleased\n", "")
            copy.write_text(text.replace(version, "1.2.3"), encoding="utf-8")
    return tmp_path


def texts(checkout: Path) -> dict[str, str]:
    return {str(path): path.read_text() for path in checkout.rglob("*") if path.is_file()}


def test_a_new_version_reaches_every_package_pin_and_changelog(checkout: Path) -> None:
    script("bump").main(["1.3.0rc1"], checkout)
    assert "1.3.0rc1" == script("four").version(checkout)
    pins = "".join(path.read_text() for path in checkout.rglob("pyproject.toml"))
    assert {"1.3.0rc1"} == {pin["version"] for pin in script("bump").PIN.finditer(pins)}
    assert "1.2.3" not in pins
    for path in checkout.rglob("CHANGELOG.md"):
        assert "\n## 1.3.0rc1\n" in path.read_text()
        assert "\n## 1.2.3\n" in path.read_text()


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("1.2.3", "1.2.3 does not come after"),
        ("1.2.2", "does not come after 1.2.3"),
        ("1.2.3rc1", "does not come after 1.2.3"),
        ("0.28.2", "does not come after 1.2.3"),
        ("v1.3.0", "is no version"),
        ("1.3", "is no version"),
        ("1.3.0.dev1", "is no version"),
        ("1.3.0-1", "is no version"),
        ("1.3.0\n", "is no version"),
        ("next", "is no version"),
        ("", "is no version"),
    ],
)
def test_nonsense_is_refused_and_nothing_is_written(checkout: Path, new: str, reason: str) -> None:
    before = texts(checkout)
    with pytest.raises(SystemExit) as refused:
        script("bump").main([new], checkout)
    assert reason in str(refused.value)
    assert before == texts(checkout)


@pytest.mark.parametrize("arguments", [[], ["1.3.0", "1.4.0"]])
def test_one_version_is_asked_for(checkout: Path, arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="Say which version"):
        script("bump").main(arguments, checkout)


def test_versions_are_ordered_as_python_orders_them() -> None:
    ordered = ["0.9.0", "0.28.2", "0.28.10", "1.0.0a1", "1.0.0a2", "1.0.0b1", "1.0.0rc1", "1.0.0"]
    backwards = ordered[::-1]
    assert ordered == sorted(backwards, key=script("bump").order)


@pytest.mark.parametrize(
    ("path", "old", "new", "reason"),
    [
        ("httpx/pyproject.toml", "httpx-auth==1.2.3", "httpx-auth==1.2.2", "should pin 1.2.3"),
        ("httpx-core/CHANGELOG.md", "## 1.2.3\n", "## 1.2\n", "no section for 1.2.3"),
        ("httpx-core/CHANGELOG.md", "## 1.2.3\n", "## 1.3.0\n\n## 1.2.3\n", "a section for 1.3.0"),
        (
            "httpx/CHANGELOG.md",
            "## 1.2.3\n",
            "## Unreleased\n\n## 1.2.3\n",
            "nothing under `## Unreleased`",
        ),
        (
            "httpx/src/httpx/__about__.py",
            '__version__ = "1.2.3"',
            '__version__ = "1.2.4"',
            "not of one version",
        ),
    ],
)
def test_what_does_not_fit_together_is_named_and_nothing_is_written(
    checkout: Path, path: str, old: str, new: str, reason: str
) -> None:
    wrong = checkout / "packages" / path
    wrong.write_text(wrong.read_text().replace(old, new))
    before = texts(checkout)
    with pytest.raises(SystemExit) as refused:
        script("bump").main(["1.3.0"], checkout)
    assert reason in str(refused.value)
    assert before == texts(checkout)


def test_what_is_unreleased_becomes_the_version_and_the_rest_says_that_nothing_changed(
    checkout: Path,
) -> None:
    changelog = checkout / "packages" / "httpx" / "CHANGELOG.md"
    text = changelog.read_text()
    changelog.write_text(text.replace("## 1.2.3\n", "## Unreleased\n\n- New.\n\n## 1.2.3\n"))
    script("bump").main(["1.2.4"], checkout)
    assert "\n## 1.2.4\n\n- New.\n\n## 1.2.3\n" in changelog.read_text()
    other = (checkout / "packages" / "httpx-auth" / "CHANGELOG.md").read_text()
    assert f"\n## 1.2.4\n\n{script('bump').NOTHING}\n\n## 1.2.3\n" in other


def test_the_notes_of_a_version_are_what_the_four_changelogs_say(checkout: Path) -> None:
    script("bump").main(["1.2.4"], checkout)
    nothing = script("bump").NOTHING
    expected = "# 1.2.4\n\n" + "\n".join(
        f"## {name}\n\n{nothing}\n"
        for name in ("httpx", "httpx-transports", "httpx-auth", "httpx-core")
    )
    assert expected == script("notes").notes("1.2.4", checkout)


def test_the_notes_of_the_present_version_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    script("notes").main([])
    shown = capsys.readouterr().out
    assert shown.startswith(f"# {script('four').version()}\n\n## httpx\n\n")


def test_notes_of_a_version_that_nobody_wrote_of_are_refused(checkout: Path) -> None:
    with pytest.raises(SystemExit, match=r"has no section `## 9\.9\.9`"):
        script("notes").notes("9.9.9", checkout)


def test_a_release_that_lacks_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "httpx-1.2.3.tar.gz").touch()
    with pytest.raises(SystemExit, match=r"httpx_core-1\.2\.3-py3-none-any\.whl"):
        script("contents").check(sorted(tmp_path.iterdir()), "1.2.3")


def test_a_wheel_with_something_of_the_checkout_in_it_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "httpx_auth-1.2.3-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as made:
        made.writestr("httpx_auth-1.2.3.dist-info/METADATA", "Name: httpx-auth\nVersion: 1.2.3\n")
        made.writestr("httpx_auth/secrets.env", "")
    with pytest.raises(SystemExit, match=r"secrets\.env.* too many"):
        script("contents").check_wheel("httpx-auth", wheel, "1.2.3")


def test_a_file_that_is_built_otherwise_the_second_time_is_named(tmp_path: Path) -> None:
    for folder, content in (("first", b"1"), ("second", b"2")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.whl").write_bytes(b"")
        (tmp_path / folder / "b.whl").write_bytes(content)
    with pytest.raises(SystemExit, match=r"not the same: b\.whl$"):
        script("build").compare(tmp_path / "first", tmp_path / "second", "*.whl")


def test_every_combination_and_every_extra_is_tried() -> None:
    import_names = script("four").FOUR
    install = script("install")
    alone = {combination.there[-1] for combination in install.COMBINATIONS}
    assert set(import_names) == alone
    extras = [one for combination in install.COMBINATIONS for one in combination.requirements]
    assert f"httpx[{script('four').EXTRAS}]" in extras
    pyproject = (ROOT / "packages/httpx/pyproject.toml").read_text()
    optional = pyproject.partition("[project.optional-dependencies]\n")[2].partition("\n\n[")[0]
    named = [line.partition(" = [")[0] for line in optional.splitlines() if " = [" in line]
    assert script("four").EXTRAS.split(",") == sorted(named)


def test_each_package_has_a_request_of_its_own() -> None:
    for module in script("four").FOUR.values():
        assert (SCRIPTS / "smoke" / f"with_{module}.py").is_file()


def test_the_version_that_the_archives_are_dated_by_can_be_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert "1700000000" == script("dist").epoch()

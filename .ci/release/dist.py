"""`hatch run release:dist`: build the eight files of a release into dist/, and try them out.

1. Builds a wheel and a source archive of each package, twice, the second time from a copy elsewhere:
   the same bytes, or it fails. The wheel that the source archive builds is the same one too.
2. `twine check --strict`, and nothing in a wheel that is not in src/.
3. Installs the wheels into new environments, in each combination that a user may choose, without an
   index; there runs the READMEs' examples, and makes real requests to a server on loopback.

Publishes nothing. What the four depend on is fetched from the index once, into a folder that is
thrown away.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import build
import contents
import four
import install

DIST = four.ROOT / "dist"


def main() -> None:
    version = four.version()
    os.environ["SOURCE_DATE_EPOCH"] = epoch()
    shutil.rmtree(DIST, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="release-") as name:
        scratch = Path(name)
        build.build_all(four.ROOT, DIST)
        build.check_reproducible(DIST, scratch)
        files = sorted(DIST.iterdir())
        contents.check(files, version)
        run(sys.executable, "-m", "twine", "check", "--strict", *map(str, files))
        install.try_out(DIST, version, scratch)
    print(f"\ndist/ holds {version}, SOURCE_DATE_EPOCH={os.environ['SOURCE_DATE_EPOCH']}:")
    for path in files:
        print(f"  {build.digest(path)}  {path.name}")


def epoch() -> str:
    """The time that the archives' entries get: as given, else when the last commit was made."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return given
    shown = subprocess.run(
        ["git", "log", "-1", "--format=%ct"],
        cwd=four.ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return shown.stdout.strip()


def run(*command: str) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as exc:
        raise SystemExit(f"Failed, with {exc.returncode}: {' '.join(map(str, exc.cmd))}") from exc

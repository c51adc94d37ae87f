"""The command line, as far as it is there without the extra `cli`."""

from __future__ import annotations

import sys


def main() -> None:
    """Say what the command line needs, and leave with exit code 2."""
    sys.stderr.write(
        "The httpx command line needs the extra 'cli': pip install 'httpx[cli]'\n",
    )
    raise SystemExit(2)

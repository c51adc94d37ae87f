"""Tests against real servers and proxies: `hatch run peers:test`. They are not a part of the suite.

Each test runs against every peer that is here and offers what it needs. What is not here is listed at
the end with the way to get it; with HTTPX_PEERS=all that is a failure.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest

ARE_WANTED = "HTTPX_PEERS" in os.environ

if not ARE_WANTED:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session", autouse=True)
def _ended() -> Iterator[None]:
    """Whatever happens, no peer is left."""
    from tests.peers.running import stop_all

    # Of itself this signal ends the tests without another word, and the peers would go on.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        yield
    finally:
        stop_all()


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Any:
    """One offer of one peer, which is started when the first test needs it."""
    from tests.peers.exchanging import place

    return place(request.param)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not ARE_WANTED:
        return
    from tests.peers.catalogue import missing, versions

    terminalreporter.section("peers")
    for name, version in versions().items():
        terminalreporter.line(f"{name} {version}")
    for name, how in missing().items():
        terminalreporter.line(f"not here: {name} ({how})", yellow=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Nobody takes a run without some peer for a whole one who asked for all."""
    if ARE_WANTED and os.environ["HTTPX_PEERS"] == "all":
        from tests.peers.catalogue import missing

        if missing() and session.exitstatus == 0:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

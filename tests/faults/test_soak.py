"""A short soak; `hatch run faults:soak --minutes 30` is the long one."""

from __future__ import annotations

import pytest
from tests.faults.restarting import Place
from tests.faults.soak import MARGINS, Sample, Soak
from tests.faults.soak_load import Failure

import httpx

SECONDS = 10.0


def test_mixed_load_on_one_client_survives_its_servers_restarts(no_leaks: None) -> None:
    soak = Soak(SECONDS, every=0.5, workers=3)
    soak.run()
    assert not soak.problems, soak.report()
    assert 5 < sum(soak.restarts.values())
    for load in soak.loads:
        assert 50 < load.counts["right"], soak.report()


def test_figures_that_grow_are_told() -> None:
    soak = Soak(1.0, 1.0, 1)
    flat = Sample(10, 10, 1000, 50.0)
    soak.samples = [flat] * 20
    assert [] == soak._what_is_not_flat()
    soak.samples[-5:] = [flat._replace(sockets=11 + MARGINS.sockets)] * 5
    assert ["sockets grow: 10 in the second quarter, 36 in the last"] == soak._what_is_not_flat()


OWN = Place("own http1", "http://a.test", False)
DIED = httpx.ReadError("reset")
REUSED = ["own http1", "http11.send_request_headers.started"]
FRESH = ["own http1", "connection.connect_tcp.started"]
ACCOUNTS = [
    ("an idempotent request on a reused connection", "GET", DIED, REUSED, ["abort"], ""),
    ("with no restart", "POST", DIED, REUSED, [], ""),
    ("refused while nobody is away", "GET", httpx.ConnectError("refused"), FRESH, ["reload"], ""),
    ("an idempotent request and a kind restart", "GET", DIED, FRESH, ["reload"], ""),
    ("sent already", "POST", DIED, REUSED, ["abort"], "sent, and not to be sent twice"),
    ("nobody there", "GET", httpx.ConnectError("no"), FRESH, ["abort"], "nobody listened"),
    ("a new connection", "GET", DIED, FRESH, ["abort"], "a new connection died"),
    (
        "sent again", "GET", DIED, [*REUSED, "retry.request.started", *REUSED], ["abort"],
        "sent again already",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "error", "events", "restarts", "account"),
    [case[1:] for case in ACCOUNTS],
    ids=[case[0] for case in ACCOUNTS],
)
def test_a_failure_is_accounted_for_or_lost(
    method: str, error: httpx.TransportError, events: list[str], restarts: list[str], account: str
) -> None:
    assert account == Failure(OWN, method, False, error, events, restarts).account()

"""The wire table, over a scripted connection: whole, byte by byte, and cut at every place."""

from __future__ import annotations

import pytest
from tests.transports.http11_script import Exchange, Script, get
from tests.transports.wire_cases import CASES, WireCase

from httpx_core import RemoteProtocolError
from httpx_transports._http11.head import Head, interpret
from httpx_transports._http11.referee import judge_head

SHORT = [case for case in CASES if len(case.data) < 300]
assert len(SHORT) > 60


def _pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def check(case: WireCase, pieces: list[bytes]) -> None:
    """Run a case whose bytes come in these pieces, and compare all that it says."""
    exchange = Exchange(Script([*pieces, *([b""] if case.ends else [])]))
    headers = {"Connection": "upgrade", "Upgrade": "x"} if case.upgrade else None
    request = get(case.method, headers=headers)
    if case.error is not None:
        with pytest.raises(RemoteProtocolError) as failure:
            exchange.send(request).read()
        assert case.error in str(failure.value)
        assert "192.0.2.1:80" in str(failure.value)
        assert [0] == exchange.done
        return
    response = exchange.send(request)
    body = b"" if case.leading is not None else response.read()
    assert (case.status, case.body) == (response.status_code, body)
    if case.fields is not None:
        assert case.fields == response.headers.raw
    assert (case.trailers or []) == response.extensions.get("trailing_headers", [])
    interim = response.extensions.get("interim_responses", [])
    assert (case.interim or []) == [status for status, _ in interim]
    if case.leading is not None:
        handed_over = b""
        while len(handed_over) < len(case.leading):
            handed_over += response.extensions["network_stream"].read(64)
        assert case.leading == handed_over
        response.close()
    assert case.keepalive == exchange.connection.keepalive
    # Bytes that are still unread when the response is whole make the connection stale instead.
    reusable = exchange.done == [1] and not exchange.script.reads
    assert case.reused == reusable
    assert 1 == len(exchange.done)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_that_comes_whole(case: WireCase) -> None:
    check(case, _pieces(case.data, 65_536))


@pytest.mark.parametrize("case", SHORT, ids=lambda case: case.name)
def test_a_case_that_comes_byte_by_byte(case: WireCase) -> None:
    check(case, _pieces(case.data, 1))


@pytest.mark.parametrize("case", SHORT, ids=lambda case: case.name)
def test_a_case_that_is_cut_at_every_place(case: WireCase) -> None:
    for at in range(1, len(case.data)):
        check(case, [case.data[:at], case.data[at:]])


@pytest.mark.parametrize(
    ("version", "value", "persistent"),
    [
        (b"1.0", b"keep-alive", True),
        (b"1.0", b"Keep-Alive, X", True),
        (b"1.0", b"X", False),
        (b"1.1", b"X", True),
        (b"1.1", b"close", False),
        (b"1.0", b"keep-alive, close", False),
    ],
)
def test_what_connection_says_of_the_next_request(
    version: bytes, value: bytes, persistent: bool
) -> None:
    head = Head(version, 200, b"OK", [(b"Connection", value)])
    assert interpret(head)
    assert persistent is head.persistent


def test_a_head_that_h11_takes_and_nobody_can_interpret_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("httpx_transports._http11.referee.interpret", lambda head: False)
    with pytest.raises(RemoteProtocolError, match="unclear framing"):
        judge_head(b"HTTP/1.1 200 OK\r\n\r\n", "GET", False)

"""The judge sees what is wrong: each of these verdicts would stop a run."""

from __future__ import annotations

import asyncio
import ssl

import pytest
from tests.faults.answers import answer, body, digest
from tests.faults.faulty_relay import Fault
from tests.faults.judge import (
    ALTERED,
    GIVEN_UP,
    HANG,
    RIGHT,
    SECRET,
    WRONG,
    Seen,
    judge,
    judge_arrivals,
    path_of,
)
from tests.faults.plan import PlannedCall, make_plan

import httpx

PLAN = make_plan(1)._replace(protocol="https1", total=1.0, faults=())
ALTERING = PLAN._replace(protocol="http1", faults=(Fault(0, "down", 1, "repeat", 5),))
CALL = PlannedCall("1-1", "POST", "small", "length", 500, "whole", 0)
SENT = b"a body"
FIELDS = {"x-ident": "1-1", "x-method": "POST", "x-received": digest(SENT)}
ANSWER = Seen(0.1, 200, FIELDS, body("1-1", 500))


def failed(error: Exception) -> Seen:
    return Seen(0.1, error=error)


def with_request(error: httpx.RequestError) -> Seen:
    error.request = httpx.Request("GET", "http://a.test")
    return failed(error)


def test_the_right_answer_is_right() -> None:
    assert RIGHT == judge(PLAN, CALL, SENT, ANSWER).outcome


def test_the_servers_give_the_right_answer() -> None:
    reply = answer("POST", path_of(CALL), SENT)
    fields = {name.lower(): value for name, value in reply.headers}
    assert isinstance(reply.body, bytes)
    seen = Seen(0.1, reply.status, fields, reply.body)
    assert RIGHT == judge(PLAN, CALL, SENT, seen).outcome


WRONG_ANSWERS = {
    "another's body": ANSWER._replace(body=body("1-2", 500)),
    "another's fields": ANSWER._replace(fields={**FIELDS, "x-ident": "1-2"}),
    "another method": ANSWER._replace(fields={**FIELDS, "x-method": "GET"}),
    "a request body cut short": ANSWER._replace(fields={**FIELDS, "x-received": digest(SENT[:-1])}),
    "a body cut short": ANSWER._replace(body=ANSWER.body[:-1]),
    "a body with more behind it": ANSWER._replace(body=ANSWER.body + b"x"),
    "no body": ANSWER._replace(body=b""),
    "another status": ANSWER._replace(status=502),
    "a body closed early that begins otherwise": ANSWER._replace(body=b"x", whole=False),
}


@pytest.mark.parametrize("seen", WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
def test_a_wrong_answer_is_wrong(seen: Seen) -> None:
    assert WRONG == judge(PLAN, CALL, SENT, seen).outcome
    assert ALTERED == judge(ALTERING, CALL, SENT, seen).outcome


def test_the_beginning_is_right_for_who_closes_early() -> None:
    seen = ANSWER._replace(body=ANSWER.body[:10], whole=False)
    assert RIGHT == judge(PLAN, CALL, SENT, seen).outcome


WRONG_ERRORS = {
    "of the system": failed(ConnectionResetError(104, "Connection reset by peer")),
    "of ssl": failed(ssl.SSLError("bad record mac")),
    "of Python": failed(AttributeError("x")),
    "a timeout of the event loop": failed(asyncio.TimeoutError()),
    "without a message": with_request(httpx.ReadError("")),
    "without a request": failed(httpx.ReadError("broken")),
    "with a password": with_request(httpx.ProxyError(f"refused tester:{SECRET}")),
    "blaming the caller": with_request(httpx.LocalProtocolError("wrong")),
    "of a coding": with_request(httpx.DecodingError("ends too soon")),
}


@pytest.mark.parametrize("seen", WRONG_ERRORS.values(), ids=WRONG_ERRORS)
def test_an_undocumented_error_is_wrong(seen: Seen) -> None:
    assert WRONG == judge(PLAN, CALL, SENT, seen).outcome


def test_a_documented_error_is_named() -> None:
    assert "ReadError" == judge(PLAN, CALL, SENT, with_request(httpx.ReadError("reset"))).outcome
    coding = with_request(httpx.DecodingError("ends too soon"))
    assert "DecodingError" == judge(ALTERING, CALL, SENT, coding).outcome


def test_whoever_gives_up_is_told_so() -> None:
    call = CALL._replace(cancelled_after=10)
    assert GIVEN_UP == judge(PLAN, call, SENT, failed(asyncio.TimeoutError())).outcome


def test_a_late_answer_is_a_hang() -> None:
    assert HANG == judge(PLAN, CALL, SENT, ANSWER._replace(seconds=6.0)).outcome


def test_only_idempotent_requests_are_processed_twice() -> None:
    assert "" == judge_arrivals(PLAN, CALL, 1)
    assert "processed 2 times" in judge_arrivals(PLAN, CALL, 2)
    assert "" == judge_arrivals(PLAN, CALL._replace(method="GET"), 2)
    assert "processed 3 times" in judge_arrivals(PLAN, CALL._replace(method="GET"), 3)
    assert "" == judge_arrivals(ALTERING, CALL, 2)

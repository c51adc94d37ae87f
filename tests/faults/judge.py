"""The judge: what one call may end in. No socket, no clock; it knows the plan and what came of it.

A call ends in the right answer, or in a documented exception: one of httpx's `TransportError` family,
with a message, its request attached, and no secret in it. Everything else is wrong:

- an answer whose status, fields or body are not exactly those of the request;
- `LocalProtocolError` and `UnsupportedProtocol`, which would blame the caller;
- `DecodingError`: a coded body that was cut short must be told by its framing;
- an exception of another library, or of the system.

Only where the plan is `altering` may an answer be another one, and a body one that cannot be decoded.
"""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

from tests.faults.answers import Asked, body, digest
from tests.faults.plan import Plan, PlannedCall

import httpx

SECRET = "s3cret-of-the-proxy"
"""The password of the proxies, which may be in no message."""

SLACK = 4.0
"""Seconds by which a loaded machine may be late."""
LONGEST = 20.0
"""Seconds that a call without a total limit may take, all its phases and redirects together."""

RIGHT, ALTERED, GIVEN_UP = "right", "altered", "given up"
WRONG, HANG = "WRONG", "HANG"


class Seen(NamedTuple):
    """What became of a call: a status with fields and a body (`whole` or the start of it), or an error."""

    seconds: float
    status: int = 0
    fields: dict[str, str] | None = None
    body: bytes = b""
    whole: bool = True
    error: BaseException | None = None


class Verdict(NamedTuple):
    """`outcome`: RIGHT, an exception's class, or what is wrong, with `reason`."""

    outcome: str
    reason: str = ""

    @property
    def is_fault(self) -> bool:
        return self.outcome in (WRONG, HANG)


def judge(plan: Plan, call: PlannedCall, sent: bytes, seen: Seen) -> Verdict:
    """The verdict on one call, `sent` being the body of its request."""
    longest = LONGEST if plan.total is None else plan.total + SLACK
    if seen.seconds > longest:
        return Verdict(HANG, f"took {seen.seconds:.1f} s, allowed were {longest:.1f}")
    if seen.error is not None:
        return _judge_error(plan, call, seen.error)
    reason = _what_is_wrong(call, sent, seen)
    if not reason:
        return Verdict(RIGHT)
    return Verdict(ALTERED if plan.altering else WRONG, reason)


def _judge_error(plan: Plan, call: PlannedCall, error: BaseException) -> Verdict:
    name = type(error).__name__
    told = f"{type(error).__module__}.{name}: {error}"
    if call.cancelled_after and isinstance(error, (asyncio.TimeoutError, TimeoutError)):
        return Verdict(GIVEN_UP)
    documented: tuple[type[Exception], ...] = (httpx.TransportError,)
    if plan.altering:
        documented = (httpx.RequestError,)
    blaming = (httpx.LocalProtocolError, httpx.UnsupportedProtocol)
    if not isinstance(error, documented) or isinstance(error, blaming):
        return Verdict(WRONG, f"is not documented: {told}")
    if not str(error).strip():
        return Verdict(WRONG, f"has no message: {told}")
    if SECRET in f"{error} {error!r}":
        return Verdict(WRONG, f"tells a password: {name}")
    if error._request is None:
        return Verdict(WRONG, f"has no request: {told}")
    return Verdict(name, str(error))


def _what_is_wrong(call: PlannedCall, sent: bytes, seen: Seen) -> str:
    """What distinguishes an answer from the right one; "" if nothing does."""
    fields: Any = seen.fields or {}
    expected_status, method, received = 200, call.method, sent
    if call.kind == "empty":
        expected_status = 204
    if call.kind == "redirect" and method == "POST":
        method, received = "GET", b""
    if seen.status != expected_status:
        return f"status {seen.status}, expected {expected_status}: {seen.body[:200]!r}"
    for name, value in (
        ("x-ident", call.ident),
        ("x-method", method),
        ("x-received", digest(received)),
    ):
        if fields.get(name) != value:
            return f"{name} is {fields.get(name)!r}, expected {value!r}"
    has_body = call.method != "HEAD" and call.kind != "empty"
    expected = body(call.ident, call.size) if has_body else b""
    if seen.whole and seen.body != expected:
        return f"a body of {len(seen.body)} bytes, expected {len(expected)}: {_differs(seen.body, expected)}"
    if not expected.startswith(seen.body):
        return f"a body that begins otherwise: {_differs(seen.body, expected)}"
    return ""


def _differs(got: bytes, expected: bytes) -> str:
    at = next(
        (n for n, pair in enumerate(zip(got, expected, strict=False)) if pair[0] != pair[1]),
        min(len(got), len(expected)),
    )
    return f"at byte {at} {got[at : at + 60]!r} in place of {expected[at : at + 60]!r}"


def judge_arrivals(plan: Plan, call: PlannedCall, count: int) -> str:
    """What is wrong with how often a request was processed; "" if nothing is.

    Once if its method is not idempotent, twice if it is: a request goes again once, when a reused
    connection died before its answer (RFC 9110, 9.2.2). What a proxy or server refused was not processed.
    """
    most = 1 if call.method in ("POST", "PATCH") else 2
    if count <= most or plan.altering:
        return ""
    return f"{call.ident}: {call.method} was processed {count} times, at most {most} are allowed"


def path_of(call: PlannedCall, kind: str | None = None) -> str:
    """The path that a call asks for."""
    return Asked(call.ident, kind or call.kind, call.size).path

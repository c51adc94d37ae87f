"""Timeout: the forms it is given in, what it refuses, and how it is compared and shown."""

from __future__ import annotations

import copy
import pickle
from fractions import Fraction
from typing import Any

import pytest

from httpx_core import DEFAULT_TIMEOUT_CONFIG, UNSET, Timeout, UnsetType
from httpx_core._timeout import wrong_timeout

FORMS: list[tuple[Any, dict[str, Any], tuple[Any, Any, Any, Any]]] = [
    (None, {}, (None, None, None, None)),
    (5, {}, (5, 5, 5, 5)),
    (0, {}, (0, 0, 0, 0)),
    (-1.5, {}, (-1.5, -1.5, -1.5, -1.5)),
    (Fraction(1, 2), {}, (Fraction(1, 2),) * 4),
    (5.0, {"connect": 60.0}, (60.0, 5.0, 5.0, 5.0)),
    (5.0, {"connect": None}, (None, 5.0, 5.0, 5.0)),
    (None, {"read": 1}, (None, 1, None, None)),
    ((1, 2), {}, (1, 2, None, None)),
    ((1, 2, 3), {}, (1, 2, 3, None)),
    ((1, 2, 3, 4), {}, (1, 2, 3, 4)),
    ((None, 2), {}, (None, 2, None, None)),
    (Timeout(1, read=2), {}, (1, 2, 1, 1)),
    (UNSET, {"connect": 1, "read": 2, "write": 3, "pool": None}, (1, 2, 3, None)),
    (9, {"connect": 1, "read": 2, "write": 3, "pool": 4}, (1, 2, 3, 4)),
]


@pytest.mark.parametrize(("given", "named", "limits"), FORMS)
def test_the_four_limits_follow_from_each_form(
    given: Any, named: dict[str, Any], limits: tuple[Any, Any, Any, Any]
) -> None:
    timeout = Timeout(given, **named)
    assert limits == (timeout.connect, timeout.read, timeout.write, timeout.pool)
    assert timeout.total is None
    assert dict(zip(("connect", "read", "write", "pool"), limits, strict=True)) == timeout.as_dict()


@pytest.mark.parametrize(
    ("given", "named", "error", "message"),
    [
        (UNSET, {}, ValueError, "include a default"),
        (UNSET, {"connect": 1}, ValueError, "include a default"),
        (UNSET, {"connect": 1, "read": 1, "write": 1}, ValueError, "include a default"),
        ((), {}, ValueError, "0 items"),
        ((1,), {}, ValueError, "1 items"),
        ((1, 2, 3, 4, 5), {}, ValueError, "5 items"),
        (Timeout(5), {"connect": 1}, ValueError, "not both"),
        (float("nan"), {}, ValueError, "'timeout' cannot be NaN"),
        (5, {"pool": float("nan")}, ValueError, "'pool' cannot be NaN"),
        (5, {"total": float("nan")}, ValueError, "'total' cannot be NaN"),
        (
            "5",
            {},
            TypeError,
            "timeout must be a number of seconds, a tuple of them, a Timeout or None, not str",
        ),
        ([1, 2], {}, TypeError, "not list"),
        ({}, {}, TypeError, "not dict"),
        (5, {"read": "x"}, TypeError, "'read' is a number"),
        ((1, "x"), {}, TypeError, "'read' is a number"),
    ],
)
def test_what_is_no_timeout_is_refused(
    given: Any, named: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Timeout(given, **named)


def test_total_is_in_the_dict_only_when_it_is_set() -> None:
    assert 4 == len(Timeout(5).as_dict())
    assert 30 == Timeout(5, total=30).as_dict()["total"]
    assert 30 == Timeout(Timeout(5, total=30)).total
    assert 9 == Timeout(Timeout(5, total=30), total=9).total


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (Timeout(5), Timeout(5.0), True),
        (Timeout(5), Timeout((5, 5, 5, 5)), True),
        (Timeout(5), Timeout(5, read=1), False),
        (Timeout(5), Timeout(5, total=1), False),
        (Timeout(5, total=1), Timeout(5, total=1), True),
        (Timeout(5), 5, False),
        (Timeout(5.0), DEFAULT_TIMEOUT_CONFIG, True),
    ],
)
def test_equality_is_that_of_the_limits(one: Timeout, other: Any, equal: bool) -> None:
    assert equal is (one == other)


def test_timeouts_are_unhashable() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Timeout(5))


@pytest.mark.parametrize(
    ("timeout", "shown"),
    [
        (Timeout(None), "Timeout(timeout=None)"),
        (Timeout(5.0), "Timeout(timeout=5.0)"),
        (Timeout((1, 1, 1, 1)), "Timeout(timeout=1)"),
        (Timeout(5, read=1), "Timeout(connect=5, read=1, write=5, pool=5)"),
        (Timeout(5, total=9), "Timeout(timeout=5, total=9)"),
        (Timeout(5, read=1, total=9), "Timeout(connect=5, read=1, write=5, pool=5, total=9)"),
    ],
)
def test_the_repr_makes_it_again(timeout: Timeout, shown: str) -> None:
    assert shown == repr(timeout)
    assert timeout == eval(shown)


def test_copies_are_equal() -> None:
    timeout = Timeout(5, read=1, total=9)
    assert timeout == copy.copy(timeout)
    assert timeout == pickle.loads(pickle.dumps(timeout))


def test_unset_is_one_and_says_so() -> None:
    assert "UNSET" == repr(UNSET)
    assert pickle.loads(pickle.dumps(UNSET)) is UNSET
    assert isinstance(UNSET, UnsetType)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (5.0, "The extension timeout must be a dict of seconds by phase, as Timeout(5.0).as_dict()"),
        ({"read": "5"}, "In the extension timeout: "),
        ({"read": 5.0}, "A limit of the extension timeout is no number of seconds that can be counted."),
    ],
)  # fmt: skip
def test_an_extension_that_is_no_timeout_is_told_apart(limits: Any, message: str) -> None:
    assert str(wrong_timeout(limits)).startswith(message)

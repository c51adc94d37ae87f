"""The status codes: their names, phrases and classes."""

from __future__ import annotations

import pickle
from http import HTTPStatus

import pytest

from httpx_core import codes

# The registry of IANA, as the names of RFC 9110 15 and its successors give it.
REGISTERED = {
    *range(100, 105), *range(200, 209), 226, *range(300, 306), 307, 308,
    *range(400, 419), *range(421, 427), 428, 429, 431, 451, *range(500, 509), 510, 511,
}  # fmt: skip


def test_every_registered_code_is_there() -> None:
    assert sorted(REGISTERED) == sorted(int(code) for code in codes)


def test_the_standard_library_knows_none_that_is_missing() -> None:
    assert {int(status) for status in HTTPStatus} <= REGISTERED


@pytest.mark.parametrize(
    ("code", "value", "phrase"),
    [
        (codes.OK, 200, "OK"),
        (codes.NOT_FOUND, 404, "Not Found"),
        (codes.IM_A_TEAPOT, 418, "I'm a teapot"),
        (codes.REQUEST_ENTITY_TOO_LARGE, 413, "Request Entity Too Large"),
        (codes.CONTENT_TOO_LARGE, 413, "Request Entity Too Large"),
        (codes.UNPROCESSABLE_CONTENT, 422, "Unprocessable Entity"),
    ],
)
def test_a_code_is_an_integer_with_a_phrase(code: codes, value: int, phrase: str) -> None:
    assert value == code
    assert str(value) == str(code)
    assert str(value) == f"{code}"
    assert phrase == code.phrase
    assert phrase == codes.get_reason_phrase(value)
    assert code is codes(value)
    assert code is pickle.loads(pickle.dumps(code))


@pytest.mark.parametrize("value", [0, 99, 306, 499, 600, -1])
def test_a_code_that_is_not_registered_has_no_phrase(value: int) -> None:
    assert "" == codes.get_reason_phrase(value)


def test_every_name_is_there_in_lower_case() -> None:
    for name, code in codes.__members__.items():
        assert getattr(codes, name.lower()) is code


@pytest.mark.parametrize(
    ("value", "classes"),
    [
        (99, ""), (100, "informational"), (199, "informational"), (200, "success"),
        (299, "success"), (300, "redirect"), (399, "redirect"), (400, "client_error error"),
        (499, "client_error error"), (500, "server_error error"), (599, "server_error error"),
        (600, ""),
    ],
)  # fmt: skip
def test_a_code_is_of_these_classes(value: int, classes: str) -> None:
    asked = ["informational", "success", "redirect", "client_error", "server_error", "error"]
    found = [name for name in asked if getattr(codes, f"is_{name}")(value)]
    assert classes.split() == found

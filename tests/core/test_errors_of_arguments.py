"""An error that a caller's own object raises while it is read stays what it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from httpx_core import Cookies, Response


class Broken:
    """As long as a pair, and not to be read."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __len__(self) -> int:
        return 2

    def __iter__(self) -> Iterator[str]:
        raise self._error


@pytest.mark.parametrize("error", [ValueError("broken"), TypeError("broken")])
def test_a_pair_of_cookies_that_cannot_be_read_raises_its_own_error(error: Exception) -> None:
    pairs: Any = [("a", "1"), Broken(error)]
    with pytest.raises(type(error)) as caught:
        Cookies(pairs)
    assert error is caught.value


@pytest.mark.parametrize("error", [ValueError("broken"), TypeError("broken")])
def test_a_history_that_cannot_be_read_raises_its_own_error(error: Exception) -> None:
    history: Any = Broken(error)
    with pytest.raises(type(error)) as caught:
        Response(200, history=history)
    assert error is caught.value

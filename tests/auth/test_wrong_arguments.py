"""What is nothing to authenticate with is refused when it is given, by an error that shows no value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from httpx_auth import BasicAuth, DigestAuth, FunctionAuth, NetRCAuth


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: NetRCAuth(0), "file must be the path of a netrc file, not int."),  # standard input
        (lambda: NetRCAuth(["hunter2"]), "file must be the path of a netrc file, not list."),
        (lambda: FunctionAuth("hunter2"), "func must be callable, not str."),
        (lambda: BasicAuth("user", ["hunter2"]), "password must be str or bytes, not list."),
        (lambda: DigestAuth(["hunter2"], "b"), "username must be str or bytes, not list."),
    ],
)
def test_the_error_names_the_argument(make: Callable[[], Any], words: str) -> None:
    with pytest.raises(TypeError, match=words) as caught:
        make()
    assert "hunter2" not in str(caught.value)

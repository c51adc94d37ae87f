"""The names of httpx-auth: those that are loaded when they are first asked for are there too."""

from __future__ import annotations

import typing

import httpx_auth


def test_the_version_says_which_httpx_this_is_in_place_of() -> None:
    assert httpx_auth.__version__.startswith("0.28.")


def test_what_auth_takes_can_be_part_of_a_union_when_code_runs() -> None:
    assert type(None) in typing.get_args(httpx_auth.AuthTypes | None)

"""The names of httpx-auth: those that are loaded when they are first asked for are there too."""

from __future__ import annotations

import importlib.metadata
import typing

import httpx_auth


def test_the_version_is_the_distributions() -> None:
    assert importlib.metadata.version("httpx-auth") == httpx_auth.__version__


def test_what_auth_takes_can_be_part_of_a_union_when_code_runs() -> None:
    assert type(None) in typing.get_args(httpx_auth.AuthTypes | None)

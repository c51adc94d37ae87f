"""Response.json(): the encodings of JSON, and its errors."""

from __future__ import annotations

import json

import pytest

from httpx_core import Response


@pytest.mark.parametrize(
    "codec",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"],
)
def test_json_is_read_in_any_of_its_encodings_whatever_the_charset_says(codec):
    headers = {"content-type": "application/json; charset=latin-1"}
    content = '{"name": "é€"}'.encode(codec)
    assert {"name": "é€"} == Response(200, headers=headers, content=content).json()


@pytest.mark.parametrize("content", [b"", b"nope", b'{"a":', b'"\xe9"', b"\xff"])
def test_what_is_no_json_is_a_value_error(content):
    with pytest.raises(ValueError):
        Response(200, content=content).json()


def test_an_empty_body_is_a_json_error():
    with pytest.raises(json.JSONDecodeError):
        Response(204).json()


def test_arguments_go_to_json_loads():
    assert {"a": "1.50"} == Response(200, content=b'{"a": 1.50}').json(parse_float=str)

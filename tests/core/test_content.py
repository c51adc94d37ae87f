"""What each kind of body becomes: header fields and bytes."""

from __future__ import annotations

import gzip
import io
import json as jsonlib
import os
import tempfile
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.colours import Colour
from tests.support.files import AsyncFile, AsyncReader, Lines, Pipe, WrappedFile, parts_of

from httpx_core import ByteStream
from httpx_core._content import encode_request, encode_response

FORM = (b"Content-Type", b"application/x-www-form-urlencoded")
JSON = (b"Content-Type", b"application/json")
TEXT = (b"Content-Type", b"text/plain; charset=utf-8")
HTML = (b"Content-Type", b"text/html; charset=utf-8")
CHUNKED = (b"Transfer-Encoding", b"chunked")


def length(number: int) -> tuple[bytes, bytes]:
    return b"Content-Length", b"%d" % number


def standing_at(position: int, data: bytes) -> io.BytesIO:
    file = io.BytesIO(data)
    file.seek(position)
    return file


async def numbers() -> AsyncIterator[bytes]:
    yield b"1"


IN_MEMORY = [
    ("nothing", {}, [], b""),
    ("content: bytes", {"content": b"hi"}, [length(2)], b"hi"),
    ("content: text", {"content": "hé"}, [length(3)], b"h\xc3\xa9"),
    ("content: empty bytes", {"content": b""}, [], b""),
    ("content: empty text", {"content": ""}, [], b""),
    ("content: bytearray", {"content": bytearray(b"abc")}, [length(3)], b"abc"),
    ("content: memoryview", {"content": memoryview(b"abc")}, [length(3)], b"abc"),
    ("data: one", {"data": {"a": "b"}}, [length(3), FORM], b"a=b"),
    ("data: list", {"data": {"a": ["1", 2]}}, [length(7), FORM], b"a=1&a=2"),
    ("data: tuple", {"data": {"a": ("x", "y")}}, [length(7), FORM], b"a=x&a=y"),
    ("data: empty list", {"data": {"a": []}}, [length(0), FORM], b""),
    ("data: None", {"data": {"a": None}}, [length(2), FORM], b"a="),
    ("data: in a list", {"data": {"a": [None, True]}}, [length(9), FORM], b"a=&a=true"),
    ("data: booleans", {"data": {"a": True, "b": False}}, [length(14), FORM], b"a=true&b=false"),
    ("data: numbers", {"data": {"a": 1, "b": 1.5}}, [length(9), FORM], b"a=1&b=1.5"),
    ("data: number as key", {"data": {1: 2}}, [length(3), FORM], b"1=2"),
    ("data: bytes", {"data": {"b": b"x"}}, [length(10), FORM], b"b=b%27x%27"),
    ("data: escapes", {"data": {"a b": "c&d=é~*-._ +"}}, None, b"a+b=c%26d%3D%C3%A9~%2A-._+%2B"),
    ("data: empty", {"data": {}}, [], b""),
    ("data: empty, then json", {"data": {}, "json": 1}, [length(1), JSON], b"1"),
    ("files: empty", {"files": {}}, [], b""),
    ("files: empty list, then data", {"files": [], "data": {"a": "b"}}, [length(3), FORM], b"a=b"),
    (
        "json: object",
        {"json": {"a": [1, "é", None]}},
        [length(19), JSON],
        b'{"a":[1,"\xc3\xa9",null]}',
    ),
    ("json: empty object", {"json": {}}, [length(2), JSON], b"{}"),
    ("json: zero", {"json": 0}, [length(1), JSON], b"0"),
    ("json: false", {"json": False}, [length(5), JSON], b"false"),
    ("json: empty text", {"json": ""}, [length(2), JSON], b'""'),
    ("json: None", {"json": None}, [], b""),
    ("content wins", {"content": b"c", "data": {"a": "b"}, "json": 1}, [length(1)], b"c"),
    ("empty content wins", {"content": b"", "json": 1}, [], b""),
    ("data wins over json", {"data": {"a": "b"}, "json": 1}, [length(3), FORM], b"a=b"),
]


@pytest.mark.parametrize(
    ("arguments", "fields", "body"),
    [row[1:] for row in IN_MEMORY],
    ids=[row[0] for row in IN_MEMORY],
)
def test_a_body_in_memory_is_encoded(arguments: Any, fields: Any, body: bytes) -> None:
    actual, stream = encode_request(**arguments)
    assert isinstance(stream, ByteStream)
    assert body == stream._stream
    # The length of the longest one is not worth counting by hand.
    assert ([length(len(body)), FORM] if fields is None else fields) == actual


RESPONSES = [
    ("nothing", {}, [], b""),
    ("content", {"content": b"x"}, [length(1)], b"x"),
    ("empty content", {"content": b""}, [], b""),
    ("text", {"text": "é"}, [length(2), TEXT], b"\xc3\xa9"),
    ("empty text", {"text": ""}, [length(0), TEXT], b""),
    ("html", {"html": "<p>"}, [length(3), HTML], b"<p>"),
    ("json", {"json": {"a": 1}}, [length(7), JSON], b'{"a":1}'),
    ("content wins", {"content": b"x", "text": "y"}, [length(1)], b"x"),
    ("text wins", {"text": "", "html": "b", "json": 1}, [length(0), TEXT], b""),
]


@pytest.mark.parametrize(
    ("arguments", "fields", "body"),
    [row[1:] for row in RESPONSES],
    ids=[row[0] for row in RESPONSES],
)
def test_a_response_is_encoded(arguments: Any, fields: Any, body: bytes) -> None:
    actual, stream = encode_response(**arguments)
    assert isinstance(stream, ByteStream)
    assert (fields, body) == (actual, stream._stream)


STREAMED = [
    ("generator", lambda: (part for part in [b"ab"]), [CHUNKED], b"ab"),
    ("list", lambda: [b"a", b"b"], [CHUNKED], b"ab"),
    ("empty list", list, [CHUNKED], b""),
    ("iterable", lambda: Lines(b"a", b"b"), [CHUNKED], b"ab"),
    ("file", lambda: standing_at(0, b"hello"), [length(5)], b"hello"),
    ("file in its middle", lambda: standing_at(2, b"hello"), [length(3)], b"llo"),
    ("file at its end", lambda: standing_at(5, b"hello"), [length(0)], b""),
    ("file past its end", lambda: standing_at(9, b"hello"), [length(0)], b""),
    ("empty file", lambda: standing_at(0, b""), [length(0)], b""),
    ("pipe", lambda: Pipe(b"hello"), [CHUNKED], b"hello"),
]


@pytest.mark.parametrize(
    ("make", "fields", "body"), [row[1:] for row in STREAMED], ids=[row[0] for row in STREAMED]
)
def test_a_streamed_body_is_as_long_as_it_says(make: Any, fields: Any, body: bytes) -> None:
    actual, stream = encode_request(content=make())
    assert (fields, body) == (actual, b"".join(stream))  # type: ignore[arg-type]  # all are sync here


ASYNC = [
    ("generator", numbers, [CHUNKED], b"1"),
    ("file", lambda: AsyncFile(b"hello"), [CHUNKED], b"hello"),
    ("file with its blocking one", lambda: WrappedFile(b"hello"), [length(5)], b"hello"),
    ("reader", lambda: AsyncReader(b"hello"), [CHUNKED], b"hello"),
]


@pytest.mark.parametrize(
    ("make", "fields", "body"), [row[1:] for row in ASYNC], ids=[row[0] for row in ASYNC]
)
async def test_an_async_body_is_as_long_as_it_says(
    async_colour: Colour, make: Any, fields: Any, body: bytes
) -> None:
    actual, stream = encode_request(content=make())
    assert (fields, body) == (actual, b"".join(await parts_of(async_colour, stream)))
    assert not hasattr(stream, "__iter__")


async def test_an_async_file_counts_from_where_it_stands(async_colour: Colour) -> None:
    file = WrappedFile(b"hello")
    await file.seek(2)
    fields, stream = encode_request(content=file)
    assert [length(3)] == fields
    assert [b"llo"] == await parts_of(async_colour, stream)


def test_a_decompressing_file_is_not_measured_by_its_descriptor() -> None:
    with tempfile.TemporaryFile() as raw:
        raw.write(gzip.compress(b"x" * 1000))
        raw.seek(0)
        with gzip.GzipFile(fileobj=raw) as file:
            fields, stream = encode_request(content=file)
            assert [length(1000)] == fields
            assert b"x" * 1000 == b"".join(stream)  # type: ignore[arg-type]  # a blocking file


class OnlyDescriptor:
    """A file that has a descriptor and a read, and can neither tell nor seek."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def fileno(self) -> int:
        return self.descriptor

    def read(self, size: int) -> bytes:
        return os.read(self.descriptor, size)


def only_descriptor(descriptor: int) -> Any:
    return OnlyDescriptor(descriptor)


def test_a_file_with_nothing_but_a_descriptor_is_measured_by_that() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"hello")
        file.seek(0)
        fields, stream = encode_request(content=only_descriptor(file.fileno()))
        assert [length(5)] == fields
        assert [b"hello"] == list(stream)  # type: ignore[arg-type]  # a blocking file


def test_a_descriptor_that_was_read_from_measures_nothing() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"hello")
        file.flush()
        os.lseek(file.fileno(), 2, os.SEEK_SET)
        assert [CHUNKED] == encode_request(content=only_descriptor(file.fileno()))[0]


def test_the_descriptor_of_a_pipe_measures_nothing() -> None:
    reading, writing = os.pipe()
    try:
        assert [CHUNKED] == encode_request(content=only_descriptor(reading))[0]
    finally:
        os.close(reading)
        os.close(writing)


def test_measuring_a_file_leaves_it_where_it_stood() -> None:
    file = standing_at(2, b"hello")
    encode_request(content=file)
    assert 2 == file.tell()


@pytest.mark.parametrize("content", [{}, {"a": "b"}, 1, 1.5, object()], ids=repr)
def test_content_of_any_other_type_is_refused(content: Any) -> None:
    with pytest.raises(TypeError, match="Unexpected type for 'content'"):
        encode_request(content=content)


TEXT_FILES: list[Any] = [
    tempfile.TemporaryFile,
    tempfile.SpooledTemporaryFile,
    tempfile.NamedTemporaryFile,
]


@pytest.mark.parametrize("make", TEXT_FILES)
def test_a_file_in_text_mode_is_refused(make: Any) -> None:
    with make(mode="w+") as file, pytest.raises(TypeError, match="binary mode"):
        encode_request(content=file)


@pytest.mark.parametrize("data", [b"raw", "raw", [b"ra", b"w"]], ids=repr)
def test_data_that_is_no_mapping_is_content_with_a_warning(data: Any) -> None:
    with pytest.warns(DeprecationWarning, match="content="):
        fields, stream = encode_request(data=data)
    assert b"raw" == b"".join(stream)  # type: ignore[arg-type]  # all are sync here
    assert FORM not in fields


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")]], ids=repr)
def test_json_has_no_nan_and_no_infinity(value: Any) -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode_request(json=value)


def test_what_json_cannot_hold_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="JSON"):
        encode_request(json={1, 2})


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=10,
)


@given(JSON_VALUES.filter(lambda value: value is not None))
def test_json_reads_back_as_it_was(value: Any) -> None:
    fields, stream = encode_request(json=value)
    body = stream._stream  # type: ignore[union-attr]  # JSON is in memory
    assert value == jsonlib.loads(body)
    assert [length(len(body)), JSON] == fields


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
            st.text(st.characters(exclude_categories=["Cs"])),
        )
    )
)
def test_a_form_reads_back_as_it_was(pairs: list[tuple[str, str]]) -> None:
    form: dict[str, list[str]] = {}
    for key, value in pairs:
        form.setdefault(key, []).append(value)
    _, stream = encode_request(data=form)
    body = stream._stream.decode("ascii")  # type: ignore[union-attr]  # a form is in memory
    assert [(key, value) for key, values in form.items() for value in values] == parse_qsl(
        body, keep_blank_values=True
    )

"""Multipart bodies: their bytes, their length, and what cannot get into them."""

from __future__ import annotations

import email
import email.policy
import io
import pickle
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.colours import Colour
from tests.support.files import AsyncFile, AsyncReader, Pipe, WrappedFile, parts_of

from httpx_core import AsyncByteStream, LocalProtocolError, Request, StreamConsumed, SyncByteStream
from httpx_core._multipart import MAX_PART_HEAD, MultipartStream, boundary_of

CHUNK = 65_536


def multipart(files: Any, data: Any = None, boundary: str = "BB") -> Request:
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return Request("POST", "http://example.org/", headers=headers, files=files, data=data)


def part(disposition: str, *headers: str, body: bytes = b"x") -> bytes:
    head = [f"Content-Disposition: form-data; {disposition}", *headers, "", ""]
    return b"--BB\r\n" + "\r\n".join(head).encode() + body + b"\r\n"


OCTETS = "Content-Type: application/octet-stream"
END = b"--BB--\r\n"


class Named(io.BytesIO):
    def __init__(self, name: Any) -> None:
        super().__init__(b"x")
        self.name = name


FILES: list[tuple[str, Any, bytes]] = [
    ("bytes", b"x", part('name="f"; filename="upload"', OCTETS)),
    ("text", "é", part('name="f"; filename="upload"', OCTETS, body=b"\xc3\xa9")),
    ("bytearray", bytearray(b"x"), part('name="f"; filename="upload"', OCTETS)),
    ("file", io.BytesIO(b"x"), part('name="f"; filename="upload"', OCTETS)),
    (
        "named file",
        Named("a/b.txt"),
        part('name="f"; filename="b.txt"', "Content-Type: text/plain"),
    ),
    (
        "file named by a path",
        Named(Path("a/b.txt")),
        part('name="f"; filename="b.txt"', "Content-Type: text/plain"),
    ),
    ("file named by a number", Named(3), part('name="f"; filename="3"', OCTETS)),
    ("file named nothing", Named(""), part('name="f"')),
    ("name", ("n", b"x"), part('name="f"; filename="n"', OCTETS)),
    (
        "known ending",
        ("n.png", b"x"),
        part('name="f"; filename="n.png"', "Content-Type: image/png"),
    ),
    ("no file name", (None, b"x"), part('name="f"')),
    ("empty file name", ("", b"x"), part('name="f"')),
    ("type", ("n", b"x", "t/x"), part('name="f"; filename="n"', "Content-Type: t/x")),
    (
        "type None",
        ("n.png", b"x", None),
        part('name="f"; filename="n.png"', "Content-Type: image/png"),
    ),
    ("empty type", ("n", b"x", ""), part('name="f"; filename="n"', "Content-Type: ")),
    (
        "headers first",
        ("n", b"x", "t/x", {"X-A": "b"}),
        part('name="f"; filename="n"', "X-A: b", "Content-Type: t/x"),
    ),
    (
        "a header's type wins",
        ("n", b"x", "t/x", {"content-type": "q"}),
        part('name="f"; filename="n"', "content-type: q"),
    ),
    (
        "no name but headers",
        (None, b"x", "t/x", {"A": "B"}),
        part('name="f"', "A: B", "Content-Type: t/x"),
    ),
    ("type in utf-8", ("n", b"x", "té"), part('name="f"; filename="n"', "Content-Type: té")),
    (
        "name in utf-8",
        ("é.txt", b"x"),
        part('name="f"; filename="é.txt"', "Content-Type: text/plain"),
    ),
    (
        "path as name",
        ("a/b.txt", b"x"),
        part('name="f"; filename="a/b.txt"', "Content-Type: text/plain"),
    ),
    (
        "name to escape",
        ('a"\r\n\0\\%22\x1b.txt', b"x"),
        part('name="f"; filename="a%22%0D%0A%00\\\\%22\x1b.txt"', "Content-Type: text/plain"),
    ),
    (
        "name that is a data URL",
        ("data:text/x\r\nEvil: 1,.txt", b"x"),
        part('name="f"; filename="data:text/x%0D%0AEvil: 1,.txt"', "Content-Type: text/plain"),
    ),
]


@pytest.mark.parametrize(
    ("file", "expected"), [row[1:] for row in FILES], ids=[row[0] for row in FILES]
)
def test_a_file_becomes_a_part(file: Any, expected: bytes) -> None:
    request = multipart({"f": file})
    body = request.read()
    assert expected + END == body
    assert str(len(body)) == request.headers["Content-Length"]


VALUES: list[tuple[Any, list[bytes]]] = [
    ("é\r\n", [b"\xc3\xa9\r\n"]),
    (b"b\r\n\xff", [b"b\r\n\xff"]),
    (1, [b"1"]),
    (1.5, [b"1.5"]),
    (True, [b"true"]),
    (False, [b"false"]),
    (None, [b""]),
    (["a", b"b", 1, None, True], [b"a", b"b", b"1", b"", b"true"]),
    (("x", "y"), [b"x", b"y"]),
    ([], []),
]


@pytest.mark.parametrize(("value", "bodies"), VALUES, ids=[repr(value) for value, _ in VALUES])
def test_fields_come_before_files_and_lists_repeat_their_name(
    value: Any, bodies: list[bytes]
) -> None:
    fields = b"".join(part('name="k"', body=body) for body in bodies)
    file = part('name="f"; filename="upload"', OCTETS)
    assert fields + file + END == multipart({"f": b"x"}, data={"k": value}).read()


def test_files_may_be_pairs_of_which_names_repeat() -> None:
    expected = part('name="f"; filename="upload"', OCTETS) + part(
        'name="f"; filename="q"', OCTETS, body=b"y"
    )
    assert expected + END == multipart([("f", b"x"), ("f", ("q", b"y"))]).read()


@pytest.mark.parametrize(
    ("name", "escaped"),
    [('a"b\r\n\0é', "a%22b%0D%0A%00é"), ("a\\b", "a\\\\b"), ("it's", "it's"), ("a\tb", "a%09b")],
)
def test_names_are_escaped(name: str, escaped: str) -> None:
    expected = part(f'name="{escaped}"', body=b"v") + part(
        f'name="{escaped}"; filename="upload"', OCTETS
    )
    assert expected + END == multipart({name: b"x"}, data={name: "v"}).read()


INJECTIONS = [
    ("n", b"x", "t/x\r\nEvil: 1"),
    ("n", b"x", "t/x\nEvil: 1"),
    ("n", b"x", "t/x\rEvil: 1"),
    ("n", b"x", "t/x\0"),
    ("n", b"x", "t/x", {"A": "b\r\n\r\nbody"}),
    ("n", b"x", "t/x", {"A\r\nEvil": "b"}),
    ("n", b"x", "t/x", {"A\0": "b"}),
]


@pytest.mark.parametrize("file", INJECTIONS, ids=repr)
@pytest.mark.parametrize("error", [LocalProtocolError, ValueError])
def test_a_part_header_cannot_be_broken_out_of(file: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="CR, LF or NUL"):
        multipart({"f": file})


WRONG: list[tuple[Any, Any, str]] = [
    ({b"k": "v"}, b"", "Invalid type for name"),
    ({1: "v"}, b"", "Invalid type for name"),
    ({"k": {"a": "b"}}, b"", "Invalid type for value. Expected primitive type"),
    ({"k": [["a"]]}, b"", "Invalid type for value"),
    ({"k": {1}}, b"", "Invalid type for value"),
    ({}, None, "Invalid type for the file of 'f'"),
    ({}, 5, "Invalid type for the file of 'f'"),
    ({}, [b"x"], "Invalid type for the file of 'f'"),
    ({}, ("n", None), "Invalid type for the file of 'f'"),
    ({}, (b"n", b"x"), "Invalid type for file name"),
    ({}, ("n", b"x", b"t/x"), "must be str"),
    ({}, ("n", b"x", "t/x", {"A": 5}), "must be str"),
    ({}, ("n", b"x", "t/x", {b"A": b"b"}), "must be str"),
    ({}, io.StringIO("x"), "io.StringIO"),
    ({}, ("n", io.StringIO("x")), "io.StringIO"),
]


@pytest.mark.parametrize(("data", "file", "message"), WRONG, ids=[repr(row[:2]) for row in WRONG])
def test_what_cannot_be_a_part_is_a_type_error(data: Any, file: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        multipart({"f": file}, data=data)


def test_the_name_of_a_file_must_be_text() -> None:
    with pytest.raises(TypeError, match="Invalid type for name"):
        multipart({1: b"x"})


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_tuple_of_another_length_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"not {count} items"):
        multipart({"f": (b"x",) * count})


def test_a_file_in_text_mode_is_refused() -> None:
    with tempfile.TemporaryFile("w+") as file, pytest.raises(TypeError, match="binary mode"):
        multipart({"f": file})


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/form-data; boundary=BB", b"BB"),
        ("multipart/form-data;boundary=BB", b"BB"),
        ("multipart/form-data; boundary=BB ", b"BB"),
        ('multipart/form-data; boundary="B B"', b"B B"),
        ("multipart/form-data; charset=x; boundary=+++; d=e", b"+++"),
        ("Multipart/Form-Data; Boundary=BB", b"BB"),
        ("multipart/form-data; boundary=", b""),
        ('multipart/form-data; boundary="a;b"', b"a;b"),
        ("multipart/form-data", None),
        ("multipart/form-data; xboundary=q", None),
        ("multipart/mixed; boundary=BB", None),
        ("text/plain; boundary=BB", None),
    ],
)
def test_the_boundary_is_the_one_the_caller_names(
    content_type: str, boundary: bytes | None
) -> None:
    assert boundary == boundary_of(content_type)


@pytest.mark.parametrize("boundary", ["a", "a" * 70, "'()+_,-./:=?", "a b"])
def test_a_boundary_of_rfc_2046_is_used_and_the_header_left_alone(boundary: str) -> None:
    request = multipart({"f": b"x"}, boundary=f'"{boundary}"')
    assert f'multipart/form-data; boundary="{boundary}"' == request.headers["Content-Type"]
    assert request.read().endswith(f"\r\n--{boundary}--\r\n".encode())


@pytest.mark.parametrize("boundary", ["", "a" * 71, "a\r\nb", "a;b", "é", "a\\", '" "'])
@pytest.mark.parametrize("error", [ValueError, LocalProtocolError])
def test_any_other_boundary_is_refused(boundary: str, error: type[Exception]) -> None:
    with pytest.raises(error, match="boundary"):
        MultipartStream(data={}, files={"f": b"x"}, boundary=boundary.encode())


def test_a_boundary_that_is_no_token_is_quoted_in_the_header() -> None:
    stream = MultipartStream(data={}, files={}, boundary=b"a b")
    assert 'multipart/form-data; boundary="a b"' == stream.content_type


def test_boundaries_of_our_own_are_all_different() -> None:
    streams = [MultipartStream(data={}, files={}) for _ in range(100)]
    assert 100 == len({stream.boundary for stream in streams})
    assert {32} == {len(stream.boundary) for stream in streams}


def test_a_body_of_no_parts_is_its_end() -> None:
    stream = MultipartStream(data={}, files={}, boundary=b"BB")
    assert END == b"".join(stream)
    assert {
        "Content-Length": "8",
        "Content-Type": "multipart/form-data; boundary=BB",
    } == stream.get_headers()


def test_a_content_type_without_a_boundary_is_left_as_it_is() -> None:
    headers = {"Content-Type": "multipart/form-data; charset=utf-8"}
    request = Request("POST", "http://a/", headers=headers, files={"f": b"x"})
    assert "multipart/form-data; charset=utf-8" == request.headers["Content-Type"]


@pytest.mark.parametrize("position", [0, 3, 10])
def test_a_file_that_can_seek_is_sent_whole_each_time(position: int) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"0123456789")
        file.seek(position)
        expected = part('name="f"; filename="f"', OCTETS, body=b"0123456789") + END
        for _ in range(2):
            request = multipart({"f": ("f", file)})
            assert str(len(expected)) == request.headers["Content-Length"]
            assert [expected] * 2 == [b"".join(request.stream) for _ in range(2)]  # type: ignore[arg-type]  # sync here


def test_a_file_that_cannot_seek_is_chunked_and_sent_once() -> None:
    request = multipart({"f": Pipe(b"x")})
    assert "chunked" == request.headers["Transfer-Encoding"]
    assert "Content-Length" not in request.headers
    stream: Any = request.stream
    assert not stream._replayable
    assert not stream._is_spent
    assert part('name="f"; filename="upload"', OCTETS) + END == b"".join(stream)
    assert stream._is_spent
    with pytest.raises(StreamConsumed):
        list(stream)


async def test_files_are_read_in_chunks_and_what_is_small_is_joined(colour: Colour) -> None:
    file = Pipe(b"x" * (CHUNK + 1))
    stream = multipart([("f", file), ("g", b"y" * CHUNK), ("h", b"z")], data={"a": "b"}).stream
    lengths = [len(part) for part in await parts_of(colour, stream)]
    assert [CHUNK, 1] == lengths[1:3]
    assert CHUNK == lengths[4]
    assert 6 == len(lengths)
    assert {CHUNK} == set(file.sizes)


@pytest.mark.parametrize("kind", [WrappedFile, AsyncFile, AsyncReader])
async def test_an_async_file_makes_an_async_body(async_colour: Colour, kind: Any) -> None:
    request = multipart({"f": ("n", kind(b"x"))}, data={"a": "b"})
    assert isinstance(request.stream, AsyncByteStream)
    assert not isinstance(request.stream, SyncByteStream)
    expected = part('name="a"', body=b"b") + part('name="f"; filename="n"', OCTETS) + END
    assert expected == b"".join(await parts_of(async_colour, request.stream))
    # Only a file that shows its blocking one can be measured without waiting.
    if kind is WrappedFile:
        assert str(len(expected)) == request.headers["Content-Length"]
    else:
        assert "chunked" == request.headers["Transfer-Encoding"]


async def test_async_and_blocking_files_go_into_one_body_and_are_rewound(
    async_colour: Colour,
) -> None:
    file = AsyncFile(b"a" * 3)
    await file.seek(2)
    stream = multipart([("f", file), ("g", io.BytesIO(b"b"))]).stream
    bodies = [b"".join(await parts_of(async_colour, stream)) for _ in range(2)]
    assert bodies[0] == bodies[1]
    assert b"\r\n\r\naaa\r\n" in bodies[0]
    assert b"\r\n\r\nb\r\n" in bodies[0]


async def test_an_async_file_that_cannot_seek_is_sent_once(async_colour: Colour) -> None:
    stream = multipart({"f": AsyncReader(b"x")}).stream
    await parts_of(async_colour, stream)
    with pytest.raises(StreamConsumed):
        await parts_of(async_colour, stream)


async def test_an_async_file_that_cannot_tell_its_position_is_sent_once(
    async_colour: Colour,
) -> None:
    class Lost(AsyncFile):
        async def tell(self) -> int:
            raise OSError("no position")

    stream = multipart({"f": Lost(b"x")}).stream
    await parts_of(async_colour, stream)
    with pytest.raises(StreamConsumed):
        await parts_of(async_colour, stream)


class Strange(AsyncFile):
    """An async file with a descriptor of an unheard-of kind."""

    def __init__(self, descriptor: Any) -> None:
        super().__init__(b"x")
        self._descriptor = descriptor

    def fileno(self) -> Any:
        return self._descriptor() if callable(self._descriptor) else self._descriptor


async def _descriptor() -> int:
    return 0


class Measureless(AsyncReader):
    """A blocking file whose position is no number."""

    def read(self, size: int = -1) -> bytes:  # type: ignore[override]  # not async here
        return self._buffer.read(size)

    def tell(self) -> str:
        return "somewhere"

    def seek(self, offset: Any, whence: int = 0) -> Any:
        return offset


@pytest.mark.parametrize("file", [Strange(_descriptor), Strange("3"), Measureless(b"x")])
def test_a_file_whose_length_cannot_be_told_is_sent_in_chunks(file: Any) -> None:
    headers = multipart({"f": file}).headers
    assert ("chunked", None) == (headers.get("transfer-encoding"), headers.get("content-length"))


def test_the_head_of_a_part_has_a_bound() -> None:
    long = {"X-Long": "x" * MAX_PART_HEAD}
    with pytest.raises(LocalProtocolError, match=f"{MAX_PART_HEAD} bytes are allowed"):
        multipart({"f": ("name", b"x", "text/plain", long)})


def test_a_sync_request_cannot_send_an_async_file() -> None:
    with pytest.raises(RuntimeError, match="async file"):
        multipart({"f": AsyncFile(b"x")}).read()
    with pytest.raises(RuntimeError, match="async file"):
        list(MultipartStream(data={}, files={"f": AsyncFile(b"x")}))  # type: ignore[dict-item]  # async


async def test_every_blocking_call_can_be_made_off_the_loop(async_colour: Colour) -> None:
    calls: list[str] = []

    async def run(function: Any, /, *args: Any) -> Any:
        calls.append(function.__name__)
        await async_colour.checkpoint()
        return function(*args)

    class OnDisk(io.BytesIO):
        """A file that may block; those of io.BytesIO itself are known not to."""

    stream: Any = multipart({"f": OnDisk(b"x")}).stream
    body = b"".join([part async for part in stream._off_loop(run)])
    assert b"".join(stream) == body
    assert ["rewind", "read_chunk", "read_chunk"] == calls


def test_the_error_of_a_part_can_be_pickled() -> None:
    with pytest.raises(LocalProtocolError) as caught:
        multipart({"f": ("n", b"x", "\r\n")})
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(caught.value), str(caught.value)) == (type(again), str(again))


NAMES = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x2FFF, exclude_characters='"\\\x7f'),
    min_size=1,
)


@given(st.lists(st.tuples(NAMES, st.binary()), min_size=1), st.dictionaries(NAMES, st.binary()))
def test_what_is_sent_is_what_was_given_and_as_long_as_it_says(
    files: list[tuple[str, bytes]], data: dict[str, bytes]
) -> None:
    given = [("form", body) for body in data.values()] + [("file", body) for _, body in files]
    stream = MultipartStream(
        data=data, files=[(name, ("n", io.BytesIO(body))) for name, body in files]
    )
    sent = b"".join(stream)
    assert len(sent) == stream.get_content_length()
    pieces = sent.split(b"--" + stream.boundary)
    assert (b"", b"--\r\n") == (pieces[0], pieces[-1])
    bodies = [piece.split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n") for piece in pieces[1:-1]]
    assert [body for _, body in given] == bodies


def test_a_parser_of_another_hand_reads_it() -> None:
    stream = MultipartStream(data={"a": "1"}, files={"f": ("n.txt", b"body", "text/plain")})
    head = f"Content-Type: {stream.content_type}\r\n\r\n".encode()
    message = email.message_from_bytes(head + b"".join(stream), policy=email.policy.HTTP)
    parts = [
        (
            part["Content-Disposition"].params["name"],
            part.get_filename(),
            part.get_payload(decode=True),
        )
        for part in message.iter_parts()
    ]
    assert [("a", None, b"1"), ("f", "n.txt", b"body")] == parts

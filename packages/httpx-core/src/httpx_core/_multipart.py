"""Bodies of multipart/form-data (RFC 7578): fields of a form and files, streamed one after the other.

Nothing of a caller's can end a part's header or start another: names and file names are
percent-encoded as browsers do it, and what cannot be encoded so (a content type, a header of a
part, the boundary) is refused when the body is made. A body whose files cannot all be sent again
raises StreamConsumed the second time.

Never here: a file read whole into memory, or read before it is sent.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from . import _files
from ._content import REPEATED, primitive_text
from ._errors import LocalProtocolError, StreamConsumed
from ._steps import Steps
from ._streams import AsyncByteStream, SyncByteStream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from ._content import Encoded
    from ._steps import Stepping
    from ._types import FileTypes, RequestData, RequestFiles

# RFC 2046 5.1.1: 1 to 70 of these, the last of them no space.
_BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
# Those boundaries that can stand in a Content-Type unquoted (RFC 9110 5.6.2).
_TOKEN = re.compile(rb"[0-9A-Za-z'+_\-.]+")
_BOUNDARY_PARAMETER = re.compile(r';[ \t]*boundary=(?:"([^"]*)"|([^;]*))', re.IGNORECASE)

# As the HTML standard has it ("escape a multipart/form-data name"), and with it every other control
# character but ESC, and the backslash: this is what servers have been sent for years.
_ESCAPES = {number: f"%{number:02X}" for number in range(0x20) if number != 0x1B}
_ESCAPES[ord('"')] = "%22"
_ESCAPES[ord("\\")] = "\\\\"

# A file with its name. A constant, since a type checker knows nothing of what it holds.
_PACKED: type[Any] = tuple

_BREAKING = re.compile(r"[\r\n\0]")

# Bytes of one part's head. Servers take a sixteenth of it; what is longer was no name to begin with.
MAX_PART_HEAD = 65_536


class MultipartError(LocalProtocolError, ValueError):
    """A part of a multipart body, or its boundary, would break the message.

    A ValueError too, since an argument is at fault, and before there is a request.
    """


class DataField:
    """One field of a form."""

    def __init__(self, name: str, value: object) -> None:
        _check_name(name, "data")
        if value is not None and not isinstance(value, (str, bytes, int, float)):
            raise TypeError(
                f"Invalid type for value. Expected primitive type, got {type(value)}, "
                f"in data at {name!r}"
            )
        self.name = name
        self.value = value
        self.head = _bounded(
            f'Content-Disposition: form-data; name="{_escape(name)}"\r\n\r\n'.encode()
        )
        self.body: bytes = value if isinstance(value, bytes) else primitive_text(value).encode()
        self.length = len(self.body)


class FileField:
    """One file: bytes or text in memory, or a file that is read when the body is sent.

    A file that can seek is sent whole, wherever it stands; any other from where it stands.
    """

    def __init__(self, name: str, value: FileTypes) -> None:
        _check_name(name, "files")
        filename, file, content_type, headers = _unpack(name, value)
        if content_type is None and filename:
            content_type = _guess_content_type(filename)
        if content_type is not None and not _has_content_type(headers):
            headers["Content-Type"] = content_type
        self.name = name
        self.filename = filename
        self.headers = headers
        self.head = _file_head(name, filename, headers)
        if isinstance(file, str):
            file = file.encode("utf-8")
        elif isinstance(file, (bytearray, memoryview)):
            file = bytes(cast("bytearray", file))
        self.file: Any = file
        # What is in memory, else how to read it: `read` is an async file's method.
        self.body: bytes | None = file if isinstance(file, bytes) else None
        self.read = None if isinstance(file, bytes) else _reader(name, file)
        self.length: int | None
        self.length, self.can_seek = self._measure()

    def _measure(self) -> tuple[int | None, bool]:
        """Return the length in bytes, if it is known, and whether the file can be sent again."""
        if self.body is not None:
            return len(self.body), True
        if self.read is not None:
            extent, can_seek = _files.async_extent(self.file), _files.can_seek(self.file)
        else:
            extent, can_seek = _files.extent(self.file), _files.position(self.file) is not None
        return None if extent is None else extent[1], can_seek

    def chunks(self) -> Iterator[bytes]:
        """Yield the file from its start; RuntimeError when it is an async one."""
        if self.read is not None:
            raise RuntimeError(
                f"The file of {self.name!r} is an async file, which a sync request cannot read."
            )
        self.rewind()
        yield from _files.chunks(self.file)

    def steps(self, run: _files.Run) -> Stepping:
        """Yield the file from its start, what blocks being called by `await run(function, *args)`."""
        if self.read is None:
            run = _files.runner(self.file, run)
            yield run(self.rewind)
            while chunk := (yield run(_files.read_chunk, self.file)):
                yield chunk
            return
        if self.can_seek and (yield _files.async_position(self.file)) is None:
            self.can_seek = False
        if self.can_seek:
            yield _files.async_rewind(self.file, 0)
        yield from _files.async_chunks(self.read)

    def rewind(self) -> None:
        """Let a blocking file stand at its start, if it can."""
        if self.can_seek:
            self.file.seek(0)


class _Multipart:
    """What the streams of both kinds share: the parts, the fields they call for, and the layout."""

    def __init__(
        self, data: RequestData, files: RequestFiles, boundary: bytes | None = None
    ) -> None:
        self.boundary = _checked_boundary(boundary)
        parameter = self.boundary.decode("ascii")
        if _TOKEN.fullmatch(self.boundary) is None:
            parameter = f'"{parameter}"'
        self.content_type = f"multipart/form-data; boundary={parameter}"
        self.fields = list(_fields(data, files))
        self._is_stream_consumed = False

    @property
    def _replayable(self) -> bool:
        return all(field.can_seek for field in self.fields if isinstance(field, FileField))

    def get_content_length(self) -> int | None:
        """Return the length of the whole body in bytes; None when a file's is not known."""
        # "--boundary CRLF head body CRLF" for each part, "--boundary-- CRLF" at the end.
        length = len(self.boundary) + 6
        for field in self.fields:
            if field.length is None:
                return None
            length += len(self.boundary) + 4 + len(field.head) + field.length + 2
        return length

    def get_headers(self) -> dict[str, str]:
        """Return the header fields that the body calls for."""
        length = self.get_content_length()
        if length is None:
            return {"Transfer-Encoding": "chunked", "Content-Type": self.content_type}
        return {"Content-Length": str(length), "Content-Type": self.content_type}

    @property
    def _is_spent(self) -> bool:
        return self._is_stream_consumed and not self._replayable

    def _begin(self) -> None:
        if self._is_spent:
            raise StreamConsumed
        self._is_stream_consumed = True

    def _pieces(self) -> Iterator[bytes | FileField]:
        """Yield the files to be read, and between them what is in memory, in runs of one chunk."""
        run = bytearray()
        for field in self.fields:
            run += b"--%b\r\n%b" % (self.boundary, field.head)
            if field.body is None:
                yield bytes(run)
                yield field
                run.clear()
            elif len(run) + len(field.body) > _files.CHUNK_SIZE:
                yield bytes(run)
                yield field.body
                run.clear()
            else:
                run += field.body
            run += b"\r\n"
        run += b"--%b--\r\n" % self.boundary
        yield bytes(run)

    def _off_loop(self, run: _files.Run) -> AsyncIterator[bytes]:
        """Yield the body, each blocking call made by `await run(function, *args)`."""
        self._begin()
        return Steps(self._steps(run))

    def _steps(self, run: _files.Run) -> Stepping:
        for piece in self._pieces():
            if isinstance(piece, bytes):
                yield piece
            else:
                yield from piece.steps(run)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._off_loop(_files.inline)


class MultipartStream(_Multipart, SyncByteStream, AsyncByteStream):
    """A multipart body for either side; on the async side its files hold up the event loop.

    `data` is a mapping of names to values or lists of values, `files` a mapping of names to files
    or a sequence of (name, file). Raises TypeError for what cannot be sent, and MultipartError (a
    LocalProtocolError and a ValueError) for what would break the message.
    """

    def iter_chunks(self) -> Iterator[bytes]:
        """Yield the body; files in chunks of 64 KiB."""
        self._begin()
        return self._chunks()

    def _chunks(self) -> Iterator[bytes]:
        for piece in self._pieces():
            if isinstance(piece, bytes):
                yield piece
            else:
                yield from piece.chunks()

    def __iter__(self) -> Iterator[bytes]:
        return self.iter_chunks()


class AsyncMultipartStream(_Multipart, AsyncByteStream):
    """A multipart body with an async file among its parts, for the async side alone."""

    def __iter__(self) -> Iterator[bytes]:
        raise RuntimeError(
            "A multipart body with an async file can be sent by an async client only."
        )


def encode_multipart(
    data: RequestData, files: RequestFiles, boundary: bytes | None = None
) -> Encoded:
    """Return the fields and the stream of a multipart body."""
    stream: MultipartStream | AsyncMultipartStream = MultipartStream(data, files, boundary)
    if any(isinstance(field, FileField) and field.read is not None for field in stream.fields):
        fields, boundary = stream.fields, stream.boundary
        stream = AsyncMultipartStream({}, {}, boundary)
        stream.fields = fields
    headers = stream.get_headers()
    return [(name.encode(), value.encode()) for name, value in headers.items()], stream


def boundary_of(content_type: str) -> bytes | None:
    """Return the boundary that a caller's Content-Type names; None when it names none.

    >>> boundary_of("multipart/form-data; boundary=frontier")
    b'frontier'
    """
    if not content_type.lstrip().lower().startswith("multipart/form-data"):
        return None
    match = _BOUNDARY_PARAMETER.search(content_type)
    if match is None:
        return None
    quoted, token = match.groups()
    return (token.strip() if quoted is None else quoted).encode("utf-8")


def _checked_boundary(boundary: bytes | None) -> bytes:
    if boundary is None:
        return os.urandom(16).hex().encode("ascii")
    if _BOUNDARY.fullmatch(boundary) is None:
        raise MultipartError(
            f"Invalid multipart boundary {boundary[:80]!r}: it must be 1 to 70 letters, digits, spaces"
            " or any of '()+_,-./:=? and not end in a space (RFC 2046 5.1.1)."
        )
    return boundary


def _fields(data: RequestData, files: RequestFiles) -> Iterator[DataField | FileField]:
    for name, value in data.items():
        for item in value if isinstance(value, REPEATED) else (value,):
            yield DataField(name, item)
    for name, file in _named_files(files):
        yield FileField(name, file)


def _named_files(files: RequestFiles) -> list[tuple[str, FileTypes]]:
    if isinstance(files, Mapping):
        return list(files.items())
    try:
        return [(name, file) for name, file in files]
    except (TypeError, ValueError) as exc:
        from ._arguments import explain_pairs

        explain_pairs("files", "a mapping or a sequence of (name, file) pairs", files, exc)
        raise


def _check_name(name: object, argument: str) -> None:
    if not isinstance(name, str):
        raise TypeError(
            f"Invalid type for name. Expected str, got {type(name)}: {name!r}, in {argument}"
        )


def _reader(name: str, file: Any) -> Callable[[int], Any] | None:
    """Return the read method of an async file, None for a blocking one; TypeError for neither."""
    if isinstance(file, io.StringIO):
        raise TypeError("Multipart file uploads require 'io.BytesIO', not 'io.StringIO'.")
    if _files.is_text(file):
        raise TypeError("Multipart file uploads must be opened in binary mode, not text mode.")
    read = _files.async_reader(file)
    if read is None and not hasattr(file, "read"):
        raise TypeError(
            f"Invalid type for the file of {name!r}."
            f" Expected bytes, str or a file open in binary mode, got {type(file)}"
        )
    return read


def _unpack(name: str, value: Any) -> tuple[str | None, Any, str | None, dict[str, str]]:
    """Return file name, file, content type and headers of a file in any of its forms."""
    if not isinstance(value, _PACKED):
        return os.path.basename(str(getattr(value, "name", "upload"))), value, None, {}
    if not 2 <= len(value) <= 4:
        raise ValueError(
            "A file given as a tuple must be (name, file), (name, file, content type) or"
            f" (name, file, content type, headers), not {len(value)} items, in files at {name!r}."
        )
    filename, file, content_type, headers = (*value, None, None)[:4]
    if filename is not None and not isinstance(filename, str):
        raise TypeError(
            f"Invalid type for file name. Expected str, got {type(filename)}, in files at {name!r}"
        )
    if headers and not isinstance(headers, Mapping):
        from ._arguments import wrong_type

        raise wrong_type(f"In files, the headers of {name!r}", "a mapping of str to str", headers)
    return filename, file, content_type, dict(cast("Mapping[str, str]", headers or {}))


def _has_content_type(headers: Mapping[Any, Any]) -> bool:
    return any(isinstance(name, str) and name.lower() == "content-type" for name in headers)


def _guess_content_type(filename: str) -> str:
    import mimetypes

    # mimetypes reads its argument as a URL, and would take the type out of a "data:" one, whatever
    # it holds: after "./" it is a path.
    return mimetypes.guess_type("./" + filename)[0] or "application/octet-stream"


def _file_head(name: str, filename: str | None, headers: Mapping[Any, Any]) -> bytes:
    lines = [f'Content-Disposition: form-data; name="{_escape(name)}"']
    if filename:
        lines[0] += f'; filename="{_escape(filename)}"'
    for header, value in headers.items():
        if not isinstance(header, str) or not isinstance(value, str):
            raise TypeError(
                f"The headers of a part and its content type must be str, but for {name!r} there is"
                f" {header!r}: {type(value)}"
            )
        if _BREAKING.search(header) or _BREAKING.search(value):
            raise MultipartError(
                f"The header {header!r} of the part {name!r} holds a CR, LF or NUL, which would end it."
            )
        lines.append(f"{header}: {value}")
    return _bounded("\r\n".join([*lines, "\r\n"]).encode("utf-8"))


def _bounded(head: bytes) -> bytes:
    if len(head) > MAX_PART_HEAD:
        raise MultipartError(
            f"The head of a part, its names and headers, has {len(head)} bytes; "
            f"{MAX_PART_HEAD} bytes are allowed."
        )
    return head


def _escape(name: str) -> str:
    """Return a name as it stands between the quotes of a Content-Disposition."""
    return name.translate(_ESCAPES)

"""What a body needs to know of the file it is read from: its kind, its position, its length.

Files come in two kinds, blocking and async, and in any quality: some cannot seek, some pretend,
some measure a compressed original. So nothing here trusts a file further than what it answers:
`None` means that it cannot tell, and a length is never guessed, since it goes out as
Content-Length before the bytes do.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from ._steps import Stepping

CHUNK_SIZE = 65_536

# What a file that cannot tell, seek or be measured answers with. A closed file, a pipe, and gzip
# asked for its end raise ValueError or OSError; io.UnsupportedOperation is both.
_CANNOT = (AttributeError, OSError, TypeError, ValueError, NotImplementedError)

T = TypeVar("T")


class Run(Protocol):
    """Calls a blocking function where it holds up no event loop, as `anyio.to_thread.run_sync`."""

    def __call__(self, function: Callable[..., T], /, *args: Any) -> Awaitable[T]: ...


async def inline(function: Callable[..., T], /, *args: Any) -> T:
    """The `Run` that calls the function here and now, for who minds no short block."""
    return function(*args)


def runner(file: Any, run: Run) -> Run:
    """How to call what a file does: a file in memory blocks nobody, and saves the way elsewhere."""
    return inline if type(file) is io.BytesIO else run


def is_text(file: Any) -> bool:
    """Whether `file`, or the file it wraps, is open in text mode and so yields no bytes."""
    # The wrappers: tempfile's named one, anyio's and trio's, aiofiles' and tempfile's spooled one.
    for name in ("file", "wrapped", "_file"):
        if isinstance(getattr(file, name, None), io.TextIOBase):
            return True
    return isinstance(file, io.TextIOBase)


# -- blocking files ---------------------------------------------------------------------------


def position(file: Any) -> int | None:
    """Return where a blocking file stands, in bytes; None when there is no way back to there."""
    try:
        start = file.tell()
        file.seek(start)
    except _CANNOT:
        return None
    return start if isinstance(start, int) else None


def extent(file: Any) -> tuple[int, int] | None:
    """Return where a blocking file stands and where it ends; None when it cannot tell.

    By seeking to the end and back, not by `fstat`: the descriptor of a decompressing file is that
    of the compressed one. `fstat` is for what has a descriptor and cannot tell its position.
    """
    if not hasattr(file, "tell"):
        return _descriptor_extent(file)
    try:
        start = file.tell()
        try:
            file.seek(0, io.SEEK_END)
            end = file.tell()
        finally:
            file.seek(start)
    except _CANNOT:
        return None
    if not isinstance(start, int) or not isinstance(end, int):
        return None
    return start, max(start, end)


def chunks(file: Any, size: int = CHUNK_SIZE) -> Iterator[bytes]:
    """Yield the rest of a blocking file in chunks of at most `size` bytes."""
    while chunk := read_chunk(file, size):
        yield chunk


def read_chunk(file: Any, size: int = CHUNK_SIZE) -> bytes:
    """Return at most `size` bytes, none at the end of the file."""
    return _checked(file.read(size))


def _checked(chunk: Any) -> bytes:
    if isinstance(chunk, str):
        raise TypeError("A file to upload must be opened in binary mode, not text mode.")
    # None is what a file that does not block has when there is nothing yet: no end, but no more.
    return chunk if isinstance(chunk, bytes) else bytes(chunk or b"")


def _descriptor_extent(file: Any) -> tuple[int, int] | None:
    """Return the extent of the regular file under `file`, if nothing has been read of it yet.

    Once something has been read, a buffer between may have read ahead of what it gave out.
    """
    import os
    import stat

    try:
        descriptor = file.fileno()
        if not isinstance(descriptor, int):
            _drop(descriptor)
            return None
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or os.lseek(descriptor, 0, os.SEEK_CUR) != 0:
            return None
    except _CANNOT:
        return None
    return 0, status.st_size


def _drop(awaitable: Any) -> None:
    """Close a coroutine that nobody will await, so that it does not warn."""
    close = getattr(awaitable, "close", None)
    if close is not None:
        close()


# -- async files ------------------------------------------------------------------------------


def async_reader(file: Any) -> Callable[[int], Any] | None:
    """Return the method that reads from an async file; None when `file` is not one."""
    read: Callable[[int], Any] | None = getattr(file, "aread", None) or getattr(file, "read", None)
    if read is None or hasattr(file, "aread") or hasattr(file, "__aiter__"):
        return read
    if isinstance(file, io.IOBase):
        return None  # all of the standard library's, for which inspect (10 ms) need not be loaded
    import inspect

    return read if inspect.iscoroutinefunction(read) else None


def can_seek(file: Any) -> bool:
    """Whether an async file has what rewinding it takes."""
    return hasattr(file, "seek") and hasattr(file, "tell")


def async_extent(file: Any) -> tuple[int, int] | None:
    """Return where an async file stands and where it ends; None when that takes waiting."""
    wrapped = getattr(file, "wrapped", None)  # anyio's and trio's name for the blocking file
    return extent(wrapped) if wrapped is not None else _descriptor_extent(file)


async def async_position(file: Any) -> int | None:
    """Return where an async file stands, in bytes; None when there is no way back to there."""
    try:
        start = await _settled(file.tell())
        await _settled(file.seek(start))
    except _CANNOT:
        return None
    return start if isinstance(start, int) else None


async def async_rewind(file: Any, start: int) -> None:
    """Let an async file stand at `start`."""
    await _settled(file.seek(start))


def async_chunks(read: Callable[[int], Any], size: int = CHUNK_SIZE) -> Stepping:
    """Yield what `read` has left, in chunks of at most `size` bytes."""
    while True:
        chunk = read(size)
        chunk = _checked((yield chunk) if hasattr(chunk, "__await__") else chunk)
        if not chunk:
            return
        yield chunk


async def _settled(value: Any) -> Any:
    """Return the value itself, or what awaiting it gives."""
    return await value if hasattr(value, "__await__") else value

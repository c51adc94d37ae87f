"""What a body needs to know of the file it is read from: its kind, its position, its length.

Files come in two kinds, blocking and async, and in any quality: some cannot seek, some pretend,
some measure a compressed original. So nothing here trusts a file more than what it answers, and
`None` means that it cannot tell; it is never guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    T = TypeVar("T")

    class Run(Protocol):
        """Call a blocking function where it disturbs no one, such as `anyio.to_thread.run_sync`."""

        def __call__(self, function: Callable[..., T], *args: Any) -> Awaitable[T]: ...


# What a file that cannot tell or seek answers with: io.UnsupportedOperation is an OSError and a
# ValueError, and so is what a closed file, a pipe, and gzip asked for its end raise.
_CANNOT = (AttributeError, OSError, TypeError, ValueError, NotImplementedError)


def position(file: Any) -> int | None:
    """Return where a blocking file stands, in bytes; None when there is no way back to there."""
    try:
        start = file.tell()
        file.seek(start)
    except _CANNOT:
        return None
    return start if isinstance(start, int) else None


def rewind(file: Any, start: int) -> None:
    """Let a blocking file stand where it stood."""
    file.seek(start)


def length(file: Any) -> int | None:
    """Return how many bytes a blocking file yields from where it stands; None when it cannot tell.

    By seeking to the end and back, not by `fstat`: the descriptor of a decompressing file is that
    of the compressed one.
    """
    try:
        start = file.tell()
        file.seek(0, 2)
        end = file.tell()
        file.seek(start)
    except _CANNOT:
        return _descriptor_length(file) if not hasattr(file, "tell") else None
    return max(end - start, 0) if isinstance(start, int) and isinstance(end, int) else None


def chunks(file: Any, size: int) -> Iterator[bytes]:
    """Yield the rest of a blocking file in chunks of at most `size` bytes."""
    while chunk := file.read(size):
        yield chunk


def _descriptor_length(file: Any) -> int | None:
    """Return what is left of the regular file under `file`, as its descriptor knows it."""
    import os
    import stat

    try:
        descriptor = file.fileno()
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        return max(status.st_size - os.lseek(descriptor, 0, os.SEEK_CUR), 0)
    except _CANNOT:
        return None


# -- async files ------------------------------------------------------------------------------


def async_reader(file: Any) -> Callable[[int], Awaitable[bytes]] | None:
    """Return the async read method of `file`; None when it has none."""
    read = getattr(file, "aread", None)
    if read is not None:
        return read  # type: ignore[no-any-return]  # a duck-typed file
    read = getattr(file, "read", None)
    if read is None:
        return None
    if hasattr(file, "__aiter__"):
        return read  # type: ignore[no-any-return]  # a duck-typed file
    import inspect

    return read if inspect.iscoroutinefunction(read) else None


def is_seekable(file: Any) -> bool:
    """Whether an async file says that it can be rewound."""
    return hasattr(file, "seek") and hasattr(file, "tell")


async def async_position(file: Any) -> int | None:
    """Return where an async file stands, in bytes; None when there is no way back to there."""
    try:
        start = await file.tell()
        await file.seek(start)
    except _CANNOT:
        return None
    return start if isinstance(start, int) else None


async def async_rewind(file: Any, start: int) -> None:
    """Let an async file stand where it stood."""
    await file.seek(start)

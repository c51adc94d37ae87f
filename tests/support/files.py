"""Files of every quality to upload: async ones as three libraries make them, and some that cannot seek."""

from __future__ import annotations

import io
from typing import Any


class AsyncFile:
    """In the manner of aiofiles: async read, seek and tell, async iteration by line."""

    def __init__(self, data: bytes) -> None:
        self._buffer = io.BytesIO(data)
        self.sizes: list[int] = []

    async def read(self, size: int = -1) -> bytes:
        self.sizes.append(size)
        return self._buffer.read(size)

    async def seek(self, offset: int, whence: int = 0) -> int:
        return self._buffer.seek(offset, whence)

    async def tell(self) -> int:
        return self._buffer.tell()

    def __aiter__(self) -> AsyncFile:
        return self

    async def __anext__(self) -> bytes:
        raise AssertionError("A file is to be read in chunks, not by line.")


class WrappedFile(AsyncFile):
    """In the manner of anyio and trio: the blocking file is there as `wrapped`."""

    @property
    def wrapped(self) -> io.BytesIO:
        return self._buffer


class AsyncReader:
    """An async read and nothing else, in the manner of a network stream."""

    def __init__(self, data: bytes) -> None:
        self._buffer = io.BytesIO(data)

    async def read(self, size: int = -1) -> bytes:
        return self._buffer.read(size)


class Pipe(io.RawIOBase):
    """A blocking file that can neither tell nor seek."""

    def __init__(self, data: bytes) -> None:
        self._buffer = io.BytesIO(data)
        self.sizes: list[int] = []

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self.sizes.append(size)
        return self._buffer.read(size)


class Lines:
    """An iterable that is no iterator: each pass begins anew."""

    def __init__(self, *parts: bytes) -> None:
        self.parts = parts

    def __iter__(self) -> Any:
        yield from self.parts


async def parts_of(colour: Any, stream: Any) -> list[bytes]:
    """All parts of a stream, iterated in the colour's way."""
    if colour.is_async:
        return [part async for part in stream]
    return list(stream)

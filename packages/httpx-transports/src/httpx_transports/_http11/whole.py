"""Whole bodies: those that were there with the head of their response.

Such a response holds its connection like any other, until it is read or closed. A pool of one
connection is then exhausted while a response is being streamed, however small its body is and however
soon it came: whether a program works must not hang on how a server cuts what it writes.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from httpx_core import AsyncByteStream, SyncByteStream
from httpx_core._steps import Steps

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator

    from .._attempt import Attempt
    from .connection import HTTP11Connection
    from .reader import ResponseReader


class _Whole:
    """What the two colours share. `_whole`, the body, is where a response looks for one in memory."""

    __slots__ = ("_attempt", "_connection", "_reader", "_whole")

    def __init__(
        self, connection: HTTP11Connection, attempt: Attempt, reader: ResponseReader
    ) -> None:
        self._whole = reader.content
        self._attempt = attempt
        self._reader = reader
        self._connection: HTTP11Connection | None = connection

    def _pieces(self) -> Generator[bytes, None, None]:
        yield self._whole
        self._give_back()

    def _give_back(self) -> None:
        connection = self._connection
        if connection is not None:
            # In this order: Ctrl-C between the two leaves it to the finalizer, and once more is harmless.
            connection.give_back(self._attempt, self._reader)
            self._connection = None

    def __del__(self) -> None:
        # Dropped without having been closed: its connection is lost, its place in the pool is not.
        connection = getattr(self, "_connection", None)
        if connection is not None and not sys.is_finalizing():
            self._connection = None
            connection.on_lost(self._attempt)


class WholeStream(_Whole, SyncByteStream):
    """A response body that is in memory, for sync users."""

    __slots__ = ()

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces()

    def close(self) -> None:
        self._give_back()


class AsyncWholeStream(_Whole, AsyncByteStream):
    """A response body that is in memory, for async users."""

    __slots__ = ()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return Steps(self._pieces())

    async def aclose(self) -> None:
        self._give_back()

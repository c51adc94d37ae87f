"""Stages: the pure steps between the bytes of a stream and what the reader of a body gets.

A stage takes chunks in and gives items out, one at a time, as they are asked for. It knows no
stream, no colour and no clock, so the synchronous and the asynchronous reader share all of them.

Rules that every stage keeps:

1. What `feed` returns is lazy wherever an item costs memory: it is made when it is asked for.
2. All of an iterable returned by `feed` is taken before `feed` or `end` is called again.
3. The result does not depend on where the chunks were cut.
4. Time is linear in what goes in and comes out, whatever the sizes of the chunks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import AnyStr, Generic, TypeVar

In = TypeVar("In")
Out = TypeVar("Out")

# Small parts are joined by the thousand, so that a body that comes in single bytes costs about a
# byte each to keep, and not the eight of a list's slot or the hundred of an object.
_PARTS = 4096


class Stage(Generic[In, Out]):
    """One step: chunks in by `feed`, items out; `end` for what is left when no more will come."""

    __slots__ = ()

    def feed(self, chunk: In) -> Iterable[Out]:
        """Give the items that `chunk` completes."""
        raise NotImplementedError

    def end(self) -> Iterable[Out]:
        """Give the items that were still waiting for more input."""
        return ()


class Parts(Generic[AnyStr]):
    """Text or bytes that grow at the end and are taken as a whole, in linear time."""

    __slots__ = ("_blocks", "_join", "_parts", "size")

    def __init__(self, empty: AnyStr) -> None:
        self._join: Callable[[list[AnyStr]], AnyStr] = empty.join  # pyright: ignore[reportAttributeAccessIssue]  # one of two
        self._blocks: list[AnyStr] = []
        self._parts: list[AnyStr] = []
        self.size = 0

    def add(self, part: AnyStr) -> None:
        parts = self._parts
        parts.append(part)
        self.size += len(part)
        if len(parts) == _PARTS:
            self._blocks.append(self._join(parts))
            parts.clear()

    def take(self) -> AnyStr:
        """Return all that was added, and begin anew."""
        whole: AnyStr = self._join(self._blocks + self._parts)
        self._blocks.clear()
        self._parts.clear()
        self.size = 0
        return whole


class Chunker(Stage[AnyStr, AnyStr]):
    """Cut anew: every chunk out has exactly `size` bytes or characters, but for the last."""

    __slots__ = ("_kept", "_size")

    def __init__(self, size: int, empty: AnyStr) -> None:
        self._size = size
        self._kept: Parts[AnyStr] = Parts(empty)

    def feed(self, chunk: AnyStr) -> Iterator[AnyStr]:
        size = self._size
        kept = self._kept
        start = 0
        if kept.size:
            start = size - kept.size
            kept.add(chunk[:start])
            if kept.size < size:
                return
            yield kept.take()
        whole = start + (len(chunk) - start) // size * size
        for position in range(start, whole, size):
            yield chunk[position : position + size]
        if whole < len(chunk):
            kept.add(chunk[whole:])

    def end(self) -> Iterator[AnyStr]:
        if self._kept.size:
            yield self._kept.take()


def check_chunk_size(size: int | None) -> None:
    """Refuse a chunk size that can cut nothing: ValueError unless None or at least 1."""
    if size is not None and size < 1:
        raise ValueError(f"chunk_size must be at least 1, or None for whatever comes; got {size!r}")


def slices(whole: AnyStr, size: int | None) -> Iterator[AnyStr]:
    """Give `whole` in slices of `size`; nothing at all when it is empty."""
    if size is None:
        return iter((whole,) if whole else ())
    return (whole[start : start + size] for start in range(0, len(whole), size))

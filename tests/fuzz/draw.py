"""Draws values from the bytes of one fuzz input, so that each bit of a value hangs on few bytes.

It never fails: past the end it draws zeros. Nothing in it is random; the same bytes give the same
values under every driver.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """What is left of an input; each draw takes its bytes from the front."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def __bool__(self) -> bool:
        """Whether there is anything left."""
        return self._position < len(self._data)

    def byte(self) -> int:
        taken = self.take(1)
        return taken[0] if taken else 0

    def choose(self, choices: Sequence[T]) -> T:
        return choices[self.byte() % len(choices)]

    def take(self, size: int) -> bytes:
        start = self._position
        self._position = start + size
        return self._data[start : start + size]

    def run(self) -> bytes:
        """A few bytes, their number drawn first."""
        return self.take(self.byte())

    def line(self) -> bytes:
        """What comes before the next 0xFF, which is nowhere in UTF-8."""
        line, _, _ = self._data[self._position :].partition(b"\xff")
        self._position += len(line) + 1
        return line

    def rest(self) -> bytes:
        return self.take(len(self._data))


def text(data: bytes) -> str:
    """Text with every character in reach, lone surrogates among them."""
    return data.decode("utf-8", "surrogateescape")


def cut(data: bytes, way: int) -> list[bytes]:
    """The data in pieces: whole, byte by byte, or at places that hang on `way` alone."""
    if way == 0:
        return [data] if data else []
    if way == 1:
        return [data[at : at + 1] for at in range(len(data))]
    random = Random(way)
    places = sorted(random.randint(0, len(data)) for _ in range(random.choice([1, 1, 2, 5])))
    pieces = [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]
    return [piece for piece in pieces if piece]

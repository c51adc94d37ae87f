"""Made-up inputs for one target: its seeds, changed in a few places. Deterministic for a seed.

It serves where no coverage guides the search: in the suite, and where atheris is not installed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random


def examples(seeds: Sequence[bytes], tokens: Sequence[bytes], seed: int | str) -> Iterator[bytes]:
    """Inputs without end: at first the seeds as they are, then changed ones."""
    random = Random(seed)
    yield from seeds
    while True:
        yield _changed(random.choice(seeds), seeds, tokens, random)


def _changed(data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> bytes:
    """Change, drop, double or splice in a few pieces."""
    for _ in range(random.choice([1, 1, 1, 2, 2, 4, 8])):
        at = random.randint(0, len(data))
        end = min(len(data), at + random.choice([0, 0, 1, 1, 2, 5, 20]))
        way = random.randrange(6)
        if way == 0:
            middle = b""
        elif way == 1:
            middle = bytes([random.randrange(256)])
        elif way == 2:
            middle = data[at:end] * 2
        elif way == 3:
            other = random.choice(seeds)
            start = random.randint(0, len(other))
            middle = other[start : start + random.randint(0, 60)]
        else:
            middle = random.choice(tokens)
        data = data[:at] + middle + data[end:]
    return data

"""Reads made-up and mutated responses with our reader and with h11 until time is up, and compares.

    python tests/fuzz/fuzz_http11.py [SECONDS] [SEED]

Exits with 1 and prints the bytes at the first difference. Its short twin in the suite is
tests/transports/test_http11_differential.py.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from pathlib import Path
from time import monotonic

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.transports.http11_verdicts import disagreement, h11s, ours
from tests.transports.wire_cases import CASES

SEEDS = [case.data for case in CASES if len(case.data) < 400]
BITS = [
    b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b";", b"0", b"5", b"a", b"\x00", b"\x0b", b"\xff", b",",
    b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\n", b"5\r\nhello\r\n", b"0\r\n\r\n", b"\r\n\r\n",
]  # fmt: skip


def mutate(data: bytes, random: random.Random) -> bytes:
    """Change, drop, double or splice in a few pieces."""
    for _ in range(random.choice([0, 1, 1, 1, 2, 2, 4, 8])):
        at = random.randint(0, len(data))
        end = min(len(data), at + random.choice([0, 0, 1, 1, 2, 5, 20]))
        middle = random.choice(
            [
                b"",
                random.choice(BITS),
                bytes([random.randrange(256)]),
                data[at:end] * 2,
                random.choice(SEEDS)[: random.randint(0, 60)],
            ]
        )
        data = data[:at] + middle + data[end:]
    return data


def cuts(data: bytes, random: random.Random) -> list[bytes]:
    """The data in pieces: whole, one by one, or cut anywhere."""
    if random.random() < 0.2:
        return [data[at : at + 1] for at in range(len(data))]
    places = sorted(random.randint(0, len(data)) for _ in range(random.choice([0, 1, 1, 2, 5])))
    pieces = [
        data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True)
    ]
    return [piece for piece in pieces if piece]


def main(seconds: float, seed: int) -> int:
    generator = random.Random(seed)
    counts: Counter[str] = Counter()
    until = monotonic() + seconds
    while monotonic() < until:
        data = mutate(generator.choice(SEEDS), generator)
        method = generator.choice(["GET", "GET", "GET", "HEAD", "CONNECT"])
        upgrade = generator.random() < 0.2
        theirs = h11s(data, method, upgrade)
        pieces = cuts(data, generator)
        mine = ours(pieces, method, upgrade)
        wrong = disagreement(mine, theirs)
        if wrong is not None:
            print(f"{data!r}\nas {pieces!r} to {method}, upgrade={upgrade}: {wrong}")
            return 1
        counts["accepted" if mine.error is None else "refused"] += 1
    print(f"seed {seed}: {dict(counts)}, no difference")
    return 0


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(
        main(
            float(arguments[0]) if arguments else 60.0,
            int(arguments[1]) if len(arguments) > 1 else random.randrange(1 << 32),
        )
    )

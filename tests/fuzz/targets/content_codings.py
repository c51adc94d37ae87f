"""A coded body decodes to what it was made of, anything else to bytes or DecodingError; the result is
the same wherever the chunks are cut, no step gives more than its bound, nor all more than the limit.
"""

from __future__ import annotations

import gzip
import zlib

from tests.fuzz.draw import Draw, cut
from tests.support.compressors import brotli, zstd

from httpx_core import DecodingError
from httpx_core._codings import MAX_CODINGS, STEP, LimitedDecoder, content_decoder

CODINGS = [
    "gzip", "deflate", "br", "zstd", "x-gzip", "identity", "unknown", "gzip,deflate", "zstd,br",
    "gzip,gzip,gzip", "br,gzip", "deflate,zstd", "gzip,br,zstd,deflate,gzip",
    ",".join(["gzip"] * 6),
]  # fmt: skip
LIMIT = 1_000_000  # bytes; more would be a slow target


def bare_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


CODERS = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "x-gzip": lambda data: gzip.compress(data, 1, mtime=0),
    "deflate": lambda data: bare_deflate(data) if len(data) % 2 else zlib.compress(data),
    "br": lambda data: brotli.compress(data, quality=3),
    "zstd": zstd.compress,
    "identity": bytes,
    "unknown": bytes,
}


def coded(data: bytes, codings: str) -> bytes:
    for name in codings.split(","):
        data = CODERS[name](data)
    return data


_BODIES = [b"", b"a", b"Hello, World! " * 9, bytes(range(256)), bytes(300_000)]
TOKENS = [
    b"\x1f\x8b\x08", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", b"\x78\x9c", b"\x78\x01",
    b"\x03\x00", b"\x28\xb5\x2f\xfd", b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd",
    b"\x00\x00\x00\xff\xff", b"\x00", b"\xff", b"\x1f", b"\x28", b"\x0b\x02\x80", b"\x03", b"\x3b",
    b"\x01\x05\x00\xfa\xff", coded(b"b", "gzip"), coded(b"c", "zstd"), coded(bytes(99_999), "gzip"),
]  # fmt: skip
SEEDS = [
    bytes([0, way, index]) + coded(body, codings)
    for index, codings in enumerate(CODINGS)
    for way in (0, 7)
    for body in _BODIES
] + [
    bytes([1, 5, index]) + b"What goes round must come round." * 3 for index in range(len(CODINGS))
]
EXAMPLES = 6000


def check(data: bytes) -> None:
    draw = Draw(data)
    is_round_trip = draw.byte() % 2 == 1
    way = draw.byte()
    codings = draw.choose(CODINGS)
    body = draw.rest()
    if is_round_trip:
        given = coded(body, codings)
        if codings.count(",") < MAX_CODINGS:
            assert (body, None) == decoded(cut(given, way), codings), codings
        elif given:
            assert decoded(cut(given, way), codings)[1] is not None
        return
    whole = decoded(cut(body, 0), codings)
    pieces = decoded(cut(body, way), codings)
    # libzstd sees that a frame is shorter than it says only when it gets all of it at once, if its
    # last block is empty.
    if "zstd" not in codings:
        # Of a limit and a fault behind it one piece may show the one, and another the other: what
        # zlib decoded in the call that finds a fault is not seen.
        assert (whole[1] is None) == (pieces[1] is None), (codings, whole[1], pieces[1])
    if whole[1] is pieces[1] is None:
        assert whole[0] == pieces[0], codings


def decoded(pieces: list[bytes], codings: str) -> tuple[bytes, str | None]:
    """The body, and what kind of fault there is in it, if any."""
    decoder = LimitedDecoder(content_decoder(codings.split(",")), LIMIT)
    body = bytearray()
    try:
        for piece in pieces:
            for step in decoder.feed(piece):
                assert 0 < len(step) <= max(STEP, len(piece)), (codings, len(step))
                body += step
        for step in decoder.end():
            body += step
    except DecodingError as exc:
        assert str(exc)
        return bytes(body), "limit" if "max_response_size" in str(exc) else "fault"
    assert len(body) <= LIMIT
    return bytes(body), None

"""Content codings: what each decoder gives, whatever the chunk borders, and what it refuses."""

from __future__ import annotations

import gzip
import struct
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterable
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.compressors import brotli, zstd

from httpx_core import DecodingError, _codings
from httpx_core._coding_brotli import BrotliDecoder
from httpx_core._coding_libraries import brotli_library, has_brotli, has_zstd, zstd_library
from httpx_core._codings import IDENTITY, LimitedDecoder, accept_encoding, content_decoder

MIB = 1024 * 1024
STEP = 96 * 1024


def bare(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


def zstd_stream(data: bytes) -> bytes:
    """A frame whose head does not tell the content's size."""
    compressor = zstd.ZstdCompressor()
    return compressor.compress(data) + compressor.flush()


ENCODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "deflate-zlib": ("deflate", zlib.compress),
    "deflate-bare": ("deflate", bare),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", zstd.compress),
    "zstd-stream": ("zstd", zstd_stream),
}
EACH = pytest.mark.parametrize(("coding", "encode"), ENCODERS.values(), ids=ENCODERS)


def cut(data: bytes, size: int) -> Iterable[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def decode(codings: str | list[str], chunks: Iterable[bytes]) -> bytes:
    """Decode the chunks, and check on the way that no step is larger than promised."""
    decoder = content_decoder(codings.split(",") if isinstance(codings, str) else codings)
    steps = [step for chunk in chunks for step in decoder.feed(chunk)]
    steps += decoder.end()
    assert all(0 < len(step) <= STEP for step in steps)
    return b"".join(steps)


@EACH
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000, 10**6])
def test_a_body_decodes_the_same_at_any_chunk_size(coding, encode, size):
    body = b"".join(b"line %d\n" % number for number in range(500))
    assert body == decode(coding, cut(encode(body), size))


@EACH
@given(body=st.binary(max_size=300), borders=st.lists(st.integers(0, 400)))
def test_where_the_chunks_are_cut_changes_nothing(coding, encode, body, borders):
    encoded = encode(body)
    edges = [0, *sorted(borders), len(encoded)]
    chunks = [encoded[start:end] for start, end in pairwise(edges)]
    assert body == decode(coding, chunks)


@EACH
@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 200_000, 300_000])
def test_bodies_around_the_size_of_a_step_decode_whole(coding, encode, size):
    body = bytes(size)
    assert body == decode(coding, [encode(body)])


@EACH
def test_every_truncation_is_an_error_at_the_end(coding, encode):
    encoded = encode(b"hello, hello, hello")
    for length in range(1, len(encoded)):
        with pytest.raises(DecodingError):
            decode(coding, [encoded[:length]])


@EACH
def test_what_came_before_a_truncation_is_given(coding, encode):
    body = bytes(range(256)) * 2000
    encoded = encode(body)
    decoder = content_decoder([coding])
    given_bytes = b"".join(decoder.feed(encoded[:-3]))
    assert given_bytes
    assert body.startswith(given_bytes)


@EACH
def test_an_empty_body_is_not_truncated(coding, encode):
    assert b"" == decode(coding, [])
    assert b"" == decode(coding, [b"", b""])


@EACH
def test_malformed_data_is_a_decoding_error_with_its_cause(coding, encode):
    with pytest.raises(DecodingError, match=coding.removeprefix("x-")) as raised:
        decode(coding, [b"\xff\xfe this was never compressed" * 10])
    assert raised.value.__cause__ is not None


@EACH
def test_a_changed_byte_is_never_an_error_of_the_library(coding, encode):
    encoded = encode(b"hello, hello, hello, hello")
    for position in range(len(encoded)):
        broken = bytearray(encoded)
        broken[position] ^= 0x55
        try:
            decode(coding, [bytes(broken)])
        except DecodingError:
            pass


# gzip


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_gzip_members_in_a_row_are_one_body(size):
    members = gzip.compress(b"aaa") + gzip.compress(b"") + gzip.compress(b"bbb")
    assert b"aaabbb" == decode("gzip", cut(members, size))


@pytest.mark.parametrize(
    "rest", [b"\0", b"junk", b"\x1f", b"\x1f\x8b", b"\x1f\x8b\x07\x00", bytes(512)]
)
@pytest.mark.parametrize("size", [1, 1000])
def test_bytes_after_the_last_gzip_member_that_begin_no_member_are_ignored(rest, size):
    assert b"aaa" == decode("gzip", cut(gzip.compress(b"aaa") + rest, size))


def test_a_later_gzip_member_that_is_cut_is_truncated():
    for length in range(3, len(gzip.compress(b"bbb"))):
        with pytest.raises(DecodingError, match="truncated"):
            decode("gzip", [gzip.compress(b"aaa") + gzip.compress(b"bbb")[:length]])


def test_a_wrong_gzip_checksum_is_an_error():
    encoded = bytearray(gzip.compress(b"hello"))
    encoded[-6] ^= 1
    with pytest.raises(DecodingError):
        decode("gzip", [bytes(encoded)])


def test_many_gzip_members_take_linear_time():
    count = 20_000
    assert b"a" * count == decode("gzip", [gzip.compress(b"a") * count])


# deflate


def test_bytes_after_a_deflate_stream_are_ignored():
    assert b"aaa" == decode("deflate", [zlib.compress(b"aaa") + b"junk", b"more"])


# br


def test_bytes_after_a_br_stream_are_an_error():
    with pytest.raises(DecodingError):
        decode("br", [brotli.compress(b"aaa") + b"junk"])


# zstd


def skippable(content: bytes) -> bytes:
    return struct.pack("<II", 0x184D2A53, len(content)) + content


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 9, 1000])
def test_zstd_frames_in_a_row_skippable_ones_included_are_one_body(size):
    frames = [zstd.compress(b"aaa"), skippable(b"x" * 20), zstd_stream(b"bbb"), skippable(b"")]
    assert b"aaabbb" == decode("zstd", cut(b"".join(frames), size))


def test_bytes_after_a_zstd_frame_that_begin_no_frame_are_an_error():
    with pytest.raises(DecodingError):
        decode("zstd", [zstd.compress(b"aaa") + b"this is no frame"])


@pytest.mark.parametrize(("window_log", "is_taken"), [(23, True), (24, False), (27, False)])
def test_a_zstd_window_above_8_mib_is_refused(window_log, is_taken):
    compressor = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: window_log})
    encoded = compressor.compress(b"aaa") + compressor.flush()
    if is_taken:
        assert b"aaa" == decode("zstd", [encoded])
    else:
        with pytest.raises(DecodingError, match="8 MiB"):
            decode("zstd", [encoded])


# Chains, and names


@pytest.mark.parametrize("size", [1, 1000])
def test_codings_in_a_row_are_undone_from_the_last_to_the_first(size):
    encoded = zstd.compress(brotli.compress(zlib.compress(gzip.compress(b"hello"))))
    assert b"hello" == decode("gzip, deflate, br, zstd", cut(encoded, size))


def test_five_codings_are_decoded_and_six_refused():
    encoded = b"hello"
    for _ in range(5):
        encoded = gzip.compress(encoded)
    assert b"hello" == decode(["gzip"] * 5, [encoded])
    with pytest.raises(DecodingError, match="6 content codings; at most 5"):
        decode(["gzip"] * 6, [gzip.compress(encoded)])


def test_six_codings_of_no_body_are_no_error():
    assert b"" == decode(["gzip"] * 6, [b""])


@pytest.mark.parametrize(
    ("codings", "encoded"),
    [
        ([], b"hello"),
        ([""], b"hello"),
        (["identity"], b"hello"),
        (["identity"] * 9, b"hello"),
        (["compress"], b"hello"),
        (["GZip "], gzip.compress(b"hello")),
        (["", "gzip", ""], gzip.compress(b"hello")),
        (["gzip", "unheard-of"], gzip.compress(b"hello")),
        (["unheard-of", "gzip"], gzip.compress(b"hello")),
    ],
)
def test_names_of_codings(codings, encoded):
    assert b"hello" == decode(codings, [encoded])


def test_no_coding_is_the_identity():
    assert IDENTITY is content_decoder(["identity", ""])


def test_a_decoder_gives_all_at_once_when_asked_for():
    decoder = content_decoder(["gzip"])
    assert b"hello" == decoder.decode(gzip.compress(b"hello"))
    assert b"" == decoder.flush()


def test_accept_encoding_lists_what_can_be_decoded_here(monkeypatch):
    monkeypatch.setattr(_codings, "_accepted", None)
    assert "gzip, deflate, br, zstd" == accept_encoding()


def test_accept_encoding_is_found_out_once(monkeypatch):
    monkeypatch.setattr(_codings, "_accepted", "known")
    assert "known" == accept_encoding()


class OldDecompressor:
    """Of brotli 1.1: it can put no bound on its output."""


def test_without_their_libraries_br_and_zstd_are_not_asked_for(monkeypatch):
    for name in ("brotli", "brotlicffi", "backports", "compression", "_zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    for name in ("backports.zstd", "compression.zstd"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(_codings, "_accepted", None)
    assert (None, None) == (brotli_library(), zstd_library())
    assert (False, False) == (has_brotli(), has_zstd())
    assert "gzip, deflate" == accept_encoding()


def test_a_brotli_that_cannot_bound_its_output_counts_as_absent(monkeypatch):
    old = SimpleNamespace(Decompressor=OldDecompressor)
    new = brotli_library()
    monkeypatch.setitem(sys.modules, "brotli", old)
    monkeypatch.setitem(sys.modules, "brotlicffi", old)
    assert brotli_library() is None
    monkeypatch.setitem(sys.modules, "brotlicffi", new)
    assert new is brotli_library()


def test_a_step_of_br_that_gives_nothing_is_not_the_end_while_there_is_more():
    class Slow:
        def __init__(self):
            self.steps = [b"a", b"", b"b", b""]

        def process(self, data, output_buffer_limit):
            return self.steps.pop(0)

        def can_accept_more_data(self):
            return not self.steps

        def is_finished(self):
            return False

    library = SimpleNamespace(Decompressor=Slow, error=ValueError)
    assert [b"a", b"b"] == list(BrotliDecoder(library).feed(b"x"))


# Bounds


@EACH
def test_a_limit_counts_decoded_bytes(coding, encode):
    body = bytes(200_000)
    assert body == LimitedDecoder(content_decoder([coding]), 200_000).decode(encode(body))
    with pytest.raises(DecodingError, match="max_response_size, 199999 bytes"):
        LimitedDecoder(content_decoder([coding]), 199_999).decode(encode(body))


BOMBS = {
    "gzip": lambda: gzip.compress(bytes(64 * MIB)),
    "deflate": lambda: zlib.compress(bytes(64 * MIB)),
    "br": lambda: brotli.compress(bytes(64 * MIB), quality=1),
    "zstd": lambda: zstd.compress(bytes(64 * MIB)),
    "gzip, gzip": lambda: gzip.compress(gzip.compress(bytes(256 * MIB), 1), 1),
    "br, gzip, zstd": lambda: zstd.compress(
        gzip.compress(brotli.compress(bytes(64 * MIB), quality=1))
    ),
}


@pytest.mark.parametrize("codings", BOMBS)
def test_the_first_step_of_a_bomb_costs_little_memory(codings):
    bomb = BOMBS[codings]()
    decoder = content_decoder(codings.split(","))
    decoder.decode(b"")
    tracemalloc.start()
    try:
        step = next(iter(decoder.feed(bomb)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert 0 < len(step) <= STEP
    assert peak < MIB


def test_a_coding_that_swallows_without_end_what_another_expands_is_refused():
    empty_blocks = b"\x00\x00\x00\xff\xff" * (16 * MIB)
    bomb = gzip.compress(gzip.compress(b"")[:10] + empty_blocks, 1)
    with pytest.raises(DecodingError, match="decode to nothing"):
        decode("gzip, gzip", [bomb])

"""Our coders of fields against hpack's: the same bytes, fields, tables and errors."""

from __future__ import annotations

from typing import Any

import pytest
from hpack import Decoder, Encoder, HPACKError, NeverIndexedHeaderTuple, OversizedHeaderListError
from hypothesis import given
from hypothesis import strategies as st

from httpx_transports._http2.compression import (
    KEPT_CODES,
    LONGEST_CODED,
    LONGEST_KEPT,
    FieldDecoder,
    FieldEncoder,
    SearchedTable,
)

# Few names and values, so that most are in a table already when they come again. No value is empty:
# older hpacks put such a field into the table anew each time.
NAMES = [b":path", b":method", b"accept", b"x-a", b"x-b", b"user-agent", b""]
VALUES = [b"GET", b"/", b"*/*", b"a", b"b" * 50, b"c" * 200, b"\xff\x00", b"d" * LONGEST_CODED]
SIZES = [0, 40, 100, 300, 1000, 4096]

fields = st.tuples(
    st.sampled_from(NAMES), st.sampled_from(VALUES) | st.binary(min_size=1, max_size=3)
)
blocks = st.lists(fields | fields.map(lambda pair: NeverIndexedHeaderTuple(*pair)), max_size=8)
# A block, or a size that the table gets before the next one.
steps = st.lists(blocks | st.sampled_from(SIZES), max_size=30)


class Both:
    """Two pairs of coders: hpack's, and ours."""

    def __init__(self) -> None:
        self.encoders = Encoder(), FieldEncoder()
        self.decoders = Decoder(), FieldDecoder()

    def resize(self, size: int) -> None:
        if size != self.encoders[0].header_table_size:
            for encoder in self.encoders:
                encoder.header_table_size = size

    def encode(self, block: Any) -> bytes:
        theirs, ours = self.encoders
        short = max((len(name) + len(value) for name, value in block), default=0) <= LONGEST_CODED
        encoded = theirs.encode(block, huffman=short)
        if short:
            assert encoded == ours.encode(block)
        else:
            ours.encode(block)
        assert theirs.header_table.dynamic_entries == ours.header_table.dynamic_entries
        return encoded

    def decode(self, block: bytes) -> bool:
        """Whether it could be decoded, by either."""
        theirs, ours = (_outcome(decoder, block) for decoder in self.decoders)
        assert theirs == ours
        tables = [decoder.header_table for decoder in self.decoders]
        if isinstance(theirs, list):
            assert tables[0].dynamic_entries == tables[1].dynamic_entries
            assert tables[0].maxsize == tables[1].maxsize
        return isinstance(theirs, list)


def _outcome(decoder: Decoder, block: bytes) -> Any:
    try:
        return [tuple(field) for field in decoder.decode(block, raw=True)]
    except OversizedHeaderListError:
        return "too large"
    except HPACKError:
        return "refused"


@given(steps)
def test_what_is_sent_and_read_is_what_hpack_would_send_and_read(steps: list[Any]) -> None:
    both = Both()
    for step in steps:
        if isinstance(step, int):
            both.resize(step)
        else:
            assert both.decode(both.encode(step))


@given(steps, st.data())
def test_what_hpack_refuses_is_refused(steps: list[Any], data: st.DataObject) -> None:
    both = Both()
    for step in steps:
        if isinstance(step, int):
            both.resize(step)
            continue
        block = bytearray(both.encode(step))
        for _ in range(data.draw(st.integers(0, 2))):
            if block:
                place = data.draw(st.integers(0, len(block) - 1))
                block[place : place + data.draw(st.integers(0, 2))] = data.draw(
                    st.binary(max_size=2)
                )
        if not both.decode(bytes(block)):
            # Its table is of no use any more: the connection ends there.
            return


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_any_bytes_are_read_as_hpack_reads_them(blocks: list[bytes]) -> None:
    both = Both()
    for block in blocks:
        if not both.decode(block):
            return


SPECIAL = {
    "no bytes": b"",
    "index 0": b"\x80",
    "the last of the static table": b"\xbd",
    "one behind it": b"\xbe",
    "an index in two bytes": b"\xff\x00",
    "an integer cut short": b"\xff",
    "an integer of zeros without an end": b"\xff" + b"\x80" * 30,
    "a large integer": b"\xff\xff\xff\xff\x7f",
    "a name by an index in two bytes, not indexed": b"\x0f\x0d\x0213",
    "a name by an index in two bytes, never indexed": b"\x1f\x0d\x0213",
    "a name by an index beyond the tables": b"\x7f\x40\x0213",
    "no name and no value": b"\x00\x00\x00",
    "a name without its value": b"\x40\x01a",
    "a name cut short": b"\x40\x05abc",
    "a value cut short": b"\x40\x01a\x05abc",
    "a value longer than a byte says": b"\x40\x01a\x7f\x05" + b"v" * 132,
    "a Huffman code that ends badly": b"\x40\x01a\x81\x00",
    "a size at the start": b"\x20\x88",
    "two sizes at the start": b"\x20\x3f\xe1\x1f\x88",
    "a size behind a field": b"\x88\x20",
    "a size larger than allowed": b"\x3f\xe2\x1f\x88",
}


@pytest.mark.parametrize("block", SPECIAL.values(), ids=SPECIAL)
def test_a_special_block_is_read_as_hpack_reads_it(block: bytes) -> None:
    Both().decode(block)


def test_a_list_larger_than_allowed_is_refused_and_one_as_large_is_not() -> None:
    decoder = FieldDecoder()
    decoder.max_header_list_size = 2 * (32 + 2)
    assert [(b"a", b"b")] * 2 == decoder.decode(b"\x00\x01a\x01b" * 2, raw=True)
    with pytest.raises(OversizedHeaderListError, match="more than 68 bytes"):
        decoder.decode(b"\x00\x01a\x01b" * 2 + b"\x00\x00\x00", raw=True)


def test_a_table_that_was_to_shrink_and_did_not_is_refused() -> None:
    decoder = FieldDecoder()
    decoder.max_allowed_table_size = 100
    with pytest.raises(HPACKError):
        decoder.decode(b"\x88", raw=True)


def test_a_long_value_is_sent_as_it_is_and_a_short_one_beside_it_coded() -> None:
    block = FieldEncoder().encode([(b"x-long", b"v" * LONGEST_CODED), (b"x-short", b"e" * 100)])
    assert b"v" * LONGEST_CODED in block
    assert b"e" * 100 not in block


def test_a_field_far_behind_in_a_large_table_is_found() -> None:
    both = Both()
    both.resize(65_536)
    for decoder in both.decoders:
        decoder.max_allowed_table_size = 65_536
    block = [(b"x-%d" % number, b"v") for number in range(300)]
    for repeated in (block, block, block[::-1]):
        assert both.decode(both.encode(repeated))
    assert len(both.encode(block)) < 3 * len(block)


def test_a_field_without_a_value_is_found_as_any_other() -> None:
    encoder, decoder = FieldEncoder(), Decoder()
    block = [(b":path", b""), (b"x", b"")]
    assert block == decoder.decode(encoder.encode(block), raw=True)
    second = encoder.encode(block)
    assert len(block) == len(second)
    assert block == decoder.decode(second, raw=True)


def test_a_size_that_is_set_twice_is_told_all_the_same() -> None:
    """hpack forgets it then, and the peer would keep another table than we do."""
    encoder, decoder = FieldEncoder(), Decoder()
    encoder.header_table_size = 40
    encoder.header_table_size = 40
    block = [(b"x", b"1"), (b"y", b"2"), (b"x", b"1")]
    assert block == decoder.decode(encoder.encode(block), raw=True)
    assert 40 == decoder.header_table_size


def test_what_is_known_of_a_table_goes_with_its_entries() -> None:
    encoder = FieldEncoder()
    for number in range(2000):
        encoder.encode([(b"x-%d" % number, b"v"), (b"x", b"%d" % number)])
    table = encoder.header_table
    assert len(table.dynamic_entries) == len(table.numbers) < 200
    assert len(table._names) <= len(table.numbers)


def test_codes_are_kept_in_bounds() -> None:
    encoder, decoder = Encoder(), FieldDecoder()
    for number in range(3 * KEPT_CODES):
        decoder.decode(encoder.encode([(b"x", b"eeee%d" % number)]), raw=True)
        assert len(decoder._codes) <= KEPT_CODES
    kept = set(decoder._codes)
    decoder.decode(encoder.encode([(b"x", b"e" * 20 * LONGEST_KEPT)]), raw=True)
    assert kept == set(decoder._codes)


def test_a_field_that_is_in_the_table_twice_is_found_when_the_older_one_is_evicted() -> None:
    # RFC 7541, 2.3.2: the same entry may be there more than once. hpack's encoder never does that.
    table = SearchedTable()
    for field in [(b"x-a", b"1"), (b"x-b", b"2"), (b"x-a", b"1")]:
        table.add(*field)
    table.maxsize = 2 * (32 + 4)
    assert [(b"x-a", b"1"), (b"x-b", b"2")] == list(table.dynamic_entries)
    assert (62, b"x-a", b"1") == table.search(b"x-a", b"1")
    assert (62, b"x-a", None) == table.search(b"x-a", b"3")
    assert (63, b"x-b", b"2") == table.search(b"x-b", b"2")

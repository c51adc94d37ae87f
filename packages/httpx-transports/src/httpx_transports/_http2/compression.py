"""Compression of fields (HPACK, RFC 7541): hpack's coders, with what is done for every field made flat.

Theory of operation. hpack makes some ten calls and five objects of each field, and looks for one that is
sent by walking over its table. `FieldEncoder` and `FieldDecoder` stand in the place of its two coders;
what is rare, or needs the Huffman code, they leave to it.

Rules:

1. Byte for byte what hpack would send, but that a long value is not Huffman-coded; and field for field
   what hpack would read, and an error of hpack's where it has one. A test asks both.
2. What is known of a table is kept beside its entries, and goes when they go: an index is never
   remembered, since each insertion moves all of them (2.3.3).
3. What must never be indexed (7.1.3) goes to hpack, which knows how to say so.
"""

from __future__ import annotations

from collections.abc import Iterable

from hpack import (
    Decoder,
    Encoder,
    HeaderTuple,
    HPACKDecodingError,
    InvalidTableSizeError,
    NeverIndexedHeaderTuple,
    OversizedHeaderListError,
)
from hpack.hpack import decode_integer
from hpack.huffman_table import decode_huffman
from hpack.table import HeaderTable

Pair = tuple[bytes, bytes]

LONGEST_CODED = 1024
"""The longest field that is Huffman-coded, in bytes. The code is optional (RFC 7541, 5.2), and hpack
takes quadratic time to write it: 2.3 seconds for a value of 100 KB."""

OVERHEAD = 32
"""Bytes that an entry of a table counts beside its name and value (RFC 7541, 4.1)."""

KEPT_CODES = 256
"""Huffman-coded texts of a peer's that are remembered with what they say: a server's name, the date."""

LONGEST_KEPT = 128
"""The longest of them, in bytes."""

_STATIC = ((b"", b""), *HeaderTable.STATIC_TABLE)
_STATIC_INDEX = {pair: index for index, pair in enumerate(_STATIC) if index}

# The index of what was put last into the other table (RFC 7541, 2.3.3).
_FIRST = len(_STATIC)

# Indexes below it take one byte (RFC 7541, 5.1 and 6.1).
_LONG_INDEX = 127

# Longer than any integer that hpack takes, in bytes.
_LONGEST_INTEGER = 16


class FieldTable(HeaderTable):
    """A compression table that counts what was ever put into it: `inserted`."""

    def __init__(self) -> None:
        super().__init__()
        self._limit = self.DEFAULT_SIZE
        self._size = 0
        self.inserted = 0

    @property
    def maxsize(self) -> int:
        return self._limit

    @maxsize.setter
    def maxsize(self, newmax: int) -> None:
        # Until it was told, whatever is set in between: hpack forgets it when the same size is set twice.
        self.resized = self.resized or newmax != self._limit
        self._limit = newmax
        self._make_room(0)

    def add(self, name: bytes, value: bytes) -> None:
        size = OVERHEAD + len(name) + len(value)
        if self._size + size > self._limit:
            self._make_room(size)
            if size > self._limit:
                # RFC 7541, 4.4: it is no error, and leaves the table empty.
                return
        self.dynamic_entries.appendleft((name, value))
        self._size += size
        self.inserted += 1

    def _make_room(self, size: int) -> list[Pair]:
        """Evict the oldest until there is room for `size` bytes, or nothing is left."""
        entries = self.dynamic_entries
        evicted: list[Pair] = []
        while entries and self._size + size > self._limit:
            pair = entries.pop()
            self._size -= OVERHEAD + len(pair[0]) + len(pair[1])
            evicted.append(pair)
        return evicted


class SearchedTable(FieldTable):
    """The table of what we send: what is in it is found without a walk.

    `numbers`: the fields in it, each by its number, which is what `inserted` was when it was put in.
    """

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[Pair, int] = {}
        self._names: dict[bytes, int] = {}

    def add(self, name: bytes, value: bytes) -> None:
        before = self.inserted
        super().add(name, value)
        if self.inserted != before:
            self.numbers[name, value] = self._names[name] = self.inserted

    def _make_room(self, size: int) -> list[Pair]:
        number = self.inserted - len(self.dynamic_entries)
        evicted = super()._make_room(size)
        for pair in evicted:
            number += 1
            if self.numbers[pair] == number:
                del self.numbers[pair]
            if self._names[pair[0]] == number:
                del self._names[pair[0]]
        return evicted

    def search(self, name: bytes, value: bytes) -> tuple[int, bytes, bytes | None] | None:
        index = _STATIC_INDEX.get((name, value))
        if index is not None:
            return index, name, value
        number = self.numbers.get((name, value))
        if number is not None:
            return _FIRST + self.inserted - number, name, value
        static = self.STATIC_TABLE_MAPPING.get(name)
        if static is not None:
            return static[0], name, None
        number = self._names.get(name)
        return None if number is None else (_FIRST + self.inserted - number, name, None)


class FieldEncoder(Encoder):
    """hpack's encoder, for which a field that is in a table already is a look into a dict, and a byte."""

    def __init__(self) -> None:
        super().__init__()
        self.header_table: SearchedTable = SearchedTable()

    def encode(  # pyright: ignore[reportIncompatibleMethodOverride]  # h2 gives no other
        self,
        headers: Iterable[HeaderTuple | Pair],  # type: ignore[override]  # h2 gives no other
        huffman: bool = True,
    ) -> bytes:
        table = self.header_table
        # Without fields it only tells of a change of the table's size (RFC 7541, 4.2).
        block = bytearray(super().encode((), huffman) if table.resized else b"")
        for field in headers:
            index = _STATIC_INDEX.get(field)
            if index is None:
                number = table.numbers.get(field)
                index = _LONG_INDEX if number is None else _FIRST + table.inserted - number
            secret = field.__class__ is NeverIndexedHeaderTuple
            if index < _LONG_INDEX and not secret:
                block.append(0x80 | index)
            else:
                name, value = field
                coded = huffman and len(name) + len(value) <= LONGEST_CODED
                block += self.add((name, value), secret, coded)
        return bytes(block)


class FieldDecoder(Decoder):
    """hpack's decoder, which keeps in mind what the Huffman codes of usual values say."""

    def __init__(self) -> None:
        super().__init__()
        self.header_table: FieldTable = FieldTable()
        self._codes: dict[bytes, bytes] = {}

    def decode(self, data: bytes, raw: bool = False) -> Iterable[HeaderTuple]:
        if not raw or (data[:1] >= b"\x20" and data[:1] < b"\x40"):
            # A change of the table's size, which is allowed at the start only (RFC 7541, 4.2).
            return super().decode(data, raw)
        return self._pairs(data)  # type: ignore[return-value]  # h2 needs nothing more of them

    def _pairs(self, data: bytes) -> list[Pair]:
        table = self.header_table
        fields: list[Pair] = []
        left = self.max_header_list_size
        position = 0
        while position < len(data):
            first = data[position]
            position += 1
            if first >= 0x80:
                # RFC 7541, 6.1: in a table.
                index = first & 0x7F
                if index == 0x7F:
                    index, position = _integer(data, position - 1, 7)
                pair = _STATIC[index] if 0 < index < _FIRST else table.get_by_index(index)
            else:
                # RFC 7541, 6.2: literally, its name perhaps in a table.
                if 0x20 <= first < 0x40:
                    raise HPACKDecodingError("a change of the table's size behind a field")
                bits = 6 if first >= 0x40 else 4
                index = first & _MASKS[bits]
                if index == _MASKS[bits]:
                    index, position = _integer(data, position - 1, bits)
                if not index:
                    name, position = self._text(data, position)
                elif index < _FIRST:
                    name = _STATIC[index][0]
                else:
                    name = table.get_by_index(index)[0]
                value, position = self._text(data, position)
                pair = name, value
                if bits == 6:
                    table.add(name, value)
            fields.append(pair)
            left -= OVERHEAD + len(pair[0]) + len(pair[1])
            if left < 0:
                raise OversizedHeaderListError(
                    f"the header list has more than {self.max_header_list_size} bytes"
                )
        if table.maxsize > self.max_allowed_table_size:
            raise InvalidTableSizeError("the table was not made as small as it was to be")
        return fields

    def _text(self, data: bytes, position: int) -> tuple[bytes, int]:
        """A name or value (RFC 7541, 5.2), and where it ends."""
        if position >= len(data):
            raise HPACKDecodingError("the block is cut short")
        first = data[position]
        size = first & 0x7F
        if size == 0x7F:
            size, position = _integer(data, position, 7)
        else:
            position += 1
        stop = position + size
        if stop > len(data):
            raise HPACKDecodingError("the block is cut short")
        text = data[position:stop]
        return (self._decoded(text) if first >= 0x80 else text), stop

    def _decoded(self, code: bytes) -> bytes:
        text = self._codes.get(code)
        if text is None:
            text = decode_huffman(code)
            if len(code) <= LONGEST_KEPT:
                if len(self._codes) >= KEPT_CODES:
                    self._codes.clear()
                self._codes[code] = text
        return text


_MASKS = (0, 0, 0, 0, 0x0F, 0, 0x3F)


def _integer(data: bytes, position: int, bits: int) -> tuple[int, int]:
    """An integer that does not fit the `bits` of its first byte (RFC 7541, 5.1), and where it ends."""
    number, used = decode_integer(data[position : position + _LONGEST_INTEGER], bits)
    return number, position + used

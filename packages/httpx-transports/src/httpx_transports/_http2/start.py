"""The start of a connection: h2 set up, and the settings that our preface tells the peer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.settings import SettingCodes, Settings
from hpack import Encoder, NeverIndexedHeaderTuple

from .fields import SECRET_FIELDS

if TYPE_CHECKING:
    from hpack import HeaderTuple

    Pair = tuple[bytes, bytes]

MAX_FRAME = 65_536
"""The largest frame we take, in bytes: four times the least, so that large bodies come in fewer."""

LONGEST_CODED = 1024
"""The longest field that is Huffman-coded, in bytes. The code is optional (RFC 7541, 5.2), and hpack
takes quadratic time to write it: 2.3 seconds for a value of 100 KB."""


class FieldEncoder(Encoder):
    """hpack's encoder, whose time grows with the fields and no faster."""

    def encode(  # pyright: ignore[reportIncompatibleMethodOverride]  # h2 gives no other
        self,
        headers: Iterable[HeaderTuple | tuple[bytes, bytes]],  # type: ignore[override]  # h2 gives no other
        huffman: bool = True,
    ) -> bytes:
        fields = list(headers)
        coded = huffman and max(len(name) + len(value) for name, value in fields) <= LONGEST_CODED
        return super().encode(fields, coded)


def never_indexed(fields: list[Pair]) -> list[Pair]:
    """The same fields, the secret ones marked so that no compression table takes them."""
    for pair in fields:
        if pair[0] in SECRET_FIELDS:
            return [
                NeverIndexedHeaderTuple(*pair) if pair[0] in SECRET_FIELDS else pair
                for pair in fields
            ]
    return fields


def start_h2(stream_window: int, max_header_size: int) -> H2Connection:
    """h2 with our settings, its preface queued."""
    h2 = H2Connection(
        H2Configuration(
            client_side=True,
            header_encoding=None,
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
            validate_inbound_headers=False,
            normalize_inbound_headers=False,
        )
    )
    h2.local_settings = Settings(
        client=True,
        initial_values={
            SettingCodes.ENABLE_PUSH: 0,
            SettingCodes.INITIAL_WINDOW_SIZE: stream_window,
            SettingCodes.MAX_FRAME_SIZE: MAX_FRAME,
            SettingCodes.MAX_HEADER_LIST_SIZE: max_header_size,
        },
    )
    h2.max_inbound_frame_size = MAX_FRAME
    h2.encoder = FieldEncoder()
    h2.decoder.max_header_list_size = max_header_size
    h2.initiate_connection()
    return h2

"""The start of a connection: h2 set up, and the settings that our preface tells the peer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.settings import SettingCodes, Settings
from hpack import NeverIndexedHeaderTuple

from .compression import FieldDecoder, FieldEncoder
from .fields import SECRET_FIELDS

if TYPE_CHECKING:
    Pair = tuple[bytes, bytes]

MAX_FRAME = 65_536
"""The largest frame we take, in bytes: four times the least, so that large bodies come in fewer."""

MAX_KNOWN = 512
"""Streams, open and ended, that h2 may have in mind before it is made to forget the ended ones."""


class ClientSide(H2Connection):
    """h2, which does not count its open streams anew for each request."""

    @property
    def open_outbound_streams(self) -> int:
        """At most so many streams are open: it is exact where the peer's limit, or ours, is near.

        h2 walks over all streams for it, those included that have ended since the last walk, which
        that one forgets. So the walk is made when it matters, and not for every request.
        """
        known = len(self.streams)
        if known < min(self.remote_settings.max_concurrent_streams, MAX_KNOWN):
            return known
        return super().open_outbound_streams


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
    h2 = ClientSide(
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
    h2.decoder = FieldDecoder()
    h2.decoder.max_header_list_size = max_header_size
    h2.initiate_connection()
    return h2

"""The parts of a URL as bytes. Values only; kept for the deprecated `URL.raw`."""

from __future__ import annotations

from typing import NamedTuple


class RawURL(NamedTuple):
    """The parts of a URL that a transport needs, as bytes; the type of the deprecated `URL.raw`."""

    raw_scheme: bytes
    raw_host: bytes
    port: int | None
    raw_path: bytes

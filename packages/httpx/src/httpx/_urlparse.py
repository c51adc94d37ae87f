"""Kept for code that imports from `httpx._urlparse`."""

from ._url_parts import ParseResult as ParseResult
from ._url_parts import urlparse as urlparse

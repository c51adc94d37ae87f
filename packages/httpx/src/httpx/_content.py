"""Kept for code that imports from `httpx._content`."""

from httpx_core._streams import AsyncIteratorByteStream as AsyncIteratorByteStream
from httpx_core._streams import ByteStream as ByteStream
from httpx_core._streams import IteratorByteStream as IteratorByteStream
from httpx_core._streams import UnattachedStream as UnattachedStream

"""Which optional compression libraries are here, and can do what decoding in bounded steps needs.

A library that cannot bound its output counts as absent: its coding is neither asked for nor
decoded.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any


def brotli_library() -> Any | None:
    """Return brotli, or brotlicffi, when it is version 1.2 or newer."""
    for name in ("brotli", "brotlicffi"):
        try:
            library = import_module(name)
        except ImportError:
            continue
        # Came with 1.2, together with `output_buffer_limit`.
        if hasattr(library.Decompressor, "can_accept_more_data"):
            return library
    return None


def zstd_library() -> Any | None:
    """Return compression.zstd of Python 3.14, or backports.zstd before."""
    try:
        return import_module(
            "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
        )
    except ImportError:
        return None


def has_brotli() -> bool:
    """Say whether br can be decoded; it imports the library (1 ms), which alone tells its age."""
    return brotli_library() is not None


def has_zstd() -> bool:
    """Say whether zstd can be decoded, without importing its library, which takes 5 ms."""
    from importlib.util import find_spec

    try:
        # `_zstd` is the part of the standard library that a build of Python may lack.
        return find_spec("_zstd" if sys.version_info >= (3, 14) else "backports.zstd") is not None
    except ImportError:
        return False

"""The compressors that tests make bodies with, whichever package of each coding is installed."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

brotli: Any = import_module("brotli" if find_spec("brotli") else "brotlicffi")
zstd: Any = import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")

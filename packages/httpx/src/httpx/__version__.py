"""Kept for code that imports from `httpx.__version__`."""

from .__about__ import __description__ as __description__
from .__about__ import __title__ as __title__
from .__about__ import __version__ as __version__

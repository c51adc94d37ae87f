"""Kept for code that imports from `httpx._status_codes`."""

from httpx_core import codes as codes

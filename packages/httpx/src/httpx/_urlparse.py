"""Kept for code that imports `httpx._urlparse`."""

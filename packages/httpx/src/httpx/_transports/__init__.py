"""Kept for code that imports from `httpx._transports`."""

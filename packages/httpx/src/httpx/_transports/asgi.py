"""Kept for code that imports from `httpx._transports.asgi`."""

from httpx_transports import ASGITransport as ASGITransport

"""Kept for code that imports from `httpx._transports.wsgi`."""

from httpx_transports import WSGITransport as WSGITransport

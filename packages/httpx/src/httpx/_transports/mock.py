"""Kept for code that imports from `httpx._transports.mock`."""

from httpx_transports import MockTransport as MockTransport

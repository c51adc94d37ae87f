"""Kept for code that imports from `httpx._transports.base`."""

from httpx_transports import AsyncBaseTransport as AsyncBaseTransport
from httpx_transports import BaseTransport as BaseTransport

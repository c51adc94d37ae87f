"""Kept for code that imports from `httpx._transports.default`."""

from httpx_transports import AsyncHTTPTransport as AsyncHTTPTransport
from httpx_transports import HTTPTransport as HTTPTransport
from httpx_transports._body import AsyncResponseStream as AsyncResponseStream
from httpx_transports._body import ResponseStream as ResponseStream

"""Kept for code that imports from `httpx._transports.default`."""

from httpx_transports import AsyncHTTPTransport as AsyncHTTPTransport
from httpx_transports import HTTPTransport as HTTPTransport

from .._httpcore_exceptions import map_httpcore_exceptions as map_httpcore_exceptions
from .._httpcore_streams import AsyncResponseStream as AsyncResponseStream
from .._httpcore_streams import ResponseStream as ResponseStream

"""Kept for code that imports from `httpx._models`."""

from httpx_core import Cookies as Cookies
from httpx_core import Headers as Headers
from httpx_core import Request as Request
from httpx_core import Response as Response

"""Kept for code that imports from `httpx._urls`."""

from httpx_core import URL as URL
from httpx_core import QueryParams as QueryParams

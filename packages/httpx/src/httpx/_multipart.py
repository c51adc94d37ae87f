"""Kept for code that imports from `httpx._multipart`."""

from httpx_core._multipart import MultipartStream as MultipartStream

"""Kept for code that imports from `httpx._auth`."""

from httpx_auth import Auth as Auth
from httpx_auth import BasicAuth as BasicAuth
from httpx_auth import DigestAuth as DigestAuth
from httpx_auth import FunctionAuth as FunctionAuth
from httpx_auth import NetRCAuth as NetRCAuth

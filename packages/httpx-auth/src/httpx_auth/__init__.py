"""HTTP authentication: Basic, Digest, netrc, and the protocol to write your own."""

from __future__ import annotations

from .__about__ import __version__
from ._auth import Auth
from ._basic import BasicAuth
from ._digest import DigestAuth
from ._function import FunctionAuth
from ._netrc import NetRCAuth
from ._types import AuthTypes

__all__ = [
    "Auth",
    "AuthTypes",
    "BasicAuth",
    "DigestAuth",
    "FunctionAuth",
    "NetRCAuth",
    "__version__",
]

"""HTTP authentication: Basic, Digest, netrc, and the protocol to write your own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from httpx_core._later import load_later

from ._auth import Auth
from ._basic import BasicAuth
from ._function import FunctionAuth

if TYPE_CHECKING:
    from .__about__ import __version__
    from ._digest import DigestAuth
    from ._netrc import NetRCAuth
    from ._types import AuthTypes
else:
    __getattr__, __dir__ = load_later(
        __name__,
        {
            "AuthTypes": "httpx_auth._types",
            "DigestAuth": "httpx_auth._digest",
            "NetRCAuth": "httpx_auth._netrc",
            "__version__": "httpx_auth.__about__",
        },
    )

__all__ = [
    "Auth",
    "AuthTypes",
    "BasicAuth",
    "DigestAuth",
    "FunctionAuth",
    "NetRCAuth",
    "__version__",
]

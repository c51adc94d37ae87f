"""The type aliases of httpx_transports' signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from httpx_core import URL

from ._backends.interface import SOCKET_OPTION as SOCKET_OPTION
from ._proxy import Proxy
from ._tls import CertTypes as CertTypes

if TYPE_CHECKING:
    import ssl

ProxyTypes: TypeAlias = "URL | str | Proxy"
"""What `proxy=` takes: a URL, its text, or a `Proxy`."""
VerifyTypes: TypeAlias = "ssl.SSLContext | str | bool"

"""The type aliases of httpx_transports' signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from httpx_core import URL

from ._backends.interface import SOCKET_OPTION as SOCKET_OPTION
from ._proxy import Proxy

if TYPE_CHECKING:
    import ssl

CertTypes: TypeAlias = "str | tuple[str, str] | tuple[str, str, str]"
ProxyTypes: TypeAlias = "URL | str | Proxy"
VerifyTypes: TypeAlias = "ssl.SSLContext | str | bool"

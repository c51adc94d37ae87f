"""Kept for code that imports from `httpx._client`."""

from ._async_client import AsyncClient as AsyncClient
from ._base_client import BaseClient as BaseClient
from ._base_client import ClientState as ClientState
from ._defaults import DEFAULT_MAX_REDIRECTS as DEFAULT_MAX_REDIRECTS
from ._defaults import USE_CLIENT_DEFAULT as USE_CLIENT_DEFAULT
from ._defaults import UseClientDefault as UseClientDefault
from ._sync_client import Client as Client

"""Kept for code that imports from `httpx._config`."""

from httpx_core import DEFAULT_TIMEOUT_CONFIG as DEFAULT_TIMEOUT_CONFIG
from httpx_core import UNSET as UNSET
from httpx_core import Timeout as Timeout
from httpx_core import UnsetType as UnsetType
from httpx_transports import DEFAULT_LIMITS as DEFAULT_LIMITS
from httpx_transports import Limits as Limits
from httpx_transports import Proxy as Proxy
from httpx_transports import create_ssl_context as create_ssl_context

from ._defaults import DEFAULT_MAX_REDIRECTS as DEFAULT_MAX_REDIRECTS

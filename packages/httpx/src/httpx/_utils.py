"""Kept for code that imports from `httpx._utils`."""

from ._environment import get_environment_proxies as get_environment_proxies
from ._patterns import URLPattern as URLPattern

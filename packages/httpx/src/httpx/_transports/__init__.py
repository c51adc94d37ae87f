"""Kept for code that imports from `httpx._transports`."""

from . import asgi as asgi
from . import base as base
from . import default as default
from . import mock as mock
from . import wsgi as wsgi

"""Network backends: blocking sockets, asyncio, trio (by anyio), and scripted bytes for tests."""

from __future__ import annotations

from .current import current_backend as current_backend

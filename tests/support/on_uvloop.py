"""A plugin of pytest, `-p tests.support.on_uvloop`: the asyncio colour runs on uvloop's event loop.

Names are resolved as asyncio does it, since many tests put a function of theirs in the resolver's place.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import uvloop


class Loop(uvloop.Loop):  # type: ignore[misc]  # uvloop is not there when types are checked
    async def getaddrinfo(
        self,
        host: Any,
        port: Any,
        *,
        family: int = 0,
        type: int = 0,
        proto: int = 0,
        flags: int = 0,
    ) -> Any:
        resolve = socket.getaddrinfo
        return await self.run_in_executor(None, resolve, host, port, family, type, proto, flags)


class Policy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return Loop()


asyncio.set_event_loop_policy(Policy())

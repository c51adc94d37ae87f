"""The asyncio backend, native: it connects, sleeps and wakes on the running loop; its streams are its own."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any

from . import faults
from .asyncio_race import connect_first, resolve
from .asyncio_stream import AsyncioStream
from .asyncio_waits import AsyncioLock, AsyncioWakeup
from .interface import SOCKET_OPTION, Backend, NetworkStream
from .names import literal, told, usable
from .sockets import open_unix

if TYPE_CHECKING:
    from .._trace import Trace


class AsyncioBackend(Backend):
    """Connects, waits and wakes up on the running asyncio event loop, uvloop's too."""

    __slots__ = ()

    name = "asyncio"
    is_async = True

    async def connect_tcp(
        self,
        host: str,
        port: int,
        *,
        timeout: float | None,
        local_address: str | None = None,
        socket_options: Sequence[SOCKET_OPTION] = (),
        trace: Trace | None = None,
    ) -> NetworkStream:
        peer = faults.peer_name(host, port)
        deadline = None if timeout is None else monotonic() + timeout
        loop = asyncio.get_running_loop()
        try:
            addresses = literal(host, port)
            if not addresses:
                resolving = resolve(loop, host, port, timeout)
                addresses = usable(await told(trace, resolving, host, port), local_address)
            sock = await connect_first(loop, addresses, deadline, local_address, socket_options)
        except TimeoutError as exc:
            if exc.errno is not None:
                raise faults.connect_error(peer, exc) from exc
            raise faults.connect_timeout(peer, timeout) from exc
        except (OSError, UnicodeError) as exc:
            raise faults.connect_error(peer, exc) from exc
        return await self._open(loop, sock, peer)

    async def connect_unix(
        self, path: str, *, timeout: float | None, socket_options: Sequence[SOCKET_OPTION] = ()
    ) -> NetworkStream:
        peer = f"unix:{path}"
        deadline = inf if timeout is None else monotonic() + timeout
        try:
            sock = open_unix(socket_options)
            try:
                sock.setblocking(False)
                pause = 0.001
                while True:
                    try:
                        sock.connect(path)
                        break
                    except BlockingIOError as exc:
                        # The backlog is full, and no readiness tells when it no longer is.
                        if monotonic() >= deadline:
                            raise faults.connect_timeout(peer, timeout) from exc
                        await asyncio.sleep(pause)
                        pause = min(pause * 2, 0.05)
            except BaseException:
                sock.close()
                raise
        except (OSError, ValueError) as exc:
            raise faults.connect_error(peer, exc) from exc
        return await self._open(asyncio.get_running_loop(), sock, peer)

    @staticmethod
    async def _open(
        loop: asyncio.AbstractEventLoop, sock: socket.socket, peer: str
    ) -> AsyncioStream:
        stream = AsyncioStream(loop, sock, peer)
        try:
            await loop.create_connection(lambda: stream, sock=sock)
        except OSError as exc:
            stream.close()
            raise faults.connect_error(peer, exc) from exc
        except BaseException:
            stream.close()
            raise
        return stream

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def wakeup(self) -> AsyncioWakeup:
        return AsyncioWakeup()

    def lock(self) -> AsyncioLock:
        return AsyncioLock()

    async def run_blocking(self, function: Any, *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(None, function, *args)

    def caller(self) -> Callable[[Callable[[], object]], object]:
        return asyncio.get_running_loop().call_soon_threadsafe

    def owner(self) -> object:
        return asyncio.get_running_loop()

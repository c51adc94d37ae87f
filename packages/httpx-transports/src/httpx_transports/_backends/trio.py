"""The trio backend: raw sockets over anyio's waiting, so that it runs on whatever anyio runs on.

A socket is tried first and waited for only when it would block. Every read and write is a
checkpoint, as trio's rules ask, so that a connection that is always ready can still be cancelled
and lets others run.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel

from httpx_core import WriteError

from . import faults
from .happy_eyeballs import Address, Race
from .interface import SOCKET_OPTION, Backend, NetworkStream
from .names import literal, told, usable
from .sockets import address_of, open_tcp, open_unix, readable
from .trio_waits import TrioLock, TrioWakeup

if TYPE_CHECKING:
    import ssl

    from .._trace import Trace


class TrioStream(NetworkStream):
    """A connected socket, non-blocking, waited for through anyio."""

    __slots__ = ("_backlog", "_broken", "_closed", "_peer", "_socket")

    def __init__(self, sock: socket.socket, peer: str) -> None:
        self._socket = sock
        self._peer = peer
        self._closed = self._broken = False
        # What `write_now` took and the socket did not: it goes before anything else.
        self._backlog: bytes | memoryview = b""

    async def read(self, max_bytes: int, timeout: float | None) -> bytes:
        await anyio.lowlevel.checkpoint_if_cancelled()
        if self._closed:
            raise faults.read_closed(self._peer)
        try:
            data = self._socket.recv(max_bytes)
        except BlockingIOError:
            data = None
        except OSError as exc:
            raise faults.read_error(self._peer, exc) from exc
        if data is not None:
            await anyio.lowlevel.cancel_shielded_checkpoint()
            return data
        with anyio.move_on_after(timeout):
            return await self._wait_and_read(max_bytes)
        raise faults.read_timeout(self._peer, timeout)

    async def write(
        self, data: bytes | memoryview, timeout: float | None, deadline: float | None = None
    ) -> None:
        await anyio.lowlevel.checkpoint_if_cancelled()
        if self._closed:
            raise faults.write_closed(self._peer)
        if self._broken:
            raise faults.write_cut_short(self._peer)
        if self._backlog:
            data, self._backlog = bytes(self._backlog) + bytes(data), b""
        sent = self._send(data)
        if sent == len(data):
            await anyio.lowlevel.cancel_shielded_checkpoint()
            return
        self._broken = True
        rest = memoryview(data)[sent:]
        while rest:
            limit = timeout
            if deadline is not None:
                left = deadline - monotonic()
                if left <= 0:
                    raise faults.write_deadline(self._peer)
                limit = left if limit is None or left < limit else limit
            sent = 0
            with anyio.move_on_after(limit):
                await self._wait(anyio.wait_writable, faults.write_error, faults.write_closed)
                sent = self._send(rest)
            if not sent and (deadline is None or monotonic() < deadline):
                raise faults.write_timeout(self._peer, timeout)
            rest = rest[sent:]
        self._broken = False

    def read_now(self, max_bytes: int) -> bytes | None:
        if self._closed:
            raise faults.read_closed(self._peer)
        try:
            return self._socket.recv(max_bytes)
        except BlockingIOError:
            return None
        except OSError as exc:
            raise faults.read_error(self._peer, exc) from exc

    def write_now(self, data: bytes | memoryview) -> bool:
        if self._closed or self._broken or not self._send_backlog():
            return False
        try:
            sent = self._send(data)
        except WriteError:
            return False
        self._backlog = data[sent:]
        return True

    async def drain(self, timeout: float | None, watch: bool) -> int:
        await anyio.lowlevel.checkpoint_if_cancelled()
        if self._closed:
            raise faults.write_closed(self._peer)
        if self._backlog:
            with anyio.move_on_after(timeout):
                async with anyio.create_task_group() as group:
                    if watch:
                        group.start_soon(self._end_when, anyio.wait_readable, group.cancel_scope)
                    await self._end_when(anyio.wait_writable, group.cancel_scope)
            if self._closed:
                raise faults.write_closed(self._peer)
            self._backlog = self._backlog[self._send(self._backlog) :]
        else:
            await anyio.lowlevel.cancel_shielded_checkpoint()
        return len(self._backlog)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str,
        timeout: float | None,
        *,
        alpn: tuple[str, ...] | None = None,
    ) -> NetworkStream:
        from .._tls_stream import start_tls

        return await start_tls(
            self, TrioLock, ssl_context, server_hostname, timeout, alpn, self._peer
        )

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            # Wakes the tasks that wait for this socket, which closing alone would not.
            anyio.notify_closing(self._socket)
        except Exception:  # noqa: S110 # no event loop runs (any more), so nobody waits in one
            pass
        self._socket.close()

    def is_readable(self) -> bool:
        return self._closed or readable(self._socket.fileno())

    def get_extra_info(self, info: str) -> Any:
        if info == "socket":
            return self._socket
        if info == "is_readable":
            return self.is_readable()
        if info in ("client_addr", "server_addr"):
            return address_of(self._socket, info)
        return None

    async def _wait_and_read(self, max_bytes: int) -> bytes:
        while True:
            await self._wait(anyio.wait_readable, faults.read_error, faults.read_closed)
            try:
                return self._socket.recv(max_bytes)
            except BlockingIOError:
                continue
            except OSError as exc:
                raise faults.read_error(self._peer, exc) from exc

    async def _wait(
        self,
        wait: Callable[[socket.socket], Awaitable[None]],
        failed: Callable[[str, BaseException], Exception],
        closed: Callable[[str], Exception],
    ) -> None:
        try:
            await wait(self._socket)
        except (anyio.ClosedResourceError, anyio.BusyResourceError, OSError, ValueError) as exc:
            if self._closed:
                raise closed(self._peer) from exc
            raise failed(self._peer, exc) from exc
        if self._closed:
            raise closed(self._peer)

    async def _end_when(
        self, wait: Callable[[socket.socket], Awaitable[None]], scope: anyio.CancelScope
    ) -> None:
        """Wait for the socket, then end the others that do; what failed, the next call finds out."""
        try:
            await wait(self._socket)
        except (anyio.ClosedResourceError, anyio.BusyResourceError, OSError, ValueError):
            pass
        scope.cancel()

    def _send_backlog(self) -> bool:
        """Try to send what is left over; False while some of it is."""
        if self._backlog:
            try:
                self._backlog = self._backlog[self._send(self._backlog) :]
            except WriteError:
                return False
        return not self._backlog

    def _send(self, data: bytes | memoryview) -> int:
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0
        except OSError as exc:
            raise faults.write_error(self._peer, exc) from exc


class TrioBackend(Backend):
    """Connects, waits and wakes up on the running trio, or whatever event loop anyio finds."""

    __slots__ = ()

    name = "trio"
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
        try:
            with anyio.move_on_after(timeout):
                addresses = literal(host, port)
                if not addresses:
                    resolving = _resolve(host, port)
                    addresses = usable(await told(trace, resolving, host, port), local_address)
                racing = _Racing(addresses, local_address, socket_options)
                return TrioStream(await racing.run(), peer)
        except (OSError, UnicodeError) as exc:
            raise faults.connect_error(peer, exc) from exc
        raise faults.connect_timeout(peer, timeout)

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
                        return TrioStream(sock, peer)
                    except BlockingIOError as exc:
                        # The backlog is full, and no readiness tells when it no longer is.
                        if monotonic() >= deadline:
                            raise faults.connect_timeout(peer, timeout) from exc
                        await anyio.sleep(pause)
                        pause = min(pause * 2, 0.05)
            except BaseException:
                sock.close()
                raise
        except (OSError, ValueError) as exc:
            raise faults.connect_error(peer, exc) from exc

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(max(seconds, 0))

    def wakeup(self) -> TrioWakeup:
        return TrioWakeup()

    def lock(self) -> TrioLock:
        return TrioLock()

    async def run_blocking(self, function: Any, *args: Any) -> Any:
        return await anyio.to_thread.run_sync(function, *args)

    def caller(self) -> Callable[[Callable[[], object]], object]:
        owner: Any = self.owner()
        soon: Callable[[Callable[[], object]], object]
        soon = getattr(owner, "run_sync_soon", None) or owner.call_soon_threadsafe
        return soon

    def owner(self) -> object:
        trio = sys.modules.get("trio")
        if trio is not None:
            try:
                return trio.lowlevel.current_trio_token()
            except RuntimeError:
                pass  # trio was imported, and does not run here
        import asyncio

        return asyncio.get_running_loop()


async def _resolve(host: str, port: int) -> Any:
    if "\x00" in host:
        raise OSError("the name holds a NUL character")
    return await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class _Racing:
    """One race of Happy Eyeballs: the attempts run in a task group that the winner cancels."""

    __slots__ = ("_changed", "_error", "_local_address", "_options", "_race", "_running", "_winner")

    def __init__(
        self,
        addresses: Sequence[Address],
        local_address: str | None,
        socket_options: Sequence[SOCKET_OPTION],
    ) -> None:
        self._race = Race(addresses)
        self._local_address = local_address
        self._options = socket_options
        self._running = 0
        self._winner: socket.socket | None = None
        self._error: Exception | None = None
        self._changed = anyio.Event()

    async def run(self) -> socket.socket:
        """Connect; cancelled from outside or failed, no socket stays open.

        Raises the last attempt's OSError.
        """
        try:
            async with anyio.create_task_group() as group:
                while self._winner is None and (self._running or self._race.due is not None):
                    address = self._race.start(monotonic())
                    if address is not None:
                        self._running += 1
                        group.start_soon(self._attempt, address)
                        continue
                    due = self._race.due
                    with anyio.move_on_after(None if due is None else due - monotonic()):
                        await self._changed.wait()
                    self._changed = anyio.Event()
                group.cancel_scope.cancel()
        except BaseException:
            if self._winner is not None:
                self._winner.close()
            raise
        if self._winner is None:
            raise self._error or OSError("no address to connect to")
        return self._winner

    async def _attempt(self, address: Address) -> None:
        try:
            sock = await self._connect(address)
        except Exception as exc:
            self._error = exc
            self._race.failed()
        else:
            if self._winner is None:
                self._winner = sock
            else:
                sock.close()
        finally:
            self._running -= 1
            self._changed.set()

    async def _connect(self, address: Address) -> socket.socket:
        sock = open_tcp(address.family, self._local_address, self._options)
        try:
            sock.setblocking(False)
            try:
                sock.connect(address.sockaddr)
            except BlockingIOError:
                await anyio.wait_writable(sock)
                code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if code:
                    raise OSError(code, os.strerror(code)) from None
        except BaseException:
            sock.close()
            raise
        return sock

"""A stream on asyncio: our own Protocol on the event loop's transports, no StreamReader.

Theory of operation. The loop reads into a buffer that `get_buffer` lends it; what came is copied to a
queue, from which `read` takes it, or else leaves a future to be woken by. One timer serves all reads
of a connection: a read only notes its deadline, and the timer, when it fires, looks whether that has
come, else sets itself again. So a request costs no timer.

Backpressure goes both ways: above `UNREAD_HIGH` unread bytes the transport stops reading, and
`write` hands over a bounded slice at a time and waits while the transport's buffer is full.

Why lend a buffer: for a Protocol with `data_received` asyncio takes 256 KiB of fresh memory for every
read, which the C library maps and unmaps each time. A small answer costs a third less without
(docs/design/asyncio-backend.md).
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections import deque
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any

from .._bridge import run
from . import faults
from .asyncio_waits import AsyncioLock
from .interface import NetworkStream
from .sockets import address_of, look_at

if TYPE_CHECKING:
    import ssl

UNREAD_HIGH = 512 * 1024
"""Bytes that may wait to be read before the socket is left alone; the loop reads 256 KiB each time."""

BUFFER_SIZE = 256 * 1024
"""Bytes that the loop can read at once."""

MAX_SPARE_BUFFERS = 4
"""How many buffers are kept that no loop reads into."""

UNREAD_LOW = 128 * 1024
"""Unread bytes at which the socket is read from again."""

SLICE = 256 * 1024
"""Bytes that `write` gives the transport at once, which may copy what the socket does not take."""


_spare_buffers: list[memoryview] = []


class AsyncioStream(asyncio.BufferedProtocol, NetworkStream):
    """A connected socket on an event loop."""

    __slots__ = (
        "_broken",
        "_buffer",
        "_chunks",
        "_closed",
        "_eof",
        "_error",
        "_full",
        "_look",
        "_loop",
        "_lost",
        "_offset",
        "_paused",
        "_peer",
        "_pid",
        "_read_deadline",
        "_read_limit",
        "_reader",
        "_socket",
        "_timer",
        "_timer_at",
        "_transport",
        "_unread",
        "_writer",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, sock: socket.socket, peer: str) -> None:
        self._loop = loop
        self._pid = os.getpid()
        self._socket = sock
        self._look = look_at(sock)
        self._peer = peer
        self._transport: asyncio.Transport | None = None
        self._buffer: memoryview | None = None
        self._chunks: deque[bytes] = deque()
        self._unread = self._offset = 0
        self._eof = self._lost = self._closed = False
        self._paused = self._full = self._broken = False
        self._error: BaseException | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._read_deadline = self._timer_at = inf
        self._read_limit: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment] # a stream's is a whole Transport
        if self._closed:
            transport.abort()  # type: ignore[attr-defined] # as above

    def get_buffer(self, sizehint: int) -> memoryview:
        # Lent out until `buffer_updated`, as a rule at once: so a few serve all connections, and a
        # loop that keeps one for longer harms no other.
        buffer = self._buffer
        if buffer is None:
            try:
                buffer = _spare_buffers.pop()
            except IndexError:
                buffer = memoryview(bytearray(BUFFER_SIZE))
            self._buffer = buffer
        return buffer

    def buffer_updated(self, nbytes: int) -> None:
        buffer = self._buffer
        if buffer is None:
            return
        self._chunks.append(buffer[:nbytes].tobytes())
        self._buffer = None
        if len(_spare_buffers) < MAX_SPARE_BUFFERS:
            _spare_buffers.append(buffer)
        self._unread += nbytes
        reader = self._reader
        if reader is not None:
            if not reader.done():
                reader.set_result(None)
        elif self._unread > UNREAD_HIGH and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        self._eof = True
        self._wake(self._reader)
        # The writing side stays open: a peer that has sent all may still want to read all.
        return True

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._wake(self._writer)

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None and not self._closed and not self._eof:
            self._take_what_came()
        self._lost = True
        self._error = exc
        self._end_waits()

    # What the shared code calls.

    async def read(self, max_bytes: int, timeout: float | None) -> bytes:
        chunks = self._chunks
        if not chunks:
            if self._eof or self._lost or self._closed:
                return self._end()
            loop = self._loop
            self._reader = reader = loop.create_future()
            if timeout is not None:
                self._read_limit = timeout
                self._read_deadline = deadline = monotonic() + timeout
                if deadline < self._timer_at:
                    self._set_timer(deadline)
            try:
                await reader
            finally:
                self._reader = None
                self._read_deadline = inf
            if not chunks:
                return self._end()
        data = chunks.popleft()
        if self._offset or len(data) > max_bytes:
            data = self._part(data, max_bytes)
        self._unread -= len(data)
        if self._paused and self._unread <= UNREAD_LOW:
            self._paused = False
            if self._transport is not None and not self._lost and not self._closed:
                self._transport.resume_reading()
        return data

    async def write(
        self, data: bytes | memoryview, timeout: float | None, deadline: float | None = None
    ) -> None:
        transport = self._transport
        if self._lost or self._closed or self._broken or transport is None:
            raise self._cannot_write()
        if transport.is_closing():
            # The loop knows that the connection is lost, and will tell in its next turn. Until then it
            # would take any write, and warn in its log of those behind the fifth.
            await asyncio.sleep(0)
            raise self._cannot_write()
        if len(data) <= SLICE:
            transport.write(data)
            if self._full:
                await self._drain(transport, timeout, deadline)
            return
        self._broken = True
        view = memoryview(data)
        for start in range(0, len(view), SLICE):
            if self._over():
                raise self._cannot_write()
            transport.write(view[start : start + SLICE])
            if self._full:
                await self._drain(transport, timeout, deadline)
        self._broken = False

    def read_now(self, max_bytes: int) -> bytes | None:
        if self._chunks or self._eof or self._lost or self._closed:
            # With these there is nothing to wait for.
            return run(self.read(max_bytes, 0))
        return None

    def write_now(self, data: bytes | memoryview) -> bool:
        transport = self._transport
        if self._full or self._lost or self._closed or transport is None or transport.is_closing():
            return False
        transport.write(data)
        return True

    async def drain(self, timeout: float | None, watch: bool) -> int:
        transport = self._transport
        full = self._full
        if self._over() or transport is None:
            raise self._cannot_write()
        if not full:
            return 0
        if not (watch and (self._chunks or self._eof)):
            loop = self._loop
            self._writer = waiter = loop.create_future()
            if watch:
                self._reader = waiter
            timer = None if timeout is None else loop.call_later(timeout, self._wake, waiter)
            try:
                await waiter
            finally:
                self._writer = None
                if watch:
                    self._reader = None
                if timer is not None:
                    timer.cancel()
            if self._over():
                raise self._cannot_write()
        return transport.get_write_buffer_size() if self._full else 0

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
            self, AsyncioLock, ssl_context, server_hostname, timeout, alpn, self._peer
        )

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        loop = self._loop
        if loop.is_closed() or self._pid != os.getpid():
            # A forked child shares the loop's selector with its parent, and must not change it.
            self._abandon()
            return
        try:
            here = asyncio.get_running_loop() is loop
        except RuntimeError:
            here = False
        if here:
            self._abort()
        elif loop.is_running():
            try:
                loop.call_soon_threadsafe(self._abort)
            except RuntimeError:
                self._abandon()
        elif self._is_unplugged():
            # A loop that has stopped may never run again, and a transport that it has closed by halves
            # warns when it is collected.
            self._abandon()
            self._end_waits()
        else:
            self._abort()

    def is_readable(self) -> bool:
        return bool(self._chunks) or self._eof or self._lost or self._closed or bool(self._look(0))

    def get_extra_info(self, info: str) -> Any:
        if info == "socket":
            return None if self._transport is None else self._transport.get_extra_info("socket")
        if info == "is_readable":
            return self.is_readable()
        if info in ("client_addr", "server_addr"):
            return address_of(self._socket, info)
        return None

    # Reading.

    def _part(self, data: bytes, max_bytes: int) -> bytes:
        """Give at most `max_bytes` of a chunk and put the rest back: each byte is copied once."""
        start = self._offset
        end = start + max_bytes
        if end < len(data):
            self._chunks.appendleft(data)
            self._offset = end
        else:
            self._offset = 0
        return data[start:end]

    def _end(self) -> bytes:
        """Tell that nothing more will come: b"" when the peer ended, else raise the reason."""
        if self._closed:
            raise faults.read_closed(self._peer)
        if self._eof:
            return b""
        if self._error is not None:
            raise faults.read_error(self._peer, self._error) from self._error
        raise faults.read_closed(self._peer)

    def _take_what_came(self) -> None:
        """Read what the peer sent before it broke the connection: often the answer that tells why."""
        try:
            while self._unread <= UNREAD_HIGH:
                data = self._socket.recv(65536)
                if not data:
                    return
                self._chunks.append(data)
                self._unread += len(data)
        except OSError:
            return

    def _set_timer(self, deadline: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = deadline
        self._timer = self._loop.call_later(deadline - monotonic(), self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._timer_at = inf
        reader = self._reader
        if reader is None or reader.done() or self._read_deadline == inf:
            return
        # Some loops count in whole milliseconds, so that their timers may fire one early.
        if monotonic() < self._read_deadline - 0.002:
            self._set_timer(self._read_deadline)
        else:
            reader.set_exception(faults.read_timeout(self._peer, self._read_limit))

    # Writing.

    async def _drain(
        self, transport: asyncio.Transport, timeout: float | None, deadline: float | None
    ) -> None:
        """Wait until the transport wants more.

        Raises WriteTimeout when the peer takes nothing for `timeout`.
        """
        loop = self._loop
        while self._full:
            if self._over():
                raise self._cannot_write()
            before = transport.get_write_buffer_size()
            limit = timeout
            if deadline is not None:
                left = deadline - monotonic()
                if left <= 0:
                    raise faults.write_deadline(self._peer)
                limit = left if limit is None or left < limit else limit
            self._writer = writer = loop.create_future()
            timer = None if limit is None else loop.call_later(max(limit, 0), self._wake, writer)
            try:
                await writer
            finally:
                self._writer = None
                if timer is not None:
                    timer.cancel()
            if self._over() or transport.get_write_buffer_size() < before:
                continue
            if deadline is None or monotonic() < deadline:
                raise faults.write_timeout(self._peer, timeout)
        if self._over():
            raise self._cannot_write()

    def _over(self) -> bool:
        return self._lost or self._closed

    def _cannot_write(self) -> Exception:
        if self._broken and not self._over():
            return faults.write_cut_short(self._peer)
        if self._error is None or self._closed:
            return faults.write_closed(self._peer)
        error = faults.write_error(self._peer, self._error)
        error.__cause__ = self._error
        return error

    # Ending.

    @staticmethod
    def _wake(waiter: asyncio.Future[None] | None) -> None:
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()
        # The transport closes it when the loop runs again, which may be never.
        self._socket.close()
        self._end_waits()

    def _end_waits(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._timer_at = inf
        self._wake(self._reader)
        self._wake(self._writer)

    def _is_unplugged(self) -> bool:
        """Take the socket out of the loop's selector; False when the transport wants to write yet."""
        transport = self._transport
        if transport is None or transport.is_closing() or not hasattr(transport, "_sock"):
            return False
        if transport.get_write_buffer_size():
            return False
        if transport.is_reading():
            transport.pause_reading()
        return True

    def _abandon(self) -> None:
        """Close the socket of a loop that is closed, stopped, or not ours: its transport can do nothing."""
        self._socket.close()
        transport: Any = self._transport
        if hasattr(transport, "_sock"):
            # There is no public way to tell a transport without a loop that its socket is closed,
            # and it warns when it is collected with one. Where it has no such attribute, or does
            # not look at it any more, no more than that warning is the price.
            transport._sock = None
        self._transport = None

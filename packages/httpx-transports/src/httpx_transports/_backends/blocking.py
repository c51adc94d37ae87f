"""The blocking backend: sockets, threads and the system's clock, behind coroutines that never suspend.

Nothing here awaits anything, so that `_bridge.run` runs it through. A stream may be read by one
thread, written by another, and closed by a third.

A read is one system call: the limit is the socket's own (SO_RCVTIMEO, SO_SNDTIMEO), set again only
when it changes, and apart for the two directions. A socket whose descriptor is not truly blocking
(gevent's and eventlet's), and one on Windows, is given its limit by `settimeout` before each call
instead.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
from _thread import start_new_thread
from collections.abc import Callable, Sequence
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from .._bridge import run
from . import faults
from .blocking_race import connect_first
from .blocking_waits import BlockingLock, BlockingWakeup
from .interface import SOCKET_OPTION, Backend, NetworkStream
from .names import literal, lookup, lookup_within, told, usable
from .sockets import address_of, look_at, open_unix, readable, wait_writable

if TYPE_CHECKING:
    import ssl

    from .._trace import Trace

_FOREVER = struct.pack("@ll", 0, 0)

# What sends without waiting; 0 where there is no such thing (Windows).
_AT_ONCE = getattr(socket, "MSG_DONTWAIT", 0)


class BlockingStream(NetworkStream):
    """A connected socket. Its limits live in the kernel, one for each direction."""

    __slots__ = (
        "_backlog",
        "_closed",
        "_in_kernel",
        "_look",
        "_peer",
        "_pid",
        "_read_limit",
        "_reading",
        "_recv",
        "_send",
        "_socket",
        "_write_limit",
        "_writing",
    )

    def __init__(self, sock: socket.socket, peer: str) -> None:
        sock.settimeout(None)
        self._socket = sock
        self._look = look_at(sock)
        self._peer = peer
        self._recv: Callable[[int], bytes] = sock.recv
        self._send: Callable[[bytes | memoryview], int] = sock.send
        self._read_limit: float | None = None
        self._write_limit: float | None = None
        self._in_kernel = _limits_in_kernel(sock)
        self._pid = os.getpid()
        self._reading = self._writing = self._closed = False
        # What `write_now` took and the socket did not: it goes before anything else.
        self._backlog: bytes | memoryview = b""

    async def read(self, max_bytes: int, timeout: float | None) -> bytes:
        self._reading = True
        try:
            if self._closed:
                raise faults.read_closed(self._peer)
            if timeout != self._read_limit or not self._in_kernel:
                self._limit_reads(timeout)
            data = self._recv(max_bytes)
            if not data and self._closed:
                raise faults.read_closed(self._peer)
            return data
        except (BlockingIOError, TimeoutError) as exc:
            if isinstance(exc, TimeoutError) and exc.errno is not None:
                # ETIMEDOUT: the kernel gave the connection up, its keep-alive probes unanswered.
                raise faults.read_error(self._peer, exc) from exc
            raise faults.read_timeout(self._peer, timeout) from exc
        except OSError as exc:
            if self._closed:
                # By another thread: what the system says then is only what came of that.
                raise faults.read_closed(self._peer) from exc
            raise faults.read_error(self._peer, exc) from exc
        finally:
            self._reading = False
            if self._closed:
                self._release()

    async def write(
        self, data: bytes | memoryview, timeout: float | None, deadline: float | None = None
    ) -> None:
        self._writing = True
        try:
            if self._closed:
                raise faults.write_closed(self._peer)
            if self._backlog:
                data, self._backlog = bytes(self._backlog) + bytes(data), b""
            if deadline is not None or timeout != self._write_limit or not self._in_kernel:
                self._limit_writes(timeout, deadline)
            sent = self._send(data)
            if sent == len(data):
                return
            # The kernel's limit ended a send of which the peer took a part: that was progress.
            rest = memoryview(data)
            while sent < len(rest):
                rest = rest[sent:]
                if self._closed:
                    raise faults.write_closed(self._peer)
                if deadline is not None or not self._in_kernel:
                    self._limit_writes(timeout, deadline)
                sent = self._send(rest)
        except (BlockingIOError, TimeoutError) as exc:
            if isinstance(exc, TimeoutError) and exc.errno is not None:
                raise faults.write_error(self._peer, exc) from exc
            if deadline is not None and monotonic() >= deadline:
                raise faults.write_deadline(self._peer) from exc
            raise faults.write_timeout(self._peer, timeout) from exc
        except OSError as exc:
            raise faults.write_error(self._peer, exc) from exc
        finally:
            self._writing = False
            if self._closed:
                self._release()

    @property
    def portion(self) -> int:
        # 10 MB in portions of 256 KiB cost the kernel a third more; larger ones than 4 MiB win
        # nothing. Where `write_now` has no way, a write is blind to what comes until it has ended.
        return 4_194_304 if self._in_kernel and _AT_ONCE else 262_144

    def read_now(self, max_bytes: int) -> bytes | None:
        if not self._closed and not readable(self._socket.fileno()):
            return None
        return run(self.read(max_bytes, 0))

    def write_now(self, data: bytes | memoryview) -> bool:
        if self._closed or self._backlog or not _AT_ONCE or not self._in_kernel:
            return False
        if data:
            try:
                sent = self._socket.send(data, _AT_ONCE)
            except BlockingIOError:
                sent = 0
            except OSError:
                return False
            self._backlog = data[sent:]
        return True

    async def drain(self, timeout: float | None, watch: bool) -> int:
        self._writing = True
        try:
            if self._closed:
                raise faults.write_closed(self._peer)
            backlog = self._backlog
            if backlog:
                wait_writable(self._socket, timeout, watch)
                self._backlog = backlog[self._socket.send(backlog, _AT_ONCE) :]
        except BlockingIOError:
            pass
        except OSError as exc:
            raise faults.write_error(self._peer, exc) from exc
        finally:
            self._writing = False
            if self._closed:
                self._release()
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
            self, BlockingLock, ssl_context, server_hostname, timeout, alpn, self._peer
        )

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._pid == os.getpid():
            # Wakes a thread that waits in recv() or send(). Not in a forked child: it would end
            # the connection that its parent goes on using.
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._release()

    def is_readable(self) -> bool:
        if self._closed:
            return True
        try:
            return bool(self._look(0))
        except RuntimeError:
            # Another thread is looking at this very moment.
            return readable(self._socket.fileno())

    def get_extra_info(self, info: str) -> Any:
        if info == "socket":
            return self._socket
        if info == "is_readable":
            return self.is_readable()
        if info in ("client_addr", "server_addr"):
            return address_of(self._socket, info)
        return None

    def _release(self) -> None:
        """Close the descriptor once no thread is inside a call on it.

        Else the system could give its number to another connection under that call.
        """
        if not self._reading and not self._writing:
            self._socket.close()

    def _limit_reads(self, timeout: float | None) -> None:
        if not self._in_kernel:
            self._socket.settimeout(None if timeout is None else max(timeout, 0.001))
        else:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _timeval(timeout))
        self._read_limit = timeout

    def _limit_writes(self, timeout: float | None, deadline: float | None) -> None:
        if deadline is not None:
            left = deadline - monotonic()
            if left <= 0:
                raise faults.write_deadline(self._peer)
            timeout = left if timeout is None or left < timeout else timeout
        if not self._in_kernel:
            self._socket.settimeout(None if timeout is None else max(timeout, 0.001))
        elif timeout != self._write_limit:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _timeval(timeout))
        self._write_limit = timeout


def _limits_in_kernel(sock: socket.socket) -> bool:
    """Whether SO_RCVTIMEO and SO_SNDTIMEO work here; leaves both without a limit."""
    if sys.platform == "win32" or not os.get_blocking(sock.fileno()):
        return False
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _FOREVER)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _FOREVER)
    except OSError:
        # A 32-bit system whose `struct timeval` is no pair of longs.
        return False
    return True


def _timeval(seconds: float | None) -> bytes:
    """A `struct timeval`, at least a microsecond long, since 0 means no limit there."""
    if seconds is None:
        return _FOREVER
    micros = max(int(min(seconds, 1e9) * 1_000_000), 1)
    return struct.pack("@ll", micros // 1_000_000, micros % 1_000_000)


async def _look_up(host: str, port: int, seconds: float | None) -> Any:
    return lookup(host, port) if seconds is None else lookup_within(host, port, seconds)


class BlockingBackend(Backend):
    """Connects, waits and wakes up by blocking the calling thread."""

    __slots__ = ()

    name = "sync"
    is_async = False

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
        try:
            addresses = literal(host, port)
            if not addresses:
                looking_up = _look_up(host, port, timeout)
                found = await told(trace, looking_up, host, port)
                addresses = usable(found, local_address)
            sock = connect_first(addresses, deadline, local_address, socket_options)
        except TimeoutError as exc:
            if exc.errno is not None:
                raise faults.connect_error(peer, exc) from exc
            raise faults.connect_timeout(peer, timeout) from exc
        except (OSError, UnicodeError) as exc:
            raise faults.connect_error(peer, exc) from exc
        return BlockingStream(sock, peer)

    async def connect_unix(
        self, path: str, *, timeout: float | None, socket_options: Sequence[SOCKET_OPTION] = ()
    ) -> NetworkStream:
        peer = f"unix:{path}"
        try:
            sock = open_unix(socket_options)
            try:
                if timeout is not None:
                    # A full backlog is waited for by the send limit only; connect() of a Unix
                    # socket under `settimeout` would fail with EAGAIN at once.
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _timeval(timeout))
                sock.connect(path)
            except BaseException:
                sock.close()
                raise
        except BlockingIOError as exc:
            raise faults.connect_timeout(peer, timeout) from exc
        except (OSError, ValueError) as exc:
            raise faults.connect_error(peer, exc) from exc
        return BlockingStream(sock, peer)

    async def sleep(self, seconds: float) -> None:
        sleep(max(seconds, 0))  # noqa: ASYNC251 # no event loop runs this

    def wakeup(self) -> BlockingWakeup:
        return BlockingWakeup()

    def lock(self) -> BlockingLock:
        return BlockingLock()

    async def run_blocking(self, function: Any, *args: Any) -> Any:
        return function(*args)

    def caller(self) -> Callable[[Callable[[], object]], object]:
        return _in_a_thread

    def owner(self) -> object:
        return os.getpid()


def _in_a_thread(function: Callable[[], object]) -> None:
    # Not a `threading.Thread`: starting one takes locks that whom the garbage collector interrupted
    # may hold.
    try:
        start_new_thread(function, ())
    except RuntimeError:
        # The interpreter is about to end, or the system has no more threads.
        pass

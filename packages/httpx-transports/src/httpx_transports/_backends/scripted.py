"""The scripted backend: bytes in and out by a list, with no network, no clock and no event loop.

Every coroutine here runs to its end without suspending, so that it serves sync and async code
alike. What would wait for ever is told as the timeout that a user would get.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from . import faults
from .current import in_trio_task
from .interface import SOCKET_OPTION, Backend, Lock, NetworkStream, Wakeup

if TYPE_CHECKING:
    import ssl

    from .._http import AsyncHTTPTransport, HTTPTransport
    from .._trace import Trace

AnyTransport = TypeVar("AnyTransport", bound="HTTPTransport | AsyncHTTPTransport")


class Wait:
    """The peer is silent: a read's limit ends at once. Use the constant `WAIT`."""

    __slots__ = ()
    __module__ = "httpx_transports.testing"

    def __repr__(self) -> str:
        return "WAIT"


WAIT = Wait()
"""In a script: nothing comes, so that the read limit fires, at once and without a clock."""

Item: TypeAlias = "bytes | BaseException | Wait"
Script: TypeAlias = "Iterable[bytes | BaseException | Wait]"


class ScriptedStream(NetworkStream):
    """A connection whose peer follows a script, and which remembers what was written to it.

    `script`: what reads give, one item each. Bytes (given in parts where a read asks for fewer),
    b"" for the peer's end, an exception to be raised, or `WAIT`. After the last item the peer is
    silent. `alpn`: the protocol that a TLS handshake selects, when it is offered; the first offered
    one if not given. `fail_write_at`: raise `write_error` at the n-th write (from 1) and at all
    later ones.

    `written` is all that was written, `writes` the same call by call; `closed` whether it was
    closed; `tls` the server names of its handshakes in order.

    >>> from httpx_transports._bridge import run
    >>> stream = ScriptedStream([b"HTTP/1.1 204 No Content", b""])
    >>> run(stream.write(b"GET / HTTP/1.1", timeout=5))
    >>> run(stream.read(65536, timeout=5)), run(stream.read(65536, timeout=5))
    (b'HTTP/1.1 204 No Content', b'')
    >>> stream.written
    b'GET / HTTP/1.1'
    """

    __module__ = "httpx_transports.testing"
    __slots__ = (
        "_alpn",
        "_backend",
        "_items",
        "_selected",
        "closed",
        "fail_write_at",
        "peer",
        "tls",
        "write_error",
        "writes",
    )

    def __init__(
        self,
        script: Script = (),
        *,
        alpn: str | None = None,
        fail_write_at: int | None = None,
        write_error: BaseException | None = None,
        backend: ScriptedBackend | None = None,
        peer: str = "scripted:80",
    ) -> None:
        self._items: list[Item] = list(script)[::-1]
        self._alpn = alpn
        self._selected: str | None = None
        self._backend = backend
        self.peer: str = peer
        self.fail_write_at: int | None = fail_write_at
        self.write_error: BaseException | None = write_error
        self.writes: list[bytes] = []
        self.tls: list[str] = []
        self.closed: bool = False

    @property
    def written(self) -> bytes:
        """All that was written to this connection, in one piece."""
        return b"".join(self.writes)

    @property
    def unread(self) -> list[Item]:
        """What of the script has not been read yet."""
        return self._items[::-1]

    def add(self, *items: Item) -> None:
        """Go on with the script: what the peer does next."""
        self._items[:0] = items[::-1]

    async def read(self, max_bytes: int, timeout: float | None) -> bytes:
        await self._count()
        if self.closed:
            raise faults.read_closed(self.peer)
        if not self._items or isinstance(self._items[-1], Wait):
            if self._items:
                self._items.pop()
            if timeout is None:
                raise RuntimeError(
                    "The script waits for ever: it is at its end, and no limit is set."
                )
            raise faults.read_timeout(self.peer, timeout)
        item = self._items.pop()
        if isinstance(item, BaseException):
            raise item
        assert isinstance(item, bytes)  # noqa: S101 # the only kind that is left
        if len(item) > max_bytes:
            self._items.append(item[max_bytes:])
            return item[:max_bytes]
        if not item:
            # An end stays an end.
            self._items.append(item)
        return item

    async def write(
        self, data: bytes | memoryview, timeout: float | None, deadline: float | None = None
    ) -> None:
        await self._count()
        if self.closed:
            raise faults.write_closed(self.peer)
        if self.fail_write_at is not None and len(self.writes) + 1 >= self.fail_write_at:
            raise self.write_error or faults.write_timeout(self.peer, timeout)
        self.writes.append(bytes(data))

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str,
        timeout: float | None,
        *,
        alpn: tuple[str, ...] | None = None,
    ) -> NetworkStream:
        try:
            await self._count()
        except BaseException:
            self.close()
            raise
        self.tls.append(server_hostname)
        offered = alpn or ()
        self._selected = self._alpn if self._alpn in offered else next(iter(offered), None)
        return self

    def close(self) -> None:
        self.closed = True

    def is_readable(self) -> bool:
        """Whether the peer has ended or failed: bytes that come next are taken to answer a request
        yet to come.
        """
        if self.closed:
            return True
        return (
            bool(self._items)
            and not isinstance(self._items[-1], Wait)
            and not (isinstance(self._items[-1], bytes) and self._items[-1] != b"")
        )

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object" and self.tls:
            return ScriptedTLS(self._selected)
        if info == "is_readable":
            return self.is_readable()
        return None

    async def _count(self) -> None:
        if self._backend is not None:
            await self._backend.count()


class ScriptedTLS:
    """What a scripted stream shows as its `ssl_object`."""

    __module__ = "httpx_transports.testing"
    __slots__ = ("_selected",)

    def __init__(self, selected: str | None) -> None:
        self._selected = selected

    def selected_alpn_protocol(self) -> str | None:
        return self._selected

    def version(self) -> str:
        return "TLSv1.3"


class ScriptedWakeup(Wakeup):
    """A wake-up that nobody sets while it is waited for: there is only one flow of control here."""

    __module__ = "httpx_transports.testing"
    __slots__ = ("_backend", "is_set")

    def __init__(self, backend: ScriptedBackend) -> None:
        self._backend = backend
        self.is_set: bool = False

    def set(self) -> None:
        self.is_set = True

    async def wait(self, timeout: float | None) -> bool:
        await self._backend.count()
        if not self.is_set and timeout is None:
            raise RuntimeError(
                "The script waits for ever: nobody sets this wake-up, and no limit is set."
            )
        return self.is_set


class ScriptedLock(Lock):
    """A lock in one flow of control: to wait for it would be to wait for ever."""

    __module__ = "httpx_transports.testing"
    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = False

    def try_acquire(self) -> bool:
        if self._held:
            return False
        self._held = True
        return True

    async def acquire(self) -> None:
        if not self.try_acquire():
            raise RuntimeError(
                "The script waits for ever: the lock is held by its own flow of control."
            )

    def release(self) -> None:
        self._held = False


class ScriptedBackend(Backend):
    """A network that follows a script: each connect gives the next stream of it.

    `connections`: one item for each connect, in order. A list of what the peer sends (see
    `ScriptedStream`), a `ScriptedStream` of your own, or an exception that the connect raises. A
    connect beyond them is refused. `is_async`: whether it stands for an async network; nothing
    suspends either way. `cancel_at`: raise a cancellation at the n-th await (from 1) of the
    network: asyncio's or trio's own where one of these runs, else KeyboardInterrupt. Run a test for
    n = 1, 2, 3 … until `awaits` stays below n, and you have cancelled at every place where the
    network can be waited for.

    `streams` are the connections made, `connects` where to, `awaits` how often the network was
    awaited, `slept` the seconds of all sleeps, which take no time.

    >>> from httpx_core import Request
    >>> from httpx_transports import HTTPTransport
    >>> backend = ScriptedBackend([[b"HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nHello"]])
    >>> with backend.installed(HTTPTransport()) as transport:
    ...     response = transport.handle_request(Request("GET", "http://example.org/"))
    ...     response.read()
    b'Hello'
    >>> backend.connects
    [('example.org', 80)]
    >>> backend.streams[0].written.partition(b"\\r\\n")[0]
    b'GET / HTTP/1.1'
    """

    __module__ = "httpx_transports.testing"
    __slots__ = (
        "_script",
        "awaits",
        "cancel_at",
        "connects",
        "is_async",
        "slept",
        "streams",
    )

    name = "scripted"

    def __init__(
        self,
        connections: Iterable[Script | ScriptedStream | BaseException] = (),
        *,
        is_async: bool = False,
        cancel_at: int | None = None,
    ) -> None:
        self._script = list(connections)[::-1]
        self.is_async: bool = is_async
        self.cancel_at: int | None = cancel_at
        self.awaits: int = 0
        self.streams: list[ScriptedStream] = []
        self.connects: list[tuple[str, int]] = []
        self.slept: list[float] = []

    def installed(self, transport: AnyTransport) -> AnyTransport:
        """Put this in the place of the network of an `HTTPTransport` or `AsyncHTTPTransport`, and
        return that.
        """
        from .._http import AsyncHTTPTransport

        self.is_async = isinstance(transport, AsyncHTTPTransport)
        transport._pool.use(self)
        return transport

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
        self.connects.append((host, port))
        return await self._connect(faults.peer_name(host, port))

    async def connect_unix(
        self, path: str, *, timeout: float | None, socket_options: Sequence[SOCKET_OPTION] = ()
    ) -> NetworkStream:
        self.connects.append((path, 0))
        return await self._connect(f"unix:{path}")

    async def _connect(self, peer: str) -> NetworkStream:
        await self.count()
        if not self._script:
            raise faults.connect_error(
                peer, ConnectionRefusedError("the script has no more connections")
            )
        item = self._script.pop()
        if isinstance(item, BaseException):
            raise item
        stream = item if isinstance(item, ScriptedStream) else ScriptedStream(item)
        stream._backend = self
        stream.peer = peer
        self.streams.append(stream)
        return stream

    async def sleep(self, seconds: float) -> None:
        await self.count()
        self.slept.append(seconds)

    def wakeup(self) -> ScriptedWakeup:
        return ScriptedWakeup(self)

    def lock(self) -> ScriptedLock:
        return ScriptedLock()

    async def run_blocking(self, function: Any, *args: Any) -> Any:
        return function(*args)

    def caller(self) -> Callable[[Callable[[], object]], object]:
        return _at_once

    def owner(self) -> object:
        return self

    async def count(self) -> None:
        """Note one await of the network, and cancel it when it is the one to be cancelled."""
        self.awaits += 1
        if self.awaits == self.cancel_at:
            raise await _cancellation()


def _at_once(function: Callable[[], object]) -> None:
    function()


async def _cancellation() -> BaseException:
    """The exception by which what runs this code cancels: a real one, caught as trio delivers it."""
    trio = sys.modules.get("trio")
    if trio is not None and in_trio_task(trio):
        with trio.CancelScope() as scope:
            scope.cancel()
            try:
                await trio.lowlevel.checkpoint()
            except trio.Cancelled as exc:
                cancelled: BaseException = exc
                return cancelled
    asyncio = sys.modules.get("asyncio")
    if asyncio is not None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            pass
        else:
            error: BaseException = asyncio.CancelledError()
            return error
    return KeyboardInterrupt()

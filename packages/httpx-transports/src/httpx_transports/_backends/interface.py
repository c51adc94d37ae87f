"""What the shared code asks of a network: the interface that every backend implements.

Rules for all backends:

1. Limits are in seconds; None waits for ever; 0 or less takes what is there, else times out.
   A read limit is for bytes to come, a write limit for the peer to take some; a connect limit is
   for the whole of name lookup and connecting, or of the TLS handshake. `deadline` (on
   `time.monotonic()`) ends a write of any length.
2. The final public exception is raised here, and its message names phase, peer and limit:
   ConnectTimeout and ConnectError while connecting and in TLS handshakes, ReadTimeout and
   ReadError, WriteTimeout and WriteError. No OSError, ssl.SSLError or anyio error leaves a backend.
3. `close()` is synchronous, never waits, can be called twice, and from any await point that was
   cancelled: so whatever fails, the connection can be given back in a plain `except` block.
4. One reader and one writer may use a stream at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import ssl

    from .._trace import Trace

SOCKET_OPTION: TypeAlias = (
    "tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]"
)


class NetworkStream:
    """A connected byte stream: a socket, TLS over one, or a script.

    `portion`: how many bytes of a large body are best handed over at once. What a stream copies or
    encrypts before it is sent, it should get in small ones.
    """

    __slots__ = ()

    @property
    def portion(self) -> int:
        return 262_144

    async def read(self, max_bytes: int, timeout: float | None) -> bytes:
        """Wait for bytes and return at most `max_bytes` of them, b"" when the peer has ended."""
        raise NotImplementedError

    async def write(
        self, data: bytes | memoryview, timeout: float | None, deadline: float | None = None
    ) -> None:
        """Send all of `data`, or hand it to the network so that it will be sent.

        `timeout` starts again whenever the peer takes some bytes, so that a slow peer that makes
        progress is no timeout. `deadline` is where the write ends all the same: pass a total
        limit's there. A write that failed or was cancelled half-way leaves a stream that refuses to
        be written to.
        """
        raise NotImplementedError

    def read_now(self, max_bytes: int) -> bytes | None:
        """At most `max_bytes` of what came already, without waiting; None when that cannot be told.

        b"" and exceptions as of `read`. A stream that cannot look without waiting need not have it.
        """
        return None

    def write_now(self, data: bytes | memoryview) -> bool:
        """Send all of `data`, or hand it to the network, if that needs no waiting; False: none was taken.

        For what must go out where nothing may be awaited, as in the clean-up after a cancellation.
        What the network does not take of it at once waits inside, and goes before anything else;
        while some waits, b"" gives False, and so does anything else.
        """
        return False

    async def drain(self, timeout: float | None, watch: bool) -> int:
        """Wait until the network takes some of what waits inside; returns how many bytes still wait.

        It ends after `timeout` seconds without a word, and with `watch`, which is the reader's right,
        when there is something to read: a peer may take no more before it is read. WriteError.
        """
        return 0

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str,
        timeout: float | None,
        *,
        alpn: tuple[str, ...] | None = None,
    ) -> NetworkStream:
        """Do a TLS handshake over this stream and return the encrypted one; on any failure this is closed.

        `alpn`: the protocols to offer, best first; None offers what the context itself was set to.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Close at once, without waiting and without raising; a second call does nothing."""
        raise NotImplementedError

    def is_readable(self) -> bool:
        """Whether bytes or the peer's end are waiting; an idle connection of which it is true is stale."""
        raise NotImplementedError

    def get_extra_info(self, info: str) -> Any:
        """`client_addr`, `server_addr`, `socket`, `ssl_object`, `is_readable`; None if not known."""
        raise NotImplementedError


class Wakeup:
    """A one-shot event: one waiter, set once, from any thread on the sync side.

    `is_set` stays true when the waiter was cancelled, or timed out, as it was being set: whoever
    hands a role or a connection to a waiter sees there that it was given, and the waiter must hand
    it on.
    """

    __slots__ = ()

    is_set: bool

    def set(self) -> None:
        """Wake the waiter, or let it not wait at all."""
        raise NotImplementedError

    async def wait(self, timeout: float | None) -> bool:
        """Wait until set; False when `timeout` seconds went by first."""
        raise NotImplementedError


class Lock:
    """A fair mutual exclusion between the tasks or threads of one connection: first come, first
    served.
    """

    __slots__ = ()

    def try_acquire(self) -> bool:
        """Take it if it is free, without waiting: the cheap way in, before `acquire`."""
        raise NotImplementedError

    async def acquire(self) -> None:
        raise NotImplementedError

    def release(self) -> None:
        raise NotImplementedError


class Backend:
    """How to connect, wait and wake up in one colour."""

    __slots__ = ()

    name: str
    is_async: bool

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
        """Connect by Happy Eyeballs (RFC 8305) to a name or an IP literal (no brackets).

        A `trace` is told of the lookup of a name.
        """
        raise NotImplementedError

    async def connect_unix(
        self, path: str, *, timeout: float | None, socket_options: Sequence[SOCKET_OPTION] = ()
    ) -> NetworkStream:
        """Connect to a Unix domain socket."""
        raise NotImplementedError

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError

    def wakeup(self) -> Wakeup:
        raise NotImplementedError

    def lock(self) -> Lock:
        raise NotImplementedError

    async def run_blocking(self, function: Any, *args: Any) -> Any:
        """Call a function that may block: in a helper thread on the async side, here on the sync
        side.
        """
        raise NotImplementedError

    def caller(self) -> Callable[[Callable[[], object]], object]:
        """Something that has a function called soon, where the streams made here may be used.

        For the garbage collector, which comes in any thread and in the middle of anything: it may
        be called there, takes no lock and does not wait.
        """
        raise NotImplementedError

    def owner(self) -> object:
        """What open streams belong to: the running event loop, or the process on the sync side."""
        raise NotImplementedError

"""TLS over any stream, another TLS one included: a pure machine on memory buffers, and a stream around it.

The machine has no socket and no clock; the same one serves all backends, since it beats asyncio's
own TLS and is safe where `ssl.SSLSocket` is not: OpenSSL forbids that one thread reads and another
writes at once, which HTTP/2 does, so that a lock is held while OpenSSL works, and never while the
network is waited for.

An end without TLS's close_notify is a ReadError and not b"": RFC 9112 section 9.8 lets only a real
close end a body that has no length, because anybody on the way can forge the other kind. A body
with a length, or a chunked one, is complete before that is seen.

Renegotiation (TLS 1.2) and client certificates asked for late (TLS 1.3) happen while reading; what
they must send, the reader sends. A write in the middle of a renegotiation is refused.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

from httpx_core import (
    ConnectError,
    ConnectTimeout,
    NetworkError,
    ReadError,
    ReadTimeout,
    WriteError,
    WriteTimeout,
)

from ._backends import faults
from ._backends.interface import Lock, NetworkStream
from ._tls_shared import wrap

RECORD = 16384
"""Bytes of data in one TLS record at most (RFC 8446 section 5.1)."""

SLICE = 4 * RECORD
"""Bytes encrypted, and read from the network, at once: OpenSSL's buffers never shrink again."""


class TLSMachine:
    """The client's side of one TLS connection: encrypted bytes on one side, data on the other."""

    __slots__ = ("_ended", "_failure", "_incoming", "_lock", "_outgoing", "heard", "is_dry", "tls")

    def __init__(
        self, context: ssl.SSLContext, server_hostname: str, alpn: tuple[str, ...] | None
    ) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self.tls = wrap(context, self._incoming, self._outgoing, server_hostname, alpn)
        self._lock = threading.Lock()
        self._ended = False
        # What ended reading for good: OpenSSL tells of a fatal alert once, and then of a clean end.
        self._failure: ssl.SSLError | None = None
        self.heard = False
        """Whether any data came after the handshake."""
        self.is_dry = False
        """Whether all that came was read, so that only more from the network can bring something."""

    @property
    def must_send(self) -> bool:
        """Whether `to_send` has something that no write has taken along."""
        return self._outgoing.pending > 0

    def handshake(self) -> bool:
        """Go on with the handshake; True when it is done. Raises ssl.SSLError."""
        with self._lock:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                return False
            return True

    def received(self, data: bytes) -> None:
        """Take encrypted bytes from the network, b"" for its end."""
        with self._lock:
            self._take_in(data)

    def to_send(self) -> bytes:
        """The encrypted bytes that are to go to the network now."""
        with self._lock:
            return self._outgoing.read()

    def read(self, max_bytes: int, encrypted: bytes | None = None) -> bytes | None:
        """Data that has come, b"" after close_notify, None when more bytes from the network are needed.

        `encrypted`: bytes from the network to be taken first, as by `received`. Raises
        ssl.SSLEOFError when the network ended without close_notify.
        """
        with self._lock:
            if encrypted is not None:
                self._take_in(encrypted)
            if self._failure is not None:
                raise self._failure
            try:
                data = self.tls.read(min(max_bytes, RECORD))
            except ssl.SSLWantReadError:
                # To be told so costs 5 microseconds: while it is dry, nobody should ask.
                self.is_dry = not self._ended
                return None
            except ssl.SSLZeroReturnError:
                data = b""
            except ssl.SSLError as exc:
                self._failure = exc
                raise
            if not data:
                self._ended = True
                return data
            self.heard = True
            if self._incoming.pending:
                data = self._gather(data, max_bytes)
            self.is_dry = not (self._incoming.pending or self._ended or self.tls.pending())
            return data

    def write(self, data: bytes | memoryview) -> bytes:
        """Encrypt `data`, and return what is to go to the network for it."""
        with self._lock:
            self.tls.write(data)
            return self._outgoing.read()

    def _take_in(self, encrypted: bytes) -> None:
        self.is_dry = False
        if encrypted:
            self._incoming.write(encrypted)
        else:
            self._incoming.write_eof()
            self._ended = True

    def _gather(self, first: bytes, max_bytes: int) -> bytes:
        """Join what the records behind the first one hold: one large read for many small ones."""
        parts = [first]
        left = max_bytes - len(first)
        try:
            while left > 0 and self._incoming.pending:
                data = self.tls.read(min(left, RECORD))
                if not data:
                    self._ended = True
                    break
                parts.append(data)
                left -= len(data)
        except ssl.SSLWantReadError:
            # Half a record.
            pass
        except ssl.SSLZeroReturnError:
            self._ended = True
        except ssl.SSLError as exc:
            # For whoever reads next.
            self._ended = True
            self._failure = exc
        return b"".join(parts)


async def start_tls(
    stream: NetworkStream,
    new_lock: Callable[[], Lock],
    context: ssl.SSLContext,
    server_hostname: str,
    timeout: float | None,
    alpn: tuple[str, ...] | None,
    peer: str,
) -> TLSStream:
    """Do the handshake over `stream`, which `peer` names, and return the encrypted stream.

    Raises ConnectTimeout after `timeout` seconds for the whole of it, and ConnectError; `stream` is
    closed then.
    """
    if not peer.startswith((f"{server_hostname}:", f"[{server_hostname}]:")):
        peer = f"{server_hostname} over {peer}"
    doing = "The TLS handshake with"
    deadline = None if timeout is None else monotonic() + timeout
    try:
        machine = TLSMachine(context, server_hostname, alpn)
        await _handshake(stream, machine, deadline)
        return TLSStream(stream, machine, new_lock(), peer)
    except (ConnectTimeout, ReadTimeout, WriteTimeout) as exc:
        stream.close()
        raise faults.connect_timeout(peer, timeout, doing) from exc
    except ssl.SSLEOFError as exc:
        stream.close()
        raise ConnectError(f"{doing} {peer} failed: it closed the connection ({exc})") from exc
    except (ReadError, WriteError, OSError, ValueError, TypeError) as exc:
        # ssl.SSLError is an OSError; ValueError and TypeError are the name's: empty, or not one at
        # all.
        stream.close()
        raise faults.connect_error(peer, exc, doing) from exc
    except BaseException:
        stream.close()
        raise


async def _handshake(stream: NetworkStream, machine: TLSMachine, deadline: float | None) -> None:
    while True:
        left = None if deadline is None else deadline - monotonic()
        if left is not None and left <= 0:
            raise ConnectTimeout("the handshake's limit ended")
        try:
            done = machine.handshake()
        except ssl.SSLError:
            await _send_alert(stream, machine, left)
            raise
        if machine.must_send:
            await stream.write(machine.to_send(), left, deadline)
        if done:
            return
        left = None if deadline is None else deadline - monotonic()
        machine.received(await stream.read(SLICE, left))


async def _send_alert(stream: NetworkStream, machine: TLSMachine, left: float | None) -> None:
    """Tell the server why its certificate or its handshake was not accepted, if it still listens."""
    try:
        if machine.must_send:
            await stream.write(machine.to_send(), left)
    except (WriteError, WriteTimeout):
        pass


class TLSStream(NetworkStream):
    """An encrypted stream over another stream."""

    __slots__ = ("_broken", "_inner", "_lock", "_machine", "_peeked", "_peer")

    def __init__(self, inner: NetworkStream, machine: TLSMachine, lock: Lock, peer: str) -> None:
        self._inner = inner
        self._machine = machine
        self._lock = lock
        self._peer = peer
        self._broken = False
        self._peeked: bytes | None = None

    async def read(self, max_bytes: int, timeout: float | None) -> bytes:
        if self._peeked is not None:
            return self._take_peeked(self._peeked, max_bytes)
        machine = self._machine
        deadline: float | None = None
        left = timeout
        encrypted: bytes | None = None
        try:
            while True:
                if encrypted is not None or not machine.is_dry:
                    data = machine.read(max_bytes, encrypted)
                    if machine.must_send:
                        await self._flush(left)
                    if data is not None:
                        return data
                if timeout is not None:
                    # The limit is for some data, not for a record that trickles in byte by byte.
                    now = monotonic()
                    if deadline is None:
                        deadline = now + timeout
                    elif now >= deadline:
                        raise faults.read_timeout(self._peer, timeout)
                    else:
                        left = deadline - now
                encrypted = await self._inner.read(SLICE, left)
        except ssl.SSLError as exc:
            raise self._read_failure(exc) from exc
        except ReadTimeout as exc:
            raise faults.read_timeout(self._peer, timeout) from exc

    async def write(
        self, data: bytes | memoryview, timeout: float | None, deadline: float | None = None
    ) -> None:
        if not self._lock.try_acquire():
            await self._lock.acquire()
        try:
            if self._broken:
                raise faults.write_cut_short(self._peer)
            if len(data) <= SLICE:
                await self._inner.write(self._machine.write(data), timeout, deadline)
            else:
                self._broken = True
                view = memoryview(data)
                for start in range(0, len(view), SLICE):
                    encrypted = self._machine.write(view[start : start + SLICE])
                    await self._inner.write(encrypted, timeout, deadline)
                self._broken = False
        except ssl.SSLError as exc:
            raise faults.write_error(self._peer, exc) from exc
        finally:
            self._lock.release()
        if self._machine.must_send:
            # The reader left it to us, and may now be waiting for the answer to it.
            await self._flush(timeout)

    def read_now(self, max_bytes: int) -> bytes | None:
        if self._peeked is not None:
            return self._take_peeked(self._peeked, max_bytes)
        machine = self._machine
        encrypted: bytes | None = None
        try:
            while True:
                if encrypted is not None or not machine.is_dry:
                    data = machine.read(max_bytes, encrypted)
                    if data is not None:
                        return data
                encrypted = self._inner.read_now(SLICE)
                if encrypted is None:
                    return None
        except ssl.SSLError as exc:
            raise self._read_failure(exc) from exc

    def write_now(self, data: bytes | memoryview) -> bool:
        if not data:
            # Only asked whether there is room: that is the network's to say, and costs no encryption.
            return not self._broken and self._inner.write_now(b"")
        if self._broken or not self._lock.try_acquire():
            return False
        try:
            # Asked first: what is encrypted has its place in the order and cannot be taken back.
            return self._inner.write_now(b"") and self._inner.write_now(self._encrypt(data))
        except ssl.SSLError:
            return False
        finally:
            self._lock.release()

    def _encrypt(self, data: bytes | memoryview) -> bytes:
        if len(data) <= SLICE:
            return self._machine.write(data)
        view = memoryview(data)
        parts = [self._machine.write(view[at : at + SLICE]) for at in range(0, len(view), SLICE)]
        return b"".join(parts)

    async def drain(self, timeout: float | None, watch: bool) -> int:
        return await self._inner.drain(timeout, watch)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str,
        timeout: float | None,
        *,
        alpn: tuple[str, ...] | None = None,
    ) -> NetworkStream:
        return await start_tls(
            self, type(self._lock), ssl_context, server_hostname, timeout, alpn, self._peer
        )

    def close(self) -> None:
        self._inner.close()

    def is_readable(self) -> bool:
        if self._peeked is None and self._machine.is_dry and not self._inner.is_readable():
            return False
        # Bytes on an idle connection need be no data: TLS 1.3 servers send tickets when they like.
        # So they are decrypted, and data kept for the next read.
        try:
            self._peeked = self.read_now(RECORD)
        except NetworkError:
            return True
        return self._peeked is not None

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object":
            return self._machine.tls
        if info == "is_readable":
            return self.is_readable()
        return self._inner.get_extra_info(info)

    def _take_peeked(self, peeked: bytes, max_bytes: int) -> bytes:
        self._peeked = peeked[max_bytes:] or None
        return peeked[:max_bytes]

    def _read_failure(self, exc: ssl.SSLError) -> NetworkError:
        if not self._machine.heard and _refuses_the_handshake(exc):
            # In TLS 1.3 the client's side is done before the server has seen its certificate, or
            # missed it (RFC 8446, 4.4.2.4): what it says then is still of the handshake.
            return faults.connect_error(self._peer, exc, "The TLS handshake with")
        if isinstance(exc, ssl.SSLEOFError):
            return ReadError(
                f"Reading from {self._peer} failed: the connection ended without TLS's "
                "close_notify, so that what came may have been cut short."
            )
        return faults.read_error(self._peer, exc)

    async def _flush(self, timeout: float | None) -> None:
        """Send what reading brought forth (a key update's answer, a late certificate).

        While somebody writes it is left to them: the next write takes it along, in order, and to
        wait for them here might be to wait for a peer that waits for us to read.
        """
        if self._lock.try_acquire():
            try:
                if self._machine.must_send:
                    await self._inner.write(self._machine.to_send(), timeout)
            finally:
                self._lock.release()


def _refuses_the_handshake(exc: ssl.SSLError) -> bool:
    """Whether it is an alert by which a server refuses a client's certificate, or its absence."""
    reason = exc.reason or ""
    return "ALERT" in reason and any(word in reason for word in _REFUSALS)


# RFC 8446, 6.2, as OpenSSL spells them. Alerts such as internal_error are not among them: a server may
# send those after it has worked on the request.
_REFUSALS = (
    "CERTIFICATE",
    "UNKNOWN_CA",
    "ACCESS_DENIED",
    "DECRYPT_ERROR",
    "HANDSHAKE_FAILURE",
)

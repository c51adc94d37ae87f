"""The `network_stream` of a response: the connection itself, for upgraded and CONNECT connections.

It is there for every response, so that `get_extra_info("server_addr")` and the like can be asked; to
read and write on it is for those that were handed the connection (101, or 2xx to CONNECT).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from httpx_core import TransportError

from ._bridge import run
from ._httpcore_errors import share_with_httpcore

if TYPE_CHECKING:
    import ssl

    from ._backends.interface import NetworkStream


def _nothing() -> None:
    pass


class NetworkStreamFace:
    """A connection for sync users; limits are in seconds, None waits for ever."""

    __module__ = "httpx_transports"
    __slots__ = ("_closed", "_leading", "_stream")

    def __init__(
        self,
        stream: NetworkStream,
        leading: bytes = b"",
        closed: Callable[[], None] = _nothing,
    ) -> None:
        self._stream = stream
        self._leading = leading
        self._closed = closed

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Wait for bytes, at most `max_bytes`; b"" when the peer has closed. ReadTimeout, ReadError."""
        if self._leading:
            data, self._leading = self._leading[:max_bytes], self._leading[max_bytes:]
            return data
        try:
            return run(self._stream.read(max_bytes, timeout))
        except TransportError as exc:
            share_with_httpcore(exc)
            raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of `buffer`. WriteTimeout, WriteError."""
        if buffer:
            try:
                run(self._stream.write(buffer, timeout))
            except TransportError as exc:
                share_with_httpcore(exc)
                raise

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        self._stream.close()
        self._closed()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> NetworkStreamFace:
        """Do a TLS handshake and return the encrypted connection. ConnectTimeout, ConnectError."""
        try:
            stream = run(self._stream.start_tls(ssl_context, server_hostname or "", timeout))
        except BaseException as exc:
            # The stream is closed by now.
            self._closed()
            if isinstance(exc, TransportError):
                share_with_httpcore(exc)
            raise
        return NetworkStreamFace(stream, closed=self._closed)

    def get_extra_info(self, info: str) -> Any:
        """`client_addr`, `server_addr`, `socket`, `ssl_object` or `is_readable`; None when not known."""
        return self._stream.get_extra_info(info)


class AsyncNetworkStreamFace:
    """A connection for async users; limits are in seconds, None waits for ever."""

    __module__ = "httpx_transports"
    __slots__ = ("_closed", "_leading", "_stream")

    def __init__(
        self,
        stream: NetworkStream,
        leading: bytes = b"",
        closed: Callable[[], None] = _nothing,
    ) -> None:
        self._stream = stream
        self._leading = leading
        self._closed = closed

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Wait for bytes, at most `max_bytes`; b"" when the peer has closed. ReadTimeout, ReadError."""
        if self._leading:
            data, self._leading = self._leading[:max_bytes], self._leading[max_bytes:]
            return data
        try:
            return await self._stream.read(max_bytes, timeout)
        except TransportError as exc:
            share_with_httpcore(exc)
            raise

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of `buffer`. WriteTimeout, WriteError."""
        if buffer:
            try:
                await self._stream.write(buffer, timeout)
            except TransportError as exc:
                share_with_httpcore(exc)
                raise

    async def aclose(self) -> None:
        """Close the connection; a second call does nothing."""
        self._stream.close()
        self._closed()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> AsyncNetworkStreamFace:
        """Do a TLS handshake and return the encrypted connection. ConnectTimeout, ConnectError."""
        try:
            stream = await self._stream.start_tls(ssl_context, server_hostname or "", timeout)
        except BaseException as exc:
            # The stream is closed by now.
            self._closed()
            if isinstance(exc, TransportError):
                share_with_httpcore(exc)
            raise
        return AsyncNetworkStreamFace(stream, closed=self._closed)

    def get_extra_info(self, info: str) -> Any:
        """`client_addr`, `server_addr`, `socket`, `ssl_object` or `is_readable`; None when not known."""
        return self._stream.get_extra_info(info)

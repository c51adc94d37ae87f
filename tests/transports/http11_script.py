"""A connection whose peer is a script, for HTTP/1.1: no socket, and every byte the test's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from httpx_core import ReadTimeout, Request, Response
from httpx_transports._attempt import Attempt
from httpx_transports._backends.interface import NetworkStream
from httpx_transports._bridge import run
from httpx_transports._http11.connection import HTTP11Connection


class Script(NetworkStream):
    """Reads give the items of `reads`, an exception among them is raised; without more, time is up.

    `readable_after`: from so many writes on something can be read. `write_errors`: what the n-th
    write (from 0) raises. `limits`: of each read, in seconds.
    """

    def __init__(
        self,
        reads: Iterable[bytes | BaseException] = (),
        *,
        readable_after: int | None = None,
        write_errors: Mapping[int, BaseException] | None = None,
    ) -> None:
        self.reads = list(reads)
        self.written: list[bytes] = []
        self.limits: list[float | None] = []
        self.closed = 0
        self._readable_after = readable_after
        self._write_errors = dict(write_errors or {})

    async def read(self, max_bytes: int, timeout: float | None) -> bytes:
        assert not self.closed, "a read of a closed stream"
        self.limits.append(timeout)
        if not self.reads:
            raise ReadTimeout("The script is at its end.")
        item = self.reads.pop(0)
        if isinstance(item, BaseException):
            raise item
        assert len(item) <= max_bytes
        return item

    async def write(
        self, data: bytes | memoryview, timeout: float | None, deadline: float | None = None
    ) -> None:
        assert not self.closed, "a write to a closed stream"
        error = self._write_errors.pop(len(self.written), None)
        self.written.append(bytes(data))
        if error is not None:
            raise error

    def close(self) -> None:
        self.closed += 1

    def is_readable(self) -> bool:
        after = self._readable_after
        return after is not None and len(self.written) >= after and bool(self.reads)

    def get_extra_info(self, info: str) -> Any:
        return ("192.0.2.1", 80) if info == "server_addr" and not self.closed else None

    @property
    def sent(self) -> bytes:
        return b"".join(self.written)


class Backend:
    def __init__(self, is_async: bool) -> None:
        self.is_async = is_async


class Exchange:
    """One connection over a script: `connection`, `script`, `done` (the calls of `on_done`)."""

    def __init__(self, script: Script, *, is_async: bool = False, **limits: Any) -> None:
        self.script = script
        self.connection = HTTP11Connection(script, Backend(is_async), **limits)  # type: ignore[arg-type]  # all that it asks of one
        self.done: list[int] = []
        self.connection.on_done = lambda attempt: self.done.append(self.connection.limit)
        self.attempt: Attempt | None = None

    def send(self, request: Request) -> Response:
        """Exchange one request; its body is read by the caller."""
        self.attempt = Attempt(request, False)
        return run(self.connection.exchange(self.attempt))


def get(method: str = "GET", **kwargs: Any) -> Request:
    return Request(method, "http://example.org/path?query", **kwargs)

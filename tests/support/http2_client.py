"""One HTTP/2 connection of ours, without a pool around it, in any colour."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from h2.connection import H2Connection

from httpx_core import Request, Response

if TYPE_CHECKING:
    from tests.support.colours import Colour
    from tests.support.http2_server import HTTP2Server

    from httpx_transports._http2.connection import HTTP2Connection
    from httpx_transports._http2.session import Session

LIMITS = {"connect": 10.0, "read": 10.0, "write": 10.0, "pool": 10.0}


def open_at_h2(session: Session) -> int:
    """How many streams h2 counts as open. Its own count: the one of `ClientSide` may be too high."""
    count = H2Connection.open_outbound_streams.fget
    assert count is not None
    return count(session._h2)


class Line:
    """A connection and what it told its pool: `done` exchanges, the `limits` it changed to."""

    def __init__(self, colour: Colour, connection: HTTP2Connection, url: str) -> None:
        self.colour = colour
        self.connection = connection
        self.url = url
        self.done = 0
        self._told = threading.Condition()
        self.limits: list[int] = []
        connection.on_done = self._on_done
        connection.on_change = lambda c: self.limits.append(c.limit)

    def _on_done(self, attempt: Any) -> None:
        with self._told:
            self.done += 1
            self._told.notify_all()

    def done_in_time(self, count: int) -> int:
        """`done`, waited for where another thread may tell: of a sync response that was dropped."""
        if not self.colour.is_async:
            with self._told:
                self._told.wait_for(lambda: self.done >= count, 10)
        return self.done

    def attempt(self, method: str, path: str, *, timeout: Any = None, **kwargs: Any) -> Any:
        from httpx_transports._attempt import Attempt

        extensions = {"timeout": {**LIMITS, **(timeout or {})}, **kwargs.pop("extensions", {})}
        request = Request(method, self.url + path, extensions=extensions, **kwargs)
        return Attempt(request, self.colour.is_async)

    async def send(self, method: str, path: str, **kwargs: Any) -> Response:
        """Exchange a request for a response, its body unread."""
        return await self.connection.exchange(self.attempt(method, path, **kwargs))

    async def get(self, path: str, **kwargs: Any) -> bytes:
        """The body of the answer to a GET."""
        return await self.colour.read(await self.send("GET", path, **kwargs))

    async def __aenter__(self) -> Line:
        return self

    async def __aexit__(self, *exc_info: Any) -> None:
        self.connection.close()
        if self.colour.is_async:
            await self.colour.checkpoint()


async def connect(
    colour: Colour,
    server: HTTP2Server,
    authority: Any = None,
    socket_options: Sequence[Any] = (),
    **kwargs: Any,
) -> Line:
    """Connect to a server, through TLS when it has it."""
    from httpx_transports._http2.connection import HTTP2Connection

    backend = colour.backend()
    stream = await backend.connect_tcp(
        server.host, server.port, timeout=10, socket_options=socket_options
    )
    if server.ssl_context is not None:
        stream = await stream.start_tls(authority.client_context(), server.host, 10, alpn=("h2",))
    return Line(colour, HTTP2Connection(stream, backend, **kwargs), server.url)


class Chunks:
    """A one-shot body that is no generator, so that nobody has to close it when it is left half-way."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)

    def __aiter__(self) -> Chunks:
        return self

    async def __anext__(self) -> bytes:
        for chunk in self._chunks:
            return chunk
        raise StopAsyncIteration


def body(colour: Colour, chunks: Iterable[bytes]) -> Any:
    """What `content=` of a request takes in this colour."""
    return Chunks(chunks) if colour.is_async else iter(list(chunks))

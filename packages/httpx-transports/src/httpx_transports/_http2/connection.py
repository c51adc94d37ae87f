"""HTTP2Connection: one HTTP/2 connection, over which many requests go at once (RFC 9113).

The shell around `Session`, which knows the protocol, and `Turns`, which share the network out among
the tasks or threads that use the connection. One exchange never waits for another but for room in
the peer's windows, and none is closed by what strikes another: its stream is reset, no more.

Response extensions: `http_version`, `stream_id`, `network_stream`; `interim_responses`, a list of
(status, raw fields), when there were any; `trailing_headers`, a list of raw fields, once the body
has been read to its end and when there are any.
"""

from __future__ import annotations

import os
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from httpx_core import (
    ByteStream,
    ReadTimeout,
    RemoteProtocolError,
    RequestError,
    WriteError,
    WriteTimeout,
    wire,
)

from .._backends import faults
from .._body import AsyncResponseStream, ResponseStream, Upload
from .._connection import Connection
from .._network_stream import AsyncNetworkStreamFace, NetworkStreamFace
from .body import Outgoing, ResponseBody
from .failures import having_said
from .fields import declared_length, request_fields
from .sending import await_continue, send_some
from .session import Session
from .streams import Fault, Stream
from .turns import Turns

if TYPE_CHECKING:
    from httpx_core import Request, Response

    from .._attempt import Attempt
    from .._backends.interface import Backend, NetworkStream
    from .._trace import Trace

    Pair = tuple[bytes, bytes]


class HTTP2Connection(Connection):
    """An HTTP/2 connection over `stream`, on which both sides have agreed on HTTP/2.

    What the server may send ahead of the reader: `http2_stream_window` bytes of one response,
    `http2_connection_window` of all together. What one response may have outside its body:
    `max_header_size` bytes, `max_header_fields` fields, `max_interim_responses`.

    A connection from which nothing came for `http2_ping_interval` seconds, while something is waited
    for, is asked for a sign of life; it is dead without one within `http2_ping_timeout` seconds. An
    interval of None never asks.
    """

    __slots__ = (
        "_backend",
        "_face",
        "_greeted",
        "_io",
        "_owner",
        "_peer",
        "_pid",
        "_session",
        "_soon",
        "_turns",
        "keepalive",
        "limit",
        "on_change",
        "on_done",
    )

    protocol = "HTTP/2"

    def __init__(
        self,
        stream: NetworkStream,
        backend: Backend,
        *,
        max_header_size: int = 102_400,
        max_header_fields: int = 1000,
        max_interim_responses: int = 100,
        http2_stream_window: int = 4 * 1024 * 1024,
        http2_connection_window: int = 16 * 1024 * 1024,
        http2_ping_interval: float | None = 30.0,
        http2_ping_timeout: float = 10.0,
    ) -> None:
        self._io = stream
        self._backend = backend
        self._peer = peer = _peer_name(stream)
        self._session = Session(
            peer,
            stream_window=http2_stream_window,
            connection_window=http2_connection_window,
            max_header_size=max_header_size,
            max_header_fields=max_header_fields,
            max_interim_responses=max_interim_responses,
        )
        self._turns = Turns(
            stream,
            backend,
            self._session,
            peer,
            self._limit_changed,
            http2_ping_interval,
            http2_ping_timeout,
        )
        self._face: Any = (AsyncNetworkStreamFace if backend.is_async else NetworkStreamFace)(
            stream
        )
        self._greeted = False
        self._owner = backend.owner()
        self._pid = os.getpid()
        self._soon = backend.caller()
        self.limit = self._session.limit
        self.keepalive: float | None = None
        self.on_done = _nobody
        self.on_change = _nobody

    # What the pool calls.

    async def exchange(self, attempt: Attempt) -> Response:
        stream: Stream | None = None
        outgoing: Outgoing | None = None
        try:
            request = attempt.request
            pseudo, fields = request_fields(request)
            content = wire.buffered(request.stream)
            stream = self._open(attempt, pseudo, fields, content == b"")
            # Not before: a body that can be had once only is still whole when no stream was opened.
            outgoing = self._outgoing(request, content, fields)
            if attempt.trace is not None:
                await self._exchange_traced(stream, attempt, outgoing)
            else:
                if outgoing is not None:
                    await self._send_body(stream, attempt, outgoing)
                elif self._backend.is_async and len(self._session.streams) > 1:
                    await self._turns.write_together(attempt.write, attempt.deadline)
                elif not self._turns.write_now():
                    await self._turns.write(attempt.write, attempt.deadline)
                await self._receive_head(stream, attempt)
            return await self._respond(stream, attempt, outgoing)
        except BaseException as exc:
            if isinstance(exc, RequestError) and exc._request is None:
                exc.request = attempt.request
            if stream is not None:
                await self.end_exchange(stream, attempt, exc)
            elif isinstance(exc, Exception):
                self._done(attempt)
            else:
                self.abandon(attempt)
            if outgoing is not None:
                await outgoing.aclose()
            raise

    def abandon(self, attempt: Attempt) -> None:
        """End an exchange that Ctrl-C struck anywhere: in h2, or in one of the roles, which are all
        streams'. Whether they are whole nobody can tell, so that the connection is lost.
        """
        if not attempt.over:
            self._turns.fail(
                Fault(
                    WriteError,
                    f"The connection to {self._peer} was lost: a request on it was interrupted.",
                )
            )
        self._done(attempt)

    def is_stale(self) -> bool:
        # A server may well send PING or SETTINGS to an idle connection: see what it is.
        return not self._session.limit or not self._turns.catch_up() or not self._session.limit

    def close(self) -> None:
        if self._session.failure is None:
            if self._is_ours():
                with self._turns.mutex:
                    self._session.shut()
                self._turns.write_now()
            self._turns.fail(
                Fault(WriteError, f"The connection to {self._peer} was closed on this side.")
            )

    def _is_ours(self) -> bool:
        """Whether we are where the connection was made: not in another event loop, nor in a child
        process, which must not write to its parent's connection.
        """
        try:
            return os.getpid() == self._pid and self._backend.owner() == self._owner
        except RuntimeError:
            return False

    # The steps of an exchange.

    def _outgoing(
        self, request: Request, content: bytes | None, fields: list[Pair]
    ) -> Outgoing | None:
        if content is None:
            upload = Upload(request.stream, self._backend.is_async)
            return Outgoing(None, upload, declared_length(fields))
        return Outgoing(content, None, None) if content else None

    def _open(self, attempt: Attempt, pseudo: list[Pair], fields: list[Pair], end: bool) -> Stream:
        turns = self._turns
        if not self._session.streams:
            turns.ping_when_old()
        with turns.mutex:
            stream = self._session.open(pseudo, fields, end)
        if stream is None:
            # Nothing was sent: another connection may have it.
            attempt.refused = True
            raise RemoteProtocolError(
                f"The connection to {self._peer} takes no more requests, its limit is "
                f"{self._session.limit}."
            )
        attempt.sent = True
        return stream

    async def _exchange_traced(
        self, stream: Stream, attempt: Attempt, outgoing: Outgoing | None
    ) -> None:
        trace = attempt.trace
        assert trace is not None  # noqa: S101  # its caller looked
        request = attempt.request
        if not self._greeted:
            await trace.step("http2.send_connection_init", self._flush(attempt), request=request)
        await trace.step(
            "http2.send_request_headers",
            self._flush(attempt),
            request=request,
            stream_id=stream.id,
        )
        await trace.step(
            "http2.send_request_body",
            self._flush(attempt)
            if outgoing is None
            else self._send_body(stream, attempt, outgoing),
            request=request,
            stream_id=stream.id,
        )
        await trace.started("http2.receive_response_headers", request=request, stream_id=stream.id)
        try:
            await self._receive_head(stream, attempt)
        except BaseException as exc:
            await trace.failed("http2.receive_response_headers", exc)
            raise
        await self.tell_settings(trace)
        await trace.complete("http2.receive_response_headers", (stream.status, stream.fields))

    async def tell_settings(self, trace: Trace) -> None:
        """Tell of the SETTINGS that came since the last time."""
        event, self._session.settings = self._session.settings, None
        if event is not None:
            await trace.started("http2.receive_remote_settings")
            await trace.complete("http2.receive_remote_settings", event)

    async def _flush(self, attempt: Attempt) -> None:
        self._greeted = True
        if not self._turns.write_now():
            await self._turns.write(attempt.write, attempt.deadline)

    async def _send_body(self, stream: Stream, attempt: Attempt, outgoing: Outgoing) -> None:
        """Send the body, until all is sent or a response is there; what is left goes on with its body."""
        if "expect" in attempt.request.headers:
            await await_continue(self._turns, stream, attempt)
        since = 0.0
        limit = deadline = None
        while not (stream.finished or stream.ended or stream.status or stream.fault):
            if await send_some(self._turns, stream, attempt, outgoing):
                since = 0.0
                continue
            if not since:
                # Until something leaves, whatever else comes meanwhile.
                since = monotonic()
                limit = attempt.left(attempt.write)
                deadline = None if limit is None else since + limit
            if not await self._turns.wait(stream, deadline):
                self._retire_if_silent(since)
                raise WriteTimeout(
                    f"Sending the request to {self._peer} timed out: the server opened no window for "
                    f"its body within {limit:.4g} seconds.",
                    request=attempt.request,
                )

    async def _receive_head(self, stream: Stream, attempt: Attempt) -> None:
        if stream.status == 0 and stream.fault is None:
            started = monotonic()
            limit = attempt.left(attempt.read)
            deadline = None if limit is None else started + limit
            while stream.status == 0 and stream.fault is None:
                if not await self._turns.wait(stream, deadline):
                    self._retire_if_silent(started)
                    raise ReadTimeout(
                        f"The response of {self._peer} timed out: its head did not come within "
                        f"{limit:.4g} seconds{having_said(self._session.goaway)}.",
                        request=attempt.request,
                    )
        attempt.answered = bool(stream.status or stream.interim)
        if stream.status == 0 and stream.fault is not None:
            attempt.refused = stream.fault.refused
            raise _raised(stream.fault, attempt.request)

    async def _respond(
        self, stream: Stream, attempt: Attempt, outgoing: Outgoing | None
    ) -> Response:
        extensions: dict[str, Any] = {
            "http_version": b"HTTP/2",
            "network_stream": self._face,
            "stream_id": stream.id,
        }
        if stream.interim:
            extensions["interim_responses"] = stream.interim
        if stream.ended and stream.fault is None and attempt.trace is None:
            # All of it is here: the stream is given back before its response is.
            with self._turns.mutex:
                content = self._session.consume(stream)
            if stream.trailers:
                extensions["trailing_headers"] = stream.trailers
            await self.end_exchange(stream, attempt)
            if outgoing is not None:
                await outgoing.aclose()
            return wire.response(
                stream.status, stream.fields, ByteStream(content), extensions, attempt.request
            )
        rest = None if stream.finished else outgoing
        body = ResponseBody(self, stream, attempt, rest, extensions)
        return wire.response(
            stream.status,
            stream.fields,
            AsyncResponseStream(body) if self._backend.is_async else ResponseStream(body),
            extensions,
            attempt.request,
        )

    # What `ResponseBody` calls.

    async def receive_body(
        self, stream: Stream, attempt: Attempt, outgoing: Outgoing | None
    ) -> bytes:
        """The next bytes of a response's body, b"" at its end."""
        turns = self._turns
        deadline = limit = None
        started = 0.0
        while True:
            if stream.chunks:
                with turns.mutex:
                    data = self._session.consume(stream)
                if not turns.write_now():
                    await turns.write(attempt.read, attempt.deadline)
                return data
            if stream.fault is not None:
                raise _raised(stream.fault, attempt.request)
            if stream.ended:
                return b""
            if (
                outgoing is not None
                and not stream.finished
                and await send_some(self._turns, stream, attempt, outgoing)
            ):
                continue
            if not started:
                started = monotonic()
                limit = attempt.left(attempt.read)
                deadline = None if limit is None else started + limit
            if not await turns.wait(stream, deadline):
                self._retire_if_silent(started)
                raise ReadTimeout(
                    f"The response of {self._peer} timed out: nothing of its body came within "
                    f"{limit:.4g} seconds{having_said(self._session.goaway)}.",
                    request=attempt.request,
                )

    def lose(self, stream: Stream, attempt: Attempt) -> None:
        """Take back the stream of a response that was dropped without being closed.

        The garbage collector calls this, in any thread and in the middle of anything, also where one of
        our locks is held: so it is done a moment later, where the connection is used.
        """
        if os.getpid() != self._pid:
            return
        try:
            self._soon(partial(self._end_lost, stream, attempt))
        except RuntimeError:
            # Its event loop is over, and the connection with it.
            pass

    def _end_lost(self, stream: Stream, attempt: Attempt) -> None:
        if self._is_ours():
            with self._turns.mutex:
                self._session.release(stream)
            self._turns.write_now()
        self._done(attempt)

    async def end_exchange(
        self, stream: Stream, attempt: Attempt, exc: BaseException | None = None
    ) -> None:
        """Give the stream back: reset what is not finished, and tell the pool. It awaits nothing on
        the async sides, since it runs in the clean-up after a cancellation. `exc` is what struck.
        """
        if not (exc is None or isinstance(exc, Exception) or self._backend.is_async):
            self.abandon(attempt)
            return
        turns = self._turns
        try:
            with turns.mutex:
                self._session.release(stream)
            if not turns.write_soon() and not self._backend.is_async:
                await turns.write(1.0)
            self._done(attempt)
        except BaseException:
            self.abandon(attempt)
            raise

    # What the pool is told.

    def _done(self, attempt: Attempt) -> None:
        self.limit = self._session.limit
        self.on_done(attempt)

    def _limit_changed(self) -> None:
        if self.limit != self._session.limit:
            self.limit = self._session.limit
            self.on_change(self)

    def _retire_if_silent(self, started: float) -> None:
        """After a timeout in which nothing at all came, give no more requests to this connection.

        It may be dead (a firewall that drops packets), and the next request would find out as late.
        """
        if self._turns.silent_since(started):
            with self._turns.mutex:
                self._session.retire()
            self._limit_changed()


def _peer_name(stream: NetworkStream) -> str:
    address = stream.get_extra_info("server_addr")
    if isinstance(address, tuple):
        host, port = cast("tuple[str, int]", address[:2])
        return faults.peer_name(host, port)
    return str(address) if address else "the server's end"


def _raised(fault: Fault, request: Request) -> RequestError:
    exc = fault.kind(fault.message, request=request)
    exc.__cause__ = fault.cause
    return exc


def _nobody(whatever: object) -> None:
    pass

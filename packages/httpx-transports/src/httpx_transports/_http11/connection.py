"""HTTP11Connection: one HTTP/1.1 connection, over which requests go one after the other (RFC 9112).

The shell around `Outgoing` (what is sent) and `ResponseReader` (what is received). It never sends a
request that was not checked whole, never reads a byte of one response as another's, and whatever
strikes in the middle of an exchange closes the stream: nothing is awaited to clean up.

Response extensions: `http_version`, `reason_phrase`, `network_stream`; `interim_responses`, a list of
(status, raw fields), when there were any; `trailing_headers`, a list of raw fields, with a chunked
body: it is filled once the body has been read to its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from httpx_core import (
    RemoteProtocolError,
    WriteError,
    WriteTimeout,
    wire,
)

from .._body import AsyncResponseStream, Body, ResponseStream
from .._connection import Connection
from .._network_stream import AsyncNetworkStreamFace, NetworkStreamFace
from .outgoing import Block, Outgoing
from .reader import ResponseReader
from .receiving import HandedOverBody, HTTP11Body, peer_of, receive_head, tell_closed
from .sending import Sender
from .whole import AsyncWholeStream, WholeStream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from httpx_core import Response

    from .._attempt import Attempt
    from .._backends.interface import Backend, NetworkStream
    from .._trace import Trace


class HTTP11Connection(Connection):
    """An HTTP/1.1 connection over `stream`, which is connected, through TLS where there is any.

    `forward`: the peer is a proxy that forwards, so that targets are in absolute form; `proxy_fields`
    are sent to it with each request, unless the request has its own (Proxy-Authorization above all).
    `max_header_size` bytes, `max_header_fields` fields and `max_interim_responses` bound what one
    response may have outside its body.
    """

    __slots__ = (
        "_backend",
        "_block",
        "_face",
        "_forward",
        "_max_header_fields",
        "_max_header_size",
        "_max_interim_responses",
        "_proxy_fields",
        "_stream",
        "keepalive",
        "limit",
        "on_change",
        "on_done",
    )

    protocol = "HTTP/1.1"

    def __init__(
        self,
        stream: NetworkStream,
        backend: Backend,
        *,
        forward: bool = False,
        proxy_fields: Sequence[tuple[bytes, bytes]] = (),
        max_header_size: int = 102_400,
        max_header_fields: int = 1000,
        max_interim_responses: int = 100,
    ) -> None:
        self._stream = stream
        self._backend = backend
        self._forward = forward
        self._proxy_fields = proxy_fields
        self._max_header_size = max_header_size
        self._max_header_fields = max_header_fields
        self._max_interim_responses = max_interim_responses
        self._face: Any = (AsyncNetworkStreamFace if backend.is_async else NetworkStreamFace)(
            stream
        )
        self._block: Block | None = None
        self.limit = 1
        self.keepalive: float | None = None
        self.on_done = self.on_lost = _nobody
        self.on_change = _nobody

    async def exchange(self, attempt: Attempt) -> Response:
        request = attempt.request
        try:
            outgoing = Outgoing(
                request, self._backend.is_async, self._forward, self._proxy_fields, self._block
            )
            self._block = outgoing.block
        except Exception:
            # Nothing was sent: the connection is as good as before.
            self.on_done(attempt)
            raise
        reader = ResponseReader(
            request.method,
            outgoing.upgrade,
            self._max_header_size,
            self._max_header_fields,
            self._max_interim_responses,
        )
        try:
            if attempt.trace is None:
                # Written out here: a coroutine less is a hundredth of a small request less.
                attempt.sent = True
                try:
                    await self._stream.write(outgoing.first, attempt.write, attempt.deadline)
                except (WriteError, WriteTimeout) as exc:
                    await self._salvage(exc, attempt, outgoing, reader)
                if not outgoing.all_sent:
                    await self._send_rest(attempt, outgoing, reader)
                if not reader.final:
                    await receive_head(self._stream, attempt, reader)
            else:
                await self._traced(attempt.trace, attempt, outgoing, reader)
            if outgoing.closing or not (outgoing.all_sent or outgoing.sender.paused):
                reader.forbid_reuse()
            return self._respond(attempt, outgoing, reader)
        except BaseException as exc:
            if isinstance(exc, RemoteProtocolError):
                self.name_peer(exc, attempt)
            self.abandon(attempt)
            if attempt.trace is not None and isinstance(exc, Exception):
                await tell_closed(attempt)
            raise

    async def _send_head(
        self, attempt: Attempt, outgoing: Outgoing, reader: ResponseReader
    ) -> None:
        """Send the head, and with it a body that is small and need not wait."""
        attempt.sent = True
        try:
            await self._stream.write(outgoing.first, attempt.write, attempt.deadline)
        except (WriteError, WriteTimeout) as exc:
            await self._salvage(exc, attempt, outgoing, reader)

    async def _salvage(
        self,
        exc: WriteError | WriteTimeout,
        attempt: Attempt,
        outgoing: Outgoing,
        reader: ResponseReader,
    ) -> None:
        """Read the answer that the peer may have given before it closed; else raise the error."""
        if not await Sender(self._stream, attempt, outgoing, reader).salvage(exc):
            raise exc
        outgoing.all_sent = False

    async def _send_rest(
        self, attempt: Attempt, outgoing: Outgoing, reader: ResponseReader
    ) -> None:
        """Send what did not leave with the head."""
        if not outgoing.all_sent and not reader.final:
            await Sender(self._stream, attempt, outgoing, reader).send()

    async def _receive_head_traced(
        self, attempt: Attempt, reader: ResponseReader
    ) -> tuple[bytes, int, bytes, list[tuple[bytes, bytes]]]:
        """Receive the head and give it in the form that the trace tells."""
        if not reader.final:
            await receive_head(self._stream, attempt, reader)
        head = reader.head
        return b"HTTP/" + head.version, head.status, head.reason, head.fields

    async def _traced(
        self, trace: Trace, attempt: Attempt, outgoing: Outgoing, reader: ResponseReader
    ) -> None:
        """Send and receive as `exchange` does, each step told of."""
        request = attempt.request
        await trace.step(
            "http11.send_request_headers",
            self._send_head(attempt, outgoing, reader),
            request=request,
        )
        await trace.step(
            "http11.send_request_body",
            self._send_rest(attempt, outgoing, reader),
            request=request,
        )
        await trace.step(
            "http11.receive_response_headers",
            self._receive_head_traced(attempt, reader),
            request=request,
        )
        if reader.body.complete and not reader.switched:
            await trace.started("http11.receive_response_body", request=request)
            await trace.complete("http11.receive_response_body")
            await tell_closed(attempt)

    def _respond(self, attempt: Attempt, outgoing: Outgoing, reader: ResponseReader) -> Response:
        """Build the response, which holds the connection until it is read or closed."""
        head, decoder = reader.head, reader.body
        extensions: dict[str, Any] = {
            "http_version": b"HTTP/" + head.version,
            "reason_phrase": head.reason,
            "network_stream": self._face,
        }
        if reader.interim:
            extensions["interim_responses"] = reader.interim
        if head.chunked:
            extensions["trailing_headers"] = decoder.trailers
        if decoder.complete and not reader.switched:
            whole = AsyncWholeStream if self._backend.is_async else WholeStream
            return wire.response(
                head.status,
                head.fields,
                whole(self, attempt, reader),
                extensions,
                attempt.request,
                head.absent,
            )
        body: Body
        if reader.switched:
            self.limit = 0
            body = HandedOverBody(self, attempt)
            # Whichever of the two is closed, the response or its stream: the place is another's then.
            extensions["network_stream"] = type(self._face)(
                self._stream, decoder.leftover, body.give_up
            )
        else:
            sender = None if outgoing.all_sent else outgoing.sender
            body = HTTP11Body(self, self._stream, attempt, reader, sender)
        stream = AsyncResponseStream(body) if self._backend.is_async else ResponseStream(body)
        return wire.response(
            head.status, head.fields, stream, extensions, attempt.request, head.absent
        )

    def give_back(self, attempt: Attempt, reader: ResponseReader) -> None:
        """End an exchange whose response has been read whole."""
        if reader.reusable:
            if reader.head.keepalive is not None:
                self.keepalive = reader.head.keepalive
        else:
            self.close()
        self.on_done(attempt)

    def abandon(self, attempt: Attempt) -> None:
        """End an exchange in its middle: nothing more may be read or written here."""
        if not attempt.over:
            self.close()
        self.on_done(attempt)

    def name_peer(self, exc: RemoteProtocolError, attempt: Attempt) -> None:
        """Say who broke the protocol in the error of the pure reader, which does not know."""
        exc.args = (f"{exc} (The peer is {peer_of(self._stream, attempt)}.)",)

    def is_stale(self) -> bool:
        return not self.limit or self._stream.is_readable()

    def close(self) -> None:
        self.limit = 0
        self._stream.close()


def _nobody(whatever: object) -> None:
    """Until the pool sets its own: nobody wants to know."""

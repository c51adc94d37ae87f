"""Sending what does not leave in one write: big and streamed bodies, and those that wait for 100 (Continue).

Between the pieces it looks for a response that comes before all is sent (RFC 9112, 9.5): a server that
refuses the body answers and closes, and its answer must be read, not lost in a write error. A response
of 300 or above ends the sending; a success does not, for there are servers that answer while they
read. `outgoing.all_sent` says in the end whether the whole request has left.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from httpx_core import ReadError, ReadTimeout, WriteError, WriteTimeout

from .outgoing import LAST_CHUNK, chunk, too_little, too_much
from .receiving import READ_SIZE, disconnected

if TYPE_CHECKING:
    from .._attempt import Attempt
    from .._backends.interface import NetworkStream
    from .._body import Upload
    from .outgoing import Outgoing
    from .reader import ResponseReader

# Bytes written between two looks for an early response.
PIECE = 262_144
# Seconds to wait for 100 (Continue). RFC 9110, 10.1.1: a client should not wait without end, since the
# server may not know the expectation; curl waits as long.
CONTINUE_WAIT = 1.0
# Seconds to look for an answer when the peer has stopped taking bytes: it is there already, or lost.
SALVAGE_WAIT = 1.0


class Sender:
    """The body of one request on its way, and the eye it keeps on the response."""

    __slots__ = ("_attempt", "_outgoing", "_reader", "_stream")

    def __init__(
        self, stream: NetworkStream, attempt: Attempt, outgoing: Outgoing, reader: ResponseReader
    ) -> None:
        self._stream = stream
        self._attempt = attempt
        self._outgoing = outgoing
        self._reader = reader

    async def send(self) -> None:
        """Send the body, whose head is on its way, to its end or until the response ends it.

        LocalProtocolError: a streamed body is longer or shorter than its Content-Length; nothing
        beyond it was sent. WriteError, WriteTimeout: and no response was to be had.
        """
        outgoing = self._outgoing
        outgoing.all_sent = False
        upload = outgoing.upload
        try:
            if outgoing.expects and not await self._may_continue():
                pass
            elif upload is None:
                body = memoryview(outgoing.body or b"")
                outgoing.all_sent = await self._send_piece(body, chunked=False)
            else:
                outgoing.all_sent = await self._send_upload(upload)
        except GeneratorExit:
            # The coroutine itself is being closed: nothing may be awaited.
            raise
        except BaseException:
            if upload is not None:
                await upload.aclose()
            raise
        if upload is not None and not outgoing.all_sent:
            await upload.aclose()

    async def _send_upload(self, upload: Upload) -> bool:
        """Send a streamed body; False when the response came first."""
        outgoing = self._outgoing
        remaining = outgoing.length
        while (data := await upload.next()) is not None:
            if not isinstance(data, bytes):
                # The caller may fill its buffer anew while the event loop still holds the piece:
                # from Python 3.12 on asyncio keeps what it cannot send yet without a copy.
                data = memoryview(data).tobytes()
            piece = memoryview(data)
            if not outgoing.chunked:
                remaining -= len(piece)
                if remaining < 0:
                    raise too_much(outgoing.length)
            if not await self._send_piece(piece, outgoing.chunked):
                return False
        if outgoing.chunked:
            return await self._write(LAST_CHUNK)
        if remaining:
            raise too_little(outgoing.length)
        return True

    async def _send_piece(self, data: memoryview, chunked: bool) -> bool:
        """Send a piece of the body, cut where it is big; False when the response came first.

        Of an empty piece nothing is sent: as a chunk it would end the body.
        """
        for start in range(0, len(data), PIECE):
            part = data[start : start + PIECE]
            if await self._is_refused() or not await self._write(chunk(part) if chunked else part):
                return False
        return True

    async def _write(self, data: bytes | memoryview) -> bool:
        """Write; False when the peer takes no more, but has answered."""
        attempt = self._attempt
        try:
            await self._stream.write(data, attempt.write, attempt.deadline)
        except (WriteError, WriteTimeout) as exc:
            if await self.salvage(exc):
                return False
            raise
        return True

    async def _is_refused(self) -> bool:
        """Whether a response is there that makes it pointless to send more."""
        reader = self._reader
        if reader.final or not self._stream.is_readable():
            return False
        try:
            # What is readable may be no more than a record of TLS's own.
            data = await self._stream.read(READ_SIZE, 0.0)
        except ReadTimeout:
            return False
        if not data:
            raise disconnected()
        self._attempt.answered = True
        return reader.feed_head(data) and (reader.switched or reader.status >= 300)

    async def salvage(self, exc: WriteError | WriteTimeout) -> bool:
        """Read the response of a peer that takes no more; False when there is none.

        At its best: a reset drops what the peer sent before it.
        """
        reader = self._reader
        if reader.final:
            return True
        wait = SALVAGE_WAIT if isinstance(exc, WriteError) else 0.0
        try:
            while True:
                data = await self._stream.read(READ_SIZE, self._attempt.left(wait))
                if not data:
                    return False
                self._attempt.answered = True
                if reader.feed_head(data):
                    return True
        except (ReadError, ReadTimeout):
            return False

    async def _may_continue(self) -> bool:
        """Wait for 100 (Continue), for so long; False when a final response came instead."""
        reader, attempt = self._reader, self._attempt
        wait = CONTINUE_WAIT if attempt.read is None else min(CONTINUE_WAIT, attempt.read)
        until = monotonic() + wait
        while wait > 0:
            try:
                data = await self._stream.read(READ_SIZE, attempt.left(wait))
            except ReadTimeout:
                break
            if not data:
                raise disconnected()
            attempt.answered = True
            if reader.feed_head(data):
                return False
            if any(status == 100 for status, _ in reader.interim):
                break
            wait = until - monotonic()
        return True

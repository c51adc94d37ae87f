"""Sending what does not leave in one write: big and streamed bodies, and those that wait for 100 (Continue).

Between two portions, and whenever the network takes no more, it looks for a response that comes
before all is sent (RFC 9112, 9.5): a server that refuses the body answers and closes, and its answer
must be read, not lost in a write error. A response of 300 or above ends the sending; a success does
not, for there are servers that answer while they read. Some of those read no more until they are read
from: so what they send is taken in, and when that is much, the response is given to its user, and the
rest is sent as its body is read. `outgoing.all_sent` says in the end whether the whole request has left.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from httpx_core import ReadError, ReadTimeout, WriteError, WriteTimeout

from .._backends import faults
from .outgoing import LAST_CHUNK, chunk, too_little, too_much
from .receiving import READ_SIZE, disconnected, peer_of

if TYPE_CHECKING:
    from .._attempt import Attempt
    from .._backends.interface import NetworkStream
    from .outgoing import Outgoing
    from .reader import ResponseReader

# Bytes of a response's body that are kept for its user while the request is still being sent.
MAX_HELD = 1_048_576
# Seconds to wait for 100 (Continue). RFC 9110, 10.1.1: a client should not wait without end, since the
# server may not know the expectation; curl waits as long.
CONTINUE_WAIT = 1.0
# Seconds to look for an answer when the peer has stopped taking bytes: it is there already, or lost.
SALVAGE_WAIT = 1.0


class Sender:
    """The body of one request on its way, and the eye it keeps on the response.

    `paused`: so much of the response waits to be read that it is to be read first, with `more`.
    """

    __slots__ = (
        "_attempt",
        "_ended",
        "_held",
        "_inside",
        "_outgoing",
        "_reader",
        "_remaining",
        "_rest",
        "_stream",
        "_upload",
        "paused",
    )

    def __init__(
        self, stream: NetworkStream, attempt: Attempt, outgoing: Outgoing, reader: ResponseReader
    ) -> None:
        self._stream = stream
        self._attempt = attempt
        self._outgoing = outgoing
        self._reader = reader
        self._upload = outgoing.upload
        self._remaining = outgoing.length
        # What of the body is at hand, and of it how much the stream has taken and the network has not.
        self._rest: memoryview = memoryview(b"")
        self._inside = False
        self._held = bytearray()
        # The peer sends no more.
        self._ended = False
        self.paused = False
        outgoing.sender = self

    async def send(self) -> None:
        """Send the body, whose head is on its way, to its end or until the response ends it.

        LocalProtocolError: a streamed body is longer or shorter than its Content-Length; nothing
        beyond it was sent. WriteError, WriteTimeout: and no response was to be had.
        """
        outgoing = self._outgoing
        outgoing.all_sent = False
        if self._upload is None:
            self._rest = memoryview(outgoing.body or b"")
        try:
            if outgoing.expects and not await self._may_continue():
                await self.aclose()
            else:
                await self._go_on()
        except GeneratorExit:
            # The coroutine itself is being closed: nothing may be awaited.
            raise
        except BaseException:
            await self.aclose()
            raise
        if self._held:
            self._reader.content += self._take_held()

    async def more(self) -> bytes:
        """Send on, and give what came meanwhile; b"" when nothing is to be sent any more."""
        while self.paused:
            try:
                await self._go_on()
            except GeneratorExit:
                raise
            except BaseException:
                await self.aclose()
                raise
            if self._held:
                break
        return self._take_held()

    async def aclose(self) -> None:
        """End the iteration of a body that is not sent to its end."""
        self.paused = False
        upload, self._upload = self._upload, None
        if upload is not None:
            await upload.aclose()

    async def _go_on(self) -> None:
        """Send until all is sent, the response makes it pointless, or too much of it waits."""
        self.paused = False
        outgoing = self._outgoing
        while True:
            if self._inside:
                if not await self._drain():
                    break
            elif self._rest:
                portion = self._stream.portion
                piece, self._rest = self._rest[:portion], self._rest[portion:]
                if await self._is_refused() or not await self._write(
                    chunk(piece) if outgoing.chunked else piece
                ):
                    break
            elif self._upload is None:
                outgoing.all_sent = True
                return
            elif not await self._fill():
                break
        if not self.paused:
            self._reader.forbid_reuse()
            await self.aclose()

    async def _fill(self) -> bool:
        """Get the next chunk of a streamed body, or end it; False when the response came first."""
        outgoing = self._outgoing
        assert self._upload is not None  # noqa: S101  # its caller looked
        data = await self._upload.next()
        deadline = self._attempt.deadline
        if deadline is not None and monotonic() >= deadline:
            # Neither side has to be slow in a single step for the whole to take too long.
            raise faults.write_deadline(peer_of(self._stream, self._attempt))
        if data is None:
            self._upload = None
            if outgoing.chunked:
                return await self._write(LAST_CHUNK)
            if self._remaining:
                raise too_little(outgoing.length)
            return True
        if not isinstance(data, bytes):
            # The caller may fill its buffer anew while the event loop still holds the piece:
            # from Python 3.12 on asyncio keeps what it cannot send yet without a copy.
            data = memoryview(data).tobytes()
        if not outgoing.chunked:
            self._remaining -= len(data)
            if self._remaining < 0:
                raise too_much(outgoing.length)
        # Of an empty one nothing is sent: as a chunk it would end the body.
        self._rest = memoryview(data)
        return True

    async def _write(self, data: bytes | memoryview) -> bool:
        """Write; False when the peer takes no more, but has answered, or is to be read from first."""
        stream, attempt = self._stream, self._attempt
        try:
            if stream.write_now(data):
                self._inside = True
            else:
                # A stream that cannot do without waiting, or that can do nothing more, and says why.
                await stream.write(data, attempt.write, attempt.deadline)
                return True
        except (WriteError, WriteTimeout) as exc:
            if await self.salvage(exc):
                return False
            raise
        return await self._drain()

    async def _drain(self) -> bool:
        """Wait until the network has taken what is inside the stream, reading what comes meanwhile."""
        stream, attempt = self._stream, self._attempt
        limit, deadline = attempt.write, attempt.deadline
        try:
            unsent = await stream.drain(0.0, False)
            since = monotonic()
            while unsent:
                watch = not self._ended and len(self._held) < MAX_HELD
                if not watch and not self._ended:
                    self.paused = True
                    return False
                left = await stream.drain(attempt.left(limit), watch)
                if left and watch and stream.is_readable() and await self._is_refused():
                    return False
                now = monotonic()
                if left != unsent:
                    unsent, since = left, now
                elif limit is not None and now - since >= limit:
                    raise faults.write_timeout(peer_of(stream, attempt), limit)
                if left and deadline is not None and now >= deadline:
                    raise faults.write_deadline(peer_of(stream, attempt))
        except (WriteError, WriteTimeout) as exc:
            if await self.salvage(exc):
                return False
            raise
        self._inside = False
        return True

    async def _is_refused(self) -> bool:
        """Whether a response is there that makes it pointless to send more; what comes is taken in."""
        reader = self._reader
        if self._ended or len(self._held) >= MAX_HELD or not self._stream.is_readable():
            return False
        try:
            # What is readable may be no more than a record of TLS's own.
            data = await self._stream.read(READ_SIZE, 0.0)
        except ReadTimeout:
            return False
        if not data:
            if not reader.final:
                raise disconnected()
            # For whoever reads the rest of the body.
            self._ended = True
            return False
        self._attempt.answered = True
        if not reader.final:
            if not reader.feed_head(data):
                return False
            if reader.switched or reader.status >= 300:
                return True
        else:
            self._held += reader.body.feed(data)
        self._ended = reader.body.complete
        return False

    def _take_held(self) -> bytes:
        held, self._held = bytes(self._held), bytearray()
        return held

    async def salvage(self, exc: WriteError | WriteTimeout) -> bool:
        """Read the response of a peer that takes no more; False when there is none.

        At its best: a reset drops what the peer sent before it.
        """
        reader = self._reader
        broken = isinstance(exc, WriteError)
        wait = SALVAGE_WAIT if broken else 0.0
        try:
            while not reader.final:
                data = await self._stream.read(READ_SIZE, self._attempt.left(wait))
                if not data:
                    return False
                self._attempt.answered = True
                reader.feed_head(data)
        except (ReadError, ReadTimeout):
            return False
        if broken and reader.status < 300:
            # Systems tell of a reset once, and by now it has been told.
            reader.distrust_end()
        return True

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

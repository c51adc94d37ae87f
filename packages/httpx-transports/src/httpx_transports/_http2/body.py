"""The two bodies of an exchange: what is still to be sent, and what is still to be received."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from httpx_core import LocalProtocolError, TimeoutException

from .._body import Body, Upload

if TYPE_CHECKING:
    from .._attempt import Attempt
    from .._trace import Trace
    from .connection import HTTP2Connection
    from .streams import Stream


STEP = "http2.receive_response_body"


class Outgoing:
    """A request's body on its way: what is at hand of it, and where the rest comes from.

    `rest` is what is at hand and not sent yet. `last`: nothing comes after it.
    """

    __slots__ = ("_declared", "_sent", "_upload", "last", "rest")

    def __init__(self, content: bytes | None, upload: Upload | None, declared: int | None) -> None:
        """`content`: the whole body; else `upload` gives it, and `declared` is its Content-Length."""
        self.rest = memoryview(content or b"")
        self.last = upload is None
        self._upload = upload
        self._declared = declared
        self._sent = 0

    async def aclose(self) -> None:
        """End the iteration of a body that is not sent to its end."""
        upload, self._upload = self._upload, None
        if upload is not None:
            await upload.aclose()

    async def fill(self) -> None:
        """Get the next chunk. LocalProtocolError: the body is not as long as its Content-Length says."""
        upload = self._upload
        if upload is None:
            return
        chunk = await upload.next()
        declared = self._declared
        if chunk is None:
            self.last = True
            self._upload = None
            if declared is not None and self._sent != declared:
                raise LocalProtocolError(
                    f"The request's body has {self._sent} bytes, and its Content-Length says {declared}."
                )
            return
        if type(chunk) is not bytes:
            # Its owner may use a bytearray again while the windows are still shut for this one.
            chunk = memoryview(chunk).tobytes()
        self._sent += len(chunk)
        if declared is not None and self._sent > declared:
            raise LocalProtocolError(
                f"The request's body is longer than the {declared} bytes its Content-Length says."
            )
        self.rest = memoryview(chunk)


class ResponseBody(Body):
    """The body of a response whose head has been given to its user."""

    __slots__ = (
        "_attempt",
        "_connection",
        "_extensions",
        "_is_open",
        "_outgoing",
        "_stream",
        "_told",
    )

    def __init__(
        self,
        connection: HTTP2Connection,
        stream: Stream,
        attempt: Attempt,
        outgoing: Outgoing | None,
        extensions: dict[str, Any],
    ) -> None:
        """`outgoing` is what was not sent yet when the response came: it goes on while this is read.

        `extensions` are the response's; they get the trailers at the end.
        """
        self._connection = connection
        self._stream = stream
        self._attempt = attempt
        self._outgoing = outgoing
        self._extensions = extensions
        self._is_open = True
        self._told = False

    async def receive(self) -> bytes:
        if not self._is_open:
            return b""
        try:
            if self._attempt.trace is not None and not self._told:
                self._told = True
                await self._attempt.trace.started(
                    STEP, request=self._attempt.request, stream_id=self._stream.id
                )
            data = await self._connection.receive_body(self._stream, self._attempt, self._outgoing)
            if self._attempt.trace is not None:
                await self._connection.tell_settings(self._attempt.trace)
            if not data:
                if self._stream.trailers:
                    self._extensions["trailing_headers"] = self._stream.trailers
                await self._end(None, whole=True)
        except BaseException as exc:
            if isinstance(exc, TimeoutException):
                self._attempt.name_total(exc)
            await self._end(exc)
            raise
        return data

    async def aclose(self) -> None:
        await self._end(None)

    def __del__(self) -> None:
        # Dropped without having been closed: the server is to stop, and the place is another's.
        if getattr(self, "_is_open", False) and not sys.is_finalizing():
            self._is_open = False
            self._connection.lose(self._stream, self._attempt)

    async def _end(self, exc: BaseException | None, whole: bool = False) -> None:
        """`whole`: the body was read to its end."""
        if not self._is_open:
            return
        await self._connection.end_exchange(self._stream, self._attempt, exc)
        self._is_open = False
        if self._outgoing is not None:
            await self._outgoing.aclose()
        if self._attempt.trace is not None and (exc is None or isinstance(exc, Exception)):
            await self._tell_end(self._attempt.trace, exc, whole)

    async def _tell_end(self, trace: Trace, exc: Exception | None, whole: bool) -> None:
        if self._told:
            if exc is not None:
                await trace.failed(STEP, exc)
            elif whole:
                await trace.complete(STEP)
            else:
                await trace.abandoned(STEP)
        await trace.started("http2.response_closed", stream_id=self._stream.id)
        await trace.complete("http2.response_closed")

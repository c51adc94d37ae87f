"""The two bodies of an exchange: what is still to be sent, and what is still to be received."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from httpx_core import LocalProtocolError

from .._body import Body, Upload

if TYPE_CHECKING:
    from .._attempt import Attempt
    from .connection import HTTP2Connection
    from .streams import Stream


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

    __slots__ = ("_attempt", "_connection", "_extensions", "_is_open", "_outgoing", "_stream")

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

    async def receive(self) -> bytes:
        if not self._is_open:
            return b""
        try:
            trace = self._attempt.trace
            receiving = self._connection.receive_body(self._stream, self._attempt, self._outgoing)
            if trace is None:
                data = await receiving
            else:
                data = await trace.step(
                    "http2.receive_response_body",
                    receiving,
                    request=self._attempt.request,
                    stream_id=self._stream.id,
                )
        except BaseException as exc:
            await self._end(exc)
            raise
        if not data:
            if self._stream.trailers:
                self._extensions["trailing_headers"] = self._stream.trailers
            await self._end(None)
        return data

    async def aclose(self) -> None:
        await self._end(None)

    async def _end(self, exc: BaseException | None) -> None:
        if not self._is_open:
            return
        self._is_open = False
        trace = self._attempt.trace
        if trace is None or exc is not None:
            await self._connection.end_exchange(self._stream)
        else:
            await trace.step(
                "http2.response_closed",
                self._connection.end_exchange(self._stream),
                stream_id=self._stream.id,
            )
        if self._outgoing is not None:
            await self._outgoing.aclose()

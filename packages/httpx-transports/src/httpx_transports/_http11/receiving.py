"""Receiving: the head of a response from the stream, and then its body, as the user asks for it."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING, cast

from httpx_core import (
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    RequestError,
    TimeoutException,
)

from .._backends import faults
from .._body import Body
from .body import CloseDecoder

if TYPE_CHECKING:
    from .._attempt import Attempt
    from .._backends.interface import NetworkStream
    from .connection import HTTP11Connection
    from .reader import ResponseReader
    from .sending import Sender

# Bytes asked for by one read. For a body as many as asyncio takes from a socket at a time, so that
# nothing is cut; for a head less, since the memory for it has to be found each time.
READ_SIZE = 65_536
BODY_READ_SIZE = 262_144

STEP = "http11.receive_response_body"


def disconnected() -> RemoteProtocolError:
    """The peer closed where its response was due; code in the wild looks for these words."""
    return RemoteProtocolError("Server disconnected without sending a response.")


def peer_of(stream: NetworkStream, attempt: Attempt) -> str:
    """Who is at the other end, for messages."""
    address = stream.get_extra_info("server_addr")
    if isinstance(address, tuple):
        host, port = cast("tuple[str, int]", address[:2])
        return faults.peer_name(host, port)
    return address or attempt.request.url.netloc.decode("ascii")


async def receive_head(stream: NetworkStream, attempt: Attempt, reader: ResponseReader) -> None:
    """Read until the final head is there.

    The read limit counts once for all of it, interim responses included: a server that sends them
    without end, or its head byte by byte, holds nobody longer than that.
    """
    limit = left = attempt.read if attempt.deadline is None else attempt.left(attempt.read)
    until = None if limit is None else monotonic() + limit
    while True:
        try:
            data = await stream.read(READ_SIZE, left)
        except ReadTimeout as exc:
            if reader.begun and limit is not None:
                raise ReadTimeout(
                    f"Reading from {peer_of(stream, attempt)} timed out: the response's head was not "
                    f"whole within the read limit of {limit:.4g} seconds."
                ) from exc
            raise
        except ReadError as exc:
            if faults.is_unclean_end(exc):
                raise disconnected() from exc
            raise
        if not data:
            raise disconnected()
        attempt.answered = True
        if reader.feed_head(data):
            return
        if until is not None:
            left = max(0.0, until - monotonic())


class HTTP11Body(Body):
    """The rest of a response's body, what came with the head being its first piece."""

    __slots__ = (
        "_attempt",
        "_connection",
        "_first",
        "_open",
        "_reader",
        "_sender",
        "_stream",
        "_told",
    )

    def __init__(
        self,
        connection: HTTP11Connection,
        stream: NetworkStream,
        attempt: Attempt,
        reader: ResponseReader,
        sender: Sender | None,
    ) -> None:
        """`sender` is what was not sent yet when the response came: it goes on while this is read."""
        self._connection = connection
        self._stream = stream
        self._attempt = attempt
        self._reader = reader
        self._first = reader.content
        self._open = True
        self._told = False
        self._sender = sender if sender is not None and sender.paused else None

    async def receive(self) -> bytes:
        if self._first and self._attempt.trace is None:
            data, self._first = self._first, b""
            return data
        if not self._open:
            return b""
        attempt = self._attempt
        decoder = self._reader.body
        try:
            if attempt.trace is not None and not self._told:
                self._told = True
                await attempt.trace.started(STEP, request=attempt.request)
            if self._first:
                data, self._first = self._first, b""
                return data
            if self._sender is not None:
                data = await self._sender.more()
                if data:
                    return data
                self._sender = None
            data = b""
            while not decoder.complete:
                try:
                    data = await self._stream.read(BODY_READ_SIZE, attempt.left(attempt.read))
                except ReadError as exc:
                    if isinstance(decoder, CloseDecoder) or not faults.is_unclean_end(exc):
                        raise
                    data = b""
                if data:
                    data = decoder.feed(data)
                else:
                    decoder.end()
                if data and not decoder.complete:
                    return data
            if attempt.trace is not None:
                await attempt.trace.complete(STEP)
            self._connection.give_back(attempt, self._reader)
            self._open = False
        except BaseException as exc:
            self._fail(exc)
            if attempt.trace is not None and isinstance(exc, Exception):
                await attempt.trace.failed(STEP, exc)
                await tell_closed(attempt)
            raise
        if attempt.trace is not None:
            await tell_closed(attempt)
        return data

    async def aclose(self) -> None:
        """Close the connection, unless all was read: what is left may be long in coming."""
        self._first = b""
        if self._open:
            self._connection.abandon(self._attempt)
            self._open = False
            if self._sender is not None:
                await self._sender.aclose()
            if self._attempt.trace is not None:
                if self._told:
                    await self._attempt.trace.abandoned(STEP)
                await tell_closed(self._attempt)

    def __del__(self) -> None:
        # Dropped without having been closed: its connection is lost, its place in the pool is not.
        if getattr(self, "_open", False) and not sys.is_finalizing():
            self._open = False
            self._connection.on_lost(self._attempt)

    def _fail(self, exc: BaseException) -> None:
        if isinstance(exc, RemoteProtocolError):
            self._connection.name_peer(exc, self._attempt)
        if isinstance(exc, RequestError):
            if isinstance(exc, TimeoutException):
                self._attempt.name_total(exc)
            if exc._request is None:
                exc.request = self._attempt.request
        if self._open:
            self._connection.abandon(self._attempt)
            self._open = False


async def tell_closed(attempt: Attempt) -> None:
    """Tell the `trace` extension that the exchange is over."""
    if attempt.trace is not None:
        await attempt.trace.started("http11.response_closed")
        await attempt.trace.complete("http11.response_closed")


class HandedOverBody(Body):
    """The empty body of a response after which the connection is its user's; closing it closes that."""

    __slots__ = ("_attempt", "_connection", "_open")

    def __init__(self, connection: HTTP11Connection, attempt: Attempt) -> None:
        self._connection = connection
        self._attempt = attempt
        self._open = True

    async def receive(self) -> bytes:
        return b""

    async def aclose(self) -> None:
        self.give_up()

    def __del__(self) -> None:
        # Neither the response nor its stream is anybody's any more.
        if getattr(self, "_open", False) and not sys.is_finalizing():
            self._open = False
            self._connection.on_lost(self._attempt)

    def give_up(self) -> None:
        """Close the connection and give its place in the pool back."""
        if self._open:
            self._connection.abandon(self._attempt)
            self._open = False

"""The ways in which a stream or a whole connection fails, in words: whose fault, what, and with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from httpx_core import ReadTimeout, RemoteProtocolError, TransportError, WriteError

from .._backends import faults
from .frames import REFUSED_STREAM, error_name
from .streams import Fault

if TYPE_CHECKING:
    from .streams import Stream


def lost(exc: TransportError) -> Fault:
    """The network failed; what it says is the same for all streams."""
    # HTTP/2 marks its ends itself: that TLS did not is nothing more than that the peer has closed.
    kind = RemoteProtocolError if faults.is_unclean_end(exc) else type(exc)
    return Fault(kind, str(exc), cause=exc)


def broken_protocol(peer: str, message: str, cause: Exception | None) -> Fault:
    return Fault(
        RemoteProtocolError,
        f"The server at {peer} broke the HTTP/2 protocol: {message}.",
        cause=cause,
    )


def malformed(peer: str, message: str, cause: Exception | None) -> Fault:
    return Fault(
        RemoteProtocolError,
        f"The response of the server at {peer} is malformed: {message}.",
        cause=cause,
    )


def reset(peer: str, stream: Stream, code: int, by_peer: bool) -> Fault:
    """RST_STREAM, from the peer or from h2 for what the peer did."""
    by = "The server at" if by_peer else "We, for what came from"
    when = "before its response began" if not stream.status else "in the middle of its response"
    return Fault(
        RemoteProtocolError,
        f"{by} {peer} ended stream {stream.id} with {error_name(code)} {when}.",
        refused=code == REFUSED_STREAM and not stream.status,
    )


def not_processed(peer: str, stream: Stream, goaway: str) -> Fault:
    """A GOAWAY spares the streams below this one only."""
    return Fault(
        RemoteProtocolError,
        f"The server at {peer} shuts the connection down ({goaway}) and did not process the request "
        f"on stream {stream.id}.",
        refused=True,
    )


def closed_early(peer: str, goaway: str) -> Fault:
    return Fault(
        RemoteProtocolError,
        f"The server at {peer} closed the connection before the response was complete"
        f"{having_said(goaway)}.",
    )


def having_said(goaway: str) -> str:
    """What a GOAWAY told, as the end of a sentence; "" when none came."""
    return f", having said why: {goaway}" if goaway else ""


def dead(peer: str, silence: float, limit: float) -> Fault:
    """No answer to a PING."""
    return Fault(
        ReadTimeout,
        f"The connection to {peer} is dead: no bytes came for {silence:.4g} seconds, and no answer to "
        f"a PING within {limit:.4g} seconds.",
    )


def half_written(peer: str, cause: BaseException) -> Fault:
    return Fault(
        WriteError,
        f"Writing to {peer} was given up half-way: the connection is lost.",
        cause=cause,
    )

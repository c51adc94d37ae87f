"""Inbound: the DATA frames that come, and the windows they use. No socket, no clock, no lock, no h2.

Theory of operation. Both kinds of receive windows, the connection's and each stream's, are kept here
and nowhere else: h2 never sees a byte of DATA, so its own never move, and nobody asks for them. Of
each window two numbers are known, which never add up to more than its size: what the peer may still
send, and what was used up and is owed to it again (`window` and `owed`). The third part is what the
reader has not taken yet.

Rules:

1. Every frame counts with its padding (RFC 9113, 6.1), against both windows, and against the
   connection's also when nobody wants it (6.9).
2. What is owed is given back as soon as it is at least what is left: at half a window when the
   reader keeps up, in smaller parts when unread streams hold the rest. So no stream waits for
   ever for another's reader.
3. More than the connection's window is the end of the connection; more than a stream's, or a body
   of another length than declared (8.1.1), the end of that stream.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .frames import (
    END_STREAM,
    FLOW_CONTROL_ERROR,
    FRAME_SIZE_ERROR,
    HEAD,
    PADDED,
    PROTOCOL_ERROR,
    window_update,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .frames import Frame
    from .streams import Stream

DEFAULT_WINDOW = 65_535
"""A window before anybody has said anything (RFC 9113, 6.9.2), in bytes."""

LARGEST_WINDOW = 2**31 - 1
"""RFC 9113, 6.9.1."""

SMALL = 4096
"""Bytes up to which pieces of a body that nobody has taken yet are joined."""


class Breach(Exception):
    """A DATA frame that may not come: the end of the connection."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class StreamBreach(Breach):
    """A DATA frame that is the end of its stream only. It is counted and credited."""


class Inbound:
    """What the peer may send on one connection.

    `first_window`: that of a stream when it is opened. `output`: WINDOW_UPDATE frames to be sent;
    whoever sends them takes them out.
    """

    __slots__ = ("_acknowledged", "_stream_window", "first_window", "output", "owed", "window")

    def __init__(self, stream_window: int, connection_window: int) -> None:
        """ValueError: a window that HTTP/2 does not have."""
        if connection_window > LARGEST_WINDOW:
            raise ValueError(
                f"An HTTP/2 connection's window is at most {LARGEST_WINDOW} bytes, "
                f"and not {connection_window}."
            )
        self._stream_window = stream_window
        # Until it acknowledges our SETTINGS, a peer may know of them or not (6.5.3).
        self._acknowledged = False
        self.first_window = max(stream_window, DEFAULT_WINDOW)
        # SETTINGS do not change the connection's window, and nothing makes it smaller (6.9.2).
        self.window = max(connection_window, DEFAULT_WINDOW)
        self.owed = 0
        more = self.window - DEFAULT_WINDOW
        self.output = window_update(0, more) if more else b""

    def acknowledge(self, streams: Iterable[Stream]) -> None:
        """The peer has taken our SETTINGS: what it knew before no longer counts, for any stream.

        It may have used more than they allow: then a window is negative for a while (6.9.2).
        """
        if self._acknowledged:
            return
        self._acknowledged = True
        excess = self.first_window - self._stream_window
        if excess:
            self.first_window = self._stream_window
            for stream in streams:
                stream.window -= excess

    def receive(self, stream: Stream, data: bytes, frame: Frame) -> bool:
        """Take in a DATA frame for a stream whose body is under way. Whether it brought anything.

        Its end is noted in `stream.ended`.
        """
        start, stop, cost = self._count(data, frame)
        # A frame of nothing is allowed in a window of nothing, and in a negative one.
        if cost > stream.window and cost:
            self.credit_connection(cost)
            raise StreamBreach(
                FLOW_CONTROL_ERROR,
                f"{cost} bytes came where its window had {max(stream.window, 0)} left",
            )
        stream.window -= cost
        stream.received = received = stream.received + stop - start
        ends = frame.flags & END_STREAM
        declared = stream.declared
        if declared is not None and (received > declared or (ends and received < declared)):
            self.credit_connection(cost)
            raise StreamBreach(PROTOCOL_ERROR, wrong_length(received, declared))
        if ends:
            stream.ended = True
        if start == stop:
            # Padding alone is nothing that a reader would take: its credit goes back at once.
            self.credit(stream, cost)
            return stream.ended
        stream.held += cost
        chunks = stream.chunks
        if chunks and len(chunks[-1]) + stop - start <= SMALL:
            # A window full of one-byte frames would be fifty windows of Python's objects.
            chunks[-1] += data[start:stop]
        else:
            chunks.append(data[start:stop])
        return True

    def drop(self, data: bytes, frame: Frame) -> None:
        """Count a DATA frame that nobody wants, and give its credit back at once.

        Without that, a connection would dry out by the streams that were given up.
        """
        _, _, cost = self._count(data, frame)
        self.credit_connection(cost)

    def credit(self, stream: Stream, size: int) -> None:
        """Give back `size` bytes to both windows, when they are worth a frame."""
        if not size:
            return
        self.owed += size
        if self.owed >= self.window:
            self._open_connection()
        if not stream.ended and not stream.closed:
            stream.owed += size
            if stream.owed >= stream.window:
                self.output += window_update(stream.id, stream.owed)
                stream.window += stream.owed
                stream.owed = 0

    def credit_connection(self, size: int) -> None:
        """Give back `size` bytes to the connection's window alone."""
        self.owed += size
        if size and self.owed >= self.window:
            self._open_connection()

    def _open_connection(self) -> None:
        self.output += window_update(0, self.owed)
        self.window += self.owed
        self.owed = 0

    def _count(self, data: bytes, frame: Frame) -> tuple[int, int, int]:
        """Count a frame against the connection's window; where its content begins, stops, its cost."""
        start, stop = frame.start + HEAD, frame.stop
        cost = stop - start
        if cost > self.window:
            raise Breach(
                FLOW_CONTROL_ERROR,
                f"{cost} bytes of DATA where the connection's window had {self.window} left",
            )
        self.window -= cost
        if frame.flags & PADDED:
            if not cost:
                raise Breach(FRAME_SIZE_ERROR, "a padded DATA frame without its padding's length")
            padding = data[start]
            if padding >= cost:
                raise Breach(PROTOCOL_ERROR, "a DATA frame with more padding than it is long")
            start += 1
            stop -= padding
        return start, stop, cost


def wrong_length(received: int, declared: int) -> str:
    """What is wrong with a body that has another length than its Content-Length says."""
    more = " or more" if received > declared else ""
    return f"its body has {received} bytes{more}, and {declared} were declared"

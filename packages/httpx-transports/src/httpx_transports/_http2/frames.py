"""FrameCutter: cuts incoming bytes into whole frames, and bounds what a peer may make us collect.

It goes before h2, which does not get all frames, for three reasons:

1. h2 keeps an overlong frame until all of it came, and header blocks of 64 frames: here a frame is
   refused by its first nine bytes, and a header block by its sum (RFC 9113, 4.2 and 10.5.1).
2. After a GOAWAY h2 takes nothing more, though the streams it spares are still to be served (6.8).
3. h2 takes 60 % of a download's time for its DATA frames, and ends the whole connection when one
   response is longer or shorter than its Content-Length, which is the end of one stream only
   (8.1.1): `Inbound` takes them. Of the heads of responses it makes a dozen objects.

The few frames that are written here, and not by h2, are at the end.
"""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

DATA = 0x0
HEADERS = 0x1
PUSH_PROMISE = 0x5
GOAWAY = 0x7
WINDOW_UPDATE = 0x8
CONTINUATION = 0x9

END_STREAM = 0x1
END_HEADERS = 0x4
PADDED = 0x8
PRIORITY = 0x20

HEAD = 9
"""The length of a frame's head (RFC 9113, 4.1)."""

_read_head = Struct(">HBBBL").unpack_from
_write_head = Struct(">HBBBL").pack
_write_increment = Struct(">HBBBLL").pack
_write_end = Struct(">HBBBLB").pack

PROTOCOL_ERROR = 0x1
FLOW_CONTROL_ERROR = 0x3
FRAME_SIZE_ERROR = 0x6
REFUSED_STREAM = 0x7
COMPRESSION_ERROR = 0x9
ENHANCE_YOUR_CALM = 0xB


class Frame(NamedTuple):
    """One frame: its payload begins 9 bytes after `start` in the bytes it was cut from."""

    kind: int
    flags: int
    stream_id: int
    start: int
    stop: int


class FrameCutter:
    """Feed it what came; it gives back what is whole, and keeps the rest for the next time.

    `fault` is set, as (HTTP/2 error code, message), at the first frame that is refused; what came
    before it is still given, and nothing after it.
    """

    __slots__ = ("_block", "_max_block", "_max_frame", "_rest", "fault")

    def __init__(self, max_frame: int, max_block: int) -> None:
        self._max_frame = max_frame
        self._max_block = max_block
        self._rest = b""
        # The bytes of the header block that is under way; -1 when none is.
        self._block = -1
        self.fault: tuple[int, str] | None = None

    def cut(self, data: bytes) -> tuple[bytes, list[Frame]]:
        """The bytes to look into, and the whole frames in them, one behind the other from 0 on."""
        if self._rest:
            data = self._rest + data
            self._rest = b""
        frames: list[Frame] = []
        position = 0
        size = len(data)
        while size - position >= HEAD:
            high, low, kind, flags, stream_id = _read_head(data, position)
            length = high << 8 | low
            if length > self._max_frame:
                said = f"a frame of {length} bytes, and {self._max_frame} are allowed"
                if data.startswith(b"HTTP/1.", position):
                    said = "it answers in HTTP/1"
                self.fault = (FRAME_SIZE_ERROR, said)
                break
            stop = position + HEAD + length
            if stop > size:
                break
            if kind in _BLOCK_KINDS or self._block >= 0:
                if not self._count(kind, flags, length):
                    break
                if not stream_id & 1:
                    # RFC 9113, 5.1.1: a server's own stream, which no PUSH_PROMISE allowed, or none.
                    # h2 would open one after the other.
                    self.fault = (
                        PROTOCOL_ERROR,
                        f"a header block on stream {stream_id & 0x7FFFFFFF}, which no client opens",
                    )
                    break
            frames.append(Frame(kind, flags, stream_id & 0x7FFFFFFF, position, stop))
            position = stop
        if position < size and self.fault is None:
            self._rest = data[position:]
        return data, frames

    def _count(self, kind: int, flags: int, length: int) -> bool:
        """Add a frame to the header block under way; False when it may not come, or is too much."""
        if self._block >= 0 and kind != CONTINUATION:
            # RFC 9113, 6.10.
            self.fault = (PROTOCOL_ERROR, f"a frame of type {kind} in the middle of a header block")
            return False
        block = max(self._block, 0) + length
        if block > self._max_block:
            self.fault = (
                ENHANCE_YOUR_CALM,
                f"a header block of more than {self._max_block} bytes",
            )
            return False
        self._block = -1 if flags & END_HEADERS else block
        return True


_BLOCK_KINDS = frozenset({HEADERS, PUSH_PROMISE, CONTINUATION})


def window_update(stream_id: int, increment: int) -> bytes:
    """A WINDOW_UPDATE frame (RFC 9113, 6.9); stream 0 is the connection."""
    return _write_increment(0, 4, WINDOW_UPDATE, 0, stream_id, increment)


def emptied(frame: Frame) -> bytes:
    """The same DATA frame without its content, and without padding."""
    return _write_head(0, 0, DATA, frame.flags & END_STREAM, frame.stream_id)


def end_of_stream(stream_id: int) -> bytes:
    """A HEADERS frame that ends the stream: a head, or trailers, of the one field `:status: 200`."""
    return _write_end(0, 1, HEADERS, END_HEADERS | END_STREAM, stream_id, 0x88)


_ERRORS = (
    "NO_ERROR",
    "PROTOCOL_ERROR",
    "INTERNAL_ERROR",
    "FLOW_CONTROL_ERROR",
    "SETTINGS_TIMEOUT",
    "STREAM_CLOSED",
    "FRAME_SIZE_ERROR",
    "REFUSED_STREAM",
    "CANCEL",
    "COMPRESSION_ERROR",
    "CONNECT_ERROR",
    "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY",
    "HTTP_1_1_REQUIRED",
)


def error_name(code: int) -> str:
    """An error code by its name in RFC 9113 (7)."""
    return _ERRORS[code] if code < len(_ERRORS) else f"error {int(code):#x}"


def read_goaway(payload: bytes) -> tuple[int, str]:
    """The last stream that the peer serves (RFC 9113, 6.8), and why it goes, in words."""
    last = int.from_bytes(payload[:4], "big") & 0x7FFFFFFF
    reason = error_name(int.from_bytes(payload[4:8], "big"))
    told = payload[8:208]
    return last, f"{reason}, {told!r}" if told else reason

"""FrameCutter: cuts incoming bytes into whole frames, and bounds what a peer may make us collect.

It goes before h2, which gets every frame but GOAWAY, for three reasons:

1. h2 keeps an overlong frame until all of it came, and header blocks of 64 frames: here a frame is
   refused by its first nine bytes, and a header block by its sum (RFC 9113, 4.2 and 10.5.1).
2. After a GOAWAY h2 takes nothing more, though the streams it spares are still to be served (6.8).
3. h2 ends the whole connection when one response is longer or shorter than its Content-Length,
   which is the end of one stream only (8.1.1): the session looks at DATA frames first.
"""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

DATA = 0x0
HEADERS = 0x1
PUSH_PROMISE = 0x5
GOAWAY = 0x7
CONTINUATION = 0x9

END_STREAM = 0x1
END_HEADERS = 0x4
PADDED = 0x8

HEAD = 9
"""The length of a frame's head (RFC 9113, 4.1)."""

_read_head = Struct(">HBBBL").unpack_from

PROTOCOL_ERROR = 0x1
FRAME_SIZE_ERROR = 0x6
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
                self.fault = (
                    FRAME_SIZE_ERROR,
                    f"a frame of {length} bytes, and {self._max_frame} are allowed",
                )
                break
            stop = position + HEAD + length
            if stop > size:
                break
            if (kind in _BLOCK_KINDS or self._block >= 0) and not self._count(kind, flags, length):
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

"""A Session without a network, and the frames that a server sends it, for tests of HTTP/2."""

from __future__ import annotations

from typing import Any

from hyperframe.frame import ContinuationFrame, Frame, HeadersFrame

from httpx_transports._http2.session import Session
from httpx_transports._http2.streams import Stream

REQUEST = [(b":method", b"GET"), (b":authority", b"h"), (b":scheme", b"http"), (b":path", b"/")]
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def new_session(**changes: Any) -> Session:
    bounds: dict[str, Any] = {
        "stream_window": 100_000,
        "connection_window": 200_000,
        "max_header_size": 10_000,
        "max_header_fields": 5,
        "max_interim_responses": 2,
    }
    return Session("peer", **{**bounds, **changes})


def opened(session: Session, end: bool = True) -> Stream:
    """A stream whose request is sent, to its end if `end`."""
    stream = session.open(list(REQUEST), [], end)
    assert stream is not None
    return stream


def sent(session: Session) -> list[Frame]:
    """The frames that the session sends."""
    out = session.take().removeprefix(PREFACE)
    frames = []
    while out:
        frame, length = Frame.parse_frame_header(memoryview(out[:9]))
        frame.parse_body(memoryview(out[9 : 9 + length]))
        frames.append(frame)
        out = out[9 + length :]
    return frames


# The ways in which one header block may come (RFC 9113, 4.3 and 6.2): whatever it says, it says the same.


def whole(stream_id: int, block: bytes, *flags: str) -> bytes:
    return HeadersFrame(stream_id, block, flags=["END_HEADERS", *flags]).serialize()


def split(stream_id: int, block: bytes, *flags: str) -> bytes:
    """In a HEADERS frame of one byte, and a CONTINUATION."""
    return (
        HeadersFrame(stream_id, block[:1], flags=list(flags)).serialize()
        + ContinuationFrame(stream_id, block[1:], flags=["END_HEADERS"]).serialize()
    )


def padded(stream_id: int, block: bytes, *flags: str) -> bytes:
    frame = HeadersFrame(stream_id, block, pad_length=7, flags=["END_HEADERS", "PADDED", *flags])
    return frame.serialize()


def with_priority(stream_id: int, block: bytes, *flags: str) -> bytes:
    frame = HeadersFrame(stream_id, block, flags=["END_HEADERS", "PRIORITY", *flags])
    return frame.serialize()


WAYS = [whole, split, padded, with_priority]


def literal(name: bytes, value: bytes, kept: bool = False) -> bytes:
    """A field, written out (RFC 7541, 6.2); `kept`: it goes into the compression table."""
    assert max(len(name), len(value)) < 127
    first = b"\x40" if kept else b"\x00"
    return first + bytes([len(name)]) + name + bytes([len(value)]) + value


def status(code: int) -> bytes:
    return literal(b":status", b"%d" % code)

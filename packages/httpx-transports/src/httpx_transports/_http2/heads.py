"""What the header blocks of a response say: interim heads, the head, trailers. No I/O, no h2.

Rules (RFC 9113, 8.1 and 8.1.1; each breach is the end of the stream, and of nothing else):

1. Before the head come interim ones (1xx), not more of them than allowed. 101 is none of them (8.6).
2. After the head comes one block more at most, the trailers, and it ends the response.
3. A response that ends has as many bytes as its Content-Length says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .fields import MalformedError, checked_fields, response_head, response_length
from .inbound import wrong_length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .streams import Stream

    Pair = tuple[bytes, bytes]


def take_block(
    stream: Stream, pairs: Sequence[Pair], ends: bool, max_fields: int, max_interim: int
) -> None:
    """Note in `stream` what a header block says; `ends`: the response is over with it.

    MalformedError: it says what it may not.
    """
    if stream.status:
        _take_trailers(stream, pairs, ends, max_fields)
    else:
        _take_head(stream, pairs, ends, max_fields, max_interim)
    if ends:
        if stream.declared is not None and stream.received != stream.declared:
            raise MalformedError(wrong_length(stream.received, stream.declared))
        stream.ended = True


def _take_head(
    stream: Stream, pairs: Sequence[Pair], ends: bool, max_fields: int, max_interim: int
) -> None:
    status, fields = response_head(pairs, max_fields)
    if status < 200:
        if status == 101:
            raise MalformedError("its status is 101, which HTTP/2 does not have")
        if ends:
            raise MalformedError(f"it ends with an interim response, whose status is {status}")
        if len(stream.interim) >= max_interim:
            raise MalformedError(f"it has more than {max_interim} interim responses")
        stream.interim.append((status, fields))
        return
    length = response_length(fields)
    # RFC 9110, 6.4.1: no content follows such a head, whatever length it declares.
    stream.declared = length if stream.has_content and status not in (204, 304) else 0
    stream.fields = fields
    stream.status = status


def _take_trailers(stream: Stream, pairs: Sequence[Pair], ends: bool, max_fields: int) -> None:
    if not ends:
        raise MalformedError("behind its head comes a header block that does not end it")
    try:
        stream.trailers = checked_fields(pairs, max_fields)
    except MalformedError as exc:
        raise MalformedError(f"in its trailers {exc}") from exc

"""What our reader and h11 make of the same bytes, in one form, so that the two can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import h11

from httpx_core import RemoteProtocolError
from httpx_transports._http11.reader import ResponseReader

Fields = list[tuple[bytes, bytes]]


class Verdict(NamedTuple):
    """One whole response, up to the close of the connection; or the `error` that it is."""

    error: str | None = None
    status: int = 0
    version: bytes = b""
    reason: bytes = b""
    fields: Fields = []  # never changed
    interim: list[tuple[int, Fields]] = []
    body: bytes = b""
    trailers: Fields = []
    leftover: bytes = b""


def ours(pieces: Sequence[bytes], method: str, upgrade: bool = False) -> Verdict:
    """What ResponseReader reads from these pieces and the close behind them."""
    reader = ResponseReader(method, upgrade, 1 << 20, 100_000, 1000)
    pieces = list(pieces)
    try:
        while not reader.final:
            if not pieces:
                return Verdict("closed in the head")
            reader.feed_head(pieces.pop(0))
        decoder = reader.body
        body = reader.content
        while not decoder.complete:
            if pieces:
                body += decoder.feed(pieces.pop(0))
            else:
                decoder.end()
    except RemoteProtocolError as exc:
        return Verdict(str(exc))
    head = reader.head
    return Verdict(
        None,
        head.status,
        head.version,
        head.reason,
        head.fields,
        reader.interim,
        body,
        decoder.trailers,
        decoder.leftover + b"".join(pieces),
    )


def h11s(data: bytes, method: str, upgrade: bool = False) -> Verdict:
    """What h11 reads from these bytes and the close behind them."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
    fields = [("Host", "h11")]
    if upgrade:
        fields += [("Upgrade", "x"), ("Connection", "Upgrade")]
    connection.send(h11.Request(method=method, target="/", headers=fields))
    connection.send(h11.EndOfMessage())
    if data:
        connection.receive_data(data)
    connection.receive_data(b"")
    interim: list[tuple[int, Fields]] = []
    head: h11.Response | h11.InformationalResponse | None = None
    body = b""
    trailers: Fields = []
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.InformationalResponse) and event.status_code != 101:
                interim.append((event.status_code, event.headers.raw_items()))
            elif isinstance(event, (h11.Response, h11.InformationalResponse)):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                trailers = event.headers.raw_items()
                break
            elif event is h11.PAUSED and head is not None:
                break
            else:
                return Verdict("closed in the head")
    except h11.RemoteProtocolError as exc:
        return Verdict(str(exc))
    assert head is not None
    return Verdict(
        None,
        head.status_code,
        head.http_version,
        head.reason,
        head.headers.raw_items(),
        interim,
        body,
        trailers,
        connection.trailing_data[0],
    )


def disagreement(mine: Verdict, theirs: Verdict) -> str | None:
    """What is wrong with our verdict beside h11's, or None.

    What we accept h11 accepts, and reads the same. What h11 accepts we accept too, but for chunk-size
    lines: of those we refuse a bare CR and more than 16 digits.
    """
    if mine.error is None:
        return None if mine == theirs else f"we read\n{mine}\nand h11\n{theirs}"
    if theirs.error is None and "chunk-size line" not in mine.error:
        return f"we refuse with {mine.error!r}, and h11 reads\n{theirs}"
    return None

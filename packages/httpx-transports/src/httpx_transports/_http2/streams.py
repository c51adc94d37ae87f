"""Stream: what is known of one request and its response; Fault: why one of them, or all, failed.

Plain state, without I/O. `Session` fills it as frames come, the shell reads it.
"""

from __future__ import annotations

from httpx_core import TransportError


class Fault:
    """A failure that belongs to several places: from it each stream's own exception is made.

    `refused`: the peer said that it did not process the request (RFC 9113, 8.7).
    """

    __slots__ = ("cause", "kind", "message", "refused")

    def __init__(
        self,
        kind: type[TransportError],
        message: str,
        *,
        refused: bool = False,
        cause: BaseException | None = None,
    ) -> None:
        self.kind = kind
        self.message = message
        self.refused = refused
        self.cause = cause


class Stream:
    """One stream, from its HEADERS to its end.

    `news`: something came that its user waits for. `blocked`: the user waits for room in the peer's
    window. `status` is 0 until the final head is there. `chunks` are the bytes of the body that
    nobody has taken yet, and `held` the credit that they cost, padding included. `window`: what the
    peer may still send; `owed`: the credit that it gets back next. `ended`: the response is
    complete. `finished`: the request is. `closed`: the session has forgotten the stream.
    """

    __slots__ = (
        "blocked",
        "chunks",
        "closed",
        "declared",
        "ended",
        "fault",
        "fields",
        "finished",
        "has_content",
        "held",
        "id",
        "interim",
        "news",
        "owed",
        "received",
        "status",
        "trailers",
        "window",
    )

    def __init__(self, stream_id: int, window: int, has_content: bool, finished: bool) -> None:
        self.id = stream_id
        self.window = window
        self.has_content = has_content
        self.finished = finished
        self.news = self.blocked = self.ended = self.closed = False
        self.status = 0
        self.fields: list[tuple[bytes, bytes]] = []
        self.interim: list[tuple[int, list[tuple[bytes, bytes]]]] = []
        self.trailers: list[tuple[bytes, bytes]] = []
        self.chunks: list[bytes] = []
        self.held = self.received = self.owed = 0
        self.declared: int | None = None
        self.fault: Fault | None = None

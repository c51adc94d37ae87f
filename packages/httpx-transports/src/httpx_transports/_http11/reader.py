"""ResponseReader: one response, from the first byte of its head to the end of its body; no socket, no clock.

Theory of operation. `feed_head` takes bytes until the final head is there. As a rule that is its first
call: the head is found, read by `plain_head`, and what came behind it goes to the body's decoder. If
the head is not whole yet, bytes are collected, and the search for its end goes on where it stopped,
so that a head which comes byte by byte costs time in proportion to its length. Interim responses
(RFC 9110, 15.2) are kept and passed over.

Bounds, over all heads and trailers of one response together: `max_size` bytes, `max_fields` fields,
`max_interim` interim responses.
"""

from __future__ import annotations

from httpx_core import RemoteProtocolError

from .body import NOTHING_MORE, ChunkedDecoder, CloseDecoder, Decoder, LengthDecoder
from .head import BLANK_LINE, Head, plain_head
from .referee import judge_head


class ResponseReader:
    """Reads the response to one request.

    `method` is the request's; `upgrade` says whether it had an Upgrade field.
    """

    __slots__ = (
        "_buffer",
        "_fields_left",
        "_max_fields",
        "_max_interim",
        "_max_size",
        "_method",
        "_reuse",
        "_searched",
        "_size_left",
        "_upgrade",
        "body",
        "content",
        "final",
        "head",
        "interim",
        "status",
        "switched",
    )

    head: Head
    """The final head."""
    body: Decoder
    """What decodes the body."""

    def __init__(
        self, method: str, upgrade: bool, max_size: int, max_fields: int, max_interim: int
    ) -> None:
        self._method = method
        self._upgrade = upgrade
        self._max_size = self._size_left = max_size
        self._max_fields = self._fields_left = max_fields
        self._max_interim = max_interim
        self._buffer: bytearray | None = None
        """What has come of a head that is not whole."""
        self._reuse = True
        self._searched = 0
        """How much of it is known not to hold its end."""
        self.final = False
        """Whether the final head is there, and with it `head` and `body`."""
        self.status = 0
        """The status of the last head, 0 before the first."""
        self.interim: list[tuple[int, list[tuple[bytes, bytes]]]] = []
        self.content = b""
        """What of the body came with the head."""
        self.switched = False
        """Whether the connection is another protocol's now; `body.leftover` is its first bytes."""

    @property
    def reusable(self) -> bool:
        """Whether the connection may serve another request, now that the body is complete.

        Not when the peer says no, when bytes follow that nobody asked for, or when the referee was needed.
        """
        body = self.body
        return self._reuse and body.plain and not body.leftover

    def forbid_reuse(self) -> None:
        """The connection ends with this response, whatever the peer says."""
        self._reuse = False

    def distrust_end(self) -> None:
        """The connection is broken, and its end is no longer one of the response's."""
        if isinstance(self.body, CloseDecoder):
            self.body.broken = True

    @property
    def begun(self) -> bool:
        """Whether any byte of the response has come."""
        return self.status > 0 or self._buffer is not None

    def feed_head(self, data: bytes) -> bool:
        """Take bytes; True when the final head is there, False when more are needed.

        An interim response alone gives False too, and `interim` has grown.
        """
        while data:
            end = data.find(b"\r\n\r\n") + 4 if self._buffer is None else 0
            if end < 4:
                end = self._collect(data)
                if not end:
                    return False
                data = self._collected()
            head = plain_head(data, end)
            if head is None:
                head, end = self._judge(data, end)
            self._size_left -= end
            self._fields_left -= len(head.fields)
            if self._size_left < 0 or self._fields_left < 0:
                raise self._too_much()
            self.status = head.status
            if head.status >= 200 or head.status == 101:
                self._begin_body(head, data, end)
                return True
            self.interim.append((head.status, head.fields))
            if len(self.interim) > self._max_interim:
                raise RemoteProtocolError(
                    f"The server sent more than {self._max_interim} interim responses, the limit."
                )
            data = data[end:]
        return False

    def _collect(self, data: bytes) -> int:
        """Add to a head that is not whole; its length if it now is, else 0."""
        buffer = self._buffer
        if buffer is None:
            buffer = self._buffer = bytearray()
            self._searched = 0
        buffer += data
        if not b"HTTP/".startswith(bytes(buffer[:5])):
            raise RemoteProtocolError(
                f"The server sent a malformed response: illegal status line: {bytes(buffer[:60])!r}"
            )
        blank = BLANK_LINE.search(buffer, self._searched)
        if blank is not None:
            return blank.end()
        if len(buffer) > self._size_left:
            raise self._too_much()
        # The last two bytes may be the start of the blank line.
        self._searched = max(0, len(buffer) - 2)
        return 0

    def _collected(self) -> bytes:
        """Take what was collected, which holds a whole head."""
        data = bytes(self._buffer or b"")
        self._buffer = None
        return data

    def _judge(self, data: bytes, end: int) -> tuple[Head, int]:
        """Have the referee read a head, and say where it ends.

        h11 takes bare LF for CRLF, so that may be before the CRLF CRLF that was found.
        """
        blank = BLANK_LINE.search(data, 0, end)
        end = end if blank is None else blank.end()
        self._reuse = False
        return judge_head(data[:end], self._method, self._upgrade), end

    def _begin_body(self, head: Head, data: bytes, end: int) -> None:
        """Choose the framing (RFC 9112, 6.3) and decode what came with the head."""
        status, method = head.status, self._method
        if status == 101 or (method == "CONNECT" and status < 300):
            # The connection is another protocol's now (RFC 9110, 7.8 and 9.3.6).
            if status == 101 and not self._upgrade:
                raise RemoteProtocolError(
                    "The server switched protocols (101), which the request did not ask for."
                )
            self.switched = True
            self._reuse = False
            body: Decoder = LengthDecoder(0)
        elif status == 204 or status == 304 or method == "HEAD":
            body = LengthDecoder(0)
        elif head.chunked:
            body = ChunkedDecoder(self._size_left, self._fields_left)
        elif head.length is not None:
            if head.length == len(data) - end:
                # As a rule: all of it came with the head.
                self.content = data[end:]
                body = NOTHING_MORE
                end = len(data)
            else:
                body = LengthDecoder(head.length)
        else:
            body = CloseDecoder()
            self._reuse = False
        if not head.persistent:
            self._reuse = False
        self.head = head
        self.body = body
        self.final = True
        if end < len(data):
            if body.complete:
                body.leftover = data[end:]
            else:
                self.content = body.feed(data[end:])

    def _too_much(self) -> RemoteProtocolError:
        if self._fields_left < 0:
            return RemoteProtocolError(
                f"The server sent more than {self._max_fields} header fields, the limit."
            )
        return RemoteProtocolError(
            f"The server sent header fields of more than {self._max_size} bytes, the limit."
        )

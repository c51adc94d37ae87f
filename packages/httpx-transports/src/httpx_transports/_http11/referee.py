"""The referee: h11 reads what is not plainly well-formed, and what it refuses is refused.

Every function here gets a whole block of lines, up to its blank line, and has h11 read it from its
first byte. What h11 lets pass (bare LF, folded lines, a Content-Length said twice alike) is read as
h11 reads it, but a peer that writes so is not asked a second time: the reader closes its connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from httpx_core import RemoteProtocolError

from .head import Head, interpret

if TYPE_CHECKING:
    from typing import Any, NoReturn

    import h11

# h11's own bound is for what it has to hold back. It gets whole blocks here, already measured.
_NO_BOUND = 1 << 30


def judge_head(block: bytes, method: str, upgrade: bool) -> Head:
    """Read the head of a response to `method`, the answer to an Upgrade field if `upgrade`.

    RemoteProtocolError: it is malformed, or a 101 that nobody asked for.
    """
    event = _read(block, method, upgrade)[0]
    head = Head(event.http_version, event.status_code, event.reason, event.headers.raw_items())
    if not interpret(head):
        raise RemoteProtocolError("The server sent a malformed response: unclear framing.")
    return head


def judge_trailers(block: bytes) -> list[tuple[bytes, bytes]]:
    """Read the trailer section of a chunked body, up to its blank line.

    RemoteProtocolError: it is malformed.
    """
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    trailers: list[tuple[bytes, bytes]] = _read(chunked + block, "GET")[1].headers.raw_items()
    return trailers


def _read(data: bytes, method: str, upgrade: bool = False) -> list[Any]:
    """The first two events that h11 reads from `data` in answer to a request."""
    # Imported here, since a process that meets ordinary servers only never needs it.
    import h11

    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=_NO_BOUND)
    fields = [("Host", "referee")]
    if upgrade:
        fields += [("Upgrade", "any"), ("Connection", "Upgrade")]
    connection.send(h11.Request(method=method, target="/", headers=fields))
    connection.send(h11.EndOfMessage())
    connection.receive_data(data)
    try:
        return [connection.next_event(), connection.next_event()]
    except h11.RemoteProtocolError as exc:
        _refuse(exc)


def _refuse(exc: h11.RemoteProtocolError) -> NoReturn:
    """Raise h11's refusal as ours, without the value of a field, which may be a secret."""
    kind, _, line = str(exc).partition(": bytearray(b")
    if line:
        line = line[1:-2]
        if kind == "illegal header line":
            line = line.partition(":")[0]
        kind = f"{kind}: {line[:60]!r}"
    raise RemoteProtocolError(f"The server sent a malformed response: {kind}") from exc

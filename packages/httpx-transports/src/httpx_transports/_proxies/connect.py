"""CONNECT: a tunnel through an HTTP proxy, by RFC 9110 9.3.6. Pure: bytes in, bytes out.

It promises that the credentials for the proxy are in the CONNECT alone, and that what the proxy
says before the tunnel is there is never taken for the server's: bytes after the head of a 2xx, which
come before anything was asked of the server, are an error.

h11 reads the answer: its 100 microseconds are nothing beside a connection's, and a refusal may come
with any kind of body.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import TYPE_CHECKING

import h11

from httpx_core import ProxyError
from httpx_core.wire import encode_head

from .handshake import Handshake

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_HEAD = 102_400
"""Bytes that the head of the proxy's answer may have."""

MAX_INTERIM_RESPONSES = 100

MAX_BODY = 1024
"""Bytes of a refusal's body that are kept for the error."""


class Connect(Handshake):
    """Asks an HTTP proxy for a tunnel to `host` (ASCII, no brackets) and `port`.

    `headers`: raw pairs of the user's own for the proxy, such as `Proxy(headers=)`; a
    Proxy-Authorization among them wins over `auth`. LocalProtocolError: one of them would break the
    message.
    """

    __slots__ = (
        "_body",
        "_head",
        "_interim",
        "_parser",
        "_response",
        "_sent_credentials",
    )

    kind = "The tunnel to"

    def __init__(
        self,
        proxy: str,
        host: str,
        port: int,
        headers: Sequence[tuple[bytes, bytes]] = (),
        auth: tuple[bytes, bytes] | None = None,
    ) -> None:
        super().__init__(proxy, host, port)
        # Authority-form, the port never left out (RFC 9112, 3.2.3).
        target = self.target.encode("ascii")
        self.fields = fields = _fields(target, headers, auth)
        self._head = encode_head("CONNECT", target, fields)
        self._sent_credentials = any(name.lower() == b"proxy-authorization" for name, _ in fields)
        self._parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        # The parser has to know what is answered; what it would send is what was encoded above.
        self._parser.send(h11.Request(method="CONNECT", target=target, headers=[(b"Host", target)]))
        self._parser.send(h11.EndOfMessage())
        self._interim = 0
        self._response: h11.Response | None = None
        self._body = b""

    def start(self) -> bytes:
        return self._head

    def receive(self, data: bytes) -> bytes:
        parser = self._parser
        try:
            parser.receive_data(data)
            for event in self._events():
                if isinstance(event, h11.InformationalResponse):
                    self._count_interim()
                elif isinstance(event, h11.Response):
                    self._response = event
                    self.answer = (
                        b"HTTP/" + event.http_version,
                        event.status_code,
                        event.reason,
                        list(event.headers.raw_items()),
                    )
                elif isinstance(event, h11.Data):
                    self._body += event.data[: MAX_BODY - len(self._body)]
        except h11.RemoteProtocolError as exc:
            # What is wrong with the body of a refusal changes nothing about the refusal.
            raise self.refusal() or self.error(f"the proxy's answer is not HTTP: {exc}") from exc
        refusal = self.refusal()
        if refusal is None:
            # RFC 9110, 9.3.6: any 2xx; its Content-Length and Transfer-Encoding mean nothing.
            self.done = self._response is not None
        elif parser.their_state is not h11.SEND_BODY or len(self._body) >= MAX_BODY:
            raise refusal
        if self.done and parser.trailing_data[0]:
            raise self.error("bytes came through the tunnel before anything was sent")
        return b""

    def receive_eof(self) -> None:
        raise self.refusal() or self.error(
            "the proxy closed the connection without a complete answer"
        )

    def refusal(self) -> ProxyError | None:
        response = self._response
        if response is None or self._parser.their_state is h11.SWITCHED_PROTOCOL:
            return None
        reason = response.reason.decode("latin-1")
        said = f"{response.status_code} {reason}".strip()
        if response.status_code == 407:
            sent = "were refused" if self._sent_credentials else "were not given"
            said += f" (its credentials {sent})"
        error = self.error(f"the proxy answered {said}")
        error.status_code = response.status_code
        error.reason_phrase = reason
        error.body = self._body
        return error

    # -- parts -------------------------------------------------------------------------------------

    def _events(self) -> Iterator[h11.Event]:
        while True:
            event = self._parser.next_event()
            if event is h11.NEED_DATA or event is h11.PAUSED:
                return
            yield event  # type: ignore[misc]  # the two markers are gone
            if isinstance(event, h11.EndOfMessage):
                return

    def _count_interim(self) -> None:
        self._interim += 1
        if self._interim > MAX_INTERIM_RESPONSES:
            raise self.error(f"the proxy sent more than {MAX_INTERIM_RESPONSES} interim responses")


def _fields(
    target: bytes, headers: Sequence[tuple[bytes, bytes]], auth: tuple[bytes, bytes] | None
) -> list[tuple[bytes, bytes]]:
    given = {name.lower() for name, _ in headers}
    # RFC 9110, 7.2: the Host of a CONNECT is its target, whatever the user's headers say.
    fields = [(b"Host", target)]
    if b"accept" not in given:
        fields.append((b"Accept", b"*/*"))
    if auth is not None and b"proxy-authorization" not in given:
        fields.append((b"Proxy-Authorization", b"Basic " + b64encode(b":".join(auth))))
    fields.extend(field for field in headers if field[0].lower() != b"host")
    return fields

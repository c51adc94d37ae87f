"""Alerts of TLS: a refusal after the handshake is one of connecting, and no alert is ever a clean end."""

from __future__ import annotations

import ssl
from typing import Any

import pytest
from tests.support.certificates import LOCAL_NAMES
from tests.support.colours import Colour
from tests.support.http_server import HTTPServer

from httpx_core import ConnectError, ReadError, Request
from httpx_transports._bridge import run
from httpx_transports._tls_stream import TLSMachine, TLSStream
from httpx_transports.testing import ScriptedBackend, ScriptedStream

LIMITS = dict.fromkeys(("connect", "read", "write", "pool"), 10.0)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("alpn", ["http/1.1", "h2"])
@pytest.mark.parametrize("size", [0, 1_000_000])
async def test_a_client_without_the_certificate_asked_for_cannot_connect(
    colour: Colour,
    authority: Any,
    version: ssl.TLSVersion,
    alpn: str,
    size: int,
    no_leaks: None,
) -> None:
    context = authority.server_context(alpn=[alpn], client_certificates=True)
    context.maximum_version = version
    with HTTPServer(ssl_context=context) as server:
        async with colour.transport(
            verify=authority.client_context(), http2=True, retries=0
        ) as transport:
            request = Request(
                "POST", server.url, content=bytes(size), extensions={"timeout": LIMITS}
            )
            with pytest.raises(
                ConnectError, match=r"TLS handshake with .* failed: .*alert"
            ) as told:
                await transport.handle(request)
            (stats,) = transport.stats().values()
    assert server.authority in str(told.value)
    assert (0, 0) == (stats.active, stats.idle)


class Server:
    """A server's side of TLS in memory, and ours, the handshake between them done."""

    def __init__(self, authority: Any) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = authority.server_context().wrap_bio(
            self._incoming, self._outgoing, server_side=True
        )
        self.machine = TLSMachine(authority.client_context(), LOCAL_NAMES[0], None)
        while not self.machine.handshake():
            self._incoming.write(self.machine.to_send())
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                pass
            self.machine.received(self._outgoing.read())
        self._incoming.write(self.machine.to_send())
        self.tls.do_handshake()

    def says(self, data: bytes) -> bytes:
        self.tls.write(data)
        return self._outgoing.read()

    def alerts(self) -> bytes:
        """What a server sends that was sent garbage."""
        self._incoming.write(b"\x17\x03\x03\x00\x20" + bytes(32))
        with pytest.raises(ssl.SSLError):
            self.tls.read(1)
        return self._outgoing.read()

    def stream(self, *reads: bytes) -> TLSStream:
        return TLSStream(
            ScriptedStream(reads), self.machine, ScriptedBackend([]).lock(), "origin.test:443"
        )


@pytest.mark.parametrize("at_once", [True, False])
def test_an_alert_in_the_middle_is_an_error_each_time_it_is_asked_for(
    authority: Any, at_once: bool
) -> None:
    server = Server(authority)
    said, alert = server.says(b"half"), server.alerts()
    stream = server.stream(said + alert) if at_once else server.stream(said, alert)
    assert b"half" == run(stream.read(100, 1))
    for _ in range(3):
        with pytest.raises(ReadError, match="ALERT"):
            run(stream.read(100, 1))


def test_a_look_at_an_idle_connection_does_not_use_up_its_alert(authority: Any) -> None:
    server = Server(authority)
    server.machine.received(server.alerts())
    stream = server.stream()
    assert stream.is_readable()
    with pytest.raises(ReadError, match="ALERT"):
        run(stream.read(100, 1))


def test_an_alert_that_is_not_of_the_handshake_is_a_read_error(authority: Any) -> None:
    """The server may have worked on the request: whoever sends it again must know what he does."""
    server = Server(authority)
    with pytest.raises(ReadError, match="ALERT_BAD_RECORD_MAC"):
        run(server.stream(server.alerts()).read(100, 1))

"""What a pool seldom meets: it is closed while one of its requests is connecting."""

from __future__ import annotations

from typing import Any

import pytest

from httpx_core import ConnectError, Request
from httpx_transports import HTTPTransport
from httpx_transports._backends.interface import NetworkStream
from httpx_transports.testing import ScriptedBackend

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello"


class ClosedMeanwhile(ScriptedBackend):
    """A network where another thread closes the transport during the first connect."""

    transport: HTTPTransport

    async def connect_tcp(self, *args: Any, **kwargs: Any) -> NetworkStream:
        stream = await super().connect_tcp(*args, **kwargs)
        if len(self.streams) == 1:
            self.transport.close()
        return stream


def test_a_transport_that_is_closed_while_it_connects_keeps_no_connection() -> None:
    network = ClosedMeanwhile([[ANSWER], [ANSWER]])
    transport = network.transport = network.installed(HTTPTransport())
    request = Request("GET", "http://example.org/")
    with pytest.raises(
        ConnectError, match=r"^The transport was closed while a request was connecting\.$"
    ) as caught:
        transport.handle_request(request)
    assert request is caught.value.request
    assert network.streams[0].closed
    assert b"" == network.streams[0].written
    (stats,) = transport.stats().values()
    assert (0, 0, 0) == (stats.active, stats.idle, stats.waiting)
    # It is as good as new after that.
    assert b"Hello" == transport.handle_request(request).read()
    transport.close()

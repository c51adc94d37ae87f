"""Ctrl-C at every point of a client's request: the client loses no connection's place by it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.support.interrupts import CtrlC

import httpx
from httpx_transports.testing import ScriptedBackend

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello"
PARTS = [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHe", b"llo"]
URL = "http://origin.test/"

# A coroutine that is interrupted before its first step was never awaited.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


def get(client: httpx.Client) -> None:
    client.get(URL)


def stream(client: httpx.Client) -> None:
    with client.stream("GET", URL) as response:
        for _ in response.iter_raw():
            pass


@pytest.mark.parametrize("act", [get, stream])
def test_a_client_of_one_connection_goes_on_after_ctrl_c_anywhere(
    act: Callable[[httpx.Client], None],
) -> None:
    n = 0
    struck = 1
    while struck:
        n += 1
        backend = ScriptedBackend([[WHOLE, *PARTS, WHOLE], [WHOLE, WHOLE]])
        transport = httpx.HTTPTransport(limits=httpx.Limits(max_connections=1))
        with backend.installed(transport), httpx.Client(transport=transport) as client:
            client.get(URL)
            ctrl_c = CtrlC(n)
            with ctrl_c:
                act(client)
            struck = ctrl_c.struck
            answer = client.get(URL, timeout=httpx.Timeout(1.0, pool=0.0))
            assert "Hello" == answer.text, ctrl_c.where
            assert {} == transport._pool._state.held
    assert n > 200

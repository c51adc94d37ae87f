"""Extensions of the wrong kind: told at once, by name, and before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.http2_server import HTTP2Server, Peer
from tests.support.http_server import HTTPServer

import httpx

# -- wrong types ---------------------------------------------------------------------------------

WRONG = [
    ({"timeout": 5.0}, "timeout must be a dict.*float"),
    ({"timeout": None}, "timeout must be a dict.*NoneType"),
    ({"timeout": "5"}, "timeout must be a dict.*str"),
    ({"timeout": httpx.Timeout(5.0)}, "timeout must be a dict.*Timeout"),
    ({"timeout": {"connect": "5"}}, "timeout.*'connect'.*str"),
    ({"timeout": {"read": [1]}}, "timeout.*'read'.*list"),
    ({"timeout": {"write": float("nan")}}, "timeout.*'write'.*NaN"),
    ({"timeout": {"total": "5"}}, "timeout.*'total'.*str"),
    ({"trace": "print"}, "trace must be callable.*str"),
    ({"sni_hostname": 1}, "sni_hostname must be str or bytes.*int"),
    ({"target": 1}, "target must be .*int"),
    ({"max_response_size": "1"}, "max_response_size must be an int.*str"),
]


@pytest.mark.parametrize(("extensions", "says"), WRONG)
async def test_a_wrong_extension_is_a_type_error_that_names_it(
    colour: Colour, server: HTTPServer, extensions: dict[str, Any], says: str
) -> None:
    async with colour.client() as client:
        with pytest.raises(TypeError, match=says):
            await client.get(server.url + "/bytes/1", extensions=extensions)
        # The client is as good as before.
        assert b"0" == (await client.get(server.url + "/bytes/1")).content
    assert ["/bytes/1"] == [request.target for request in server.requests]


@pytest.mark.parametrize(
    ("extensions", "says"),
    [case for case in WRONG if "max_response_size" not in case[0] and None not in case[0].values()],
)
async def test_a_transport_alone_says_the_same(
    colour: Colour, tls_server: HTTPServer, authority: Any, extensions: dict[str, Any], says: str
) -> None:
    async with colour.transport(verify=authority.client_context()) as transport:
        with pytest.raises(TypeError, match=says.replace(" or bytes", "")):
            await transport.handle(
                httpx.Request("GET", tls_server.url + "/bytes/1", extensions=extensions)
            )
    assert [] == tls_server.requests


async def test_a_negative_max_response_size_is_a_value_error(
    colour: Colour, server: HTTPServer
) -> None:
    async with colour.client() as client:
        with pytest.raises(ValueError, match="max_response_size"):
            await client.get(server.url + "/bytes/1", extensions={"max_response_size": -1})
    assert [] == server.requests


# -- the target extension on HTTP/2 --------------------------------------------------------------


@pytest.mark.parametrize("target", ["/other?a=%20", b"/other?a=%20"])
async def test_a_target_may_be_text_or_bytes_on_http2(colour: Colour, target: Any) -> None:
    with HTTP2Server() as server:
        async with colour.client(http1=False, http2=True) as client:
            response = await client.get(server.url + "/", extensions={"target": target})
    assert "/other?a=%20" == response.json()["path"]


async def test_a_connect_on_http2_names_the_authority(colour: Colour) -> None:
    """RFC 9113, 8.5: no :scheme, no :path, and :authority is what a tunnel is asked for."""
    came: list[dict[str, str]] = []

    def script(peer: Peer, number: int) -> None:
        peer.h2.config.validate_inbound_headers = False  # h2 4.3 refuses a CONNECT without :path
        stream_id, fields = peer.next_request()
        came.append(fields)
        peer.respond(stream_id, 200)
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with colour.client(http1=False, http2=True) as client:
            await client.request("CONNECT", server.url + "/path")
    (fields,) = came
    pseudo = {name: value for name, value in fields.items() if name.startswith(":")}
    assert {":method": "CONNECT", ":authority": server.authority} == pseudo

"""What the chunks of a streamed body may be: bytes-like objects, and nothing else cuts it short."""

from __future__ import annotations

import array
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.http2_server import HTTP2Server
from tests.support.http_server import HTTPServer

from httpx_core import Request

SERVERS: list[Callable[[], Any]] = [HTTPServer, HTTP2Server]


async def echoed(colour: Colour, make: Callable[[], Any], chunks: list[Any]) -> str:
    """What the server got of a body of these chunks."""
    http2 = make is HTTP2Server
    with make() as server:
        async with colour.transport(http1=not http2, http2=http2) as transport:
            sent = Request("POST", server.url + "/echo", content=colour.body(chunks))
            body: str = json.loads(await colour.read(await transport.handle(sent)))["body"]
    return body


@pytest.mark.parametrize("make", SERVERS)
async def test_every_bytes_like_object_is_sent(colour: Colour, make: Callable[[], Any]) -> None:
    chunks = [b"a", bytearray(b"b"), memoryview(b"c"), array.array("B", b"d"), b"", b"e"]
    assert "abcde" == await echoed(colour, make, chunks)


@pytest.mark.parametrize("make", SERVERS)
async def test_none_is_nothing_to_send_and_not_the_end(
    colour: Colour, make: Callable[[], Any]
) -> None:
    """It was taken for the end: half a body went out, and was answered as if it were whole."""
    assert "ab" == await echoed(colour, make, [None, b"a", None, b"b"])


@pytest.mark.parametrize("make", SERVERS)
@pytest.mark.parametrize(("chunk", "name"), [("text", "str"), (5, "int")])
async def test_anything_else_is_an_error_that_says_what_it_was(
    colour: Colour, make: Callable[[], Any], chunk: Any, name: str
) -> None:
    with pytest.raises(TypeError) as caught:
        await echoed(colour, make, [b"a", chunk])
    expected = f"The body of a request must give bytes-like objects, and gave {name}."
    assert expected == str(caught.value)

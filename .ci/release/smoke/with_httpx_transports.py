"""httpx-core and httpx-transports: one transport of each colour, two requests on one connection."""

import asyncio
import sys

from httpx_core import Request
from httpx_transports import AsyncHTTPTransport, HTTPTransport

with HTTPTransport() as transport:
    for _ in range(2):
        response = transport.handle_request(Request("GET", f"{sys.argv[1]}/"))
        response.read()
        response.close()
        assert response.json() == {"hello": "world"}
    [stats] = transport.stats().values()
    assert stats.opened == 1, stats


async def main() -> None:
    async with AsyncHTTPTransport() as transport:
        response = await transport.handle_async_request(Request("GET", f"{sys.argv[1]}/"))
        assert await response.aread() == b'{"hello": "world"}'
        await response.aclose()


asyncio.run(main())

"""All four: a request by a function, by each client, and with a password."""

import asyncio
import sys

import httpx

url = sys.argv[1]
assert httpx.get(f"{url}/").json() == {"hello": "world"}
with httpx.Client(base_url=url, auth=("jo", "secret")) as client:
    assert client.get("/private").raise_for_status().json() == {"hello": "world"}
    assert client.get("/private", auth=None).status_code == 401


async def main() -> None:
    async with httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/")).json() == {"hello": "world"}


asyncio.run(main())

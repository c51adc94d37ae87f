"""Whole programs, for what a process pays: the import of a client, and its first request."""

from __future__ import annotations

# After this the interpreter has what nearly every program has loaded anyway, and no more.
IMPORT = """
import resource, time
def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
cpu_start, start = cpu(), time.perf_counter()
import {library}
print(cpu() - cpu_start, time.perf_counter() - start)
"""

FIRST_REQUEST = {
    "ours": "import httpx; body = httpx.get({url!r}).content",
    "httpx": "import httpx; body = httpx.get({url!r}).content",
    "httpx2": "import httpx2; body = httpx2.get({url!r}).content",
    "httpcore": "import httpcore; body = httpcore.request('GET', {url!r}).content",
    "requests": "import requests; body = requests.get({url!r}).content",
    "niquests": "import niquests; body = niquests.get({url!r}).content",
    "urllib3": "import urllib3; body = urllib3.request('GET', {url!r}).data",
    "http.client": (
        "import http.client; c = http.client.HTTPConnection({netloc!r});"
        " c.request('GET', '/small'); body = c.getresponse().read()"
    ),
    "pycurl": (
        "import pycurl; c = pycurl.Curl(); c.setopt(pycurl.URL, {url!r}); body = c.perform_rb()"
    ),
    "pyreqwest": (
        "import pyreqwest.client as p;"
        " body = p.SyncClientBuilder().build().get({url!r}).build().send().bytes()"
    ),
    "aiohttp": """
import aiohttp, asyncio
async def main():
    async with aiohttp.ClientSession() as session, session.get({url!r}) as response:
        return await response.read()
body = asyncio.run(main())
""",
}

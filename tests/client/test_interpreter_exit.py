"""Programs that end with something left open: they end, and nothing is said but what was left open."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from tests.support.http2_server import HTTP2Server

KEPT = "client.get(URL)"
UNREAD = 'kept = client.send(client.build_request("GET", LARGE), stream=True)'
HALF = f"{UNREAD}\nchunks = kept.iter_raw()\nnext(chunks)"
THREADS = """
import threading, time
def work():
    while True:
        client.get(URL)
for _ in range(4):
    threading.Thread(target=work, daemon=True).start()
while sum(stats.reused for stats in client.stats().values()) < 20:
    time.sleep(0.001)
"""
MAIN = """
import {loop}
async def main():
    global kept, chunks
    {body}
{loop}.run({call})
"""
AWAIT = "await client.get(URL)"
AWAIT_UNREAD = 'kept = await client.send(client.build_request("GET", LARGE), stream=True)'
AWAIT_HALF = f"{AWAIT_UNREAD}\n    chunks = kept.aiter_raw()\n    await chunks.__anext__()"
TASK = "kept = asyncio.ensure_future(client.get(LARGE))\n    await asyncio.sleep(0)"


def on(loop: str, body: str) -> str:
    return MAIN.format(loop=loop, body=body, call="main()" if loop == "asyncio" else "main")


PROGRAMS = {
    "a connection is kept": ("Client", KEPT),
    "a client is in a cycle": ("Client", f"{KEPT}\nclient.self = client"),
    "a response is unread": ("Client", UNREAD),
    "a response is half read": ("Client", HALF),
    "threads go on": ("Client", THREADS),
    "it exits": ("Client", f"{KEPT}\nimport sys\nsys.exit(0)"),
    "asyncio: a connection is kept": ("AsyncClient", on("asyncio", AWAIT)),
    "asyncio: a response is unread": ("AsyncClient", on("asyncio", AWAIT_UNREAD)),
    "asyncio: a response is half read": ("AsyncClient", on("asyncio", AWAIT_HALF)),
    "asyncio: a task goes on": ("AsyncClient", on("asyncio", TASK)),
    "trio: a connection is kept": ("AsyncClient", on("trio", AWAIT)),
    "trio: a response is half read": ("AsyncClient", on("trio", AWAIT_HALF)),
}


@pytest.mark.parametrize("settings", [{}, {"http1": False, "http2": True}], ids=["http1", "http2"])
@pytest.mark.parametrize(("client", "program"), PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_that_leaves_something_open_ends_in_peace(
    settings: dict[str, Any], client: str, program: str, server: Any
) -> None:
    with HTTP2Server() as http2_server:
        url = (http2_server if settings else server).url
        source = (
            f"import httpx\nURL = {url!r} + '/bytes/1'\nLARGE = {url!r} + '/bytes/3000000'\n"
            f"client = httpx.{client}(**{settings!r})\n{program}"
        )
        ended = subprocess.run(
            [sys.executable, "-X", "dev", "-c", source],
            capture_output=True,
            text=True,
            timeout=60,
        )
    said = [
        line
        for line in ended.stderr.splitlines()
        # asyncio's own, on a machine that is slow.
        if "ResourceWarning" not in line and not line.startswith("Executing <")
    ]
    assert (0, []) == (ended.returncode, said)


@pytest.mark.parametrize(
    ("client", "program"), [PROGRAMS["a connection is kept"], ("AsyncClient", on("asyncio", AWAIT))]
)
def test_what_was_left_open_is_told(client: str, program: str, server: Any) -> None:
    source = f"import httpx\nURL = {server.url!r}\nclient = httpx.{client}()\n{program}"
    ended = subprocess.run(
        [sys.executable, "-X", "dev", "-c", source], capture_output=True, text=True, timeout=60
    )
    assert "ResourceWarning: unclosed" in ended.stderr

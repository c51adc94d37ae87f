"""The calls of one small request are counted, never timed: what creeps into the hot path shows here.

A count is the same on every machine and in every run, where a time is not. The limits are the counts
of the day they were written and a tenth more; when a change that is worth it exceeds one, raise it in
the same commit and say what was bought.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable, Iterator

import pytest
from tests.support.raw_server import RawServer

import httpx

GETS = 30  # the least of them counts: an event loop may turn once more when bytes come late

# Calls of Python functions, resumed coroutines included, of one GET on a connection that is open.
SYNC_LIMIT = 91
ASYNCIO_LIMIT = 130

ADVICE = (
    "One keep-alive GET takes {count} calls of Python functions; at most {limit} are allowed. "
    "`hatch run bench:profile` shows them by layer."
)
ANSWER = (
    b"HTTP/1.1 200 OK\r\nServer: test\r\nDate: Mon, 23 Nov 2026 12:00:00 GMT\r\n"
    b"Content-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!"
)


def serve(connection: socket.socket, number: int) -> None:
    while connection.recv(65536):
        connection.sendall(ANSWER)


@pytest.fixture
def url() -> Iterator[str]:
    with RawServer(serve) as server:
        yield server.url + "/"


class Calls:
    """Counts the calls of Python functions in this thread, inside `with`."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Calls:
        sys.setprofile(self._profile)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        self.count -= 1  # this method's own

    def _profile(self, frame: object, event: str, argument: object) -> None:
        if event == "call":
            self.count += 1


def fewest(counts: list[int]) -> int:
    """Return the least of the counts, each of which is of a warm request."""
    return min(counts[5:])


def test_calls_are_counted() -> None:
    def twice(function: Callable[[], None]) -> None:
        function()
        function()

    with Calls() as calls:
        twice(lambda: None)
    assert 3 == calls.count


def test_a_sync_get_on_an_open_connection_takes_no_more_calls_than_stated(url: str) -> None:
    counts = []
    with httpx.Client() as client:
        for _ in range(GETS):
            with Calls() as calls:
                client.get(url)
            counts.append(calls.count)
    count = fewest(counts)
    assert count <= SYNC_LIMIT, ADVICE.format(count=count, limit=SYNC_LIMIT)


def test_an_asyncio_get_on_an_open_connection_takes_no_more_calls_than_stated(url: str) -> None:
    counts = []

    async def main() -> None:
        async with httpx.AsyncClient() as client:
            for _ in range(GETS):
                with Calls() as calls:
                    await client.get(url)
                counts.append(calls.count)

    asyncio.run(main())
    count = fewest(counts)
    assert count <= ASYNCIO_LIMIT, ADVICE.format(count=count, limit=ASYNCIO_LIMIT)

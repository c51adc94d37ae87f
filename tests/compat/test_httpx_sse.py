"""httpx-sse reads server-sent events from a streamed response."""

from __future__ import annotations

from typing import Any

import httpx_sse
import pytest
from tests.support.messages import Reply

import httpx

EVENTS = [b"id: 1\nda", b"ta: one\n\n", b"event: update\r\ndata: two\r\ndata: lines\r\n\r\n"]


@pytest.fixture
def url(server: Any) -> str:
    return server.add(
        "/events", lambda request: Reply(200, EVENTS, [("Content-Type", "text/event-stream")])
    )


EXPECTED = [("message", "one", "1"), ("update", "two\nlines", "1")]


def test_events_are_read_sync(url: str) -> None:
    with httpx.Client() as client, httpx_sse.connect_sse(client, "GET", url) as source:
        assert EXPECTED == [(e.event, e.data, e.id) for e in source.iter_sse()]


def test_events_are_read_async(url: str, async_colour: Any) -> None:
    async def main() -> None:
        async with (
            httpx.AsyncClient() as client,
            httpx_sse.aconnect_sse(client, "GET", url) as source,
        ):
            assert EXPECTED == [(e.event, e.data, e.id) async for e in source.aiter_sse()]

    async_colour.run(main)


def test_another_content_type_is_refused(server: Any) -> None:
    with (
        httpx.Client() as client,
        httpx_sse.connect_sse(client, "GET", server.url + "/bytes/1") as source,
        pytest.raises(httpx_sse.SSEError),
    ):
        list(source.iter_sse())

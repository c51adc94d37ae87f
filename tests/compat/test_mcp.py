"""mcp's clients speak to a server over streamed HTTP and over server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from mcp import ClientSession, McpError
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamablehttp_client
from mcp.server.fastmcp import FastMCP

pytestmark = [
    # Of pydantic-settings, about a field of mcp's own settings.
    pytest.mark.filterwarnings("ignore:Field 'lifespan' has an incomplete:UserWarning"),
    # mcp's server leaves streams of its own unclosed when it is told to stop.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def make_server() -> FastMCP:
    server = FastMCP("adder", host="127.0.0.1")

    @server.tool()
    def add(a: int, b: int) -> int:
        return a + b

    return server


async def serving(app: Any, use: Callable[[str], Awaitable[None]]) -> None:
    """Serve an app on a free port of loopback while `use(url)` runs."""
    config = uvicorn.Config(app, port=0, log_level="error", lifespan="on", ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn tells by this alone
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        await use(f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = server.force_exit = True
        await serving


async def call_add(read: Any, write: Any) -> str:
    async with ClientSession(read, write) as session:
        await session.initialize()
        assert ["add"] == [tool.name for tool in (await session.list_tools()).tools]
        result: Any = await session.call_tool("add", {"a": 2, "b": 3})
        text: str = result.content[0].text
        return text


@pytest.mark.parametrize("kind", ["streamed", "events"])
def test_a_tool_is_called(kind: str) -> None:
    async def use(url: str) -> None:
        if kind == "streamed":
            async with streamablehttp_client(url + "/mcp") as (read, write, _):
                assert "5" == await call_add(read, write)
        else:
            async with sse_client(url + "/sse") as (read, write):
                assert "5" == await call_add(read, write)

    server = make_server()
    app = server.streamable_http_app() if kind == "streamed" else server.sse_app()
    asyncio.run(serving(app, use))


def test_a_refusal_ends_the_session() -> None:
    async def use(url: str) -> None:
        with pytest.raises(BaseException) as caught:
            async with (
                streamablehttp_client(url + "/nowhere") as (read, write, _),
                ClientSession(read, write) as session,
            ):
                await session.initialize()
        assert caught.group_contains(McpError, match="Session terminated")

    asyncio.run(serving(make_server().streamable_http_app(), use))

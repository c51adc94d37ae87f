"""Network backends: blocking sockets, asyncio, trio (by anyio), and scripted bytes for tests."""

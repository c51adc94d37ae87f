"""The contract as an ASGI application, for the servers that run one."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import anyio
from contract import pieces, plan, summary

JSON = ("content-type", "application/json")


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "websocket":
        await _websocket(receive, send)
    else:
        await _answer(scope, receive, send)


async def _answer(scope: dict[str, Any], receive: Any, send: Any) -> None:
    route, _, rest = scope["path"][1:].partition("/")
    if route == "upload":
        digest, length = hashlib.sha256(), 0
        async for data in _body(receive):
            digest.update(data)
            length += len(data)
        await _whole(send, 200, [JSON], summary(length, digest))
    elif route == "echo":
        await _start(send, 200, [("content-type", "text/plain")])
        async for data in _body(receive):
            await send({"type": "http.response.body", "body": data, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    elif route == "slow":
        await anyio.sleep(float(rest))  # some servers run it on trio
        await _whole(send, 200, [], b"late")
    elif route == "trailers":
        await _trailers(send)
    else:
        status, fields, body, told = plan(scope["path"])
        if told:
            fields = [*fields, ("content-length", str(len(body)))]
        await _start(send, status, fields)
        if scope["method"] != "HEAD":
            for piece in pieces(body):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _body(receive: Any) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        yield message.get("body", b"")
        more = message.get("more_body", False)


async def _start(send: Any, status: int, fields: list[tuple[str, str]], **more: Any) -> None:
    headers = [(name.encode(), value.encode()) for name, value in fields]
    await send({"type": "http.response.start", "status": status, "headers": headers, **more})


async def _whole(send: Any, status: int, fields: list[tuple[str, str]], body: bytes) -> None:
    await _start(send, status, [*fields, ("content-length", str(len(body)))])
    await send({"type": "http.response.body", "body": body})


async def _trailers(send: Any) -> None:
    await _start(send, 200, [("trailer", "x-checksum")], trailers=True)
    await send({"type": "http.response.body", "body": b"body"})
    await send({"type": "http.response.trailers", "headers": [(b"x-checksum", b"abc")]})


async def _websocket(receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


async def _lifespan(receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})

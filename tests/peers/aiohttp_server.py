"""The contract on aiohttp's own server: `aiohttp_server.py http=PORT https=PORT uds=PATH ...`."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
import sys

from aiohttp import WSMsgType, web
from contract import pieces, plan, summary

LARGE = 1 << 30
SMALL = 1 << 20


async def serve(request: web.Request) -> web.StreamResponse:
    route, _, rest = request.path[1:].partition("/")
    if route == "ws":
        return await _websocket(request)
    if route == "upload":
        digest = hashlib.sha256()
        body = await request.read()  # the way that client_max_size bounds
        digest.update(body)
        return web.Response(body=summary(len(body), digest), content_type="application/json")
    if route == "slow":
        await asyncio.sleep(float(rest))
        return web.Response(text="late")
    response = web.StreamResponse(status=200)
    if route == "echo":
        await response.prepare(request)
        async for data in request.content.iter_any():
            await response.write(data)
        return response
    status, fields, body, told = plan(request.path)
    response = web.StreamResponse(status=status, headers=fields)
    if told:
        response.content_length = len(body)
    await response.prepare(request)
    if request.method != "HEAD":
        for piece in pieces(body):
            await response.write(piece)
    return response


async def _websocket(request: web.Request) -> web.WebSocketResponse:
    response = web.WebSocketResponse()
    await response.prepare(request)
    async for message in response:
        if message.type is WSMsgType.TEXT:
            await response.send_str(message.data)
    return response


async def start(limit: int, keepalive: float) -> web.AppRunner:
    app = web.Application(client_max_size=limit)
    app.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=keepalive)
    await runner.setup()
    return runner


async def main(told: dict[str, str]) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain("cert.pem", "key.pem")
    mutual = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile="ca.pem")
    mutual.load_cert_chain("cert.pem", "key.pem")
    mutual.verify_mode = ssl.CERT_REQUIRED
    runner = await start(LARGE, 75.0)
    await web.TCPSite(runner, "127.0.0.1", int(told["http"])).start()
    await web.TCPSite(runner, "::1", int(told["ipv6"])).start()
    await web.TCPSite(runner, "127.0.0.1", int(told["https"]), ssl_context=tls).start()
    await web.TCPSite(runner, "127.0.0.1", int(told["mtls"]), ssl_context=mutual).start()
    await web.UnixSite(runner, told["uds"]).start()
    small = await start(SMALL, 75.0)
    await web.TCPSite(small, "127.0.0.1", int(told["small"])).start()
    brief = await start(LARGE, 1.0)
    await web.TCPSite(brief, "127.0.0.1", int(told["brief"])).start()
    await asyncio.Event().wait()


asyncio.run(main(dict(argument.split("=", 1) for argument in sys.argv[1:])))

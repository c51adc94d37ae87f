"""The contract on Tornado: `tornado_server.py http=PORT https=PORT small=PORT`."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
import sys

from contract import pieces, plan, summary
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

LARGE = 1 << 30
SMALL = 1 << 20


class Serve(RequestHandler):
    SUPPORTED_METHODS = (*RequestHandler.SUPPORTED_METHODS, "QUERY")

    async def prepare(self) -> None:
        route, _, rest = self.request.path[1:].partition("/")
        if route == "upload":
            body = self.request.body
            self.finish(summary(len(body), hashlib.sha256(body)))
        elif route == "slow":
            await asyncio.sleep(float(rest))
            self.finish(b"late")
        else:
            status, fields, body, told = plan(self.request.path)
            self.set_status(status)
            for name, value in fields:
                self.set_header(name, value)
            if told:
                self.set_header("Content-Length", str(len(body)))
            for piece in pieces(body):
                self.write(piece)
                await self.flush()
            self.finish()


async def main(told: dict[str, str]) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain("cert.pem", "key.pem")
    app = Application([(r"/.*", Serve)], log_function=lambda handler: None)
    HTTPServer(app, max_buffer_size=LARGE).listen(int(told["http"]), "127.0.0.1")
    HTTPServer(app, max_buffer_size=LARGE, ssl_options=tls).listen(int(told["https"]), "127.0.0.1")
    HTTPServer(app, max_body_size=SMALL).listen(int(told["small"]), "127.0.0.1")
    await asyncio.Event().wait()


asyncio.run(main(dict(argument.split("=", 1) for argument in sys.argv[1:])))

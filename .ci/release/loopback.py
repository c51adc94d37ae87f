"""A server on loopback, of the standard library alone, for the requests of smoke/.

`/` answers with a line of JSON, `/private` to the user jo with the password secret only.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

CREDENTIALS = "Basic " + base64.b64encode(b"jo:secret").decode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/private" and self.headers["Authorization"] != CREDENTIALS:
            self.answer(401, b"", ("WWW-Authenticate", 'Basic realm="loopback"'))
        else:
            self.answer(200, b'{"hello": "world"}', ("Content-Type", "application/json"))

    def answer(self, status: int, body: bytes, *fields: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def server() -> Iterator[str]:
    """Serve while the block runs; gives the URL, without a slash at its end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.daemon_threads = True
        Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()

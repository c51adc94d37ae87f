"""A small HTTP/1.1 server, by the standard library, in a thread."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

DOWNLOAD_SIZE = 8 * 1024 * 1024


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "loopback"
    sys_version = ""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/hello":
            self.answer({"hello": "world"})
        elif url.path == "/old":
            self.answer({}, status=302, fields={"Location": "/hello"})
        elif url.path == "/login":
            self.answer({"welcome": "Jo"}, fields={"Set-Cookie": "session=5f2a; HttpOnly; Path=/"})
        elif url.path == "/account":
            self.answer({"your cookies": self.headers.get("Cookie")})
        elif url.path == "/letter":
            self.answer({"letter": parse_qs(url.query)["name"][0]})
        elif url.path == "/download":
            self.send_download()
        else:
            self.answer({"error": f"there is no {url.path} here"}, status=404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer({"you sent": json.loads(body)}, status=201)

    def answer(
        self, content: object, *, status: int = 200, fields: dict[str, str] | None = None
    ) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        for name, value in (fields or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_download(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(DOWNLOAD_SIZE))
        self.end_headers()
        for _ in range(DOWNLOAD_SIZE // 65536):
            self.wfile.write(b"\x00" * 65536)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the demo shows what goes over the wire."""


@contextmanager
def serve_http1() -> Iterator[str]:
    """Serve on a free port while the block runs, and give the URL of the server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()

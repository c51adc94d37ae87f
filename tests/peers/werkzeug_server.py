"""The contract on Werkzeug's development server: `werkzeug_server.py http=PORT https=PORT`."""

from __future__ import annotations

import logging
import sys
import threading

from werkzeug.serving import WSGIRequestHandler, make_server
from wsgi_app import app

logging.getLogger("werkzeug").setLevel(logging.ERROR)
told = dict(argument.split("=", 1) for argument in sys.argv[1:])


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # it closes after each answer by default


plain = make_server("127.0.0.1", int(told["http"]), app, threaded=True, request_handler=Handler)
tls = make_server(
    "127.0.0.1",
    int(told["https"]),
    app,
    threaded=True,
    request_handler=Handler,
    ssl_context=("cert.pem", "key.pem"),
)
threading.Thread(target=plain.serve_forever, daemon=True).start()
tls.serve_forever()

"""The contract on cheroot: `cheroot_server.py http=PORT https=PORT uds=PATH`."""

from __future__ import annotations

import sys
import threading

from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from wsgi_app import app

told = dict(argument.split("=", 1) for argument in sys.argv[1:])
plain = Server(("127.0.0.1", int(told["http"])), app, numthreads=20)
unix = Server(told["uds"], app, numthreads=5)
tls = Server(("127.0.0.1", int(told["https"])), app, numthreads=20)
tls.ssl_adapter = BuiltinSSLAdapter("cert.pem", "key.pem")
for server in (plain, unix):
    threading.Thread(target=server.start, daemon=True).start()
tls.start()

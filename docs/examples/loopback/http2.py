"""A small HTTP/2 server over TLS, by h2, with a certificate that is made on the spot."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import h2.config
import h2.connection
import h2.events
import trustme

from .listening import listen


@contextmanager
def serve_http2() -> Iterator[tuple[str, ssl.SSLContext]]:
    """Serve on a free port while the block runs; give the URL, and a TLS context that trusts it."""
    authority = trustme.CA()
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server_context)
    server_context.set_alpn_protocols(["h2"])
    client_context = ssl.create_default_context()
    authority.configure_trust(client_context)

    def serve(connection: socket.socket) -> None:
        try:
            with server_context.wrap_socket(connection, server_side=True) as secured:
                answer_requests(secured)
        except OSError:
            pass  # the client has gone

    with listen(serve) as port:
        yield f"https://localhost:{port}", client_context


def answer_requests(secured: ssl.SSLSocket) -> None:
    """Answer every request on one connection, in the order in which they come."""
    session = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    session.initiate_connection()
    secured.sendall(session.data_to_send())
    while received := secured.recv(65536):
        for event in session.receive_data(received):
            if isinstance(event, h2.events.RequestReceived):
                path = dict(event.headers)[b":path"].decode()
                body = json.dumps({"path": path, "stream": event.stream_id}).encode()
                session.send_headers(
                    event.stream_id,
                    [(":status", "200"), ("content-type", "application/json")],
                )
                session.send_data(event.stream_id, body, end_stream=True)
            elif isinstance(event, h2.events.ConnectionTerminated):
                return
        secured.sendall(session.data_to_send())

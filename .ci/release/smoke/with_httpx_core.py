"""httpx-core alone: its models and its wire format over a plain socket."""

import socket
import sys

from httpx_core import ByteStream, Headers, Request, Response, wire

request = Request("GET", f"{sys.argv[1]}/", headers={"Connection": "close"})
head = wire.encode_fields(request.headers.raw)
with socket.create_connection((request.url.host, request.url.port)) as connection:
    connection.sendall(b"GET %b HTTP/1.1\r\n%b" % (request.url.raw_path, head))
    received = b"".join(iter(lambda: connection.recv(65536), b""))
head, _, body = received.partition(b"\r\n\r\n")
status, *lines = head.split(b"\r\n")
fields = Headers([tuple(line.split(b": ", 1)) for line in lines])
response = Response(
    int(status.split()[1]), headers=fields, stream=ByteStream(body), request=request
)
assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
response.read()
assert response.json() == {"hello": "world"}

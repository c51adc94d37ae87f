"""httpx-core and httpx-auth: an authentication flow driven by hand, over http.client."""

import http.client
import sys

from httpx_auth import BasicAuth
from httpx_core import Request, Response


def send(request: Request) -> Response:
    connection = http.client.HTTPConnection(request.url.host, request.url.port)
    connection.request(request.method, request.url.path, headers=dict(request.headers))
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return Response(answer.status, headers=answer.getheaders(), content=content, request=request)


request = Request("GET", f"{sys.argv[1]}/private")
assert send(request).status_code == 401
flow = BasicAuth("jo", "secret").sync_auth_flow(request)
assert send(next(flow)).json() == {"hello": "world"}

"""A Location is followed to an absolute URL or ends in a documented exception; credentials go
to their own origin alone, what is sent is legal, and Host names the host that is asked.
"""

from __future__ import annotations

from tests.fuzz.draw import Draw
from tests.fuzz.targets.url import TOKENS as URL_TOKENS
from tests.fuzz.targets.url import check_stands

from httpx import Client, MockTransport, Request, RequestError, Response
from httpx_core import wire

STARTS = [
    "http://example.org/a/b?c#frag",
    "https://example.org/",
    "http://example.org:8080/x",
    "https://user:hunter2@example.org/",
    "http://[2001:db8::1]/",
    "http://127.0.0.1:81/",
]
STATUSES = [301, 302, 303, 307, 308]
SECRETS = {
    "Authorization": "Bearer hunter2",
    "Cookie": "id=hunter2",
    "Proxy-Authorization": "hunter2",
}
TOKENS = [
    *URL_TOKENS, b"https://example.org", b"http://example.org", b"example.org", b"//evil.test",
    b"http:///", b"\\\\", b"%0d%0a", b"http://example.org@evil.test", b"https://example.org:443",
    b"javascript:", b"data:,x", b"user:pw@",
]  # fmt: skip
SEEDS = [
    bytes([start, start, start]) + location
    for start in range(len(STARTS))
    for location in [
        b"/next",
        b"https://example.org/next#other",
        b"//example.org/x",
        b"http://evil.test/",
        b"?q",
        b"",
        b"https:///path",
        b"http://user:pw@example.org:8080/",
        b"\xc3\xa9/\xff",
    ]
]
EXAMPLES = 2000


def check(data: bytes) -> None:
    draw = Draw(data)
    start = draw.choose(STARTS)
    status = draw.choose(STATUSES)
    method = "POST" if draw.byte() % 2 else "GET"
    location = draw.rest()
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        seen.append(request)
        if len(seen) == 1:
            return Response(status, headers=[(b"Location", location), (b"Set-Cookie", b"new=1")])
        return Response(200)

    headers = dict(SECRETS)
    if "@" in start:
        del headers["Authorization"]
    with Client(transport=MockTransport(answer), follow_redirects=True, trust_env=False) as client:
        try:
            response = client.request(
                method, start, headers=headers, content=b"x" if method == "POST" else None
            )
        except RequestError as exc:
            assert str(exc)
            assert len(seen) <= 2
            return
    first, *later = seen
    assert [first] == [earlier.request for earlier in response.history][:1] or not later
    for request in later:
        check_followed(first, request)


def check_followed(first: Request, request: Request) -> None:
    url = request.url
    # Whether there is a transport for a scheme is the transport's to say.
    assert url.is_absolute_url
    check_stands(url)
    wire.check_target(url.raw_path)
    wire.check_fields(request.headers.raw)
    assert [url._host_header] == [v for k, v in request.headers.raw if k.lower() == b"host"]
    same = url._origin == first.url._origin
    upgrade = (
        url.raw_host == first.url.raw_host
        and ("http", 80) == (first.url._origin[0], first.url._origin[2])
        and ("https", 443) == (url._origin[0], url._origin[2])
    )
    told = b"".join(value for _, value in request.headers.raw)
    if not same and not upgrade and not url.userinfo:
        assert b"hunter2" not in told, request.headers.raw
        assert b"Basic" not in told or b"hunter2" not in told
    assert "proxy-authorization" not in request.headers or same
    # A cookie for the host that set it, which a Location may name again with another port.
    assert url.raw_host == first.url.raw_host or "cookie" not in request.headers
    if request.method == "GET" and first.method == "POST":
        assert b"" == request.read()
        assert "content-length" not in request.headers

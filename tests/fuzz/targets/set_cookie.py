"""No Set-Cookie value raises; a cookie is sent only to hosts and paths that RFC 6265 5.4 allows, and
what is sent is one well-formed Cookie field that no value of a server can break out of.
"""

from __future__ import annotations

from http.cookiejar import Cookie

from tests.fuzz.draw import Draw

from httpx_core import Cookies, Request, Response, wire

ORIGINS = [
    b"https://www.example.org/app/page",
    b"http://example.org/",
    b"https://example.org:8443/a",
    b"http://192.0.2.1/",
    b"http://[2001:db8::1]/",
    b"http://localhost/",
    b"http://b\xc3\xbccher.example/x/",
]
# Where a cookie must not come by accident: beside, above and below the host that set it.
OTHERS = [
    "https://www.example.org/app/page",
    "https://www.example.org/apple",
    "http://www.example.org/app/",
    "https://example.org/",
    "https://evilexample.org/",
    "https://www.example.org.evil.test/",
    "https://org/",
    "http://2.0.192.in-addr.arpa/",
    "http://192.0.2.1/",
    "http://2.1/",
    "http://[2001:db8::1]/",
    "http://localhost/",
    "http://a.localhost/",
    "http://evil.test/",
    "http://xn--bcher-kva.example/x/y",
]
TOKENS = [
    b"=", b";", b"; ", b",", b'"', b" ", b"\t", b"\r\n", b"\x00", b"\x7f", b"\x0b", b"\x80",
    b"\xff", b"\xc3\xa9", b"Domain=", b"Path=/", b"Path=", b"Secure", b"HttpOnly", b"SameSite=Lax",
    b"Max-Age=", b"Max-Age=-1", b"Expires=", b"Wed, 09 Jun 2031 10:18:14 GMT",
    b"Thu, 01 Jan 1970 00:00:00 GMT", b"example.org", b".org", b".example.org", b"__Host-",
    b"__Secure-", b"0", b"99999999999999999999", b"=;", b"$Version=1", b"1601", b"60:00:00",
    b"Feb 31", b".", b"..", b"[", b"]",
]  # fmt: skip
SEEDS = [
    bytes([origin]) + value
    for origin in range(len(ORIGINS))
    for value in [
        b"a=b",
        b"sid=31d4d96e407aad42; Path=/; Secure; HttpOnly; SameSite=Strict",
        b"lang=en-US; Domain=example.org; Path=/app; Expires=Wed, 09 Jun 2031 10:18:14 GMT",
        b"x=1; Max-Age=3600\xffy=2; Domain=.example.org\xffx=3; Path=/a",
        b"__Host-id=1; Secure; Path=/\xff__Secure-id=1; Secure",
        b'quoted="a, b; c"; domain=192.0.2.1',
        b"gone=1; Max-Age=0\xffgone=2; Expires=Thu, 01-Jan-70 00:00:01 GMT",
    ]
]
EXAMPLES = 2000


def check(data: bytes) -> None:
    draw = Draw(data)
    request = Request("GET", draw.choose(ORIGINS).decode())
    values = []
    while draw:
        values.append(draw.line())
    response = Response(200, headers=[(b"Set-Cookie", v) for v in values], request=request)
    cookies = Cookies()
    cookies.extract_cookies(response)
    shown = response.cookies
    assert len(list(cookies.jar)) <= len(values)
    assert len(list(shown.jar)) <= len(values)
    for cookie in cookies.jar:
        assert len(cookie.name) + len(cookie.value or "") <= 4096
    secrets = [cookie.value for cookie in cookies.jar]
    for url in [str(request.url), *OTHERS]:
        target = Request("GET", url)
        cookies.set_cookie_header(target)
        check_sent(cookies, target, request, len(secrets))


def check_sent(cookies: Cookies, target: Request, source: Request, count: int) -> None:
    header = target.headers.get("cookie")
    allowed = [cookie for cookie in cookies.jar if is_for(cookie, target, source)]
    if header is None:
        assert not allowed
        return
    wire.check_fields(target.headers.raw)
    assert "\n" not in header
    pairs = header.split("; ")
    assert sorted(f"{cookie.name}={cookie.value}" for cookie in allowed) == sorted(pairs)
    assert len(pairs) <= count


def is_for(cookie: Cookie, target: Request, source: Request) -> bool:
    """RFC 6265 5.4, read once more from what the jar shows of a cookie."""
    host = target.url.raw_host.decode()
    path = target.url.raw_path.decode()
    domain = cookie.domain
    if cookie.domain_specified:
        bare = domain.lstrip(".")
        below = (
            host.endswith(f".{bare}") and not host.replace(".", "").isdigit() and ":" not in host
        )
        # A host without a dot is known as `host.local`, too.
        fits = host == bare or below or (f"{host}.local" == bare and "." not in host)
        setter = source.url.raw_host.decode()
        assert setter == bare or setter.endswith(f".{bare}") or f"{setter}.local" == bare
    else:
        fits = source.url.raw_host.decode() == host
    if not fits or (cookie.secure and target.url.scheme != "https"):
        return False
    folder = cookie.path
    return path == folder or path.startswith(folder if folder.endswith("/") else f"{folder}/")

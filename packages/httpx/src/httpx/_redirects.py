"""Redirects (RFC 9110, 15.4): what the next request is, decided from one response. Pure, but for cookies.

| status | method | body |
| --- | --- | --- |
| 303 | GET, but HEAD stays HEAD | dropped |
| 302 | GET, but HEAD and QUERY stay | dropped when the method changes |
| 301 | GET for POST, others stay | dropped when the method changes |
| 307, 308 | stays | sent again |

QUERY keeps method and body on 301 and 302 (RFC 10008).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from httpx_core import URL, Headers, InvalidURL, RemoteProtocolError, StreamConsumed

if TYPE_CHECKING:
    from httpx_core import Request, Response

# What names or frames a body, and goes with it.
CONTENT_HEADERS = (
    "content-length",
    "transfer-encoding",
    "content-type",
    "content-encoding",
    "content-language",
    "content-location",
    "content-range",
    "content-digest",
    "repr-digest",
    "digest",
    "expect",
    "trailer",
)

# What is for one origin, and never goes to another.
CREDENTIALS = ("authorization", "cookie", "proxy-authorization")


def redirect_method(request: Request, response: Response) -> str:
    """The method of the next request."""
    method = request.method
    status = response.status_code
    if status == 303 and method != "HEAD":
        return "GET"
    if status == 302 and method not in ("HEAD", "QUERY"):
        return "GET"
    if status == 301 and method == "POST":
        return "GET"
    return method


def redirect_url(request: Request, response: Response) -> URL:
    """The URL of the next request. RemoteProtocolError: the Location is malformed."""
    location = response.headers["location"]
    try:
        url = URL(location)
        # `https:///path` means the same host.
        if url.scheme and not url.host:
            url = url.copy_with(host=request.url.host)
        if url.is_relative_url:
            url = request.url.join(url)
        if request.url.host and not url.host:
            # RFC 9110, 4.2.1; such as `//:8080`.
            raise InvalidURL("it has no host")
    except InvalidURL as exc:
        raise RemoteProtocolError(
            f"Invalid URL in location header: {exc}", request=request
        ) from exc
    # A fragment is for the user of the URL, and is inherited (RFC 9110, 10.2.2).
    if request.url.fragment and not url.fragment:
        url = url.copy_with(fragment=request.url.fragment)
    return url


def redirect_headers(request: Request, url: URL, method: str) -> Headers:
    """The headers of the next request, without what only the last origin may see."""
    headers = request.headers.copy()
    if not same_origin(url, request.url):
        for name in CREDENTIALS:
            if name == "authorization" and is_https_upgrade(request.url, url):
                continue
            headers.pop(name, None)
        headers["Host"] = url._host_header.decode("ascii")
    if method != request.method and method == "GET":
        headers = without_content(headers)
    # The client's cookies are looked up anew for the next URL.
    headers.pop("cookie", None)
    return headers


def without_content(headers: Headers) -> Headers:
    """The headers of a request that has lost its body (RFC 9110, 15.4)."""
    for name in CONTENT_HEADERS:
        headers.pop(name, None)
    return headers


def check_replayable(request: Request) -> None:
    """Refuse, before anything is sent, a body that cannot be had a second time. StreamConsumed."""
    if getattr(request.stream, "_is_spent", False):
        raise StreamConsumed


def drops_body(request: Request, response: Response, method: str) -> bool:
    """Whether the next request goes without the body of the last."""
    return response.status_code == 303 or (method != request.method and method == "GET")


def same_origin(one: URL, other: URL) -> bool:
    """Whether scheme, host and port are the same (RFC 6454), default ports filled in."""
    return one._origin == other._origin


def is_https_upgrade(url: URL, location: URL) -> bool:
    """Whether a redirect leads from http to https on the default ports of one host."""
    return (
        url.host == location.host
        and url._origin[0] == "http"
        and url._origin[2] == 80
        and location._origin[0] == "https"
        and location._origin[2] == 443
    )

"""The heads of requests and responses as they are shown. Credentials are not, unless asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .terminal import BOLD, CYAN, GREEN, RED, YELLOW, Screen

if TYPE_CHECKING:
    from httpx_core import URL, Request, Response

CREDENTIALS = frozenset((b"authorization", b"proxy-authorization", b"cookie"))

HIDDEN = "[secure]"
"""What is shown in the place of a credential; the repr of `Headers` has the same."""


def fields_of_request(request: Request, show_credentials: bool) -> list[tuple[str, str]]:
    """The request's headers as text, without its credentials."""
    return [
        (
            name.decode("latin-1"),
            value.decode("latin-1")
            if show_credentials or name.lower() not in CREDENTIALS
            else HIDDEN,
        )
        for name, value in request.headers.raw
    ]


def fields_of_response(response: Response) -> list[tuple[str, str]]:
    """The response's headers as text, in the order and with the case of the wire."""
    return [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw
    ]


def without_userinfo(url: URL) -> URL:
    return url.copy_with(username=None, password=None) if url.userinfo else url


def show_request_head(screen: Screen, request: Request, version: str, show: bool) -> None:
    """Show a request's head as it goes out, `version` being `HTTP/1.1` or `HTTP/2`."""
    if request.method == "CONNECT":
        target = request.url.netloc.decode("ascii")
    else:
        target = request.url.raw_path.decode("ascii")
    screen.write(request.method, BOLD)
    screen.line(f" {target} {version}")
    fields = fields_of_request(request, show)
    if version == "HTTP/2":
        from httpx_transports._http2.fields import CONNECTION_FIELDS

        fields = [field for field in fields if field[0].lower().encode() not in CONNECTION_FIELDS]
    _show_fields(screen, fields)


def show_response_head(screen: Screen, response: Response) -> None:
    """Show a response's head as it came."""
    status = response.status_code
    style = GREEN if 200 <= status < 300 else YELLOW if status < 400 else RED
    screen.write(f"{response.http_version} ")
    screen.line(f"{status} {response.reason_phrase}".rstrip(), style)
    _show_fields(screen, fields_of_response(response))


def _show_fields(screen: Screen, fields: list[tuple[str, str]]) -> None:
    for name, value in fields:
        screen.write(name, CYAN)
        screen.line(f": {value}")
    screen.line()

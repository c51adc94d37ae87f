"""BasicAuth: a name and a password in every request (RFC 7617)."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from ._auth import Auth

if TYPE_CHECKING:
    from httpx_core import Request, Response


class BasicAuth(Auth):
    """Send a name and a password, unencrypted, with every request: for https only.

    Text is encoded as UTF-8; give bytes for any other encoding.

    >>> from httpx_core import Request
    >>> flow = BasicAuth("Aladdin", "open sesame").sync_auth_flow(Request("GET", "https://a.test/"))
    >>> next(flow).headers["Authorization"]
    'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=='

    TypeError: the name or the password is neither str nor bytes.
    """

    __module__ = "httpx_auth"

    def __init__(self, username: str | bytes, password: str | bytes) -> None:
        self._auth_header = basic_credentials(username, password)

    def auth_flow(self, request: Request) -> Generator[Request, Response, None]:
        """Yield the request with its Authorization."""
        request.headers["Authorization"] = self._auth_header
        yield request


def basic_credentials(username: str | bytes, password: str | bytes) -> str:
    """The value of the field Authorization (RFC 7617 2)."""
    from binascii import b2a_base64

    pair = as_bytes("username", username) + b":" + as_bytes("password", password)
    return "Basic " + b2a_base64(pair, newline=False).decode("ascii")


def as_bytes(what: str, text: str | bytes) -> bytes:
    """The bytes of a credential; the error names it and does not show it."""
    if isinstance(text, str):
        return text.encode()
    if isinstance(text, bytes):
        return text
    raise TypeError(f"The {what} must be str or bytes, not {type(text).__name__}.")

"""Hand a request or a response to a CookieJar that is not ours.

Such a jar keeps and sends by its own policy, and gets what urllib would give it. Nothing is
decided here.
"""

from __future__ import annotations

from http.cookiejar import CookieJar
from typing import TYPE_CHECKING, Any
from urllib.request import Request as UrllibRequest

if TYPE_CHECKING:
    from ._request import Request
    from ._response import Response


class _ForeignRequest(UrllibRequest):
    def __init__(self, request: Request) -> None:
        super().__init__(str(request.url), headers=dict(request.headers), method=request.method)
        self._ours = request

    def add_unredirected_header(self, key: str, val: str) -> None:
        super().add_unredirected_header(key, val)
        self._ours.headers[key] = val


class _ForeignResponse:
    def __init__(self, response: Response) -> None:
        self._ours = response

    def info(self) -> Any:
        from email.message import Message

        message = Message()
        for name, value in self._ours.headers.multi_items():
            message[name] = value
        return message


def extract_by_its_own_rules(jar: CookieJar, response: Response) -> None:
    """Let any CookieJar keep the cookies of a response."""
    foreign: Any = _ForeignResponse(response)
    jar.extract_cookies(foreign, _ForeignRequest(response.request))


def send_by_its_own_rules(jar: CookieJar, request: Request) -> None:
    """Let any CookieJar set the Cookie header of a request."""
    jar.add_cookie_header(_ForeignRequest(request))

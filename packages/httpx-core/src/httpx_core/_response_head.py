"""The head of a response: what its status, request and header fields say. No body in this file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._text import charset_of

if TYPE_CHECKING:
    from datetime import timedelta

    from ._headers import Headers
    from ._request import Request
    from ._url import URL

_REDIRECTS_WITH_LOCATION = frozenset((301, 302, 303, 307, 308))


class ResponseHead:
    """All of a `Response` that can be said without its body."""

    __module__ = "httpx_core"

    status_code: int
    headers: Headers
    extensions: dict[str, Any]
    _request: Request | None

    # Set when the response is closed: seconds, until they are asked for.
    _elapsed: timedelta | float

    # The request and what came before

    @property
    def request(self) -> Request:
        """The request that this answers; RuntimeError when none was ever set."""
        if self._request is None:
            raise RuntimeError("The request instance has not been set on this response.")
        return self._request

    @request.setter
    def request(self, value: Request) -> None:
        self._request = value

    @property
    def url(self) -> URL:
        """The URL of the request."""
        return self.request.url

    @property
    def elapsed(self) -> timedelta:
        """From sending the request to closing the response; RuntimeError before that."""
        if not hasattr(self, "_elapsed"):
            raise RuntimeError(
                "'.elapsed' may only be accessed after the response has been read or closed."
            )
        from datetime import timedelta

        if not isinstance(self._elapsed, timedelta):
            self._elapsed = timedelta(seconds=self._elapsed)
        return self._elapsed

    @elapsed.setter
    def elapsed(self, value: timedelta) -> None:
        self._elapsed = value

    # Status

    @property
    def http_version(self) -> str:
        """The version the server answered in, "HTTP/1.1" or "HTTP/2"."""
        version: bytes | None = self.extensions.get("http_version")
        return "HTTP/1.1" if version is None else version.decode("ascii", "ignore")

    @property
    def reason_phrase(self) -> str:
        """The reason phrase the server sent, or else the usual one of the status code."""
        phrase: bytes | None = self.extensions.get("reason_phrase")
        if phrase is None:
            from ._status import codes

            return codes.get_reason_phrase(self.status_code)
        return phrase.decode("ascii", "ignore")

    @property
    def is_informational(self) -> bool:
        """Whether the status code is 1xx."""
        return 100 <= self.status_code <= 199

    @property
    def is_success(self) -> bool:
        """Whether the status code is 2xx."""
        return 200 <= self.status_code <= 299

    @property
    def is_redirect(self) -> bool:
        """Whether the status code is 3xx, with or without a location to follow."""
        return 300 <= self.status_code <= 399

    @property
    def is_client_error(self) -> bool:
        """Whether the status code is 4xx."""
        return 400 <= self.status_code <= 499

    @property
    def is_server_error(self) -> bool:
        """Whether the status code is 5xx."""
        return 500 <= self.status_code <= 599

    @property
    def is_error(self) -> bool:
        """Whether the status code is 4xx or 5xx."""
        return 400 <= self.status_code <= 599

    @property
    def has_redirect_location(self) -> bool:
        """Whether this is a redirect that says where to."""
        return self.status_code in _REDIRECTS_WITH_LOCATION and "location" in self.headers

    # Header fields that mean something to the model

    @property
    def links(self) -> dict[str | None, dict[str, str]]:
        """The links of the Link header (RFC 8288), by relation type, or by URL where there is none.

        >>> from httpx_core import Response
        >>> Response(200, headers={"Link": '</2>; rel="next"'}).links["next"]["url"]
        '/2'
        """
        value = self.headers.get("link")
        if value is None:
            return {}
        from ._links import parse_links

        return parse_links(value)

    @property
    def charset_encoding(self) -> str | None:
        """The charset parameter of Content-Type, in lower case; None when it has none."""
        content_type = self.headers.get("content-type")
        return None if content_type is None else charset_of(content_type)

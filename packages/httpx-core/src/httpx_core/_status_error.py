"""The message of a status that was not 2xx."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._response import Response

_KINDS = {
    1: "Informational response",
    3: "Redirect response",
    4: "Client error",
    5: "Server error",
}

# The userinfo of an absolute or network-path reference: RFC 3986 section 3.2.
_USERINFO = re.compile(r"^([^/?#]*//)[^/?#]*@")


def status_error_message(response: Response) -> str:
    """Say what came instead of success, for which URL, and where to read about it. No userinfo."""
    status = response.status_code
    kind = _KINDS.get(status // 100, "Invalid status code")
    lines = [f"{kind} '{status} {response.reason_phrase}' for url '{_bare(str(response.url))}'"]
    if response.has_redirect_location:
        lines.append(f"Redirect location: '{_bare(response.headers['location'])}'")
    lines.append(
        "For more information check: "
        f"https://developer.mozilla.org/en-US/docs/Web/HTTP/Status/{int(status)}"
    )
    return "\n".join(lines)


def _bare(url: str) -> str:
    return _USERINFO.sub(r"\1", url)

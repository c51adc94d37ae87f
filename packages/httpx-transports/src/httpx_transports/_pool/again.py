"""When a request that failed may go again: a pure rule, with the sections of RFC 9110 and 9113 it follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from httpx_core import NetworkError, RemoteProtocolError, RequestError, wire

if TYPE_CHECKING:
    from .._attempt import Attempt

# RFC 9110, 9.2.2, and QUERY of RFC 10008.
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY"})

# A server that refuses each stream would otherwise keep a request for ever. One that serves few requests a
# connection refuses the rest of a burst each time: so not too few.
MAX_REFUSALS = 10


def may_go_again(attempt: Attempt, error: RequestError, tries: int) -> bool:
    """Whether the request may be sent once more after `error`, having gone again `tries` times.

    1. The server said that it did not process it (RFC 9113, 6.8 and 8.7): whatever its method.
    2. A reused connection died before the first byte of a response (RFC 9112, 9.3.1): when nothing
       was sent, or the method is idempotent. Once.
    3. In both cases, if some of it was sent, only if its body can be had again.
    """
    request = attempt.request
    if attempt.refused:
        return tries < MAX_REFUSALS and (not attempt.sent or wire.is_replayable(request.stream))
    if tries or not attempt.reused or attempt.answered:
        return False
    if not isinstance(error, (NetworkError, RemoteProtocolError)):
        return False
    if not attempt.sent:
        return True
    return request.method.upper() in IDEMPOTENT and wire.is_replayable(request.stream)

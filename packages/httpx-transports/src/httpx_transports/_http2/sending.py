"""Sending the body of a request: as much as the peer's windows and the network take, and when.

The next chunk is asked for when the one before it has gone, and not earlier. Whoever waits here for
room reads meanwhile, through `Turns`, or two peers that both write would wait for each other.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from httpx_core import WriteTimeout

from .._backends import faults

if TYPE_CHECKING:
    from .._attempt import Attempt
    from .body import Outgoing
    from .streams import Stream
    from .turns import Turns

CONTINUE_LIMIT = 1.0
"""Seconds that a body is held back for 100 (Continue) before it is sent all the same (RFC 9110, 10.1.1)."""


async def send_some(turns: Turns, stream: Stream, attempt: Attempt, outgoing: Outgoing) -> bool:
    """Send what fits of the body; False when there is no room for it."""
    if not outgoing.rest and not outgoing.last:
        await outgoing.fill()
    if attempt.deadline is not None and monotonic() >= attempt.deadline:
        # A server that takes a little at a time, and a body without end, hold nobody longer.
        raise faults.write_deadline(turns.peer)
    if turns.is_congested:
        await turns.write(attempt.write, attempt.deadline, stream)
        await _await_writer(turns, stream, attempt)
        if turns.is_congested:
            return True
    with turns.mutex:
        if stream.fault is not None or stream.ended:
            return True
        sent = turns.session.send(stream, outgoing.rest, outgoing.last)
    if sent < 0:
        if not turns.write_now():
            await turns.write(attempt.write, attempt.deadline, stream)
        return False
    outgoing.rest = outgoing.rest[sent:]
    if not turns.write_now():
        await turns.write(attempt.write, attempt.deadline, stream)
    await _await_writer(turns, stream, attempt)
    # A response may be there, room in the window, or a peer that cannot read before we do.
    turns.catch_up()
    return True


async def _await_writer(turns: Turns, stream: Stream, attempt: Attempt) -> None:
    """Wait while another task writes: to ask again and again would hold up the event loop."""
    limit = attempt.left(attempt.write)
    if turns.is_writing and not await turns.writable(limit, stream):
        raise WriteTimeout(
            f"Sending the request to {turns.peer} timed out: another request's bytes did not "
            f"leave within {limit:.4g} seconds.",
            request=attempt.request,
        )


async def await_continue(turns: Turns, stream: Stream, attempt: Attempt) -> None:
    """Hold the body back until 100 (Continue), a final response, or a bounded wait."""
    if not turns.write_now():
        await turns.write(attempt.write, attempt.deadline)
    wait = CONTINUE_LIMIT if attempt.read is None else min(CONTINUE_LIMIT, attempt.read)
    deadline = monotonic() + (attempt.left(wait) or 0.0)
    while not (stream.status or stream.fault or stream.interim):
        if not await turns.wait(stream, deadline):
            return

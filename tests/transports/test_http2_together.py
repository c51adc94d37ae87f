"""What many tasks send at once leaves together: few writes, few packets, few encrypted records."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.http2_client import connect
from tests.support.http2_server import HTTP2Server, Peer

TASKS, ROUNDS = 20, 4


async def test_the_requests_of_a_round_leave_in_one_write(
    async_colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also those that follow a response at once, by tasks that all got theirs from one read."""
    colour = async_colour
    writes: list[int] = []

    def script(peer: Peer, number: int) -> None:
        for _ in range(ROUNDS):
            waiting = [peer.next_request()[0] for _ in range(TASKS)]
            for stream_id in waiting:
                peer.h2.send_headers(stream_id, [(":status", "200")])
                peer.h2.send_data(stream_id, b"Hello", end_stream=True)
            peer.flush()
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            stream = type(line.connection._io)
            write_now = stream.write_now

            def counted(self: Any, data: bytes) -> bool:
                if data:
                    writes.append(len(data))
                return write_now(self, data)

            monkeypatch.setattr(stream, "write_now", counted)

            async def task() -> None:
                for _ in range(ROUNDS):
                    assert b"Hello" == await line.get("/")

            await colour.concurrently(*[task] * TASKS)
    # One a round, and a few for SETTINGS and for a round that came in two reads.
    assert ROUNDS <= len(writes) <= 3 * ROUNDS


async def test_what_was_left_to_a_task_that_is_cancelled_leaves_all_the_same(
    async_colour: Colour,
) -> None:
    """Two begin in the same turn of the event loop; the one that was to write for both is cancelled."""
    colour = async_colour

    def script(peer: Peer, number: int) -> None:
        stream_id, _ = peer.next_request()
        peer.respond(stream_id, 200, b"first")
        while True:
            stream_id, fields = peer.next_request()
            if fields[":path"] == "/wanted":
                peer.respond(stream_id, 200, b"wanted")
                break
        peer.until_closed()

    with HTTP2Server(script) as server:
        async with await connect(colour, server) as line:
            assert b"first" == await line.get("/")

            async def cancelled() -> None:
                await colour.cancel_at(1, lambda: line.get("/given-up"))

            async def wanted() -> bytes:
                return await line.get("/wanted")

            results = await colour.concurrently(cancelled, wanted)
            assert b"wanted" in results

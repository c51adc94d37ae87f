"""Turns of HTTP/2 over a network that takes nothing, takes late, or breaks: who reads and who writes."""

from __future__ import annotations

from time import monotonic
from typing import Any

import pytest
from hyperframe.frame import DataFrame, Frame, GoAwayFrame
from tests.transports.http2_session import PREFACE, new_session, opened

from httpx_core import ReadTimeout, RemoteProtocolError, WriteError, WriteTimeout
from httpx_transports._backends.blocking import BlockingBackend
from httpx_transports._backends.interface import NetworkStream
from httpx_transports._bridge import run
from httpx_transports._http2.failures import lost
from httpx_transports._http2.streams import Stream
from httpx_transports._http2.turns import Turns


def frames(data: bytes) -> list[Frame]:
    data = data.removeprefix(PREFACE)
    found = []
    while data:
        frame, size = Frame.parse_frame_header(memoryview(data[:9]))
        found.append(frame)
        data = data[9 + size :]
    return found


class Wire(NetworkStream):
    """A network whose moods are set: what it takes at once, what drains, what can be read."""

    def __init__(self) -> None:
        self.takes_at_once = True
        self.is_full = False
        self.written: list[bytes] = []
        self.write_error: BaseException | None = None
        self.left: list[int | Exception] = []
        self.reads: list[bytes] = []
        self.readable: list[bool] = []
        self.drained = 0
        self.closed = False

    async def read(self, max_bytes: int, timeout: float | None) -> bytes:
        if not self.reads:
            raise ReadTimeout("Nothing came.")
        return self.reads.pop(0)

    def read_now(self, max_bytes: int) -> bytes | None:
        return self.reads.pop(0) if self.reads else None

    async def write(
        self, data: bytes | memoryview, timeout: float | None, deadline: float | None = None
    ) -> None:
        if self.write_error is not None:
            raise self.write_error
        self.written.append(bytes(data))

    def write_now(self, data: bytes | memoryview) -> bool:
        if not self.takes_at_once or self.closed:
            return False
        if not data:
            return not self.is_full
        self.written.append(bytes(data))
        return True

    async def drain(self, timeout: float | None, watch: bool) -> int:
        self.drained += 1
        if self.closed:
            raise WriteError("The connection was closed on this side.")
        left = self.left.pop(0) if self.left else 0
        if isinstance(left, Exception):
            raise left
        return left

    def is_readable(self) -> bool:
        return self.readable.pop(0) if self.readable else bool(self.reads)

    def close(self) -> None:
        self.closed = True


class Shared:
    """A connection with one stream, its network, and how often its limit changed."""

    def __init__(self) -> None:
        self.wire = Wire()
        self.session = new_session()
        self.changes = 0
        self.turns = Turns(
            self.wire, BlockingBackend(), self.session, "peer", self._changed, None, 5.0
        )
        self.stream: Stream = opened(self.session)

    def _changed(self) -> None:
        self.changes += 1

    def congested(self) -> Shared:
        """The network has taken all, and says that it is too much."""
        self.wire.is_full = True
        assert not self.turns.write_now()
        assert self.turns.is_congested
        return self

    def failure(self) -> Any:
        return self.session.failure


def test_a_write_that_is_broken_off_loses_the_connection_for_all() -> None:
    shared = Shared()
    shared.wire.takes_at_once = False
    shared.wire.write_error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        run(shared.turns.write(5.0))
    assert WriteError is shared.failure().kind
    assert "Writing to peer was given up half-way" in shared.failure().message
    assert shared.wire.write_error is shared.failure().cause
    assert shared.failure() is shared.stream.fault
    assert shared.wire.closed
    assert not shared.turns.is_writing


@pytest.mark.parametrize("drains", [False, True])
def test_a_limit_on_writing_is_on_the_time_without_progress(drains: bool) -> None:
    shared = Shared().congested()
    shared.wire.left = [30, 20, 10, 0] if drains else [30, 30, 30, 30]
    shared.wire.is_full = not drains
    run(shared.turns.write(0.0))
    if drains:
        assert shared.failure() is None
        assert not shared.turns.is_congested
    else:
        assert WriteTimeout is shared.failure().kind
        assert shared.wire.closed


def test_a_total_limit_on_writing_holds_whatever_progress_there_is() -> None:
    shared = Shared().congested()
    shared.wire.left = [30, 20, 10]
    run(shared.turns.write(5.0, monotonic()))
    assert WriteTimeout is shared.failure().kind
    assert [20, 10] == shared.wire.left


def test_who_sends_on_a_stream_stops_waiting_when_that_has_news() -> None:
    shared = Shared().congested()
    shared.stream.chunks.append(b"answer")
    run(shared.turns.write(5.0, None, shared.stream))
    assert 0 == shared.wire.drained
    assert shared.turns.is_congested
    assert shared.failure() is None


def test_what_a_peer_sent_is_taken_in_while_it_takes_nothing() -> None:
    shared = Shared().congested()
    shared.wire.left = [30]
    shared.wire.reads = [DataFrame(shared.stream.id, b"x").serialize()]
    run(shared.turns.write(5.0))
    assert [] == shared.wire.reads


def test_a_peer_that_takes_no_more_is_still_read_and_gets_no_new_stream() -> None:
    shared = Shared().congested()
    shared.wire.left = [WriteError("The peer is gone.")]
    run(shared.turns.write(5.0))
    assert shared.failure() is None
    assert (0, 1) == (shared.session.limit, shared.changes)
    count = len(shared.wire.written)
    shared.turns.ping()
    assert shared.turns.write_now()
    assert count == len(shared.wire.written)


def test_the_reader_of_a_peer_that_takes_no_more_hears_why() -> None:
    shared = Shared().congested()
    shared.wire.left = [WriteError("The peer is gone.")]
    shared.wire.reads = [b""]
    assert run(shared.turns.wait(shared.stream, None))
    assert RemoteProtocolError is shared.failure().kind
    assert 1 == shared.wire.drained


def test_the_reader_writes_what_a_network_without_a_way_to_write_at_once_has_left() -> None:
    shared = Shared()
    shared.wire.takes_at_once = False
    assert not shared.turns.write_now()
    assert [] == shared.wire.written
    assert not run(shared.turns.wait(shared.stream, monotonic() + 0.01))
    assert shared.wire.written[0].startswith(b"PRI * HTTP/2.0")
    assert not shared.turns.is_congested


def test_a_breach_is_told_to_a_peer_that_does_not_take_it_at_once() -> None:
    shared = Shared()
    shared.wire.takes_at_once = False
    # RFC 9113, 6.1: DATA on stream 0.
    shared.turns.take_in(DataFrame(1, b"x").serialize().replace(b"\x00\x00\x00\x01", bytes(4)))
    assert RemoteProtocolError is shared.failure().kind
    assert shared.wire.closed
    said = frames(b"".join(shared.wire.written))
    assert GoAwayFrame is type(said[-1])


@pytest.mark.parametrize("limit", [0.0, 0.01])
def test_who_waits_for_another_to_have_written_waits_for_its_limit(limit: float) -> None:
    shared = Shared()
    shared.turns._writing = True
    assert not run(shared.turns.writable(limit, shared.stream))
    assert [] == shared.turns._parked


@pytest.mark.parametrize("limit", [None, 20.0])
def test_who_waits_for_another_to_have_written_ends_with_its_stream(limit: float | None) -> None:
    shared = Shared()
    shared.turns._writing = True
    shared.stream.fault = lost(WriteError("The peer is gone."))
    assert run(shared.turns.writable(limit, shared.stream))


@pytest.mark.parametrize("is_there", [False, True])
def test_half_a_tls_record_is_nothing_yet_and_what_cannot_be_read_is_not_known(
    is_there: bool,
) -> None:
    shared = Shared()
    shared.wire.readable = [True, is_there]
    assert shared.turns.catch_up() is not is_there
    assert shared.failure() is None


def test_nobody_reads_beside_the_reader() -> None:
    shared = Shared()
    shared.turns._reading = True
    shared.wire.reads = [b"x"]
    assert shared.turns.catch_up()
    assert [b"x"] == shared.wire.reads

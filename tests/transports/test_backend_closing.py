"""Closing from elsewhere: another thread, a loop that is over, a forked child, without a warning."""

from __future__ import annotations

import asyncio
import gc
import os
import select
import socket
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.raw_server import RawServer, reset

from httpx_core import ReadError, WriteError
from httpx_transports._backends.asyncio import AsyncioBackend
from httpx_transports._bridge import run

SENT = 64 * 1024 * 1024
"""Bytes, more than the buffers of a connection hold."""


def hold(connection: socket.socket, number: int) -> None:
    while connection.recv(100):
        pass


@pytest.fixture
def server(no_leaks: None) -> Iterator[RawServer]:
    with RawServer(hold) as server:
        yield server


def connect(server: RawServer) -> Any:
    return AsyncioBackend().connect_tcp(server.host, server.port, timeout=10)


def test_a_stream_of_a_loop_that_is_closed_is_closed_without_a_word(server: RawServer) -> None:
    stream = asyncio.run(connect(server))
    descriptor = stream._socket.fileno()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        stream.close()
        stream.close()
        assert stream.is_readable()
        del stream
        gc.collect()
    assert [] == caught
    with pytest.raises(OSError):
        os.fstat(descriptor)


def test_a_stream_is_closed_from_another_thread_while_its_loop_is_closed(server: RawServer) -> None:
    stream = asyncio.run(connect(server))
    thread = threading.Thread(target=stream.close)
    thread.start()
    thread.join()
    assert -1 == stream._socket.fileno()


def test_a_stream_of_a_loop_that_does_not_run_is_closed_at_once(server: RawServer) -> None:
    loop = asyncio.new_event_loop()
    try:
        stream = loop.run_until_complete(connect(server))
        stream.close()
        assert -1 == stream._socket.fileno()
        loop.run_until_complete(asyncio.sleep(0))
    finally:
        loop.close()


def test_a_stream_of_a_loop_that_never_runs_again_is_closed_without_a_word(
    server: RawServer,
) -> None:
    """Dropped between the last turn of a loop and its end, by the garbage collector as a rule."""
    loop = asyncio.new_event_loop()
    stream = loop.run_until_complete(connect(server))
    descriptor = stream._socket.fileno()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        stream.close()
        loop.close()
        del stream
        gc.collect()
    assert [] == caught
    with pytest.raises(OSError):
        os.fstat(descriptor)


def test_a_stream_is_closed_from_another_thread_while_its_loop_runs(server: RawServer) -> None:
    async def main() -> None:
        stream = await connect(server)
        threading.Timer(0.02, stream.close).start()
        with pytest.raises(ReadError, match="closed on this side"):
            await stream.read(10, 20)

    asyncio.run(main())


def test_what_the_system_has_not_taken_is_not_sent_after_closing() -> None:
    """Nobody waits at a close: what a peer that does not read was given beyond its buffers is dropped."""
    closed = threading.Event()
    received = []

    def read_late(connection: socket.socket, number: int) -> None:
        assert closed.wait(20)
        size = 0
        try:
            while data := connection.recv(1 << 20):
                size += len(data)
        except ConnectionResetError:
            pass
        received.append(size)

    async def main(server: RawServer) -> None:
        stream = await connect(server)
        assert stream.write_now(bytes(SENT))
        assert await stream.drain(0.0, False)
        stream.close()
        await asyncio.sleep(0)
        closed.set()

    with RawServer(read_late) as server:
        asyncio.run(main(server))
    assert received[0] < SENT


def test_a_stream_is_closed_from_another_loop(server: RawServer) -> None:
    loop = asyncio.new_event_loop()
    try:
        stream = loop.run_until_complete(connect(server))

        async def elsewhere() -> None:
            stream.close()

        asyncio.run(elsewhere())
        assert -1 == stream._socket.fileno()
    finally:
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def test_a_trio_stream_is_closed_after_its_run(server: RawServer) -> None:
    import trio

    from httpx_transports._backends.trio import TrioBackend

    async def main() -> Any:
        return await TrioBackend().connect_tcp(server.host, server.port, timeout=10)

    stream = trio.run(main)
    stream.close()
    stream.close()
    assert -1 == stream._socket.fileno()


def test_a_finished_loop_hears_nothing_of_a_timer_that_was_left(server: RawServer) -> None:
    async def main() -> None:
        stream = await connect(server)
        loop = asyncio.get_running_loop()
        told: list[Any] = []
        loop.set_exception_handler(lambda loop, context: told.append(context))
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(stream.read(10, 0.02), 0.01)
        stream.close()
        # Timers fire in their order: what the stream had set comes before this one.
        later = asyncio.Event()
        loop.call_later(0.05, later.set)
        await later.wait()
        assert [] == told

    asyncio.run(main())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
async def test_closing_in_a_forked_child_leaves_the_parents_connection(colour: Colour) -> None:
    def echo(connection: socket.socket, number: int) -> None:
        while data := connection.recv(100):
            connection.sendall(data)

    with RawServer(echo) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        child = os.fork()
        if child == 0:
            try:
                stream.close()
            finally:
                os._exit(0)
        await colour.in_thread(os.waitpid, child, 0)
        await stream.write(b"mine", 10)
        assert b"mine" == await stream.read(10, 10)
        stream.close()


@pytest.mark.parametrize("at_once", [True, False])
def test_a_lost_connection_takes_no_more_and_the_loop_logs_nothing(
    at_once: bool, no_leaks: None, caplog: pytest.LogCaptureFixture
) -> None:
    connected = threading.Event()

    def reset_once_connected(connection: Any, number: int) -> None:
        connected.wait(10)
        reset(connection)

    async def main() -> None:
        with RawServer(reset_once_connected) as server:
            stream: Any = await connect(server)
            connected.set()
            # Blocked, so that the loop sees the reset by our writes first.
            select.select([stream._socket.fileno()], [], [], 10)
            with pytest.raises(WriteError):
                for _ in range(30):
                    if not (at_once and stream.write_now(b"x")):
                        await stream.write(b"x", 1)
            stream.close()

    asyncio.run(main())
    assert [] == caplog.messages


def test_the_number_of_a_closed_socket_is_not_read_by_who_was_reading(server: RawServer) -> None:
    from httpx_transports._backends.blocking import BlockingBackend

    stream: Any = run(BlockingBackend().connect_tcp(server.host, server.port, timeout=10))
    failures: list[BaseException] = []
    reading = threading.Event()

    def read() -> None:
        reading.set()
        try:
            run(stream.read(10, 20))
        except ReadError as exc:
            failures.append(exc)

    thread = threading.Thread(target=read)
    thread.start()
    reading.wait()
    stream.close()
    thread.join(10)
    assert 1 == len(failures)
    # The reader closed the descriptor as it left.
    assert -1 == stream._socket.fileno()

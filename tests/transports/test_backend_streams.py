"""The sockets of each backend against real ones: what is read and written, each limit, each failure."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.raw_server import RawServer, reset

from httpx_core import (
    ConnectError,
    ConnectTimeout,
    ReadError,
    ReadTimeout,
    WriteError,
    WriteTimeout,
)

SIZE = 4 * 1024 * 1024


@pytest.fixture(autouse=True)
def _no_leaks(no_leaks: None) -> None:
    """No test here may leave a socket or a thread behind."""


def echo(connection: socket.socket, number: int) -> None:
    while data := connection.recv(65536):
        connection.sendall(data)


def silent(connection: socket.socket, number: int) -> None:
    connection.recv(1)


def until(event: threading.Event) -> Callable[[socket.socket, int], None]:
    """A handler that reads nothing, and ends with the event."""

    def handler(connection: socket.socket, number: int) -> None:
        event.wait(20)

    return handler


async def read_all(stream: Any, timeout: float = 10) -> bytes:
    parts = []
    while data := await stream.read(65536, timeout):
        parts.append(data)
    return b"".join(parts)


async def test_what_is_written_comes_back(colour: Colour) -> None:
    with RawServer(echo) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        await stream.write(b"hello", 10)
        assert b"hello" == await stream.read(100, 10)
        stream.close()


async def test_a_read_gives_no_more_than_was_asked_for_and_keeps_the_rest(colour: Colour) -> None:
    with RawServer(lambda c, n: c.sendall(b"abcdefg")) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        parts = [await stream.read(3, 10) for _ in range(4)]
        assert b"abcdefg" == b"".join(parts)
        assert 3 >= max(len(part) for part in parts)
        stream.close()


async def test_the_peers_end_is_an_empty_read_however_often_one_reads(colour: Colour) -> None:
    with RawServer(lambda c, n: c.sendall(b"x")) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        assert [b"x", b"", b""] == [await stream.read(10, 10) for _ in range(3)]
        stream.close()


def until_readable(stream: Any) -> None:
    """Wait until the peer, which is a thread, has sent something or closed."""
    assert select.select([stream.get_extra_info("socket")], [], [], 10.0)[0]
    assert stream.is_readable()


async def test_a_peer_that_has_ended_can_still_be_written_to(colour: Colour) -> None:
    received = []
    done = threading.Event()

    def half_close(connection: socket.socket, number: int) -> None:
        connection.shutdown(socket.SHUT_WR)
        received.append(connection.recv(100))
        done.set()

    with RawServer(half_close) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        assert b"" == await stream.read(10, 10)
        await stream.write(b"still here", 10)
        await colour.wait(done)
        assert [b"still here"] == received
        stream.close()


async def test_a_read_limit_names_the_peer_and_the_seconds(colour: Colour) -> None:
    with RawServer(silent) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        with pytest.raises(ReadTimeout) as caught:
            await stream.read(10, 0.05)
        expected = f"Reading from {server.host}:{server.port} timed out: no bytes came within 0.05 seconds."
        assert expected == str(caught.value)
        stream.close()


@pytest.mark.parametrize("limit", [0, -1])
async def test_a_read_without_time_takes_what_is_there_or_times_out(
    colour: Colour, limit: float
) -> None:
    with RawServer(echo) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        with pytest.raises(ReadTimeout):
            await stream.read(10, limit)
        await stream.write(b"x", 10)
        until_readable(stream)
        assert b"x" == await stream.read(10, limit)
        stream.close()


async def test_a_shorter_limit_after_a_longer_one_fires_at_its_own_time(colour: Colour) -> None:
    with RawServer(echo) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        await stream.write(b"x", 10)
        assert b"x" == await stream.read(10, 1000)
        with pytest.raises(ReadTimeout):
            await stream.read(10, 0.02)
        await stream.write(b"y", 10)
        assert b"y" == await stream.read(10, None)
        with pytest.raises(ReadTimeout):
            await stream.read(10, 0.02)
        stream.close()


async def test_a_reset_is_a_read_error(colour: Colour) -> None:
    def handler(connection: socket.socket, number: int) -> None:
        connection.recv(1)
        reset(connection)

    with RawServer(handler) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        await stream.write(b"x", 10)
        with pytest.raises(ReadError, match=r"Reading from .* failed: \[Errno 104\]") as caught:
            await stream.read(10, 10)
        assert isinstance(caught.value.__cause__, ConnectionResetError)
        stream.close()


async def test_writing_after_a_reset_is_a_write_error(colour: Colour) -> None:
    def handler(connection: socket.socket, number: int) -> None:
        connection.recv(1)
        reset(connection)

    with RawServer(handler) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        await stream.write(b"x", 10)
        with pytest.raises(WriteError, match=r"Writing to .* failed"):
            while True:
                await stream.write(b"y" * 1000, 10)
                await colour.sleep(0.001)
        stream.close()


async def test_a_big_write_reaches_a_slow_reader_whole(colour: Colour) -> None:
    data = bytes(range(256)) * (SIZE // 256)
    received = bytearray()
    done = threading.Event()

    def handler(connection: socket.socket, number: int) -> None:
        while len(received) < SIZE:
            received.extend(connection.recv(50_000))
        done.set()

    with RawServer(handler) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        await stream.write(data, 10)
        await colour.wait(done)
        assert data == received
        stream.close()


async def test_a_peer_that_takes_nothing_is_a_write_timeout(colour: Colour) -> None:
    release = threading.Event()
    with RawServer(until(release)) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        with pytest.raises(WriteTimeout, match=r"it took no bytes within 0.05 seconds"):
            await stream.write(bytes(64 * 1024 * 1024), 0.05)
        stream.close()
        release.set()


async def test_a_peer_that_takes_some_bytes_each_time_is_no_write_timeout(colour: Colour) -> None:
    done = threading.Event()
    size = 24 * 1024 * 1024

    def handler(connection: socket.socket, number: int) -> None:
        left = size
        while left:
            left -= len(connection.recv(1024 * 1024))
            done.wait(0.03)
        done.set()

    with RawServer(handler) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        await stream.write(bytes(size), 0.5)
        await colour.wait(done)
        stream.close()


async def test_a_deadline_ends_a_write_that_makes_progress(colour: Colour) -> None:
    from time import monotonic

    stop = threading.Event()

    def handler(connection: socket.socket, number: int) -> None:
        while not stop.wait(0.02):
            connection.recv(100_000)

    with RawServer(handler) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        start = monotonic()
        with pytest.raises(WriteTimeout, match="when the total limit ended"):
            await stream.write(bytes(64 * 1024 * 1024), 10, start + 0.2)
        assert 5 > monotonic() - start
        stop.set()
        stream.close()


async def test_after_a_write_that_was_cut_short_no_other_is_accepted(async_colour: Colour) -> None:
    release = threading.Event()
    with RawServer(until(release)) as server:
        stream = await async_colour.backend().connect_tcp(server.host, server.port, timeout=10)
        with pytest.raises(WriteTimeout):
            await stream.write(bytes(64 * 1024 * 1024), 0.02)
        with pytest.raises(WriteError, match="cut short"):
            await stream.write(b"x", 10)
        stream.close()
        release.set()


async def test_one_reads_while_another_writes(colour: Colour) -> None:
    data = bytes(range(256)) * (SIZE // 256)

    def handler(connection: socket.socket, number: int) -> None:
        def send() -> None:
            connection.sendall(data)

        sender = threading.Thread(target=send)
        sender.start()
        left = SIZE
        while left:
            left -= len(connection.recv(65536))
        sender.join()

    with RawServer(handler) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        results = await colour.concurrently(
            lambda: stream.write(data, 10), lambda: read_all(stream)
        )
        assert data == results[1]
        stream.close()


async def test_reading_and_writing_after_close_are_errors(colour: Colour) -> None:
    with RawServer(silent) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        stream.close()
        stream.close()
        with pytest.raises(ReadError, match="closed on this side"):
            await stream.read(10, 10)
        with pytest.raises(WriteError, match="closed on this side"):
            await stream.write(b"x", 10)
        assert stream.is_readable()


async def test_closing_wakes_who_reads(colour: Colour) -> None:
    reading = threading.Event()
    with RawServer(silent) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)

        async def read() -> None:
            reading.set()
            with pytest.raises(ReadError):
                await stream.read(10, 20)

        async def close() -> None:
            await colour.wait(reading)
            await colour.sleep(0.02)
            stream.close()

        await colour.concurrently(read, close)


async def test_closing_wakes_who_writes(colour: Colour) -> None:
    writing = threading.Event()
    release = threading.Event()
    with RawServer(until(release)) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)

        async def write() -> None:
            writing.set()
            with pytest.raises(WriteError):
                await stream.write(bytes(64 * 1024 * 1024), 20)

        async def close() -> None:
            await colour.wait(writing)
            await colour.sleep(0.02)
            stream.close()

        await colour.concurrently(write, close)
        release.set()


async def test_an_idle_connection_is_readable_once_the_peer_closed_it(colour: Colour) -> None:
    closing = threading.Event()
    with RawServer(until(closing)) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        assert not stream.is_readable()
        assert not stream.get_extra_info("is_readable")
        closing.set()
        until_readable(stream)
        stream.close()


async def test_the_addresses_and_the_socket_can_be_asked_for(colour: Colour) -> None:
    with RawServer(silent) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        assert (server.host, server.port) == stream.get_extra_info("server_addr")
        assert server.host == stream.get_extra_info("client_addr")[0]
        assert stream.get_extra_info("socket").fileno() > 0
        assert stream.get_extra_info("ssl_object") is None
        assert stream.get_extra_info("no such") is None
        stream.close()


async def test_sockets_send_at_once_and_keep_alive(colour: Colour) -> None:
    with RawServer(silent) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        sock = stream.get_extra_info("socket")
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        stream.close()


async def test_socket_options_of_the_user_win(colour: Colour) -> None:
    options = [
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 0),
        (socket.SOL_SOCKET, socket.SO_RCVBUF, 4096),
    ]
    with RawServer(silent) as server:
        stream = await colour.backend().connect_tcp(
            server.host, server.port, timeout=10, socket_options=options
        )
        sock = stream.get_extra_info("socket")
        assert not sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert 8192 == sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        stream.close()


async def test_a_local_address_is_connected_from(colour: Colour) -> None:
    with RawServer(silent) as server:
        stream = await colour.backend().connect_tcp(
            server.host, server.port, timeout=10, local_address="127.0.0.2"
        )
        assert "127.0.0.2" == stream.get_extra_info("client_addr")[0]
        stream.close()


async def test_a_local_address_that_is_not_ours_is_a_connect_error(colour: Colour) -> None:
    with pytest.raises(ConnectError, match=r"Connecting to 127\.0\.0\.1:9 failed"):
        await colour.backend().connect_tcp("127.0.0.1", 9, timeout=10, local_address="192.0.2.1")


def _unused_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


async def test_a_refused_connection_is_a_connect_error(colour: Colour) -> None:
    port = _unused_port()
    with pytest.raises(ConnectError) as caught:
        await colour.backend().connect_tcp("127.0.0.1", port, timeout=10)
    expected = f"Connecting to 127.0.0.1:{port} failed: [Errno 111] Connection refused"
    assert expected == str(caught.value)
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize(
    "name", ["no-such-name.invalid", "a" * 70 + ".test", "nul\x00.test", "ü.test"]
)
@pytest.mark.parametrize("limit", [None, 20])
async def test_a_name_without_address_is_a_connect_error(
    colour: Colour, name: str, limit: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo

    def fake(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host in ("no-such-name.invalid", b"no-such-name.invalid"):
            if kwargs.get("flags"):
                raise socket.gaierror(socket.EAI_NONAME, "not an address")
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", fake)
    with pytest.raises(ConnectError, match=r"Connecting to .*:80 failed: ."):
        await colour.backend().connect_tcp(name, 80, timeout=limit)


@pytest.fixture
def full_backlog() -> Iterator[tuple[str, int]]:
    """A listening socket whose queue is full: a connect to it gets no answer."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = []
        try:
            for _ in range(4):
                sock = socket.socket()
                waiting.append(sock)
                sock.setblocking(False)
                sock.connect_ex(listener.getsockname())
            yield listener.getsockname()
        finally:
            for sock in waiting:
                sock.close()


async def test_a_connect_without_answer_times_out(
    colour: Colour, full_backlog: tuple[str, int]
) -> None:
    host, port = full_backlog
    with pytest.raises(ConnectTimeout) as caught:
        await colour.backend().connect_tcp(host, port, timeout=0.1)
    assert f"Connecting to {host}:{port} timed out within 0.1 seconds." == str(caught.value)


async def test_a_lookup_that_hangs_times_out(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    real = socket.getaddrinfo

    def fake(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in ("hanging.test", b"hanging.test") or kwargs.get("flags"):
            return real(host, *args, **kwargs)
        release.wait(20)
        raise socket.gaierror(socket.EAI_NONAME, "too late")

    monkeypatch.setattr(socket, "getaddrinfo", fake)
    try:
        if colour.name == "trio":
            # trio waits for its threads: what ends late must not be what ends the test.
            threading.Timer(0.3, release.set).start()
        with pytest.raises(ConnectTimeout, match=r"hanging.test:80 timed out within 0.1 seconds"):
            await colour.backend().connect_tcp("hanging.test", 80, timeout=0.1)
    finally:
        release.set()


# -- Unix sockets


@pytest.fixture
def unix_listener(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        listener.listen(1)
        yield listener


async def test_a_unix_socket_is_connected_to(colour: Colour, unix_listener: socket.socket) -> None:
    stream = await colour.backend().connect_unix(unix_listener.getsockname(), timeout=10)
    connection, _ = unix_listener.accept()
    with connection:
        await stream.write(b"hello", 10)
        assert b"hello" == connection.recv(10)
    assert b"" == await stream.read(10, 10)
    stream.close()


async def test_a_unix_socket_that_is_not_there_is_a_connect_error(
    colour: Colour, tmp_path: Path
) -> None:
    path = str(tmp_path / "nothing")
    with pytest.raises(ConnectError) as caught:
        await colour.backend().connect_unix(path, timeout=10)
    expected = f"Connecting to unix:{path} failed: [Errno 2] No such file or directory"
    assert expected == str(caught.value)


async def test_a_unix_socket_whose_backlog_is_full_times_out(
    colour: Colour, unix_listener: socket.socket
) -> None:
    waiting = []
    try:
        while True:
            sock = socket.socket(socket.AF_UNIX)
            waiting.append(sock)
            sock.setblocking(False)
            try:
                sock.connect(unix_listener.getsockname())
            except BlockingIOError:
                break
        with pytest.raises(ConnectTimeout, match=r"unix:.* timed out within 0.1 seconds"):
            await colour.backend().connect_unix(unix_listener.getsockname(), timeout=0.1)
    finally:
        for sock in waiting:
            sock.close()


# -- cancellation


async def test_cancelled_anywhere_a_connection_leaves_no_socket(async_colour: Colour) -> None:
    with RawServer(echo) as server:

        async def exchange() -> None:
            stream = await async_colour.backend().connect_tcp("localhost", server.port, timeout=10)
            try:
                await stream.write(bytes(3_000_000), 10)
                left = 3_000_000
                while left:
                    left -= len(await stream.read(65536, 10))
            finally:
                stream.close()

        n = 1
        while n < 40 and not await async_colour.cancel_at(n, exchange):
            n += 1
        assert n > 2


async def test_a_read_that_was_cancelled_loses_nothing(async_colour: Colour) -> None:
    go = threading.Event()

    def handler(connection: socket.socket, number: int) -> None:
        go.wait(20)
        connection.sendall(b"late")

    with RawServer(handler) as server:
        stream = await async_colour.backend().connect_tcp(server.host, server.port, timeout=10)
        assert not await async_colour.cancel_at(1, lambda: stream.read(10, 10))
        go.set()
        assert b"late" == await stream.read(10, 10)
        stream.close()


async def test_a_name_is_looked_up_without_a_limit_too(colour: Colour) -> None:
    with RawServer(echo) as server:
        stream = await colour.backend().connect_tcp("localhost", server.port, timeout=None)
        await stream.write(b"x", None)
        assert b"x" == await stream.read(1, None)
        stream.close()


async def test_the_answer_of_a_peer_that_resets_while_we_write_can_be_read(colour: Colour) -> None:
    def handler(connection: socket.socket, number: int) -> None:
        connection.recv(10)
        connection.sendall(b"413")
        reset(connection)

    with RawServer(handler) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        await stream.write(b"x" * 10, 10)
        until_readable(stream)
        with pytest.raises(WriteError):
            while True:
                await stream.write(bytes(100_000), 10)
                await colour.sleep(0.001)
        assert b"413" == await stream.read(10, 10)
        stream.close()


async def test_a_stream_tells_what_came_without_waiting(colour: Colour) -> None:
    with RawServer(echo) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
        assert stream.read_now(10) is None
        await stream.write(b"now", 10)
        until_readable(stream)
        for _ in range(2):
            # An event loop hears of it in its next turn, and takes it in after those that run already.
            await colour.checkpoint()
        assert b"now" == stream.read_now(10)
        stream.close()

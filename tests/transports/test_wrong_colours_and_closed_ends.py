"""What a program does wrong, or too late: code of the other colour, and ends that are closed already."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import threading
from typing import Any

import pytest

from httpx_core import ConnectError, WriteError
from httpx_transports._backends import sockets
from httpx_transports._backends.blocking_waits import BlockingLock
from httpx_transports._backends.interface import NetworkStream
from httpx_transports._bridge import run
from httpx_transports._network_stream import AsyncNetworkStreamFace, NetworkStreamFace
from httpx_transports._trace import Trace


def test_a_coroutine_that_waits_for_an_event_loop_is_closed_on_the_sync_side() -> None:
    ended = []

    async def waiting() -> None:
        try:
            await asyncio.sleep(0)
        finally:
            ended.append(True)

    with pytest.raises(RuntimeError, match="suspended where nothing can resume it"):
        run(waiting())
    assert [True] == ended


def test_a_trace_of_the_wrong_colour_is_a_type_error_that_says_which_is_right() -> None:
    async def told(event: str, info: dict[str, Any]) -> None:
        raise AssertionError("it is not called")

    with pytest.raises(TypeError, match="of a sync request must be a plain callable"):
        run(Trace(told, is_async=False).started("step"))
    with pytest.raises(TypeError, match="of an async request must be an async callable"):
        run(Trace(lambda event, info: None, is_async=True).started("step"))

    class Awaitable:
        """Awaitable, and nothing that could be closed."""

        def __await__(self) -> Any:
            raise AssertionError("it is not awaited")

    with pytest.raises(TypeError, match="of a sync request must be a plain callable"):
        run(Trace(lambda event, info: Awaitable(), is_async=False).started("step"))


def test_a_trace_that_is_no_callable_is_a_type_error_before_anything_is_sent() -> None:
    not_callable: Any = "a name"
    with pytest.raises(TypeError, match="extension trace must be callable, not str"):
        Trace(not_callable, is_async=False)


def test_a_step_whose_start_cannot_be_told_is_not_begun() -> None:
    begun = []

    class Doing:
        """Awaitable, and nothing that could be closed."""

        def __await__(self) -> Any:
            begun.append(True)
            yield from ()

    def told(event: str, info: dict[str, Any]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(Trace(told, is_async=False).step("step", Doing()))
    assert [] == begun


class Broken(NetworkStream):
    """A connection on which nothing goes through."""

    def __init__(self) -> None:
        self.closed = 0
        self.written = 0

    async def write(
        self, data: bytes | memoryview, timeout: float | None, deadline: float | None = None
    ) -> None:
        self.written += 1
        raise WriteError("The peer is gone.")

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str,
        timeout: float | None,
        **kwargs: Any,
    ) -> NetworkStream:
        raise ConnectError("No TLS here.")

    def close(self) -> None:
        self.closed += 1

    def get_extra_info(self, info: str) -> Any:
        return None


@pytest.mark.parametrize("is_async", [False, True])
def test_a_users_connection_that_breaks_says_so_and_gives_its_place_back(is_async: bool) -> None:
    given_back: list[bool] = []
    stream = Broken()

    def call(method: str, *args: Any) -> Any:
        if is_async:
            face = AsyncNetworkStreamFace(stream, closed=lambda: given_back.append(True))
            return run(getattr(face, "aclose" if method == "close" else method)(*args))
        return getattr(NetworkStreamFace(stream, closed=lambda: given_back.append(True)), method)(
            *args
        )

    with pytest.raises(WriteError, match="The peer is gone"):
        call("write", b"x")
    assert [] == given_back
    call("write", b"")
    assert 1 == stream.written
    with pytest.raises(ConnectError, match="No TLS here"):
        call("start_tls", ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), "example.org")
    assert [True] == given_back
    call("close")
    assert ([True, True], 1) == (given_back, stream.closed)


def test_a_lock_between_threads_is_handed_on_in_the_order_of_asking() -> None:
    lock = BlockingLock()
    assert lock.try_acquire()
    assert not lock.try_acquire()
    order: list[int] = []
    asked = threading.Semaphore(0)

    def ask(number: int) -> None:
        run(lock.acquire())
        order.append(number)
        lock.release()

    threads = []
    for number in range(3):
        threads.append(threading.Thread(target=ask, args=(number,)))
        threads[-1].start()
        while len(lock._waiting) <= number:  # until it stands in the queue
            asked.acquire(timeout=0.001)
    lock.release()
    for thread in threads:
        thread.join(10)
    assert [0, 1, 2] == order
    assert lock.try_acquire()


def test_a_closed_socket_is_readable_and_has_no_address_and_no_wait() -> None:
    sock = socket.socket()
    descriptor = sock.fileno()
    assert not sockets.address_of(sock, "server_addr")
    sock.close()
    assert -1 == sock.fileno() != descriptor
    assert sockets.readable(sock.fileno())
    sockets.wait_writable(sock, None, False)


def test_a_socket_whose_options_are_refused_is_closed() -> None:
    # A ResourceWarning would be an error: the socket must not be left to the garbage collector.
    wrong: Any = [(socket.SOL_SOCKET, -1, 1)]
    for opened in (
        lambda: sockets.open_unix(wrong),
        lambda: sockets.open_tcp(socket.AF_INET, None, wrong),
    ):
        with pytest.raises(OSError) as caught:
            opened()
        assert errno.ENOPROTOOPT == caught.value.errno

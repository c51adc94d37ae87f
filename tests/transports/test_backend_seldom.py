"""What the backends seldom meet: a race that fails at once, Ctrl-C in a queue, a system without poll()."""

from __future__ import annotations

import errno
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support.leaks import sockets as open_sockets

from httpx_core import ReadTimeout, WriteTimeout
from httpx_transports._backends import blocking, blocking_race, blocking_waits, sockets
from httpx_transports._backends.blocking import BlockingStream
from httpx_transports._backends.blocking_waits import BlockingLock
from httpx_transports._backends.happy_eyeballs import Address
from httpx_transports._bridge import run

HERE = [Address(int(socket.AF_INET), (f"127.0.0.{n}", 9)) for n in (1, 2)]


# -- the race of blocking sockets


class FirstConnect:
    """Has the first connect of a race end as it is told to, before the network is asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, ends: Callable[[], None]) -> None:
        self.opened: list[socket.socket] = []
        self._ends = ends
        monkeypatch.setattr(blocking_race, "open_tcp", self._open)

    def _open(self, *args: Any) -> Any:
        first = self

        class Socket(socket.socket):
            def connect(self, address: Any) -> None:
                if len(first.opened) == 1:
                    first._ends()
                super().connect(address)

        sock = Socket(socket.AF_INET, socket.SOCK_STREAM)
        self.opened.append(sock)
        return sock


@pytest.fixture
def listening() -> Iterator[list[Address]]:
    """Two addresses; the second one answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        family = int(socket.AF_INET)
        yield [Address(family, ("127.0.0.9", 9)), Address(family, listener.getsockname())]


def test_an_address_to_which_no_way_leads_makes_way_for_the_next(
    monkeypatch: pytest.MonkeyPatch, listening: list[Address]
) -> None:
    def no_way() -> None:
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    first = FirstConnect(monkeypatch, no_way)
    with blocking_race.connect_first(listening, None, None, ()) as sock:
        assert listening[1].sockaddr == sock.getpeername()
    assert [-1, -1] == [sock.fileno() for sock in first.opened]


def test_an_address_that_is_connected_at_once_wins(
    monkeypatch: pytest.MonkeyPatch, listening: list[Address]
) -> None:
    # A connect to a datagram socket never waits; a system may do the same for a near stream.
    monkeypatch.setattr(
        blocking_race,
        "open_tcp",
        lambda *args: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    )
    with blocking_race.connect_first(listening, None, None, ()) as sock:
        assert listening[0].sockaddr == sock.getpeername()


def test_ctrl_c_as_a_race_begins_leaves_no_socket(
    monkeypatch: pytest.MonkeyPatch, listening: list[Address]
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    first = FirstConnect(monkeypatch, interrupted)
    with pytest.raises(KeyboardInterrupt):
        blocking_race.connect_first(listening, None, None, ())
    assert [-1] == [sock.fileno() for sock in first.opened]


def test_a_race_whose_sockets_cannot_be_opened_raises_the_last_error() -> None:
    before = open_sockets()
    with pytest.raises(OSError) as failure:
        # An address of documentation's (RFC 5737), which is none of this machine's.
        blocking_race.connect_first(HERE, None, "192.0.2.1", ())
    assert errno.EADDRNOTAVAIL == failure.value.errno
    assert before == open_sockets()


def test_a_race_without_an_address_says_so() -> None:
    with pytest.raises(OSError, match="no address to connect to"):
        blocking_race.connect_first([], None, None, ())


def test_a_race_that_begins_after_its_limit_is_over_at_once(listening: list[Address]) -> None:
    with pytest.raises(TimeoutError, match="no address answered") as failure:
        blocking_race.connect_first(listening, monotonic() - 1, None, ())
    assert failure.value.errno is None


# -- Ctrl-C while a thread waits for a lock


class Gate:
    """What a thread waits at: its maker's acquire succeeds, and the next is broken off."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self.asked = 0
        self._meanwhile = meanwhile

    def acquire(self) -> None:
        self.asked += 1
        if self.asked == 2:
            self._meanwhile()
            raise KeyboardInterrupt

    def release(self) -> None:
        pass


@pytest.mark.parametrize("is_given", [False, True])
def test_who_is_interrupted_while_it_waits_does_not_keep_the_lock(
    monkeypatch: pytest.MonkeyPatch, is_given: bool
) -> None:
    lock = BlockingLock()
    assert lock.try_acquire()
    gate = Gate(lock.release if is_given else lambda: None)
    monkeypatch.setattr(blocking_waits, "threading", SimpleNamespace(Lock=lambda: gate))
    with pytest.raises(KeyboardInterrupt):
        run(lock.acquire())
    assert 2 == gate.asked
    if not is_given:
        assert not lock.try_acquire()
        lock.release()
    assert lock.try_acquire()


def test_a_wakeup_that_comes_as_its_limit_ends_counts() -> None:
    wakeup = blocking_waits.BlockingWakeup()

    class LastMoment:
        """Does not become free in time, but is told of right after."""

        def acquire(self, timeout: float) -> bool:
            wakeup.is_set = True
            return False

    wakeup._gate = LastMoment()  # type: ignore[assignment]  # what is used of a lock
    assert run(wakeup.wait(5))


# -- systems that lack something


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = socket.socketpair()
    with near, far:
        yield near, far


@pytest.mark.parametrize("has_poll", [True, False])
def test_a_socket_is_readable_once_there_is_something_to_read(
    monkeypatch: pytest.MonkeyPatch, pair: tuple[socket.socket, socket.socket], has_poll: bool
) -> None:
    if not has_poll:
        monkeypatch.setattr(sockets, "select", SimpleNamespace(select=select.select))
    near, far = pair
    look = sockets.look_at(near)
    assert (False, False) == (bool(look(0)), sockets.readable(near.fileno()))
    far.send(b"x")
    assert (True, True) == (bool(look(0)), sockets.readable(near.fileno()))
    near.recv(1)
    assert (False, False) == (bool(look(0)), sockets.readable(near.fileno()))
    far.close()
    assert (True, True) == (bool(look(0)), sockets.readable(near.fileno()))


def test_a_look_at_a_socket_that_another_thread_looks_at_is_made_another_way(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    near, far = pair
    stream = BlockingStream(near, "peer")

    def busy(timeout: int) -> object:
        raise RuntimeError("concurrent poll() invocation")

    stream._look = busy
    assert not stream.is_readable()
    far.send(b"x")
    assert stream.is_readable()


def test_where_the_kernel_keeps_no_limits_the_socket_does(
    monkeypatch: pytest.MonkeyPatch, pair: tuple[socket.socket, socket.socket]
) -> None:
    near, far = pair
    # So are those of gevent and eventlet.
    near.setblocking(False)
    monkeypatch.setattr(blocking.os, "get_blocking", lambda descriptor: False)
    stream = BlockingStream(near, "peer")
    with pytest.raises(ReadTimeout, match=r"peer timed out.*0\.01"):
        run(stream.read(10, 0.01))
    far.send(b"x")
    assert b"x" == run(stream.read(10, None))
    # What waits for nobody would not be waited for by those libraries.
    assert not stream.write_now(b"y")
    run(stream.write(b"y", 5.0))
    assert b"y" == far.recv(10)
    with pytest.raises(WriteTimeout):
        run(stream.write(bytes(10_000_000), 0.01))
    assert 262_144 == stream.portion
    stream.close()


def test_where_the_kernel_refuses_limits_it_is_not_asked_again(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    class Refusing(socket.socket):
        def setsockopt(self, *args: Any) -> None:
            raise OSError(errno.EINVAL, "Invalid argument")

    near, _ = pair
    with Refusing(fileno=near.detach()) as sock:
        assert not blocking._limits_in_kernel(sock)


def test_a_write_whose_deadline_has_come_sends_nothing(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    near, far = pair
    stream = BlockingStream(near, "peer")
    with pytest.raises(WriteTimeout, match="peer"):
        run(stream.write(b"x", None, monotonic() - 1))
    far.setblocking(False)
    with pytest.raises(BlockingIOError):
        far.recv(1)


def test_where_no_thread_can_be_started_nothing_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[bool] = []

    def refuse(*args: Any) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(blocking, "start_new_thread", refuse)
    blocking.BlockingBackend().caller()(lambda: called.append(True))
    assert [] == called


def test_a_system_without_unix_sockets_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_UNIX")
    with pytest.raises(OSError, match="this system has no Unix domain sockets"):
        sockets.open_unix(())


@pytest.mark.parametrize("or_readable", [False, True])
def test_a_wait_to_write_ends_early_for_what_can_be_read_if_that_is_asked(
    pair: tuple[socket.socket, socket.socket], or_readable: bool
) -> None:
    near, far = pair
    near.setblocking(False)
    with pytest.raises(BlockingIOError):
        while True:
            near.send(bytes(65_536))
    far.send(b"x")
    waited = threading.Event()

    def wait() -> None:
        sockets.wait_writable(near, 20, or_readable)
        waited.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    assert or_readable is waited.wait(10 if or_readable else 0.02)
    far.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            far.recv(65_536)
    waiter.join(10)
    assert waited.is_set()

"""Happy Eyeballs (RFC 8305): the plan as pure functions, and the race on each backend."""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.colours import Colour
from tests.support.leaks import sockets
from tests.support.raw_server import RawServer

from httpx_core import ConnectError, ConnectTimeout
from httpx_transports._backends.happy_eyeballs import Address, Race, from_getaddrinfo, interleave

V4, V6 = int(socket.AF_INET), int(socket.AF_INET6)


def address(family: int, n: int) -> Address:
    return Address(family, (f"{family}-{n}", 80))


@pytest.mark.parametrize(
    ("families", "expected"),
    [
        ([], []),
        ([V4], [V4]),
        ([V6, V6, V4, V4], [V6, V4, V6, V4]),
        ([V4, V4, V6], [V4, V6, V4]),
        ([V6, V4, V4, V4], [V6, V4, V4, V4]),
        ([V4, V4, V4], [V4, V4, V4]),
    ],
)
def test_families_alternate_beginning_with_the_first(
    families: list[int], expected: list[int]
) -> None:
    addresses = [address(family, n) for n, family in enumerate(families)]
    assert expected == [found.family for found in interleave(addresses)]


@given(st.lists(st.sampled_from([V4, V6])))
def test_interleaving_keeps_each_address_and_the_order_within_a_family(families: list[int]) -> None:
    addresses = [address(family, n) for n, family in enumerate(families)]
    order = interleave(addresses)
    assert sorted(addresses) == sorted(order)
    for family in (V4, V6):
        expected = [found for found in addresses if found.family == family]
        assert expected == [found for found in order if found.family == family]


def test_a_lookups_answer_is_freed_of_doubles_and_of_other_families() -> None:
    answers = [
        (V4, 1, 6, "", ("192.0.2.1", 80)),
        (V4, 1, 6, "", ("192.0.2.1", 80)),
        (int(socket.AF_UNIX), 1, 0, "", "path"),
        (V6, 1, 6, "", ("2001:db8::1", 80, 0, 0)),
    ]
    expected = [Address(V4, ("192.0.2.1", 80)), Address(V6, ("2001:db8::1", 80, 0, 0))]
    assert expected == from_getaddrinfo(answers, None)
    assert expected[1:] == from_getaddrinfo(answers, V6)


def test_attempts_start_250_milliseconds_apart() -> None:
    race = Race([address(V4, 1), address(V4, 2), address(V4, 3)])
    assert [address(V4, 1), None] == [race.start(10.0), race.start(10.249)]
    assert 10.25 == race.due
    assert [address(V4, 2), None, address(V4, 3)] == [race.start(t) for t in (10.25, 10.3, 10.5)]
    assert (None, None) == (race.due, race.start(20.0))


def test_a_failure_makes_the_next_attempt_due_at_once() -> None:
    race = Race([address(V4, 1), address(V4, 2), address(V4, 3)])
    race.start(0.0)
    race.failed()
    assert [address(V4, 2), None] == [race.start(0.01), race.start(0.02)]
    assert 0.26 == race.due


# -- on the backends


class Resolver:
    """Answers for the name `many.test`, whatever the system's resolver says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.addresses: list[str] = []
        self._real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self)

    def __call__(self, host: Any, port: int, *args: Any, **kwargs: Any) -> Any:
        if host not in ("many.test", b"many.test"):
            return self._real(host, port, *args, **kwargs)
        if kwargs.get("flags"):
            raise socket.gaierror(socket.EAI_NONAME, "not an address")
        found = []
        for each in self.addresses:
            found += self._real(each, port, type=socket.SOCK_STREAM)
        return found


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    return Resolver(monkeypatch)


def hold(connection: socket.socket, number: int) -> None:
    connection.recv(1)


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port on 127.0.0.3 whose connects get no answer; on 127.0.0.1 nobody listens at it yet."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.3", 0))
        listener.listen(0)
        waiting = []
        try:
            for _ in range(4):
                sock = socket.socket()
                waiting.append(sock)
                sock.setblocking(False)
                sock.connect_ex(listener.getsockname())
            yield listener.getsockname()[1]
        finally:
            for sock in waiting:
                sock.close()


@pytest.fixture
def hearing_port(deaf_port: int) -> Iterator[int]:
    """The same port, at which 127.0.0.1 answers."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", deaf_port))
        listener.listen(5)
        yield deaf_port


async def test_a_refused_address_makes_way_for_the_next_at_once(
    colour: Colour, resolver: Resolver
) -> None:
    with RawServer(hold) as server:
        resolver.addresses = ["127.0.0.9", "127.0.0.8", server.host]
        start = monotonic()
        stream = await colour.backend().connect_tcp("many.test", server.port, timeout=10)
        assert 0.24 > monotonic() - start
        assert server.host == stream.get_extra_info("server_addr")[0]
        stream.close()


async def test_a_silent_address_is_overtaken_after_250_milliseconds_and_closed(
    colour: Colour, resolver: Resolver, hearing_port: int
) -> None:
    before = sockets()
    resolver.addresses = ["127.0.0.3", "127.0.0.1"]
    start = monotonic()
    stream = await colour.backend().connect_tcp("many.test", hearing_port, timeout=10)
    assert 0.25 <= monotonic() - start < 2
    assert "127.0.0.1" == stream.get_extra_info("server_addr")[0]
    stream.close()
    await colour.checkpoint()
    await colour.checkpoint()
    if colour.name == "sync":
        assert before == sockets()


async def test_the_first_family_is_tried_first(colour: Colour, resolver: Resolver) -> None:
    with RawServer(hold, host="::1") as server:
        resolver.addresses = ["::1", "127.0.0.1"]
        stream = await colour.backend().connect_tcp("many.test", server.port, timeout=10)
        assert "::1" == stream.get_extra_info("server_addr")[0]
        stream.close()


async def test_all_addresses_refused_is_a_connect_error(
    colour: Colour, resolver: Resolver, no_leaks: None
) -> None:
    resolver.addresses = ["127.0.0.8", "127.0.0.9"]
    with pytest.raises(
        ConnectError, match=r"many\.test:9 failed: \[Errno 111\] Connection refused"
    ):
        await colour.backend().connect_tcp("many.test", 9, timeout=10)


async def test_no_usable_address_is_a_connect_error(colour: Colour, resolver: Resolver) -> None:
    with pytest.raises(ConnectError, match="no address that can be used"):
        await colour.backend().connect_tcp("many.test", 9, timeout=10)


async def test_only_addresses_of_the_local_ones_family_are_tried(
    colour: Colour, resolver: Resolver
) -> None:
    with RawServer(hold) as server:
        resolver.addresses = ["::1", server.host]
        stream = await colour.backend().connect_tcp(
            "many.test", server.port, timeout=10, local_address="127.0.0.2"
        )
        assert "127.0.0.2" == stream.get_extra_info("client_addr")[0]
        stream.close()
        with pytest.raises(ConnectError, match="can be used from ::1"):
            resolver.addresses = [server.host]
            await colour.backend().connect_tcp("many.test", 9, timeout=10, local_address="::1")


async def test_the_limit_ends_a_race_of_silent_addresses(
    colour: Colour, resolver: Resolver, deaf_port: int
) -> None:
    before = sockets()
    resolver.addresses = ["127.0.0.3", "127.0.0.3"]
    start = monotonic()
    with pytest.raises(ConnectTimeout, match=r"many.test:.* timed out within 0.4 seconds"):
        await colour.backend().connect_tcp("many.test", deaf_port, timeout=0.4)
    assert 0.39 <= monotonic() - start < 2
    if colour.name == "sync":
        assert before == sockets()


async def test_cancelled_anywhere_a_race_leaves_no_socket(
    async_colour: Colour, resolver: Resolver, hearing_port: int, no_leaks: None
) -> None:
    resolver.addresses = ["127.0.0.3", "127.0.0.1"]

    async def connect() -> None:
        stream = await async_colour.backend().connect_tcp("many.test", hearing_port, timeout=10)
        stream.close()

    n = 1
    while n < 30 and not await async_colour.cancel_at(n, connect):
        n += 1
    assert n > 2
    gc.collect()


async def test_many_connects_at_once_each_get_their_own_socket(
    colour: Colour, resolver: Resolver
) -> None:
    with RawServer(hold) as server:
        resolver.addresses = ["127.0.0.9", server.host]
        streams = await colour.concurrently(
            *[
                lambda: colour.backend().connect_tcp("many.test", server.port, timeout=10)
                for _ in range(10)
            ]
        )
        ports = {stream.get_extra_info("client_addr")[1] for stream in streams}
        assert 10 == len(ports)
        for stream in streams:
            stream.close()


def test_a_lookup_that_is_given_up_leaves_a_thread_that_ends_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from httpx_transports._backends.names import lookup_within

    release = threading.Event()
    started = threading.Event()

    def fake(*args: Any, **kwargs: Any) -> Any:
        started.set()
        release.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", fake)
    with pytest.raises(TimeoutError):
        lookup_within("x.test", 80, 0.01)
    assert started.wait(5)
    lookups = [t for t in threading.enumerate() if t.name == "httpx-lookup-x.test"]
    assert 1 == len(lookups)
    assert lookups[0].daemon
    release.set()
    lookups[0].join(5)
    assert not lookups[0].is_alive()

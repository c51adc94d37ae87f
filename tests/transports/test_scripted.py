"""The scripted network: it follows its script exactly, and cancels where it is told to."""

from __future__ import annotations

import ssl
from typing import Any

import pytest
from hyperframe.frame import DataFrame, HeadersFrame, SettingsFrame
from tests.support.colours import Colour

from httpx_core import ConnectError, ReadError, ReadTimeout, Request, WriteError, WriteTimeout
from httpx_transports import AsyncHTTPTransport, HTTPTransport
from httpx_transports._bridge import run
from httpx_transports.testing import WAIT, ScriptedBackend, ScriptedStream

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"


def connect(backend: ScriptedBackend) -> Any:
    return run(backend.connect_tcp("example.org", 80, timeout=5))


def test_reads_give_the_items_of_the_script_in_order() -> None:
    stream = connect(ScriptedBackend([[b"one", b"two", b""]]))
    assert [b"one", b"two", b"", b""] == [run(stream.read(10, 5)) for _ in range(4)]


def test_a_small_read_gets_a_part_of_an_item() -> None:
    stream = connect(ScriptedBackend([[b"abcde"]]))
    assert [b"ab", b"cd", b"e"] == [run(stream.read(2, 5)) for _ in range(3)]
    assert [] == stream.unread


def test_an_exception_in_the_script_is_raised() -> None:
    stream = connect(ScriptedBackend([[ReadError("torn"), b"never"]]))
    with pytest.raises(ReadError, match="torn"):
        run(stream.read(10, 5))


def test_waiting_is_a_timeout_at_once() -> None:
    stream = connect(ScriptedBackend([[WAIT, b"then"]]))
    with pytest.raises(ReadTimeout, match=r"example\.org:80 timed out: no bytes came within 5 sec"):
        run(stream.read(10, 5))
    assert b"then" == run(stream.read(10, 5))


@pytest.mark.parametrize("script", [[], [WAIT]])
def test_waiting_without_a_limit_is_a_mistake_of_the_test(script: list[Any]) -> None:
    with pytest.raises(RuntimeError, match="waits for ever"):
        run(connect(ScriptedBackend([script])).read(10, None))


def test_a_script_can_go_on_later() -> None:
    stream = ScriptedStream([b"a"])
    stream.add(b"b", b"c")
    assert [b"a", b"b", b"c"] == [run(stream.read(10, 5)) for _ in range(3)]


def test_writes_are_remembered_one_by_one() -> None:
    backend = ScriptedBackend([[]])
    stream = connect(backend)
    run(stream.write(b"a", 5))
    run(stream.write(memoryview(b"bc"), 5, 10.0))
    assert ([b"a", b"bc"], b"abc") == (backend.streams[0].writes, backend.streams[0].written)


def test_a_write_can_be_made_to_fail() -> None:
    stream = ScriptedStream(fail_write_at=2)
    run(stream.write(b"a", 5))
    with pytest.raises(WriteTimeout):
        run(stream.write(b"b", 5))
    with pytest.raises(WriteError, match="torn"):
        run(ScriptedStream(fail_write_at=1, write_error=WriteError("torn")).write(b"a", 5))
    assert b"a" == stream.written


def test_a_closed_stream_refuses_to_work() -> None:
    stream = ScriptedStream([b"a"])
    stream.close()
    with pytest.raises(ReadError):
        run(stream.read(10, 5))
    with pytest.raises(WriteError):
        run(stream.write(b"a", 5))


@pytest.mark.parametrize(
    ("script", "readable"),
    [
        ([], False),
        ([b"the next answer"], False),
        ([WAIT], False),
        ([b""], True),
        ([ReadError("torn")], True),
    ],
)
def test_an_idle_connection_is_stale_once_the_peer_has_ended(
    script: list[Any], readable: bool
) -> None:
    assert readable is ScriptedStream(script).is_readable()


@pytest.mark.parametrize(
    ("selects", "offered", "selected"),
    [
        (None, ("h2", "http/1.1"), "h2"),
        ("http/1.1", ("h2", "http/1.1"), "http/1.1"),
        ("h2", ("http/1.1",), "http/1.1"),
        (None, None, None),
    ],
)
def test_tls_is_noted_and_its_protocol_negotiated(
    selects: str | None, offered: tuple[str, ...] | None, selected: str | None
) -> None:
    stream = ScriptedStream(alpn=selects)
    assert stream.get_extra_info("ssl_object") is None
    context = ssl.create_default_context()
    assert stream is run(stream.start_tls(context, "example.org", 5, alpn=offered))
    assert ["example.org"] == stream.tls
    assert selected == stream.get_extra_info("ssl_object").selected_alpn_protocol()


def test_connects_follow_the_script_and_are_refused_beyond_it() -> None:
    own = ScriptedStream([b"own"])
    backend = ScriptedBackend([[b"a"], ConnectError("no route"), own])
    assert b"a" == run(connect(backend).read(10, 5))
    with pytest.raises(ConnectError, match="no route"):
        connect(backend)
    assert own is run(backend.connect_unix("/socket", timeout=5))
    with pytest.raises(ConnectError, match="the script has no more connections"):
        connect(backend)
    assert [("example.org", 80)] * 2 == backend.connects[:2]
    assert ("/socket", 0) == backend.connects[2]


async def test_a_transport_speaks_over_it_in_every_colour(colour: Colour) -> None:
    backend = ScriptedBackend([[OK, OK]])
    inner = AsyncHTTPTransport() if colour.is_async else HTTPTransport()
    transport = colour.adapt(backend.installed(inner))
    assert colour.is_async is backend.is_async
    for _ in range(2):
        response = await transport.handle(Request("GET", "http://example.org/"))
        assert b"OK" == await colour.read(response)
    assert 1 == len(backend.streams)
    assert 2 == backend.streams[0].written.count(b"GET / HTTP/1.1\r\n")
    await transport.aclose()
    assert backend.streams[0].closed


async def test_it_cancels_as_the_event_loop_would(colour: Colour) -> None:
    import asyncio

    import trio

    cancelled: dict[str, type[BaseException]] = {
        "sync": KeyboardInterrupt,
        "asyncio": asyncio.CancelledError,
        "trio": trio.Cancelled,
    }
    backend = ScriptedBackend([[b"a"]], cancel_at=2)
    stream = await backend.connect_tcp("example.org", 80, timeout=5)
    with pytest.raises(cancelled[colour.name]):
        await stream.read(10, 5)
    assert 2 == backend.awaits
    assert b"a" == await stream.read(10, 5)


async def test_sleeps_wakeups_and_locks_take_no_time(colour: Colour) -> None:
    backend = ScriptedBackend()
    await backend.sleep(1000)
    assert [1000] == backend.slept
    wakeup = backend.wakeup()
    assert not await wakeup.wait(1000)
    wakeup.set()
    assert await wakeup.wait(None)
    lock = backend.lock()
    await lock.acquire()
    assert not lock.try_acquire()
    with pytest.raises(RuntimeError, match="waits for ever"):
        await lock.acquire()
    lock.release()
    assert lock.try_acquire()
    assert 3 == await backend.run_blocking(len, "abc")
    assert backend is backend.owner()


def test_waiting_for_a_wakeup_without_a_limit_is_a_mistake_of_the_test() -> None:
    with pytest.raises(RuntimeError, match="waits for ever"):
        run(ScriptedBackend().wakeup().wait(None))


def test_http2_is_spoken_over_a_stream_that_cannot_write_without_waiting() -> None:
    answer = [
        SettingsFrame(0),
        HeadersFrame(1, b"\x88", flags=["END_HEADERS"]),
        DataFrame(1, b"Hello", flags=["END_STREAM"]),
    ]
    backend = ScriptedBackend([[frame.serialize() for frame in answer]])
    extensions = {
        "timeout": {"read": 60.0}
    }  # nobody waits so long: it is the script that is at its end
    with backend.installed(HTTPTransport(http1=False, http2=True)) as transport:
        request = Request("GET", "http://example.org/", extensions=extensions)
        assert b"Hello" == transport.handle_request(request).read()
    settings_ack = SettingsFrame(0, flags=["ACK"]).serialize()
    assert settings_ack in backend.streams[0].written

"""Ctrl-C at every point of a request where it can strike: the pool loses no place by it, and no waiter."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hpack import Encoder
from hyperframe.frame import DataFrame, Frame, HeadersFrame, SettingsFrame
from tests.support.interrupts import CtrlC

from httpx_core import PoolTimeout, Request, Response
from httpx_transports import HTTPTransport, Limits
from httpx_transports._backends.blocking_waits import BlockingWakeup
from httpx_transports.testing import ScriptedBackend

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello"
START = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHe"
REST = b"llo"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

# A coroutine that is interrupted before its first step was never awaited.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


def frames(*frames: Frame) -> bytes:
    return b"".join(frame.serialize() for frame in frames)


def http2_answer(stream_id: int, *, greeting: bool) -> list[bytes]:
    """What a server says to one request: its head, and then, by another read, its body."""
    head = HeadersFrame(stream_id, flags=["END_HEADERS"])
    head.data = Encoder().encode([(":status", "200")])
    body = DataFrame(stream_id, data=b"Hello", flags=["END_STREAM"])
    first = [SettingsFrame(), head] if greeting else [head]
    return [frames(*first), frames(body)]


def request(**kwargs: Any) -> Request:
    extensions = {"timeout": {"pool": 0.0, "read": 1.0, "write": 1.0}}
    return Request(
        "POST" if kwargs else "GET", "http://origin.test/", extensions=extensions, **kwargs
    )


def send_and_read(transport: HTTPTransport) -> None:
    response = transport.handle_request(request())
    try:
        response.read()
    finally:
        response.close()


def send_and_close(transport: HTTPTransport) -> None:
    transport.handle_request(request()).close()


def send_and_drop(transport: HTTPTransport) -> None:
    transport.handle_request(request())


def upload(transport: HTTPTransport) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"one"
        yield b"two"

    transport.handle_request(request(content=chunks())).close()


def settle(transport: HTTPTransport, backend: ScriptedBackend) -> None:
    """The next request is served, and the books are right."""
    assert b"Hello" == transport.handle_request(request()).read()
    (stats,) = transport.stats().values()
    assert (0, 1, 0) == (stats.active, stats.idle, stats.waiting)
    # One that was made and never used is closed by the garbage collector, which the script keeps away.
    assert 1 == sum(not stream.closed and bool(stream.writes) for stream in backend.streams)
    state = transport._pool._state
    assert ({}, 1, 1) == (state.held, len(state.slots), len(state.idle))
    assert not state.torn


def every_point(trial: Callable[[CtrlC], None], again: int = 0, step: int = 1) -> int:
    """Run the trial with an interruption at the first point, the second, and so on to the last."""
    n = 1
    while True:
        ctrl_c = CtrlC(n, again)
        try:
            trial(ctrl_c)
        except Exception as exc:
            raise AssertionError(f"interrupted at{ctrl_c.where} (point {n})") from exc
        if not ctrl_c.struck:
            return n
        n += step


SCENARIOS: dict[str, tuple[list[list[bytes]], bool, Callable[[HTTPTransport], None]]] = {
    # what each connection answers, whether there is an idle one at first, what is interrupted
    "the first request": ([[WHOLE, WHOLE]], False, send_and_read),
    "a later one": ([[WHOLE, WHOLE, WHOLE]], True, send_and_read),
    "a body in parts": ([[WHOLE, START, REST, WHOLE]], True, send_and_read),
    "chunks": ([[WHOLE, CHUNKED, b"5\r\nHello\r\n0\r\n\r\n", WHOLE]], True, send_and_read),
    "a response that is closed early": ([[WHOLE, START, REST, WHOLE]], True, send_and_close),
    "a response that is dropped": ([[WHOLE, START, REST, WHOLE]], True, send_and_drop),
    "an upload": ([[WHOLE, WHOLE, WHOLE]], True, upload),
    "an idle connection that was closed": ([[WHOLE, b""]], True, send_and_read),
}


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("again", [0, 2], ids=["once", "twice"])
def test_ctrl_c_anywhere_in_a_request_leaves_the_pool_whole(scenario: str, again: int) -> None:
    script, is_warm, act = SCENARIOS[scenario]

    def trial(ctrl_c: CtrlC) -> None:
        backend = ScriptedBackend([*script, [WHOLE, WHOLE], [WHOLE, WHOLE], [WHOLE]])
        with backend.installed(HTTPTransport(limits=Limits(max_connections=1))) as transport:
            if is_warm:
                send_and_read(transport)
            with ctrl_c:
                act(transport)
            settle(transport, backend)

    assert every_point(trial, again) > 80


@pytest.mark.parametrize("is_given", [False, True], ids=["in vain", "and is given its place"])
def test_ctrl_c_anywhere_in_a_request_that_waits_leaves_the_pool_whole(
    is_given: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trial(ctrl_c: CtrlC) -> None:
        backend = ScriptedBackend([[START], [WHOLE, WHOLE], [WHOLE]])
        with backend.installed(HTTPTransport(limits=Limits(max_connections=1))) as transport:
            holder = transport.handle_request(request())

            class Wakeup:
                def set(self) -> None:
                    pass

                async def wait(self, timeout: float | None) -> bool:
                    if is_given:
                        other = threading.Thread(target=holder.close)
                        other.start()
                        other.join()
                    return is_given

            with monkeypatch.context() as patch:
                patch.setattr(ScriptedBackend, "wakeup", lambda backend: Wakeup())
                try:
                    with ctrl_c:
                        send_and_read(transport)
                except PoolTimeout:
                    assert not is_given
            holder.close()
            settle(transport, backend)

    assert every_point(trial) > 60


@pytest.mark.parametrize(
    ("act", "is_warm"),
    [(send_and_read, False), (send_and_read, True), (send_and_drop, True)],
    ids=["the first request", "a later one", "a response that is dropped"],
)
def test_ctrl_c_anywhere_in_a_request_of_http2_leaves_the_pool_whole(
    act: Callable[[HTTPTransport], None], is_warm: bool
) -> None:
    def trial(ctrl_c: CtrlC) -> None:
        first = http2_answer(1, greeting=True)
        backend = ScriptedBackend(
            [
                [*first, *http2_answer(3, greeting=False), *http2_answer(5, greeting=False)],
                [*first, *http2_answer(3, greeting=False)],
            ]
        )
        with backend.installed(
            HTTPTransport(http1=False, http2=True, limits=Limits(max_connections=1))
        ) as transport:
            if is_warm:
                send_and_read(transport)
            with ctrl_c:
                act(transport)
            settle(transport, backend)

    assert every_point(trial) > 200


def test_ctrl_c_anywhere_at_the_end_of_a_response_wakes_the_thread_that_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Told(BlockingWakeup):
        async def wait(self, timeout: float | None) -> bool:
            waiting.set()
            return await super().wait(timeout)

    monkeypatch.setattr(ScriptedBackend, "wakeup", lambda backend: Told())
    waiting = threading.Event()

    def trial(ctrl_c: CtrlC) -> None:
        backend = ScriptedBackend([[START, REST, WHOLE], [WHOLE]])
        with backend.installed(HTTPTransport(limits=Limits(max_connections=1))) as transport:
            response = transport.handle_request(request())
            answers: list[Response] = []

            def wait() -> None:
                patient = request()
                patient.extensions["timeout"]["pool"] = 30.0
                answers.append(transport.handle_request(patient))

            thread = threading.Thread(target=wait, daemon=True)
            thread.start()
            assert waiting.wait(10.0)
            waiting.clear()
            with ctrl_c:
                try:
                    response.read()
                finally:
                    response.close()
            thread.join(10.0)
            assert [200] == [answer.status_code for answer in answers]

    assert every_point(trial) > 40

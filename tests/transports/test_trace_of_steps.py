"""What a trace is told of steps that fail, of connects that are tried again, and of a Unix socket."""

from __future__ import annotations

from typing import Any

import pytest
from hpack import Encoder
from hyperframe.frame import DataFrame, Frame, HeadersFrame, SettingsFrame

from httpx_core import ConnectError, ReadError, Request
from httpx_transports import HTTPTransport
from httpx_transports.testing import ScriptedBackend

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello"
LIMITS = dict.fromkeys(("connect", "read", "write", "pool"), 5.0)


def traced(url: str = "http://example.org/") -> tuple[Request, list[tuple[str, dict[str, Any]]]]:
    events: list[tuple[str, dict[str, Any]]] = []

    def trace(event: str, info: dict[str, Any]) -> None:
        events.append((event, info))

    return Request("GET", url, extensions={"trace": trace, "timeout": LIMITS}), events


def names(events: list[tuple[str, dict[str, Any]]]) -> list[str]:
    return [event for event, _ in events]


def http2_answer(stream_id: int, encoder: Encoder) -> bytes:
    head = HeadersFrame(stream_id, flags=["END_HEADERS"])
    head.data = encoder.encode([(":status", "200")])
    first: list[Frame] = [SettingsFrame()] if stream_id == 1 else []
    return b"".join(frame.serialize() for frame in [*first, head])


def body(stream_id: int) -> bytes:
    return bytes(DataFrame(stream_id, b"Hello", flags=["END_STREAM"]).serialize())


def over_http2(network: ScriptedBackend) -> HTTPTransport:
    return network.installed(HTTPTransport(http1=False, http2=True))


def test_a_head_of_http2_that_does_not_come_is_traced_as_the_failure_that_is_raised() -> None:
    network = ScriptedBackend([[SettingsFrame().serialize(), ReadError("The peer is gone.")]])
    request, events = traced()
    with over_http2(network) as transport, pytest.raises(ReadError) as caught:
        transport.handle_request(request)
    failed = dict(events)["http2.receive_response_headers.failed"]
    assert str(caught.value) == str(failed["exception"])
    assert "http2.receive_response_headers.complete" not in names(events)


def test_a_body_of_http2_that_breaks_is_traced_as_the_failure_that_is_raised() -> None:
    network = ScriptedBackend([[http2_answer(1, Encoder()), ReadError("The peer is gone.")]])
    request, events = traced()
    with over_http2(network) as transport:
        response = transport.handle_request(request)
        with pytest.raises(ReadError) as caught:
            response.read()
    assert caught.value is dict(events)["http2.receive_response_body.failed"]["exception"]
    assert ["http2.response_closed.started", "http2.response_closed.complete"] == names(events)[-2:]


def test_a_response_of_http2_that_is_closed_unread_has_no_body_in_its_trace() -> None:
    network = ScriptedBackend([[http2_answer(1, Encoder())]])
    request, events = traced()
    with over_http2(network) as transport:
        transport.handle_request(request).close()
    assert [] == [name for name in names(events) if "response_body" in name]
    assert "http2.response_closed.complete" == names(events)[-1]


def test_a_connection_of_http2_is_begun_in_the_trace_of_its_first_request_alone() -> None:
    encoder = Encoder()
    script = [http2_answer(1, encoder), body(1), http2_answer(3, encoder), body(3)]
    network = ScriptedBackend([script])
    told = []
    with over_http2(network) as transport:
        for _ in range(2):
            request, events = traced()
            assert b"Hello" == transport.handle_request(request).read()
            told.append("http2.send_connection_init.started" in names(events))
    assert [True, False] == told


def test_each_new_try_of_a_connect_is_told_with_how_long_it_waits() -> None:
    refused = [ConnectError("Refused.") for _ in range(3)]
    network = ScriptedBackend([*refused, [ANSWER]])
    request, events = traced()
    with network.installed(HTTPTransport(retries=3)) as transport:
        assert b"Hello" == transport.handle_request(request).read()
    assert [0.0, 0.5, 1.0] == [
        info["delay"] for name, info in events if name == "connection.retry.started"
    ]
    assert 3 == names(events).count("connection.retry.complete")


@pytest.mark.parametrize("is_traced", [False, True])
def test_a_unix_socket_is_connected_to_by_its_path_and_told_of_by_the_name_of_0_28(
    is_traced: bool,
) -> None:
    network = ScriptedBackend([[ANSWER]])
    request, events = traced()
    if not is_traced:
        del request.extensions["trace"]
    with network.installed(HTTPTransport(uds="/run/example.sock")) as transport:
        assert b"Hello" == transport.handle_request(request).read()
    assert [("/run/example.sock", 0)] == network.connects
    steps = [(name, info) for name, info in events if "connect_unix_socket" in name]
    assert ["started", "complete"][: 2 * is_traced] == [name.split(".")[-1] for name, _ in steps]
    if is_traced:
        assert ("/run/example.sock", 5.0) == (
            steps[0][1]["path"],
            pytest.approx(steps[0][1]["timeout"], abs=1.0),
        )

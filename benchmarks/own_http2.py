"""HTTP/2 for the suite's own server: h2 and a queue of what the windows do not let through yet."""

from __future__ import annotations

import asyncio
from typing import Protocol

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded, StreamReset, WindowUpdated

from answers import answers


class Counted(Protocol):
    requests: int
    sent: int
    received: int


class HTTP2(asyncio.Protocol):
    def __init__(self, counters: type[Counted]) -> None:
        self.counters = counters
        self.session = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self.paths: dict[int, str] = {}
        self.unsent: dict[int, memoryview] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.session.initiate_connection()
        transport.write(self.session.data_to_send())

    def data_received(self, data: bytes) -> None:
        self.counters.received += len(data)
        for event in self.session.receive_data(data):
            if isinstance(event, RequestReceived):
                self.paths[event.stream_id] = dict(event.headers)[":path"]
            elif isinstance(event, DataReceived):
                self.session.acknowledge_received_data(
                    event.flow_controlled_length, event.stream_id
                )
            elif isinstance(event, StreamEnded):
                self.answer(event.stream_id)
            elif isinstance(event, StreamReset):
                self.unsent.pop(event.stream_id, None)
            elif isinstance(event, WindowUpdated):
                for stream_id in list(self.unsent):
                    self.send(stream_id)
        self.transport.write(self.session.data_to_send())

    def answer(self, stream_id: int) -> None:
        answer = answers()[self.paths.pop(stream_id)]
        fields = [(name.lower(), value) for name, value in answer.headers]
        fields = [(":status", "200"), *fields, ("content-length", str(len(answer.body)))]
        self.session.send_headers(stream_id, fields)
        self.counters.requests += 1
        self.counters.sent += len(answer.body)
        self.unsent[stream_id] = memoryview(answer.body)
        self.send(stream_id)

    def send(self, stream_id: int) -> None:
        """Send as much as the windows take, and keep the rest."""
        body = self.unsent.pop(stream_id)
        while True:
            size = min(
                self.session.local_flow_control_window(stream_id),
                self.session.max_outbound_frame_size,
                len(body),
            )
            if not size:
                self.unsent[stream_id] = body
                return
            is_last = size == len(body)
            self.session.send_data(stream_id, bytes(body[:size]), end_stream=is_last)
            if is_last:
                return
            body = body[size:]

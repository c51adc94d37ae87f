"""A relay of TCP connections that does harm where it is told to, at a byte and in a direction.

    relay = FaultyRelay(server_port, [Fault(0, "down", 120, "reset")]).start()
    ...                 # talk to 127.0.0.1:relay.port
    relay.calm()        # no harm from here on; what was held back goes its way
    relay.stop()

One thread with an event loop carries all connections. A fault strikes when the bytes of its direction
reach its offset: those before have gone on, those behind have not.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Sequence
from typing import NamedTuple

from tests.faults.answers import LAST_LINE

DIRECTIONS = ("up", "down")
"""From the client to the server, and back."""

KINDS = {
    "delay": "hold everything for `amount` milliseconds",
    "split": "send the next `amount` bytes one by one",
    "truncate": "end both sides as a clean close does, and drop the rest",
    "reset": "end both sides by a TCP reset",
    "half-close": "end this direction only, and drop the rest of it",
    "stall": "hold everything until the harm is over",
    "repeat": "send the last `amount` bytes once more",
    "double": "send the first whole answer behind the offset twice, in one write",
}

EVERY = -1
CHUNK = 65_536
KEPT = 20_000
"""Bytes that are remembered, to be sent again."""
_LINGER_NOT = b"\x01\x00\x00\x00\x00\x00\x00\x00"


class Fault(NamedTuple):
    """Harm to one connection (numbers start at 0) or to `EVERY`; `KINDS` says what each does."""

    connection: int
    direction: str
    offset: int
    kind: str
    amount: int = 0

    def __str__(self) -> str:
        which = "each connection" if self.connection == EVERY else f"connection {self.connection}"
        amount = f" ({self.amount})" if self.amount else ""
        return f"{which}, {self.direction}, byte {self.offset}: {self.kind}{amount}"


class FaultyRelay:
    """See the module. `struck`: the faults that have struck so far."""

    def __init__(self, target: int, faults: Sequence[Fault] = ()) -> None:
        self.target = target
        self.port = 0
        self.struck: list[Fault] = []
        self.accepted = 0
        self._faults = faults
        self._links: dict[asyncio.Task[None], _Link] = {}

    # -- from the thread of its user -------------------------------------------------------------

    def start(self) -> FaultyRelay:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._main(ready)), name=f"relay-{self.port}", daemon=True
        )
        self._thread.start()
        assert ready.wait(20), "The relay did not start."
        return self

    def calm(self, *, drop: bool = False) -> None:
        """Do no more harm; with `drop`, end the connections that are there."""
        done = threading.Event()

        def tell() -> None:
            self.peace.set()
            if drop:
                for task in self._links:
                    task.cancel()
            done.set()

        self._loop.call_soon_threadsafe(tell)
        assert done.wait(20), "The relay is stuck."

    def stop(self) -> None:
        """Close every socket and end the thread."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(20)
        assert not self._thread.is_alive(), "The relay is stuck."

    # -- in the relay's thread -------------------------------------------------------------------

    async def _main(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self.peace = asyncio.Event()
        accepting = asyncio.ensure_future(self._accept())
        ready.set()
        await self._stopping.wait()
        tasks = [accepting, *self._links]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listener.close()

    async def _accept(self) -> None:
        while True:
            client, _ = await self._loop.sock_accept(self._listener)
            number, self.accepted = self.accepted, self.accepted + 1
            link = _Link(self, client, number)
            task = asyncio.ensure_future(link.run())
            self._links[task] = link
            task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        # Here and not in `run`, which does not begin where it is cancelled at once.
        self._links.pop(task).close()

    def faults_of(self, number: int, direction: str) -> list[Fault]:
        """What is to happen to a connection, in the order of the bytes."""
        faults = [
            fault
            for fault in self._faults
            if fault.connection in (EVERY, number) and fault.direction == direction
        ]
        return sorted(faults, key=lambda fault: fault.offset)


class _CutError(Exception):
    """A fault has ended the connection."""


class _Link:
    """One connection and its way on to the server."""

    def __init__(self, relay: FaultyRelay, client: socket.socket, number: int) -> None:
        self._relay = relay
        self._loop = asyncio.get_running_loop()
        self._client = client
        self._number = number
        self._server = socket.socket()
        self._answer = bytearray()
        """What has come down since the last byte that went up, as far as it is kept."""
        for end in (self._client, self._server):
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def run(self) -> None:
        pumps: list[asyncio.Future[None]] = []
        try:
            await self._loop.sock_connect(self._server, ("127.0.0.1", self._relay.target))
            pumps = [asyncio.ensure_future(self._pump(direction)) for direction in DIRECTIONS]
            await asyncio.gather(*pumps)
        except (_CutError, OSError, asyncio.CancelledError):
            pass
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    def close(self) -> None:
        self._client.close()
        self._server.close()

    async def _pump(self, direction: str) -> None:
        """Carry one direction to its end."""
        source, sink = self._client, self._server
        if direction == "down":
            source, sink = sink, source
        faults = self._relay.faults_of(self._number, direction)
        position = 0
        kept = b""
        while True:
            try:
                data = await self._loop.sock_recv(source, CHUNK)
            except OSError:
                # One side has reset its connection: so does the other one now.
                self._reset()
                raise
            if not data:
                _end(sink)
                return
            if direction == "up":
                self._answer.clear()
            elif len(self._answer) <= KEPT:
                self._answer += data
            while faults and not self._relay.peace.is_set():
                fault = faults[0]
                if fault.offset >= position + len(data) or (
                    fault.kind == "double" and not self._is_whole()
                ):
                    break
                # "double" waits for the end of an answer: its offset may have passed by.
                cut = len(data) if fault.kind == "double" else max(0, fault.offset - position)
                before, data = data[:cut], data[cut:]
                kept = (kept + before)[-KEPT:]
                position += len(before)
                if fault.kind == "double":
                    before += bytes(self._answer)
                await self._loop.sock_sendall(sink, before)
                del faults[0]
                self._relay.struck.append(fault)
                data = await self._strike(fault, source, sink, data, kept)
            kept = (kept + data)[-KEPT:]
            position += len(data)
            await self._loop.sock_sendall(sink, data)

    def _is_whole(self) -> bool:
        """Whether what came down is one answer, framed by its length."""
        answer = bytes(self._answer[-200:])
        return len(self._answer) <= KEPT and LAST_LINE.search(answer) is not None

    async def _strike(
        self, fault: Fault, source: socket.socket, sink: socket.socket, data: bytes, kept: bytes
    ) -> bytes:
        """Do one harm; returns what is still to be sent on."""
        kind = fault.kind
        if kind == "delay":
            await self._hold(fault.amount / 1000)
        elif kind == "stall":
            await self._relay.peace.wait()
        elif kind == "split":
            for index in range(min(fault.amount, len(data))):
                await self._loop.sock_sendall(sink, data[index : index + 1])
                await asyncio.sleep(0)
            return data[fault.amount :]
        elif kind == "repeat":
            await self._loop.sock_sendall(sink, kept[-fault.amount :])
        elif kind == "truncate":
            _end(self._client)
            _end(self._server)
            raise _CutError
        elif kind == "reset":
            self._reset()
            raise _CutError
        elif kind == "half-close":
            _end(sink)
            while await self._loop.sock_recv(source, CHUNK):
                pass
            # Nothing more can come this way; the other direction goes on.
            return b""
        return data

    async def _hold(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._relay.peace.wait(), seconds)
        except asyncio.TimeoutError:
            pass

    def _reset(self) -> None:
        for end in (self._client, self._server):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)


def _end(sink: socket.socket) -> None:
    try:
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass

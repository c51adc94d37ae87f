"""Turns: who reads and who writes, when many tasks or threads share one HTTP/2 connection.

Theory of operation. Nobody works in the background: of those who wait for something, one holds the
reader's role. It reads, feeds the session, wakes those that have news, and when its own stream has
some, or its limit has come, or it is cancelled, it hands the role on to one that still waits. Each
waits by its own limit. Writing is done by whoever has something to send; while somebody writes, the
others leave their frames in the session, and the writer takes them along.

Rules:

1. The mutex guards the session and the roles. It is never held while anything is awaited, and no
   callback is called under it.
2. A wake-up is never lost: whoever leaves the queue after having been woken hands the role on.
3. A write that ended half-way leaves the connection useless to all (the peer would take the next
   frame for the rest of this one), so it fails for all.
4. A peer that takes no more bytes may have answered before it closed. So nothing more is written
   then, and reading goes on until it says why: a rest of a response, the end, or a reset.
"""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from httpx_core import ReadTimeout, TransportError, WriteTimeout

from .._backends import faults
from .._bridge import run
from . import failures
from .life import SignsOfLife

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._backends.interface import Backend, NetworkStream, Wakeup
    from .session import Session
    from .streams import Fault, Stream

READ_SIZE = 65_536
"""Bytes asked for by a read; more when reads come back full."""

LARGE_READ_SIZE = 262_144

LAST_READS = 16
"""Reads made without waiting, to find what came while nobody read, or before a write failed."""

DRAIN_TICK = 0.5
"""Seconds after which a writer that waits for the network looks again whether somebody reads."""

PARKED_TICK = 0.05
"""Seconds after which who waits for another to have written looks at its own stream."""

GOAWAY_LIMIT = 1.0
"""Seconds that telling a peer of its fault may take."""


class Turns:
    """The network side of one connection: its stream, its session, and the two roles."""

    __slots__ = (
        "_backend",
        "_changed",
        "_congested",
        "_gathering",
        "_io",
        "_is_deaf",
        "_large",
        "_life",
        "_parked",
        "_reading",
        "_unsent",
        "_waiting",
        "_writing",
        "mutex",
        "peer",
        "session",
    )

    def __init__(
        self,
        stream: NetworkStream,
        backend: Backend,
        session: Session,
        peer: str,
        changed: Callable[[], None],
        ping_interval: float | None,
        ping_timeout: float,
    ) -> None:
        """`changed` is called when the session's limit may have become another one."""
        self._io = stream
        self._backend = backend
        self.session = session
        self.peer = peer
        self._changed = changed
        self._life = SignsOfLife(ping_interval, ping_timeout, monotonic())
        self.mutex = Lock()
        self._reading = self._writing = self._congested = self._large = False
        # Somebody will write in the event loop's next turn; and: the peer takes no more bytes.
        self._gathering = self._is_deaf = False
        self._waiting: dict[Stream, Wakeup] = {}
        self._parked: list[Wakeup] = []
        self._unsent = b""

    # Waiting and reading.

    def silent_since(self, moment: float) -> bool:
        """Whether nothing came from the peer after `moment`."""
        return self._life.heard <= moment

    async def wait(self, stream: Stream, deadline: float | None) -> bool:
        """Wait until the stream has news: True; False when the deadline came first."""
        while True:
            with self.mutex:
                if stream.news:
                    stream.news = False
                    return True
                if not self._reading:
                    self._reading, wakeup = True, None
                else:
                    wakeup = self._waiting[stream] = self._backend.wakeup()
            if wakeup is None:
                return await self._read_for(stream, deadline)
            try:
                woken = await wakeup.wait(_left(deadline))
            except BaseException:
                self._leave(stream)
                raise
            if not woken:
                self._leave(stream)
                return stream.news

    async def _read_for(self, stream: Stream, deadline: float | None) -> bool:
        try:
            while not stream.news:
                if not await self._receive(deadline) or (
                    # Frames that are no news may come faster than they are read.
                    deadline is not None and monotonic() >= deadline
                ):
                    break
            news, stream.news = stream.news, False
            return news
        finally:
            self._hand_on()

    def _leave(self, stream: Stream) -> None:
        """Stop waiting. Who was woken already may have been meant to read: then another is."""
        with self.mutex:
            left = self._waiting.pop(stream, None) is not None
        if not left:
            self._hand_on(only_if_free=True)

    def _hand_on(self, only_if_free: bool = False) -> None:
        """Give the reader's role back, and wake the one that has waited longest to take it."""
        with self.mutex:
            if only_if_free and self._reading:
                return
            self._reading = False
            if self._waiting:
                first = next(iter(self._waiting))
                self._waiting.pop(first).set()

    async def _receive(self, deadline: float | None) -> bool:
        """Read once and take it in, as the reader. False when the deadline came first."""
        until = deadline
        due = self._life.due()
        if due is not None and (until is None or due < until):
            until = due
        if self._congested and not self._writing:
            await self._push(until)
            if self.is_congested and not self.is_writing and not self._io.is_readable():
                if until is not None and monotonic() >= until:
                    return await self._on_silence(deadline)
                return True
        try:
            data = await self._io.read(LARGE_READ_SIZE if self._large else READ_SIZE, _left(until))
        except ReadTimeout:
            return await self._on_silence(deadline)
        except TransportError as exc:
            self.fail(failures.lost(exc))
            return True
        self.take_in(data)
        # What does not leave at once is pushed by the next call: the reader never waits to write
        # without an eye on what comes, since a peer may take nothing before it is read.
        self.write_soon()
        return True

    async def _push(self, until: float | None) -> None:
        """As the reader, wait until the network takes what it was given, or there is something to read."""
        with self.mutex:
            if self._writing:
                return
            self._writing = True
        drained = False
        try:
            drained = not await self._io.drain(_shorter(DRAIN_TICK, _left(until), None), True)
            if drained:
                self._congested = False
        except TransportError:
            self._stop_writing_for_good()
        finally:
            self._end_writing()
        if not self.write_now() and drained:
            # Nothing is in the way: this stream cannot write without waiting (a scripted one, a
            # blocking socket where the system has no such call).
            await self.write(_left(until))

    def take_in(self, data: bytes) -> None:
        """Feed what was read to the session, and wake those that it concerns."""
        if not data:
            self.fail(failures.closed_early(self.peer, self.session.goaway))
            return
        self._large = len(data) >= READ_SIZE
        self._life.hear(monotonic())
        session = self.session
        with self.mutex:
            limit = session.limit
            for stream in session.feed(data):
                wakeup = self._waiting.pop(stream, None)
                if wakeup is not None:
                    wakeup.set()
        if session.failure is not None:
            self._say_goodbye()
            self.fail(session.failure)
        elif session.limit != limit:
            self._changed()

    def catch_up(self) -> bool:
        """Take in what came while nobody read, without waiting; False when that cannot be told.

        Even to ask whether there is anything is the reader's right, since a TLS stream has to read to know.
        """
        with self.mutex:
            if self._reading:
                return True
            self._reading = True
        try:
            return self._read_what_came()
        finally:
            self._hand_on()

    def _read_what_came(self) -> bool:
        """The same as the reader."""
        for _ in range(LAST_READS):
            if not self._io.is_readable() or self.session.failure is not None:
                break
            data = self._read_now()
            if data is None:
                # Half a frame of TLS's is nothing yet; else it is there, but not for us to see.
                return not self._io.is_readable()
            self.take_in(data)
        return True

    def _read_now(self) -> bytes | None:
        """What has come, without waiting; None when nothing has, or it cannot be told."""
        try:
            return self._io.read_now(LARGE_READ_SIZE)
        except TransportError as exc:
            self.fail(failures.lost(exc))
            return b""

    async def _on_silence(self, deadline: float | None) -> bool:
        """Nothing came for a while: the deadline has come, or a PING is due, or one went unanswered."""
        now = monotonic()
        if deadline is not None and now >= deadline:
            return False
        life = self._life
        if life.must_ask(now):
            self.ping()
            self.write_now()
        elif life.is_dead(now):
            self.fail(failures.dead(self.peer, now - life.heard, life.timeout))
        return True

    def ping_when_old(self) -> None:
        """Before a connection is used again after a long silence: ask along with the request."""
        if self._life.must_ask(monotonic()):
            self.ping()

    def ping(self) -> None:
        with self.mutex:
            self.session.ping()
        self._life.ask(monotonic())

    # Writing.

    @property
    def is_writing(self) -> bool:
        return self._writing

    @property
    def is_congested(self) -> bool:
        return self._congested

    def write_now(self) -> bool:
        """Send what is to be sent without waiting. False: `write` has something to send or to wait for."""
        with self.mutex:
            if self._writing:
                # Whoever writes takes it along.
                return True
            data = self._take()
            if not data:
                if self._congested:
                    self._congested = not self._io.write_now(b"")
                return not self._congested
            if not self._io.write_now(data):
                self._unsent = data
                self._congested = True
            else:
                self._congested = not self._io.write_now(b"")
            return not self._congested

    def write_soon(self) -> bool:
        """The same; but where a task is about to write, that one takes it along."""
        return self._gathering or self.write_now()

    async def write_together(self, limit: float | None, until: float | None) -> None:
        """Send what is to be sent, along with what other tasks that are about to run will add.

        So the requests of a hundred tasks cost one system call and not a hundred; what one of them
        pays for it is a turn of the event loop.
        """
        if self._gathering:
            return
        self._gathering = True
        try:
            await self._backend.sleep(0)
        finally:
            self._gathering = False
            written = self.write_now()
        if not written:
            await self.write(limit, until)

    async def write(
        self, limit: float | None, until: float | None = None, stream: Stream | None = None
    ) -> None:
        """Send what is to be sent, and what others add meanwhile.

        With `stream` it ends early when that has news, what is left being sent by a later call. A
        failure is one of the connection: it is found in the streams, and not raised here.
        """
        while True:
            with self.mutex:
                if self._writing:
                    return
                # Congested, the network is first waited for with empty hands: to be cancelled then
                # costs nobody anything.
                data = b"" if self._congested else self._take()
                if not data and not self._congested:
                    return
                if data and self._io.write_now(data):
                    self._congested = not self._io.write_now(b"")
                    continue
                self._writing = True
            try:
                if data:
                    await self._io.write(data, limit, until)
                elif not await self._make_room(limit, until, stream):
                    return
            except WriteTimeout as exc:
                self.fail(failures.lost(exc))
            except TransportError:
                self._stop_writing_for_good()
            except BaseException as exc:
                if data:
                    self.fail(failures.half_written(self.peer, exc))
                raise
            finally:
                self._end_writing()

    def _end_writing(self) -> None:
        """Give the writer's role back, and wake those that wait for it."""
        with self.mutex:
            self._writing = False
            parked, self._parked = self._parked, []
        for wakeup in parked:
            wakeup.set()

    def _stop_writing_for_good(self) -> None:
        """The peer takes no more bytes; what it said before that is still read (rule 4)."""
        self._is_deaf = True
        self._congested = False
        with self.mutex:
            self.session.retire()
        self._changed()

    async def _make_room(
        self, limit: float | None, until: float | None, stream: Stream | None
    ) -> bool:
        """Wait for the network to take what it was given; False when `stream` has news first.

        Meanwhile it reads, when nobody else does: a peer that waits for us to read takes nothing.
        """
        status = 0 if stream is None else stream.status
        unsent = -1
        since = monotonic()
        while True:
            if stream is not None and _has_news(stream, status):
                return False
            with self.mutex:
                reads = not self._reading
                if reads:
                    self._reading = True
            try:
                left = await self._io.drain(_shorter(DRAIN_TICK, limit, until), reads)
                if not left:
                    self._congested = False
                    return True
                if reads:
                    self._read_what_came()
            finally:
                if reads:
                    self._hand_on()
            now = monotonic()
            if left != unsent:
                unsent, since = left, now
            elif limit is not None and now - since >= limit:
                raise faults.write_timeout(self.peer, limit)
            if until is not None and now >= until:
                raise faults.write_deadline(self.peer)

    async def writable(self, limit: float | None, stream: Stream) -> bool:
        """Wait until nobody else writes, or `stream` has news; False when `limit` seconds went by first.

        The news are looked for, and not waited for: whoever writes may wait for a peer that takes no
        more until this stream's data is read.
        """
        until = None if limit is None else monotonic() + limit
        status = stream.status
        wakeup = self._backend.wakeup()
        while True:
            with self.mutex:
                if wakeup in self._parked:
                    self._parked.remove(wakeup)
                if not self._writing or _has_news(stream, status):
                    return True
                if until is not None and monotonic() >= until:
                    return False
                wakeup = self._backend.wakeup()
                self._parked.append(wakeup)
            await wakeup.wait(_shorter(PARKED_TICK, _left(until), None))

    def _take(self) -> bytes:
        data = self.session.take()
        if self._is_deaf:
            return b""
        if self._unsent:
            data, self._unsent = self._unsent + data, b""
        return data

    # The end.

    def fail(self, fault: Fault) -> None:
        """The connection is lost: close it, and wake everybody."""
        with self.mutex:
            self.session.lose(fault)
            for wakeup in self._waiting.values():
                wakeup.set()
            self._waiting.clear()
        self._io.close()
        self._changed()

    def _say_goodbye(self) -> None:
        """Send the GOAWAY that tells a peer of its fault, if it takes it at once."""
        if self.write_now() or self._backend.is_async:
            return
        run(self.write(GOAWAY_LIMIT))


def _has_news(stream: Stream, status: int) -> bool:
    """Whether there is something for who sends on a stream to look at; `status` is what it knows of."""
    return bool(stream.chunks or stream.fault or stream.ended or stream.status != status)


def _shorter(seconds: float, limit: float | None, until: float | None) -> float:
    if limit is not None and limit < seconds:
        seconds = limit
    return seconds if until is None else max(0.0, min(seconds, until - monotonic()))


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.0, deadline - monotonic())

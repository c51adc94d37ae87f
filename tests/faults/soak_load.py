"""The load of a soak: workers that call one client again and again, and account for every failure.

A failure is accounted for when the documented rules of sending again leave no other end, and a server
was restarting meanwhile:

- nobody listened: the connection could not be made;
- the connection was new, so that its death says nothing about it having been stale;
- the request had been sent again once already;
- the answer had begun;
- the request was sent, and is not one that may be processed twice, or its body is gone.

A server that ends its connections without a word may meet such a request too, restart or not. All
else is a lost request.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.faults.answers import Asked, body, digest
from tests.faults.restarting import Place, Restarting
from tests.support.colours import Client, Colour
from tests.support.concurrency import run_sync

import httpx

METHODS = ("GET", "GET", "GET", "HEAD", "PUT", "POST", "POST", "DELETE")
KINDS = ("length", "length", "chunked", "gzip", "gzip-chunked", "empty")
BODIES = (b"", b"small body", b"large body" * 10_000)


class Failure(NamedTuple):
    """What is known of a call that failed."""

    place: Place
    method: str
    streamed: bool
    error: httpx.TransportError
    events: list[str]
    restarts: list[str]

    def account(self) -> str:
        """Why the call could fail; "" if it should not have."""
        last = self.events
        again = "retry.request.started" in last
        if again:
            last = last[len(last) - last[::-1].index("retry.request.started") :]
        fresh = any(event.startswith("connection.connect_tcp") for event in last)
        may_go_again = self.method != "POST" and not self.streamed
        if self.streamed and "did not process" in str(self.error):
            # Refused by GOAWAY, whoever sent it; but what was sent of the body cannot be had again.
            return "refused, and its body is gone"
        ended_silently = self.place.silent_ends and not fresh and not may_go_again
        if not self.restarts and not ended_silently:
            return ""
        if isinstance(self.error, (httpx.ConnectError, httpx.ConnectTimeout)):
            return "" if set(self.restarts) == {"reload"} else "nobody listened"
        if set(self.restarts) == {"reload"} and may_go_again:
            return ""
        if any(event.endswith("receive_response_headers.complete") for event in last):
            return "the answer had begun"
        if again:
            return "sent again already"
        if fresh or "h2" in self.place.name or "tls" in self.place.name:
            # On HTTP/2 it is another request that opened the connection, and may not have been answered yet.
            return "a new connection died"
        return "" if may_go_again else "sent, and not to be sent twice"

    def __str__(self) -> str:
        return (
            f"{self.method} to {self.place.name}{', body streamed' if self.streamed else ''}, "
            f"restarts {self.restarts}: {type(self.error).__name__}: {self.error}; {self.events}"
        )


class Load:
    """Workers of one colour on one client. `counts`: calls, right, and failures by their account."""

    def __init__(
        self, name: str, servers: Restarting, seed: int, is_over: Callable[[], bool]
    ) -> None:
        self.name = name
        self.counts: Counter[str] = Counter()
        self.problems: list[str] = []
        self._colour = Colour(name)
        self._servers = servers
        self._rng = random.Random(seed)
        self._is_over = is_over
        self._number = 0

    async def run(self, workers: int) -> None:
        """Call until it is over."""
        context = self._servers.authority.client_context()
        limits = httpx.Limits(max_connections=20, max_keepalive_connections=8, keepalive_expiry=2.0)
        options: dict[str, Any] = {
            "verify": context, "http2": True, "limits": limits, "timeout": 15.0, "trust_env": False
        }  # fmt: skip
        async with self._colour.client(**options) as client:
            if self._colour.is_async:
                await self._colour.concurrently(*[lambda: self._work(client)] * workers)
            else:
                self._work_in_threads(client, workers)
            for origin, stats in client.stats().items():
                self.counts["opened"] += stats.opened
                self.counts["reused"] += stats.reused
                self.counts["retried"] += stats.retried
                if stats.active or stats.waiting:
                    self.problems.append(f"{self.name}: the pool has for {origin} {stats}")

    def _work_in_threads(self, client: Client, workers: int) -> None:
        """As the colour does it, without the limit that it has for tests."""
        threads = [
            threading.Thread(target=lambda: run_sync(self._work(client))) for _ in range(workers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    async def _work(self, client: Client) -> None:
        while not self._is_over():
            self._number += 1
            ident = f"{self.name}-{self._number}-{self._rng.randrange(10**9)}"
            place = self._rng.choice(self._servers.places)
            await self._call(client, place, ident)
            self.counts["calls"] += 1
            # Some connections idle long enough to meet a restart.
            await self._colour.sleep(self._rng.choice((0, 0, 0.002, 0.01)))

    async def _call(self, client: Client, place: Place, ident: str) -> None:
        method = self._rng.choice(METHODS)
        asked = Asked(ident, self._rng.choice(KINDS), self._rng.choice((50, 3000, 60_000)))
        content = self._rng.choice(BODIES) if method in ("PUT", "POST") else b""
        streamed = bool(content) and self._rng.random() < 0.2
        events = [place.name]
        options: dict[str, Any] = {
            "extensions": {"trace": self._colour.callback(lambda name, info: events.append(name))}
        }
        if content:
            pieces = [content[:7], content[7:]]
            options["content"] = self._colour.body(pieces) if streamed else content
        began = time.monotonic()
        try:
            response = await client.request(method, place.url + asked.path, **options)
        except httpx.TransportError as error:
            restarts = self._servers.during(place.name, began, time.monotonic())
            failure = Failure(place, method, streamed, error, events, restarts)
            account = failure.account()
            self.counts[account or "LOST"] += 1
            if not account:
                self.problems.append(f"{self.name}: lost: {failure}")
            return
        has_body = method != "HEAD" and asked.kind != "empty"
        expected = (ident, digest(content), body(ident, asked.size) if has_body else b"")
        fields = response.headers
        if (fields.get("x-ident"), fields.get("x-received"), response.content) == expected:
            self.counts["right"] += 1
            return
        restarts = self._servers.during(place.name, began, time.monotonic())
        if place.name.startswith("nginx") and restarts and response.status_code in (499, 502):
            # Its worker was ended while it asked its own upstream.
            self.counts["the answer of a server that ends"] += 1
            return
        self.counts["WRONG"] += 1
        self.problems.append(
            f"{self.name}: wrong answer to {ident} from {place.name}: {response.status_code} "
            f"{dict(fields)} {response.content[:80]!r}"
        )

"""Plan: all that one fault run does, drawn from its seed and from nothing else. No socket, no clock.

    print(make_plan(17).describe())

What a fault can change without being seen decides what may be asked for. Without TLS a body that is
framed by the end of its connection can be cut short unseen, so `close` is asked for over TLS only. And
bytes repeated without TLS make other messages, which may be as well-formed: such a plan is `altering`.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from tests.faults.faulty_relay import EVERY, Fault

COLOURS = ("sync", "asyncio", "trio")
PROTOCOLS = ("http1", "https1", "h2", "h2c")
SERVERS = ("nginx", "own")
PROXIES = ("", "", "", "http", "https", "socks5")

NO_BODY, SMALL, LARGE, STREAMED, MULTIPART = "none", "small", "100 KB", "streamed", "multipart"
METHODS = ("GET", "GET", "GET", "HEAD", "POST", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
WITH_BODY = ("POST", "PUT", "PATCH")

SHORT, LONG = 0.4, 5.0
"""Seconds that a phase may take: where something may never come, and elsewhere."""


class PlannedCall(NamedTuple):
    """One request. `reading`: "whole", "streamed", "early" (closed after its first piece).

    `cancelled_after`: milliseconds after which an async caller gives up, 0 for never.
    """

    ident: str
    method: str
    sent: str
    kind: str
    size: int
    reading: str
    cancelled_after: int

    def __str__(self) -> str:
        given_up = f", given up after {self.cancelled_after} ms" if self.cancelled_after else ""
        return (
            f"{self.ident}: {self.method}, body {self.sent}, answer {self.kind} {self.size}, "
            f"read {self.reading}{given_up}"
        )


class Plan(NamedTuple):
    """One run: `workers` call at once, each one call after the other.

    `few`: the server ends its connections after a few requests. `limit`: seconds for each phase.
    `total`: seconds for each call as a whole, or None. `pings`: HTTP/2 asks often for a sign of life.
    """

    seed: int
    colour: str
    protocol: str
    server: str
    proxy: str
    few: bool
    connections: int
    limit: float
    total: float | None
    pings: bool
    workers: tuple[tuple[PlannedCall, ...], ...]
    faults: tuple[Fault, ...]

    @property
    def encrypted(self) -> bool:
        return self.protocol in ("https1", "h2")

    @property
    def altering(self) -> bool:
        """Whether a fault may change what is said without anybody being able to tell."""
        return not self.encrypted and any(fault.kind == "repeat" for fault in self.faults)

    def describe(self) -> str:
        total = "none" if self.total is None else f"{self.total} s"
        head = (
            f"seed {self.seed}: {self.colour}, {self.protocol}, server {self.server}"
            f"{' (few requests a connection)' if self.few else ''}, proxy {self.proxy or 'none'}, "
            f"at most {self.connections} connections, limit {self.limit} s, total limit {total}"
            f"{', frequent pings' if self.pings else ''}"
        )
        faults = [f"  fault: {fault}" for fault in self.faults]
        calls = [
            f"  worker {number}: {call}"
            for number, calls in enumerate(self.workers)
            for call in calls
        ]
        return "\n".join([head, *faults, *calls])


def make_plan(seed: int) -> Plan:
    """The plan of a seed, the same on every machine."""
    rng = random.Random(f"fault run {seed}")
    colour = rng.choice(COLOURS)
    protocol = rng.choice(PROTOCOLS)
    server = rng.choice(SERVERS)
    proxy = rng.choice(PROXIES)
    if protocol == "h2c" and proxy in ("http", "https"):
        # A proxy that is asked for http:// forwards, over HTTP/1.1.
        proxy = "socks5"
    encrypted = protocol in ("https1", "h2")
    connections = rng.choice((1, 2, 5))
    faults = tuple(_fault(rng, protocol, proxy) for _ in range(rng.choice((1, 1, 2, 3))))
    may_wait = any(fault.kind in ("stall", "half-close", "repeat") for fault in faults)
    workers = []
    number = 0
    for _ in range(rng.choice((1, 1, 2, 4))):
        calls = []
        for _ in range(rng.randint(1, 5)):
            calls.append(_call(rng, f"{seed}-{number}", protocol, encrypted, colour))
            number += 1
        workers.append(tuple(calls))
    return Plan(
        seed=seed,
        colour=colour,
        protocol=protocol,
        server=server,
        proxy=proxy,
        few=rng.random() < 0.25,
        connections=connections,
        limit=SHORT if may_wait else LONG,
        total=rng.choice((None, None, 0.3, 2.0)),
        pings=protocol in ("h2", "h2c") and rng.random() < 0.3,
        workers=tuple(workers),
        faults=faults,
    )


def _fault(rng: random.Random, protocol: str, proxy: str) -> Fault:
    connection = rng.choice((0, 0, 0, 1, 1, 2, 3, EVERY))
    direction = rng.choice(("up", "down", "down"))
    kinds = ["delay", "split", "truncate", "truncate", "reset", "reset", "half-close", "repeat"]
    if rng.random() < 0.35:
        kinds.append("stall")
    if protocol == "http1" and direction == "down":
        kinds += ["double", "double"]
    kind = rng.choice(kinds)
    # Most harm where most is decided: in handshakes and heads; some of it far into bodies.
    offset = int(2 ** rng.uniform(0, rng.choice((8, 13, 17)))) - 1
    amount = 0
    if kind == "delay":
        amount = rng.choice((5, 30, 120))
    elif kind == "split":
        amount = rng.choice((10, 100, 400))
    elif kind == "repeat":
        amount = int(2 ** rng.uniform(0, 11))
    return Fault(connection, direction, offset, kind, amount)


def _call(
    rng: random.Random, ident: str, protocol: str, encrypted: bool, colour: str
) -> PlannedCall:
    method = rng.choice(METHODS)
    sent = NO_BODY
    if method in WITH_BODY:
        sent = rng.choice((NO_BODY, SMALL, SMALL, LARGE, STREAMED, MULTIPART))
    kinds = ["length", "length", "chunked", "gzip", "gzip-chunked", "empty"]
    if encrypted and protocol == "https1":
        kinds.append("close")
    if sent in (NO_BODY, SMALL) and method in ("GET", "HEAD", "POST"):
        kinds.append("redirect")
    kind = rng.choice(kinds)
    size = int(2 ** rng.uniform(4, 17))
    reading = rng.choice(("whole", "whole", "whole", "streamed", "early"))
    gives_up = colour != "sync" and rng.random() < 0.08
    return PlannedCall(
        ident, method, sent, kind, size, reading, rng.choice((1, 10, 60)) if gives_up else 0
    )

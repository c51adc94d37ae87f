"""Servers that restart under load, and the record of when each did.

A restart is `reload` (nginx: new workers, the old ones finish, somebody listens all the time), `leave`
(own HTTP/1.1: idle connections are closed, the others after their answer) or `abort` (every connection
is cut at once). After the last two nobody listens for a moment.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from tests.faults.answers import Tally
from tests.faults.nginx import FEW, Nginx, find_nginx
from tests.faults.origin import MANY, HTTP1Origin, HTTP2Origin
from tests.support.certificates import Authority

AFTERMATH = 1.0
"""Seconds after a restart in which a call may still meet what it left: a connection of before."""


class Place(NamedTuple):
    """A server that calls go to: `name` for reports, and whether its connections end `few` by few unsaid."""

    name: str
    url: str
    silent_ends: bool


class Restart(NamedTuple):
    began: float
    ended: float
    how: str


class Restarting:
    """A context manager: servers on ports of their own, `places` where they are.

    `restart_next()` restarts one after the other.
    """

    def __init__(self, folder: Path) -> None:
        self.places: list[Place] = []
        self.restarts: dict[str, list[Restart]] = {}
        self.nginx: Nginx | None = None
        self._folder = folder
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self._own: dict[str, Any] = {}
        self._tally = Tally()
        self._turns: list[tuple[str, str]] = []
        self._turn = 0

    def __enter__(self) -> Restarting:
        self.authority = Authority()
        with ExitStack() as stack:
            stack.callback(lambda: [server.stop() for server in self._own.values()])
            for name, kind, tls, most in (
                ("own http1", HTTP1Origin, None, MANY),
                ("own https1", HTTP1Origin, [], MANY),
                ("own h2", HTTP2Origin, ["h2"], MANY),
                ("own http1 few", HTTP1Origin, None, FEW),
                ("own h2 few", HTTP2Origin, ["h2"], FEW),
            ):
                context = None if tls is None else self.authority.server_context(alpn=tls)
                self._start_own(name, kind, context, most, 0)
                silent = name == "own http1 few"
                self.places.append(Place(name, self._own[name].url, silent))
            self._turns = [("own http1", "abort"), ("own h2", "abort"), ("own http1", "leave")]
            self._turns += [("own https1", "abort"), ("own https1", "leave")]
            if find_nginx() is not None:
                self._start_nginx(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc_info: Any) -> None:
        self._stack.close()

    def _start_own(
        self, name: str, kind: Any, context: ssl.SSLContext | None, most: int, port: int
    ) -> None:
        server = kind(self._tally, most=most, ssl_context=context)
        server.port = port
        deadline = time.monotonic() + 10
        while True:
            try:
                self._own[name] = server.start()
                return
            except OSError:
                # Somebody's outgoing connection may have the port for a moment.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def _start_nginx(self, stack: ExitStack) -> None:
        origin = stack.enter_context(HTTP1Origin(self._tally))
        self._folder.chmod(0o755)
        self.nginx = nginx = Nginx(self._folder, self.authority, origin.port, master=True)
        stack.callback(nginx.stop)
        for (protocol, few), port in nginx.ports.items():
            if protocol != "h2c":
                scheme = "https" if protocol == "tls" else "http"
                name = f"nginx {protocol}{' few' if few else ''}"
                self.places.append(Place(name, f"{scheme}://127.0.0.1:{port}", False))
        self._turns[1:1] = [("nginx", "reload"), ("nginx", "abort"), ("nginx", "reload")]

    def restart_next(self) -> None:
        """Restart the server whose turn it is."""
        name, how = self._turns[self._turn % len(self._turns)]
        self._turn += 1
        began = time.monotonic()
        self._note(name, Restart(began, began + 1e9, how))
        if name == "nginx":
            assert self.nginx is not None
            if how == "reload":
                self.nginx.reload()
            else:
                self.nginx.restart()
        else:
            self._restart_own(name, how)
        self._note(name, Restart(began, time.monotonic() + AFTERMATH, how), replace=True)

    def _restart_own(self, name: str, how: str) -> None:
        old = self._own[name]
        if how == "leave":
            old.leave()
        else:
            old.stop()
        self._start_own(name, type(old), old.ssl_context, MANY, old.port)
        self._tally.take()

    def _note(self, name: str, restart: Restart, *, replace: bool = False) -> None:
        with self._lock:
            noted = self.restarts.setdefault(name, [])
            if replace:
                noted.pop()
            noted.append(restart)

    def during(self, place: str, began: float, ended: float) -> list[str]:
        """How a place was restarting while a call was under way."""
        server = "nginx" if place.startswith("nginx") else place
        with self._lock:
            return [
                restart.how
                for restart in self.restarts.get(server, [])
                if restart.began < ended and began < restart.ended
            ]

    def keep_restarting(self, every: float, until: Callable[[float], bool]) -> None:
        """Restart one server each `every` seconds; `until(seconds)` waits so long and says if it is over."""
        while not until(every):
            self.restart_next()

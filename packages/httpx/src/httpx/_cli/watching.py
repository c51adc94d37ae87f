"""Watches a transfer by its trace events: times its phases, and tells what happens in verbose mode."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from .certificates import TLSFacts, facts, lines
from .heads import show_request_head
from .terminal import Screen
from .timing import Timing

if TYPE_CHECKING:
    from httpx_core import Request


class Watcher:
    """The `trace` extension of a request: `timing`, and `tls`, the facts of the last TLS connection.

    With a `screen` it tells there of connections and shows the heads of requests.
    """

    def __init__(self, screen: Screen | None, show_credentials: bool) -> None:
        self.timing = Timing(perf_counter)
        self.tls: TLSFacts | None = None
        self._screen = screen
        self._show_credentials = show_credentials
        self._connects = False

    def __call__(self, event: str, info: dict[str, Any]) -> None:
        self.timing.observe(event)
        if event.endswith(".start_tls.complete"):
            tls = info["return_value"].get_extra_info("ssl_object")
            if tls is not None:
                self.tls = facts(tls)
        if self._screen is not None:
            self._tell(self._screen, event, info)

    def _tell(self, screen: Screen, event: str, info: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.started":
            screen.note(f"Connecting to {info['host']!r}")
        elif event == "connection.connect_tcp.complete":
            address = info["return_value"].get_extra_info("server_addr")
            if address is not None:
                screen.note(f"Connected to {address[0]!r} on port {address[1]}")
        elif event.endswith(".start_tls.complete") and self.tls is not None:
            for line in lines(self.tls):
                screen.note(line)
        elif event.endswith(".send_request_headers.started"):
            self._show_request(screen, event, info.get("request"))
        elif event == "http11.receive_response_headers.complete":
            self._show_tunnel(screen, info["return_value"])
        elif event == "retry.request":
            screen.note("The connection was closed meanwhile; sending again on a new one")

    def _show_request(self, screen: Screen, event: str, request: Request | None) -> None:
        if request is None:
            return
        self._connects = request.method == "CONNECT"
        version = "HTTP/2" if event.startswith("http2.") else "HTTP/1.1"
        show_request_head(screen, request, version, self._show_credentials)

    def _show_tunnel(self, screen: Screen, head: Any) -> None:
        """A proxy's answer to CONNECT, which no response of ours is."""
        if self._connects and head:
            version, status, reason = (
                part.decode("latin-1") if isinstance(part, bytes) else part for part in head[:3]
            )
            screen.line(f"{version} {status} {reason}".rstrip())
            screen.line()

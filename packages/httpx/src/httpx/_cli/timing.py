"""How long the phases of a transfer took, read off the trace events. No I/O; the clock is passed in."""

from __future__ import annotations

from collections.abc import Callable

# The steps whose time counts for a phase. Those of the proxy on the way count as well.
_PHASES = {
    "connection.resolve_name": "dns",
    "connection.connect_tcp": "connect",
    "connection.connect_unix_socket": "connect",
    "connection.start_tls": "tls",
    "proxy.start_tls": "tls",
}

_FIRST_BYTE = frozenset(
    ("http11.receive_response_headers.complete", "http2.receive_response_headers.complete")
)


class Timing:
    """The phases of one transfer in seconds, redirects and all: `dns`, `connect`, `tls`,
    `first_byte` (from the beginning to the head of the last answer) and `total`.

    A phase that did not happen is None: a host that is an IP address needs no `dns`.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = clock()
        self._open: dict[str, float] = {}
        self._spent: dict[str, float] = {}
        self._first_byte: float | None = None
        self._ended: float | None = None

    def observe(self, event: str) -> None:
        """Take note of a trace event."""
        step, _, state = event.rpartition(".")
        if event in _FIRST_BYTE:
            self._first_byte = self._clock() - self._began
        elif step in _PHASES:
            if state == "started":
                self._open[step] = self._clock()
            elif step in self._open:
                self._end(_PHASES[step], self._clock() - self._open.pop(step))

    def end(self) -> None:
        """The transfer is over."""
        self._ended = self._clock() - self._began

    def _end(self, phase: str, seconds: float) -> None:
        self._spent[phase] = self._spent.get(phase, 0.0) + seconds
        if phase == "dns":
            # The lookup is part of connecting, whose end is still to come.
            self._spent["connect"] = self._spent.get("connect", 0.0) - seconds

    def as_dict(self) -> dict[str, float | None]:
        """The phases by name, in seconds, rounded to microseconds."""
        phases: dict[str, float | None] = {
            name: self._spent.get(name) for name in ("dns", "connect", "tls")
        }
        phases["first_byte"] = self._first_byte
        phases["total"] = self._ended
        return {
            name: None if seconds is None else round(max(seconds, 0.0), 6)
            for name, seconds in phases.items()
        }

    def as_sentence(self) -> str:
        """`dns 1.2 ms, connect 0.4 ms, TLS 9.8 ms, first byte 12.0 ms, total 15.3 ms`."""
        names = {"tls": "TLS", "first_byte": "first byte"}
        return ", ".join(
            f"{names.get(phase, phase)} {seconds * 1000:.1f} ms"
            for phase, seconds in self.as_dict().items()
            if seconds is not None
        )

"""What the two proxy handshakes have in common: bytes in, bytes out; no socket, no clock, no wait.

Theory of operation: `start()` gives the first bytes to send. Whatever the proxy answers goes into
`receive()`, piece by piece as it comes, which gives back what to send next, often nothing. No piece
is longer than `wanted` says, so that what a server behind the proxy sends stays in the stream. When
`done` is true, the connection is a tunnel to the target. Whatever else happens is raised, as the final
public exception.
"""

from __future__ import annotations

from httpx_core import ProxyError


class Handshake:
    """One handshake with a proxy. `proxy` and `target` name both ends in messages, without secrets.

    Where it is an HTTP request, `fields` are the raw header pairs that are sent, and `answer` is the
    version, status, reason and raw pairs of the answer once they are there; for traces.
    """

    __slots__ = ("answer", "done", "fields", "proxy", "target")

    kind: str
    """What the proxy is asked for, in messages."""

    def __init__(self, proxy: str, host: str, port: int) -> None:
        self.proxy = proxy
        self.target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.done = False
        self.fields: list[tuple[bytes, bytes]] | None = None
        self.answer: tuple[bytes, int, bytes, list[tuple[bytes, bytes]]] | None = None

    def start(self) -> bytes:
        """The first bytes to send."""
        raise NotImplementedError

    def receive(self, data: bytes) -> bytes:
        """Take what the proxy sent, and return what to send next; ProxyError when it refuses."""
        raise NotImplementedError

    @property
    def wanted(self) -> int:
        """How many bytes to read next, at most."""
        return 4096

    def receive_eof(self) -> None:
        """The proxy closed before the handshake was done: always raises ProxyError."""
        raise self.error("the proxy closed the connection in the middle of the handshake")

    def refusal(self) -> ProxyError | None:
        """The proxy's refusal, once that is certain, though more of its reasons may come; else None."""
        return None

    def error(self, what: str) -> ProxyError:
        return ProxyError(f"{self.kind} {self.target} through proxy {self.proxy} failed: {what}.")

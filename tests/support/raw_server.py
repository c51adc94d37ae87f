"""A TCP server on loopback whose every byte is the test's own.

    def handler(connection, number):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Le")

    with RawServer(handler) as server:
        ...  # server.host, server.port, server.url

Each connection has a thread. Leaving the context closes every socket and joins every thread, and
raises what a handler raised: OSError excepted, since peers that go away are what is tested.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any, TypeVar

Handler = Callable[[socket.socket, int], None]
S = TypeVar("S", bound="RawServer")

JOIN_LIMIT = 20.0


class RawServer:
    """Calls `handler(connection, number)` in a thread for each connection; numbers start at 0.

    `ssl_context`: connections are TLS, the handshake done before the handler is called.
    `host`: `"127.0.0.1"` or `"::1"`. `path`: listen on a Unix domain socket there instead.
    `disconnects`: the OSErrors handlers ended with.
    """

    def __init__(
        self,
        handler: Handler | None = None,
        *,
        ssl_context: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
        path: str | None = None,
    ) -> None:
        self._handler = handler if handler is not None else self.serve
        self.ssl_context = ssl_context
        self.host = host
        self.port = 0
        self.path = path
        self.disconnects: list[OSError] = []
        self._failures: list[BaseException] = []
        self._accepted = 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self._closing = False

    def serve(self, connection: socket.socket, number: int) -> None:
        """What a subclass does with each connection."""
        raise NotImplementedError

    # -- where -----------------------------------------------------------------------------------

    @property
    def scheme(self) -> str:
        return "http" if self.ssl_context is None else "https"

    @property
    def authority(self) -> str:
        """`host:port`, an IPv6 host in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """`http://127.0.0.1:port`, without a slash at the end."""
        return f"{self.scheme}://{self.authority}"

    @property
    def accepted(self) -> int:
        """How many connections were accepted so far."""
        with self._lock:
            return self._accepted

    @property
    def open_connections(self) -> int:
        """How many connections are open at this end."""
        with self._lock:
            return len(self._open)

    # -- life ------------------------------------------------------------------------------------

    def start(self: S) -> S:
        if self.path is not None:
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(self.path)
        else:
            self._listener = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET)
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._listener.bind((self.host, self.port))
            self.port = self._listener.getsockname()[1]
        self._listener.listen(1024)
        self._listener.setblocking(False)
        # accept() in one thread does not wake up when another closes the socket: this pair does it.
        self._wake, self._woken = socket.socketpair()
        self._acceptor = threading.Thread(
            target=self._accept, name=f"server-{self.port}", daemon=True
        )
        self._acceptor.start()
        return self

    def stop(self) -> None:
        """Close every socket, join every thread, raise the first failure of a handler."""
        with self._lock:
            self._closing = True
        self._wake.close()
        self._acceptor.join(JOIN_LIMIT)
        self.close_connections()
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.join(JOIN_LIMIT)
        stuck = [thread.name for thread in [self._acceptor, *threads] if thread.is_alive()]
        if stuck:
            raise AssertionError(f"A handler did not end: {stuck}.")
        self.raise_failure()

    def close_connections(self) -> None:
        """Shut down every open connection, as a server that restarts does."""
        with self._lock:
            for connection in self._open:
                shut_down(connection)

    def raise_failure(self) -> None:
        """Raise what a handler raised since the last call."""
        with self._lock:
            failures, self._failures = self._failures, []
        if failures:
            raise failures[0]

    def __enter__(self: S) -> S:
        return self.start()

    def __exit__(self, exc_type: type[BaseException] | None, *rest: Any) -> None:
        try:
            self.stop()
        except BaseException:
            # What the test itself raised says more than what its server did in consequence.
            if exc_type is None:
                raise

    # -- threads ---------------------------------------------------------------------------------

    def _accept(self) -> None:
        with self._listener, self._woken, selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self._closing:
                selector.select()
                try:
                    connection, _ = self._listener.accept()
                except OSError:
                    continue
                connection.setblocking(True)
                if self.path is None:
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._start_handler(connection)

    def _start_handler(self, connection: socket.socket) -> None:
        with self._lock:
            number = self._accepted
            self._accepted += 1
            self._open.add(connection)
            thread = threading.Thread(
                target=self._run,
                args=(connection, number),
                name=f"server-{self.port}-{number}",
                daemon=True,
            )
            self._threads.add(thread)
        thread.start()

    def _run(self, connection: socket.socket, number: int) -> None:
        try:
            if self.ssl_context is not None:
                connection = self._encrypt(connection)
            self._handler(connection, number)
        except OSError as exc:
            with self._lock:
                self.disconnects.append(exc)
        except BaseException as exc:
            with self._lock:
                self._failures.append(exc)
        finally:
            with self._lock:
                self._open.discard(connection)
                self._threads.discard(threading.current_thread())
            connection.close()

    def _encrypt(self, connection: socket.socket) -> socket.socket:
        assert self.ssl_context is not None
        try:
            encrypted = self.ssl_context.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        except OSError as exc:
            _close_half_made(exc)
            raise
        finally:
            with self._lock:
                self._open.discard(connection)
        with self._lock:
            self._open.add(encrypted)
            closing = self._closing
        try:
            if closing:
                raise ConnectionAbortedError("The server is closing.")
            encrypted.do_handshake()
        except BaseException:
            with self._lock:
                self._open.discard(encrypted)
            encrypted.close()
            raise
        return encrypted


def _close_half_made(exc: BaseException) -> None:
    """Close what `wrap_socket` leaves open when the peer has reset the connection already.

    The socket is in the new object by then, which CPython drops without closing it.
    """
    step = exc.__traceback__
    while step is not None:
        made = step.tb_frame.f_locals.get("self")
        if isinstance(made, ssl.SSLSocket):
            made.close()
        step = step.tb_next


def shut_down(connection: socket.socket) -> None:
    """End both directions, so that whoever reads or writes in another thread wakes up.

    Not `SSLSocket.shutdown`, which would take the TLS state away from under that thread.
    """
    try:
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:
        pass


def reset(connection: socket.socket) -> None:
    """Close so that the peer gets a TCP reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.close()

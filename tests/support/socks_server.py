"""A SOCKS5 proxy for the tests (RFC 1928, RFC 1929).

with SOCKSServer(credentials=("user", "secret")) as proxy:
    ...
    assert [("domain", "example.org", 443)] == proxy.requests
"""

from __future__ import annotations

import socket
from collections.abc import Mapping

from tests.support.raw_server import RawServer
from tests.support.relay import relay

NO_AUTHENTICATION, USERNAME_PASSWORD, NO_ACCEPTABLE_METHOD = 0, 2, 0xFF
ADDRESS_TYPES = {1: "ipv4", 3: "domain", 4: "ipv6"}


class SOCKSServer(RawServer):
    """See the module. `reply`: the reply code every request gets; 0 connects.

    `methods`: the methods that each client offered. `logins`: the credentials that came.
    `requests`: (kind of address, host, port) of each. `hosts`: where names really are.
    """

    def __init__(
        self,
        *,
        credentials: tuple[str, str] | None = None,
        reply: int = 0,
        hosts: Mapping[str, tuple[str, int]] | None = None,
        bound: bytes = b"\x01\x00\x00\x00\x00\x00\x00",
    ) -> None:
        super().__init__()
        self.credentials = credentials
        self.reply = reply
        self.hosts = dict(hosts or {})
        self.bound = bound
        self.methods: list[bytes] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.requests: list[tuple[str, str, int]] = []

    @property
    def scheme(self) -> str:
        return "socks5"

    def serve(self, connection: socket.socket, number: int) -> None:
        version, count = _read(connection, 2)
        assert version == 5
        methods = _read(connection, count)
        self.methods.append(methods)
        wanted = NO_AUTHENTICATION if self.credentials is None else USERNAME_PASSWORD
        if wanted not in methods:
            connection.sendall(bytes([5, NO_ACCEPTABLE_METHOD]))
            return
        connection.sendall(bytes([5, wanted]))
        if wanted == USERNAME_PASSWORD and not self._login(connection):
            return
        host, port = self._read_request(connection)
        if self.reply:
            connection.sendall(bytes([5, self.reply, 0]) + self.bound)
            return
        try:
            upstream = socket.create_connection(self.hosts.get(host, (host, port)), timeout=10)
        except OSError:
            connection.sendall(bytes([5, 5, 0]) + self.bound)
            return
        with upstream:
            connection.sendall(bytes([5, 0, 0]) + self.bound)
            relay(connection, upstream)

    def _login(self, connection: socket.socket) -> bool:
        version, size = _read(connection, 2)
        assert version == 1
        user = _read(connection, size)
        password = _read(connection, _read(connection, 1)[0])
        self.logins.append((user, password))
        assert self.credentials is not None
        ok = (user, password) == tuple(part.encode() for part in self.credentials)
        connection.sendall(b"\x01\x00" if ok else b"\x01\x01")
        return ok

    def _read_request(self, connection: socket.socket) -> tuple[str, int]:
        version, command, reserved, kind = _read(connection, 4)
        assert (version, command, reserved) == (5, 1, 0)
        if kind == 1:
            host = socket.inet_ntop(socket.AF_INET, _read(connection, 4))
        elif kind == 4:
            host = socket.inet_ntop(socket.AF_INET6, _read(connection, 16))
        else:
            host = _read(connection, _read(connection, 1)[0]).decode("ascii")
        port = int.from_bytes(_read(connection, 2), "big")
        self.requests.append((ADDRESS_TYPES[kind], host, port))
        return host, port


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise ConnectionAbortedError("The peer went away in the middle of a SOCKS message.")
        data += piece
    return data

"""SOCKS5: a tunnel by RFC 1928, with the credentials of RFC 1929. Pure: bytes in, bytes out.

A name is always sent as a name, so that the proxy resolves it, for `socks5://` as for `socks5h://`:
resolving it here would tell the local network where a user goes.
"""

from __future__ import annotations

import ipaddress

from .handshake import Handshake

VERSION = 5
LOGIN_VERSION = 1  # RFC 1929, 2
CONNECT = 1
NO_AUTHENTICATION, USERNAME_PASSWORD, NO_ACCEPTABLE_METHOD = 0, 2, 255
IPV4, DOMAIN, IPV6 = 1, 3, 4

# RFC 1928, 6
REPLIES = {
    1: "general SOCKS server failure",
    2: "connection not allowed by ruleset",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "TTL expired",
    7: "command not supported",
    8: "address type not supported",
}


class Socks5(Handshake):
    """Asks a SOCKS5 proxy for a connection to `host` (ASCII, no brackets) and `port`.

    `auth` is a username and a password, of at most 255 bytes each; without it the proxy is offered
    to go without. ProxyError: they, or the host, are longer than SOCKS5 can say.
    """

    __slots__ = ("_address", "_auth", "_buffer", "_step")

    kind = "The SOCKS5 tunnel to"

    def __init__(
        self, proxy: str, host: str, port: int, auth: tuple[bytes, bytes] | None = None
    ) -> None:
        super().__init__(proxy, host, port)
        self._address = _encode_address(host) + port.to_bytes(2, "big")
        if len(self._address) > 2 + 255 + 2:
            raise self.error(f"the host name has {len(host)} bytes, and SOCKS5 allows 255")
        if auth is not None:
            for name, value in zip(("username", "password"), auth, strict=True):
                if len(value) > 255:
                    raise self.error(f"the {name} has {len(value)} bytes, and SOCKS5 allows 255")
        self._auth = auth
        self._buffer = b""
        self._step = self._read_method

    def start(self) -> bytes:
        # Exactly one method is offered: a user who gives credentials expects that they are asked for.
        method = NO_AUTHENTICATION if self._auth is None else USERNAME_PASSWORD
        return bytes([VERSION, 1, method])

    def receive(self, data: bytes) -> bytes:
        self._buffer += data
        return self._step()

    @property
    def wanted(self) -> int:
        """What is missing of the message that is due: an HTTP/2 server may speak right behind the last."""
        if self._step == self._read_reply:
            return max(5, self._reply_size()) - len(self._buffer)
        return 2 - len(self._buffer)

    # -- steps: each returns what to send when its message is whole, and else b"" -------------------

    def _read_method(self) -> bytes:
        """RFC 1928, 3: the version and the method that the proxy chose."""
        if len(self._buffer) < 2:
            return b""
        version, method = self._take(2)
        if version != VERSION:
            raise self.error(
                f"the proxy does not speak SOCKS5, its answer begins with byte {version}"
            )
        if method == NO_ACCEPTABLE_METHOD:
            raise self.error(
                "the proxy wants credentials, and none were given"
                if self._auth is None
                else "the proxy does not take a username and a password"
            )
        if method == NO_AUTHENTICATION and self._auth is None:
            return self._request()
        if method == USERNAME_PASSWORD and self._auth is not None:
            username, password = self._auth
            self._nothing_may_be_left()
            self._step = self._read_login
            return (
                bytes([LOGIN_VERSION, len(username)]) + username + bytes([len(password)]) + password
            )
        raise self.error(f"the proxy chose authentication method {method}, which was not offered")

    def _read_login(self) -> bytes:
        """RFC 1929, 2: a version, and 0 for success."""
        if len(self._buffer) < 2:
            return b""
        # Several proxies answer with the version of SOCKS here: it decides nothing, so none is asked for.
        _, status = self._take(2)
        if status != 0:
            raise self.error("the proxy refused the username and password")
        return self._request()

    def _request(self) -> bytes:
        self._nothing_may_be_left()
        self._step = self._read_reply
        return bytes([VERSION, CONNECT, 0]) + self._address

    def _read_reply(self) -> bytes:
        """RFC 1928, 6: a reply code, and the address that the proxy connected from, which is not used."""
        buffer = self._buffer
        if buffer and buffer[0] != VERSION:
            raise self.error(f"the proxy's reply begins with byte {buffer[0]}, and not with 5")
        # A refusal need not be complete to be understood.
        if len(buffer) >= 2 and buffer[1] != 0:
            reply = REPLIES.get(buffer[1], "unknown reply")
            raise self.error(f"{reply} (reply code {buffer[1]})")
        size = self._reply_size()
        if not size or len(buffer) < size:
            return b""
        self._take(size)
        self._nothing_may_be_left()
        self.done = True
        return b""

    def _reply_size(self) -> int:
        """How long the reply is, 0 while that cannot be told."""
        buffer = self._buffer
        if len(buffer) < 5:
            return 0
        kind = buffer[3]
        if kind not in (IPV4, DOMAIN, IPV6):
            raise self.error(f"the proxy's reply has the unknown address type {kind}")
        return 4 + {IPV4: 4, IPV6: 16, DOMAIN: 1 + buffer[4]}[kind] + 2

    def _take(self, size: int) -> bytes:
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def _nothing_may_be_left(self) -> None:
        # A proxy speaks only when it is spoken to, and a server behind it not before the tunnel is there.
        if self._buffer:
            raise self.error("the proxy sent more bytes than its reply has")


def _encode_address(host: str) -> bytes:
    """RFC 1928, 5: the type of an address and the address, a name with its length before it."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host.encode("ascii")
        # The length is checked by the caller, who can say what is wrong.
        return bytes([DOMAIN, min(len(name), 255)]) + name
    return bytes([IPV4 if address.version == 4 else IPV6]) + address.packed

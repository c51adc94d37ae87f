"""The network of the documentation's examples: example.org, its subdomains and two proxies, on loopback.

    with ExampleNetwork(authority, folder) as network:
        with network.reached(monkeypatch):
            httpx.get("https://www.example.org/")

Nothing of ours is patched. Names are resolved to loopback, with the ports of servers that run there,
and the environment names a certificate authority that signed for them; any other name is unknown.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.support.certificates import Authority
from tests.support.example_site import ExampleSite
from tests.support.proxy_server import ProxyServer
from tests.support.socks_server import SOCKSServer

NAMES = ("example.org", "*.example.org", "example.com")

# What examples may open, in the folder that they run in.
FILES = {
    "report.pdf": b"%PDF-1.7\n" + b"0" * 1000,
    "photo.jpg": b"\xff\xd8\xff" + b"0" * 1000,
    "notes.txt": b"bread\ntea\n",
    "logins.netrc": b"machine api.example.org login jo password secret\n",
}


class ExampleNetwork:
    """See the module. `folder`: where certificates and sockets may be put."""

    def __init__(self, authority: Authority, folder: Path) -> None:
        self._authority = authority
        self._folder = folder
        tls = authority.server_context(*NAMES, alpn=["h2", "http/1.1"])
        mutual = authority.server_context(*NAMES, client_certificates=True)
        self._site = ExampleSite()
        self._secure = ExampleSite(ssl_context=tls)
        self._members = ExampleSite(ssl_context=mutual)
        self._local = ExampleSite(path=str(folder / "app.sock"))
        self._proxy = ProxyServer()
        self._socks = SOCKSServer()
        self._stack = ExitStack()

    def __enter__(self) -> ExampleNetwork:
        for server in self._servers:
            self._stack.enter_context(server)
        return self

    def __exit__(self, *exc: Any) -> None:
        self._stack.close()

    @property
    def _servers(self) -> list[Any]:
        sites = [self._site, self._secure, self._members, self._local]
        return [*sites, self._proxy, self._socks]

    def _place(self, host: str, port: int) -> int | None:
        """The port on loopback of what a name and a port stand for."""
        if host == "localhost":
            return self._site.port if port == 8000 else None
        if host not in ("example.org", "example.com") and not host.endswith(".example.org"):
            return None
        secure = self._members if host == "members.example.org" else self._secure
        servers = {80: self._site, 443: secure, 3128: self._proxy, 1080: self._socks}
        return servers[port].port if port in servers else 1

    @contextmanager
    def reached(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[None]:
        """Run a page in its folder, with this network and no other."""
        resolve = socket.getaddrinfo

        def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
            name = host.decode("ascii") if isinstance(host, bytes) else host
            place = self._place(name, int(port)) if name and port else None
            if place is not None:
                return resolve("127.0.0.1", place, *args, **kwargs)
            if name in (None, "", "localhost") or name.replace(".", "").isdigit() or ":" in name:
                return resolve(host, port, *args, **kwargs)
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        self._provide(folder)
        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        monkeypatch.chdir(folder)
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            monkeypatch.setenv(name, str(folder / "ca.pem"))
        try:
            yield
        finally:
            for site in (self._site, self._secure, self._members, self._local):
                site.reset()
            for server in self._servers:
                server.close_connections()
                server.raise_failure()

    def _provide(self, folder: Path) -> None:
        for name, content in FILES.items():
            (folder / name).write_bytes(content)
        (folder / "ca.pem").write_bytes(self._authority.pem)
        own = self._authority.certificate("jo.example.org")
        (folder / "client.pem").write_bytes(own.private_key_and_cert_chain_pem.bytes())
        os.symlink(self._folder / "app.sock", folder / "app.sock")

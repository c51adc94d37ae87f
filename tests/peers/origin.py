"""What an origin server of the peers says of itself, and the materials it is started with."""

from __future__ import annotations

import importlib.metadata
import subprocess
from pathlib import Path
from typing import ClassVar

from tests.peers.running import SYSTEM_PATH, Peer, Workspace, free_port, listens, program
from tests.support.certificates import Authority

LOOPBACK = "127.0.0.1"


class Materials:
    """What the peers of a session share: the authority, and the application behind the proxies."""

    def __init__(self) -> None:
        self.authority = Authority()
        self.stranger = Authority()
        self._upstream = 0

    def upstream(self) -> int:
        """The port of a Python server with the contract, for those that only pass on."""
        if not self._upstream:
            from tests.peers.python_servers import serve_asgi

            self._upstream = serve_asgi(Workspace("upstream"), "--http", "httptools")
        return self._upstream

    def certify(self, workspace: Workspace) -> None:
        """Write cert.pem, key.pem, both.pem, ca.pem into a workspace."""
        leaf = self.authority.certificate()
        chain = b"".join(pem.bytes() for pem in leaf.cert_chain_pems)
        key = leaf.private_key_pem.bytes()
        for name, content in {
            "cert.pem": chain,
            "key.pem": key,
            "both.pem": chain + key,
            "ca.pem": self.authority.pem,
        }.items():
            workspace.write(name, content)


class Origin:
    """An origin server, or a proxy in front of one: `urls` by what is offered there.

    "http" and "https" speak HTTP/1.1, "h2" is TLS with HTTP/2 by ALPN, "h2c" is HTTP/2 with prior
    knowledge. The rest: "ipv6"; "uds", which is the path of a Unix socket; "mtls" asks for a client
    certificate; "small" takes bodies of 1 MiB at most; "few" closes (or says GOAWAY) after 3 requests;
    "brief" closes what is idle for a second; "ws" takes a WebSocket handshake at /ws.
    """

    name: ClassVar[str]
    program: ClassVar[str | None] = None
    """A program of the system that it needs, of Debian's `package`."""
    package: ClassVar[str] = ""
    distribution: ClassVar[str | None] = None
    """Or a distribution of the index."""
    offers: ClassVar[frozenset[str]]
    lacks: ClassVar[frozenset[str]] = frozenset()
    """Routes of the contract that it does not serve, and checks that it cannot meet."""
    too_large: ClassVar[tuple[int, ...]] = (413,)
    """How it answers a body that is too large at "small"."""
    version_option: ClassVar[str] = "-v"

    def __init__(self, materials: Materials) -> None:
        self.materials = materials
        self.workspace = Workspace(self.name)
        materials.certify(self.workspace)
        self.urls: dict[str, str] = {}
        self.ports: dict[str, int] = {}
        self.peer: Peer | None = None

    @classmethod
    def missing(cls) -> str | None:
        """How to get what it needs; None when that is here."""
        if cls.program is not None and program(cls.program) is None:
            return f"apt-get install {cls.package}"
        if cls.distribution is not None:
            try:
                importlib.metadata.version(cls.distribution)
            except importlib.metadata.PackageNotFoundError:
                return f"pip install {cls.distribution}"
        return None

    @classmethod
    def version(cls) -> str:
        """Its version, as it says it itself."""
        if cls.distribution is not None:
            return importlib.metadata.version(cls.distribution)
        said = subprocess.run(
            [program(cls.program or "") or "", cls.version_option],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": SYSTEM_PATH},
        )
        words = (said.stdout + said.stderr).replace("/", " ").replace("-", " ").split()
        return next((w.lstrip("v(") for w in words if w.lstrip("v(")[:1].isdigit()), "?")

    def start(self) -> None:
        """Start it; `urls` are filled then."""
        raise NotImplementedError

    def reload(self) -> None:
        """Have it read its configuration again, as an operator does, without refusing anybody."""
        raise NotImplementedError

    def restart(self) -> None:
        """Kill it and start it anew at the same addresses."""
        assert self.peer is not None
        self.peer.kill()
        if "uds" in self.urls:
            Path(self.urls["uds"]).unlink(missing_ok=True)
        self.peer.start(*self.addresses())

    # -- for the configurations ------------------------------------------------------------------

    def port(self, offer: str) -> int:
        """A port for an offer; its URL is noted."""
        if offer not in self.ports:
            host = "::1" if offer == "ipv6" else LOOPBACK
            self.ports[offer] = free_port(host)
            scheme = "https" if offer in ("https", "h2", "mtls", "few-h2") else "http"
            shown = "[::1]" if offer == "ipv6" else LOOPBACK
            self.urls[offer] = f"{scheme}://{shown}:{self.ports[offer]}"
        return self.ports[offer]

    def same(self, offer: str, other: str) -> None:
        """Note that an offer is met at the address of another one."""
        self.urls[offer] = self.urls[other]

    def socket_path(self) -> str:
        self.urls["uds"] = self.workspace / "socket"
        return self.urls["uds"]

    def file(self, name: str) -> str:
        return self.workspace / name

    def addresses(self) -> list[tuple[str, int] | str]:
        """Where it must listen before it counts as started."""
        found: list[tuple[str, int] | str] = [
            ("::1" if offer == "ipv6" else LOOPBACK, port) for offer, port in self.ports.items()
        ]
        if "uds" in self.urls:
            found.append(self.urls["uds"])
        return found

    def run(self, *command: str, as_nobody: bool = True) -> None:
        found = program(command[0])
        assert found is not None, f"{command[0]} is not here."
        self.peer = Peer([found, *command[1:]], self.workspace, as_nobody=as_nobody)
        self.peer.start(*self.addresses())

    def is_up(self) -> bool:
        return all(listens(address) for address in self.addresses())

"""The server that the clients are measured against: nginx where it is there, else one of the suite's own.

A server runs as a process of its own and counts what it got and sent, apart from the clients, so that
none can claim answers that it did not get.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple


class Counts(NamedTuple):
    """What a server saw: requests answered, bytes of bodies sent, and bytes received."""

    requests: int
    sent: int
    received: int


class Server(ABC):
    """A running server: its two addresses, the authority that signed its certificate, its counters."""

    http: str
    https: str
    ca_file: str
    version: str

    @abstractmethod
    def reset(self) -> None:
        """Start to count from zero."""

    @abstractmethod
    def counts(self) -> Counts:
        """Return what was counted since the last reset."""

    @abstractmethod
    def close(self) -> None:
        """End the server."""

    def settled(self, requests: int) -> Counts:
        """Return the counts once they reach a number of requests, or after two seconds."""
        end = time.monotonic() + 2
        counts = self.counts()
        while counts.requests < requests and time.monotonic() < end:
            time.sleep(0.01)
            counts = self.counts()
        return counts


def free_ports(count: int) -> list[int]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(500):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise RuntimeError(f"The server did not start: {log.read_text()[-500:]}")


def write_certificates(folder: Path) -> None:
    """Write ca.pem, server.pem and server.key for 127.0.0.1 into the folder."""
    import trustme

    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate.private_key_pem.write_to_path(folder / "server.key")
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(folder / "server.pem", append=True)


def pin(cpu: int | None) -> None:
    """Keep this process, and those that it starts from now on, to one CPU where that can be done."""
    if cpu is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {cpu})


@contextlib.contextmanager
def running(kind: str, cpu: int | None) -> Iterator[Server]:
    """Start a server of that kind: "nginx", "own", or "auto" for nginx where it is installed."""
    if kind == "nginx" or (kind == "auto" and shutil.which("nginx", path=_PATH)):
        from nginx import Nginx

        start: Callable[[Path], Server] = Nginx
    else:
        from own_server import OwnServer

        start = OwnServer
    with tempfile.TemporaryDirectory(prefix="httpx-benchmarks-") as name:
        folder = Path(name)
        write_certificates(folder)
        pin(cpu)
        server = start(folder)
        try:
            yield server
        finally:
            server.close()


# Debian installs nginx where users' paths do not look.
_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))


def find_nginx() -> str:
    found = shutil.which("nginx", path=_PATH)
    if found is None:
        raise RuntimeError("nginx is not installed: `apt-get install nginx-light`")
    return found

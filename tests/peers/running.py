"""Processes of the peers: started on free ports of the loopback, ended all together, whatever happened.

A program of the system runs as `nobody` where the tests run as root; what lives in the environment
of the tests (Python's servers, Node) runs as their user, who alone may read it.
"""

from __future__ import annotations

import atexit
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

NOBODY = 65534
START_LIMIT = 20.0
"""Seconds that a peer may take to listen."""
STOP_LIMIT = 1.0
"""Seconds that a peer may take to end when it is asked, before it is killed."""

SYSTEM_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


def program(name: str) -> str | None:
    """The path of a program of the system; None when it is not installed."""
    return shutil.which(name, path=SYSTEM_PATH)


# Below those that systems give to a client's end: of one of them a client that connects while its server
# is down may become the server's port itself, and connect to itself.
_ports = iter(random.sample(range(20_000, 32_000), 12_000))


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens at, and that is given once in a session."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in _ports:
        with socket.socket(family) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
        return port
    raise AssertionError("No port is free.")


class Workspace:
    """A folder for a peer's configuration, logs and sockets, that `nobody` may write too."""

    def __init__(self, name: str) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=f"peer-{name}-"))
        _workspaces.append(self)
        self.path.chmod(0o755)
        self.own(self.path)

    def own(self, path: Path) -> Path:
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY)
        return path

    def write(self, name: str, content: str | bytes) -> str:
        """Write a file that the peer may read; returns its path."""
        path = self.path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(0o644)
        return str(self.own(path))

    def folder(self, name: str) -> str:
        path = self.path / name
        path.mkdir(exist_ok=True)
        return str(self.own(path))

    def __truediv__(self, name: str) -> str:
        return str(self.path / name)


class Peer:
    """One running program. Use `start`; `stop_all` ends those that are left."""

    def __init__(
        self, command: Sequence[str], workspace: Workspace, *, as_nobody: bool, umask: int = 0
    ) -> None:
        self.command = list(command)
        self.workspace = workspace
        self.as_nobody = as_nobody and os.geteuid() == 0
        self._umask = umask
        self._process: subprocess.Popen[bytes] | None = None
        _peers.append(self)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, *addresses: tuple[str, int] | str) -> Peer:
        """Start it, and wait until it listens at each of `addresses`: (host, port), or a path."""
        # Its own, for some open /dev/stderr by that name.
        log = Path(self.workspace.write("output.log", b""))
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.workspace.path,
                start_new_session=True,
                umask=self._umask,
                env={**os.environ, "PATH": SYSTEM_PATH, "HOME": str(self.workspace.path)},
                **({"user": NOBODY, "group": NOBODY, "extra_groups": []} if self.as_nobody else {}),
            )
        deadline = time.monotonic() + START_LIMIT
        for address in addresses:
            while not listens(address):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    said = log.read_text(errors="replace")[-2000:]
                    self.stop()
                    raise AssertionError(f"{self.command[0]} does not listen at {address}:\n{said}")
                time.sleep(0.02)
        return self

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once, with all of its processes, as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and kill it when it does not."""
        self._end(signal.SIGTERM)

    def ask_to_end(self) -> None:
        if self._process is not None:
            self._signal_group(self._process.pid, signal.SIGTERM)

    def _end(self, number: int) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        self._signal_group(process.pid, number)
        try:
            process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            pass
        # Its workers too, which outlive some masters.
        self._signal_group(process.pid, signal.SIGKILL)
        process.wait()

    @staticmethod
    def _signal_group(group: int, number: int) -> None:
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            pass


def listens(address: tuple[str, int] | str) -> bool:
    """Whether a connection is taken there."""
    if isinstance(address, str):
        probe, target = socket.socket(socket.AF_UNIX), address
    else:
        probe = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
        target = address  # type: ignore[assignment]  # a path or a pair, as the family has it
    with probe:
        try:
            probe.connect(target)
        except OSError:
            return False
    return True


_peers: list[Peer] = []
_workspaces: list[Workspace] = []


@atexit.register
def stop_all() -> None:
    """End every peer and remove what they wrote."""
    for peer in _peers:
        peer.ask_to_end()
    while _peers:
        _peers.pop().stop()
    while _workspaces:
        shutil.rmtree(_workspaces.pop().path, ignore_errors=True)

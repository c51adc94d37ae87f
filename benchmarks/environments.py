"""The clients that are compared, each in a virtual environment of its own, in the user's cache folder.

An environment is made when it is first needed and named for what is in it, so that another version
or another Python makes another one. The four packages of this repository are installed in editable
mode, from this checkout.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
HTTPX = "httpx[http2]==0.28.1"
TRIO = "trio==0.35.0"
H2 = "h2==4.3.0"  # the same below all that use it
UVLOOP = "uvloop==0.23.0"


class Peer(NamedTuple):
    """A client: the module in `clients/` that drives it, and what its environment holds.

    `library` is the name of the client's own module. What is `optional` may fail to install; the
    workloads that need it are then left out.
    """

    adapter: str
    library: str
    requirements: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


_OURS = (
    "-e./packages/httpx-core",
    "-e./packages/httpx-auth",
    "-e./packages/httpx-transports",
    "-e./packages/httpx",
    H2,
    TRIO,
)

PEERS = {
    "ours": Peer("httpx_like", "httpx", _OURS, (UVLOOP,)),
    "ours-transports": Peer("httpx_transports_like", "httpx_transports", _OURS, (UVLOOP,)),
    "httpx": Peer("httpx_like", "httpx", (HTTPX, H2, TRIO), (UVLOOP,)),
    "httpx2": Peer("httpx_like", "httpx2", ("httpx2[http2]==2.16.2", H2, TRIO), (UVLOOP,)),
    "httpcore": Peer(
        "httpcore_like", "httpcore", ("httpcore[asyncio,http2]==1.0.9", H2, TRIO), (UVLOOP,)
    ),
    "requests": Peer("requests_like", "requests", ("requests==2.34.2",)),
    "niquests": Peer("requests_like", "niquests", ("niquests==3.21.2",), (UVLOOP,)),
    "urllib3": Peer("urllib3_like", "urllib3", ("urllib3==2.8.0",)),
    "aiohttp": Peer("aiohttp_like", "aiohttp", ("aiohttp==3.14.5",), (UVLOOP,)),
    "pyreqwest": Peer("pyreqwest_like", "pyreqwest.client", ("pyreqwest==0.15.1",), (UVLOOP,)),
    "pycurl": Peer("pycurl_like", "pycurl", ("pycurl==7.49.0", "certifi==2026.10.18")),
    "http.client": Peer("stdlib", "http.client"),
    "raw": Peer("raw_socket", "socket"),
    "raw-asyncio": Peer("raw_protocol", "asyncio", (), (UVLOOP,)),
}


class InstallError(Exception):
    """A peer could not be installed; the message is the installer's last line."""


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "httpx-benchmarks"


def python_of(name: str) -> str:
    """Return the interpreter of a peer's environment, making the environment if there is none.

    What needs the standard library only needs no environment: it runs on the interpreter of the suite.
    Raises InstallError if the peer does not install here. (It is tried again by the next run.)
    """
    peer = PEERS[name]
    if not peer.requirements and not peer.optional:
        return sys.executable
    what = "\n".join((*peer.requirements, *peer.optional, sys.version))
    if peer.requirements == _OURS:
        what += str(ROOT)
        name = "ours"
    digest = hashlib.sha256(what.encode()).hexdigest()[:10]
    version = f"py{sys.version_info[0]}{sys.version_info[1]}"
    folder = cache_folder() / f"{name}-{version}-{digest}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (folder / "complete").exists():
        print(f"Installing {name} into {folder}", file=sys.stderr)
        _make(folder, python, peer)
        (folder / "complete").touch()
    return str(python)


def _make(folder: Path, python: Path, peer: Peer) -> None:
    uv = shutil.which("uv")
    if uv is None:
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        install = [str(python), "-m", "pip", "install", "--quiet", "--prefer-binary"]
    else:
        _run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)])
        install = [uv, "pip", "install", "--quiet", "--python", str(python)]
    if peer.requirements:
        _run([*install, *peer.requirements])
    for requirement in peer.optional:
        try:
            _run([*install, "--only-binary", ":all:", requirement])
        except InstallError as error:
            print(f"  without {requirement}: {error}", file=sys.stderr)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise InstallError(lines[-1])

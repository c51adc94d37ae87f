"""What is around the client: its dependencies, its process, its files."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import sys
import threading
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from tests.support.http_server import HTTPServer
from tests.support.raw_server import RawServer

import httpx

ROOT = Path(__file__).parents[2]


def floors(distribution: str) -> dict[str, tuple[int, ...]]:
    """The lowest version that a package asks for, of each of its dependencies."""
    found = {}
    for requirement in metadata.requires(distribution) or ():
        match = re.match(r"([\w.-]+)(?:\[.*?\])?\s*[^;]*?>=\s*([\d.]+)", requirement)
        if match:
            found[match[1].lower()] = tuple(map(int, match[2].split(".")))
    return found


@pytest.mark.parametrize(
    ("advisory", "distribution", "dependency", "fixed"),
    [
        ("CVE-2025-43859", "httpx-transports", "h11", (0, 16)),
        ("CVE-2025-57804", "httpx-transports", "h2", (4, 3)),
        ("CVE-2024-3651", "httpx-core", "idna", (3, 7)),
        ("CVE-2024-39689", "httpx-transports", "certifi", (2024, 7, 4)),
    ],
)
def test_a_dependency_is_never_older_than_the_mend_of_its_advisory(
    advisory: str, distribution: str, dependency: str, fixed: tuple[int, ...]
) -> None:
    assert floors(distribution)[dependency] >= fixed, advisory


def test_CVE_2026_25645_no_file_is_written_anywhere(server: HTTPServer, tmp_path: Path) -> None:
    """requests: a predictable name in a folder that all can write. Here nothing is written at all."""
    code = f"""
import builtins, os, sys
written = []
def watch(event, args):
    if event == "open" and isinstance(args[2], int):
        flags = args[2]
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and not str(args[0]).endswith(".pyc"):
            written.append(args[0])
    elif event in ("os.mkdir", "tempfile.mkstemp", "tempfile.mkdtemp", "os.rename"):
        if "__pycache__" not in str(args[0]):
            written.append(event)
sys.addaudithook(watch)
import httpx
with httpx.Client() as client:
    client.get("{server.url}/gzip")
    client.post("{server.url}/upload", files={{"a": b"x" * 3_000_000}})
    client.get("{server.url}/bytes/3000000")
    try:
        client.get("https://127.0.0.1:1/")
    except httpx.ConnectError:
        pass
assert "tempfile" not in sys.modules
print([each for each in written if "__pycache__" not in str(each)])
"""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert ("[]\n", 0) == (ran.stdout, ran.returncode), ran.stderr
    assert [] == list(tmp_path.iterdir())


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_child_never_writes_to_a_connection_of_its_parent(authority: Any) -> None:
    """After a fork both hold the same sockets: a close_notify of the child would end the parent's TLS."""
    received: list[bytes] = []
    first = threading.Event()
    checked = threading.Event()

    def serve(connection: socket.socket, number: int) -> None:
        """TLS by hand on memory buffers, so that each byte that comes can be seen."""
        context = authority.server_context()
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        while True:
            try:
                request = tls.read(65536)
                if not request:
                    return
                received.append(request)
                tls.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
            except ssl.SSLWantReadError:
                if outgoing.pending:
                    connection.sendall(outgoing.read())
                data = connection.recv(65536)
                if not data:
                    return
                incoming.write(data)
                continue
            connection.sendall(outgoing.read())
            first.set()
            assert checked.wait(20)

    with RawServer(serve) as server:
        url = f"https://127.0.0.1:{server.port}/"
        client = httpx.Client(verify=authority.client_context())
        try:
            assert b"hi" == client.get(url).content
            assert first.wait(20)
            child = os.fork()
            if child == 0:
                # Asking, and closing, must not say a word on what was inherited.
                status = 1
                try:
                    status = int(client.get(url).content != b"hi")
                    client.close()
                finally:
                    os._exit(status)
            assert (child, 0) == os.waitpid(child, 0)
            checked.set()
            assert b"hi" == client.get(url).content
            assert 2 == server.accepted, "The child has one of its own, and the parent's lives on."
            assert 3 == len(received)
        finally:
            checked.set()
            client.close()

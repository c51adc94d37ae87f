"""The page on the command line keeps its word: each of its commands is run, and prints what it shows.

`...` in what is shown stands for anything.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.support.command_line import SCRIPT, environment
from tests.support.http_server import pattern
from tests.support.servers import HTTPServer, Reply

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)

HOSTS = ("https://api.example.org", "https://download.example.org")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the commands are for a POSIX shell")


class Command(NamedTuple):
    line: str
    shown: str


def commands() -> Iterator[Command]:
    for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, shown = part.partition("\n")
            yield Command(line, shown)


def note(request: Any) -> Reply:
    if request.method == "DELETE":
        return Reply(204)
    body = b'{"id": 1, "title": "Groceries"}\n'
    return Reply(200, body, [("Content-Type", "application/json")])


def private(request: Any) -> Reply:
    if request.header("authorization") != "Basic am86c2VjcmV0":
        return Reply(401, headers=[("WWW-Authenticate", "Basic")])
    return Reply.text("Come in.\n")


class BreakingFile:
    """A file of 1 MB whose first download breaks off, and whose rest can be had."""

    content = pattern(1_000_000)

    def __init__(self) -> None:
        self._asked = False

    def __call__(self, request: Any) -> Reply:
        headers = [("Accept-Ranges", "bytes"), ("ETag", '"v1"')]
        wanted = request.header("range")
        if wanted == "bytes=1000000-":
            return Reply(416, headers=[*headers, ("Content-Range", "bytes */1000000")])
        if wanted:
            assert ("bytes=400000-", '"v1"') == (wanted, request.header("if-range"))
            headers.append(("Content-Range", "bytes 400000-999999/1000000"))
            return Reply(206, self.content[400_000:], headers)
        assert not self._asked
        self._asked = True
        headers.append(("Content-Length", "1000000"))
        return Reply(200, self.content[:400_000], headers, close=True)


def serve(server: HTTPServer) -> None:
    log = b"first line\nsecond line\nthird line\n"
    server.add("/notes", lambda request: Reply(201, headers=[("Location", "/notes/2")]))
    server.add("/notes/1", note)
    server.add("/notes/2", note)
    server.add("/log", lambda request: Reply(200, log, [("Content-Type", "text/plain")]))
    server.add("/private", private)
    server.add("/big.iso", BreakingFile())


def shell(line: str, url: str, folder: Path, authorities: str) -> str:
    """What a command of the page prints, run against a server of the tests."""
    for host in HOSTS:
        line = line.replace(host, url)
    words = " ".join(f"'{word}'" for word in SCRIPT)
    done = subprocess.run(
        ["/bin/sh", "-c", f'httpx() {{ {words} "$@"; }}; {line}'],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        cwd=folder,
        env=environment(PYTHONPATH=os.pathsep.join(sys.path), SSL_CERT_FILE=authorities),
        timeout=60,
        check=False,
    )
    return done.stdout.replace(url, HOSTS[0])


def test_the_page_shows_commands_with_every_kind_of_output() -> None:
    lines = [command.line for command in commands()]
    assert len(lines) > 12
    for word in ("-j", "-v", "--download", "--continue", "--output json", "--auth", "| httpx"):
        assert any(word in line for line in lines)


def test_each_command_of_the_page_prints_what_it_shows(
    tls_server: HTTPServer, authority: Any, tmp_path: Path
) -> None:
    serve(tls_server)
    authorities = authority.write_pem(tmp_path)
    checker = doctest.OutputChecker()
    for command in commands():
        printed = shell(command.line, tls_server.url, tmp_path, authorities)
        fits = checker.check_output(command.shown, printed, doctest.ELLIPSIS)
        assert fits, f"$ {command.line}\n{printed}"
    assert BreakingFile.content == (tmp_path / "big.iso").read_bytes()

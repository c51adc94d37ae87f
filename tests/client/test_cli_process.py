"""The command line as a process: its exit codes, signals, pipes and terminals, and what it loads."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.command_line import (
    SCRIPT,
    environment,
    run_on_terminal,
    run_script,
    start_script,
)
from tests.support.servers import HTTPServer, Reply


def test_the_four_endings(server: HTTPServer) -> None:
    for url, code in (
        (f"{server.url}/bytes/1", 0),
        (f"{server.url}/status/404", 1),
        ("example.org", 2),
        ("http://127.0.0.1:1/", 3),
    ):
        shown = run_script(url)
        assert code == shown.code
        assert "Traceback" not in shown.err
        assert len(shown.err.splitlines()) <= 1


def test_a_reader_that_goes_away_ends_it_silently(server: HTTPServer) -> None:
    for args in ([], ["--output", "body"], ["-v"]):
        process = subprocess.Popen(
            [*SCRIPT, f"{server.url}/lines/100000", *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        assert process.stdout is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        with process.stderr:
            assert b"" == process.stderr.read()
        assert 141 == process.wait(60)


@pytest.mark.parametrize("output", ["full", "json"])
def test_ctrl_c_ends_it_with_130_and_no_traceback(server: HTTPServer, output: str) -> None:
    process = start_script(f"{server.url}/hold", "--output", output)
    assert server.arrived.wait(20)
    process.send_signal(signal.SIGINT)
    shown, errors = process.communicate(timeout=60)
    assert (130, b"httpx: Interrupted.\n") == (process.returncode, errors)
    assert (output == "json") == (b'"kind": "interrupted"' in shown)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_under_the_output_ends_with_4(server: HTTPServer) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*SCRIPT, f"{server.url}/bytes/10"],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(),
            timeout=60,
            check=False,
        )
    expected = b"httpx: A file cannot be read or written: No space left on device.\n"
    assert (4, expected) == (done.returncode, done.stderr)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_the_exit_code_tells_what_standard_error_cannot() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*SCRIPT, "http://127.0.0.1:1/"],
            stdout=subprocess.PIPE,
            stderr=full,
            env=environment(),
            timeout=60,
            check=False,
        )
    assert (3, b"") == (done.returncode, done.stdout)


@pytest.mark.parametrize(
    ("closed", "args", "code"),
    [(0, ["-c", "-"], 2), (1, [], 0), (2, ["-m", "NO SUCH"], 2)],
)
@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_it_can_be_started_without_a_standard_stream(
    server: HTTPServer, closed: int, args: list[str], code: int
) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$@" {closed}>&-', "sh", *SCRIPT, f"{server.url}/bytes/10", *args],
        capture_output=True,
        env=environment(),
        timeout=60,
        check=False,
    )
    assert code == done.returncode
    assert b"Traceback" not in done.stderr


def test_a_file_on_standard_input_is_sent_with_its_length(
    server: HTTPServer, tmp_path: Path
) -> None:
    path = tmp_path / "body"
    path.write_bytes(b"x" * 100_000)
    with path.open("rb") as file:
        shown = run_script(f"{server.url}/upload", "-c", "-", stdin=file)
    assert 0 == shown.code
    assert ("100000", 100_000) == (server.last.header("content-length"), len(server.last.body))


def test_a_pipe_on_standard_input_is_sent_as_it_comes(server: HTTPServer) -> None:
    shown = run_script(f"{server.url}/upload", "-c", "-", input="from a pipe")
    assert 0 == shown.code
    assert ("chunked", b"from a pipe") == (
        server.last.header("transfer-encoding"),
        server.last.body,
    )


def test_without_click_it_says_what_to_install() -> None:
    code = "import sys; sys.modules['click'] = None; import httpx; httpx.main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "http://127.0.0.1:1/"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    sentence = "The httpx command line needs the extra 'cli': pip install 'httpx[cli]'\n"
    assert (2, "", sentence) == (done.returncode, done.stdout, done.stderr)


HTML = Reply(200, b"<p>Hello</p>", [("Content-Type", "text/html")])


def test_what_is_no_terminal_loads_neither_rich_nor_tls(server: HTTPServer) -> None:
    url = server.add("/html", lambda request: HTML)
    code = (
        "import sys, httpx\n"
        "try:\n"
        f"    httpx.main([{url!r}])\n"
        "finally:\n"
        "    print(*sorted({'rich', 'pygments', 'ssl', 'asyncio', 'anyio', 'h2'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert "<p>Hello</p>\n\n" == done.stdout.partition("\n\n")[2]


def test_completion_offers_options_methods_and_files(tmp_path: Path) -> None:
    code = "import httpx; httpx.main.main(prog_name='httpx')"
    for words, offered in (
        ("httpx --prox", "plain,--proxy"),
        ("httpx -m PA", "plain,PATCH"),
        ("httpx --output js", "plain,json"),
        ("httpx --download note", "file,note"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=environment(
                _HTTPX_COMPLETE="bash_complete",
                COMP_WORDS=words,
                COMP_CWORD=str(words.count(" ")),
            ),
        )
        assert [offered] == done.stdout.splitlines()


# On a terminal

pytestmark_terminal = pytest.mark.skipif(os.name == "nt", reason="needs a pty")

RED, GREEN, BLUE, RESET = "\x1b[31m", "\x1b[32m", "\x1b[94m", "\x1b[0m"


@pytestmark_terminal
def test_a_terminal_gets_colours_by_content_type(server: HTTPServer) -> None:
    json = server.add("/json", lambda request: Reply.json({"a": 1}))
    code, shown = run_on_terminal(json)
    assert 0 == code
    assert f"HTTP/1.1 {GREEN}200 OK{RESET}\n" in shown
    assert f'{BLUE}"a"{RESET}: ' in shown
    html = server.add("/html", lambda request: HTML)
    assert re.search(r"\x1b\[94[;0-9]*mp\x1b", run_on_terminal(html)[1])
    code, shown = run_on_terminal(f"{server.url}/status/404")
    assert (1, True) == (code, f"HTTP/1.1 {RED}404 Not Found{RESET}\n" in shown)


@pytestmark_terminal
@pytest.mark.parametrize("setting", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_who_wants_no_colours_gets_none(server: HTTPServer, setting: dict[str, str]) -> None:
    url = server.add("/html", lambda request: HTML)
    shown = run_on_terminal("-v", url, **setting)[1]
    assert "<p>Hello</p>\n" in shown
    assert "\x1b" not in shown


@pytestmark_terminal
def test_a_terminal_obeys_no_server(server: HTTPServer) -> None:
    attack = b"\x1b]0;owned\x07\x1b[2J\xc2\x9b31m over\rwritten"
    for content_type in ("text/plain", "text/html"):
        headers = [("Content-Type", content_type), ("X-Attack", "\x9b2J")]
        reply = Reply(200, attack, headers)
        url = server.add("/attack", lambda request, reply=reply: reply)  # type: ignore[misc]  # bound to this turn
        shown = run_on_terminal(url, NO_COLOR="1")[1]
        assert "owned" in shown
        assert set() == {"\x1b", "\x07", "\x9b", "\r"} & set(shown)


@pytestmark_terminal
def test_binary_data_is_not_written_to_a_terminal(server: HTTPServer) -> None:
    reply = Reply(200, b"\x1b[2J\x00", [("Content-Type", "application/octet-stream")])
    url = server.add("/binary", lambda request: reply)
    for args in ([], ["--output", "body"], ["--download", "-"]):
        assert run_on_terminal(url, *args)[1].endswith("<5 bytes of binary data>\n")


@pytestmark_terminal
def test_a_password_is_asked_for_and_not_shown(server: HTTPServer) -> None:
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*SCRIPT, "--auth", "jo", "-", f"{server.url}/basic-auth/jo/s3cret"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(TERM="dumb"),
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        while b"Password: " not in shown:
            shown += terminal.read(1024)
        os.write(terminal.fileno(), b"s3cret\n")
        try:
            while data := terminal.read(1024):
                shown += data
        except OSError:  # a terminal's end of file on Linux
            pass
    assert 0 == process.wait(60)
    assert b"s3cret" not in shown


@pytestmark_terminal
@pytest.mark.parametrize("width", [80, 40])
def test_a_download_shows_its_progress(server: HTTPServer, tmp_path: Path, width: int) -> None:
    path = tmp_path / "file"

    def reply(request: Any) -> Reply:
        def parts() -> Any:
            yield b"x" * 50_000
            yield b"x" * 50_000

        return Reply(200, parts(), [("Content-Length", "100000")], chunked=False)

    url = server.add("/parts", reply)
    code, shown = run_on_terminal(url, "--download", str(path), width=width, NO_COLOR="1")
    assert (0, 100_000) == (code, path.stat().st_size)
    drawn = re.findall(r"\r([^\r\x1b]+)\x1b\[K", shown)
    assert drawn
    assert [] == [line for line in drawn if "━" not in line or len(line) >= width]
    assert f"Saved 100.0 kB to {path}" in shown.replace("\n", "")

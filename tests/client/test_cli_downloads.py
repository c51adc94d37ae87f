"""Downloads by the command line: what is written, what is kept, and when a part is continued."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.command_line import InProcess, start_script
from tests.support.http_server import pattern
from tests.support.servers import HTTPServer, Reply

CONTENT = pattern(100_000)
ETAG = '"v1"'


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> InProcess:
    return InProcess(capsys)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.bin"


def record_of(path: Path) -> Path:
    return path.with_name(path.name + ".httpx-resume")


class Files:
    """A server's file with ranges by the book (RFC 9110, 14), which breaks off when it is told to.

    `breaks_after`: bytes of the next answer's body that come. `etag`, `content`: the file's state.
    """

    def __init__(self) -> None:
        self.content = CONTENT
        self.etag: str | None = ETAG
        self.breaks_after: int | None = None
        self.knows_ranges = True
        self.extra: list[tuple[str, str]] = []

    def __call__(self, request: Any) -> Reply:
        headers = [("Accept-Ranges", "bytes"), *self.extra]
        if self.etag is not None:
            headers.append(("ETag", self.etag))
        wanted = request.header("range")
        condition = request.header("if-range")
        if wanted and self.knows_ranges and (condition is None or condition == self.etag):
            first = int(wanted.removeprefix("bytes=").removesuffix("-"))
            total = len(self.content)
            if first >= total:
                return Reply(416, b"", [*headers, ("Content-Range", f"bytes */{total}")])
            headers.append(("Content-Range", f"bytes {first}-{total - 1}/{total}"))
            return self._body(206, self.content[first:], headers)
        return self._body(200, self.content, headers)

    def _body(self, status: int, body: bytes, headers: list[tuple[str, str]]) -> Reply:
        headers = [*headers, ("Content-Length", str(len(body)))]
        if self.breaks_after is not None:
            body, self.breaks_after = body[: self.breaks_after], None
            return Reply(status, body, headers, close=True)
        return Reply(status, body, headers)


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture
def url(server: HTTPServer, files: Files) -> str:
    return server.add("/file.bin", files)


def test_a_download_is_the_body_and_leaves_nothing_else(
    command: InProcess, url: str, path: Path
) -> None:
    shown = command(url, "--download", str(path))
    assert (0, CONTENT) == (shown.code, path.read_bytes())
    assert f"Saved 100.0 kB to {path}" in shown.err
    assert [path] == list(path.parent.iterdir())


def test_a_download_asks_for_plain_bytes(
    command: InProcess, server: HTTPServer, url: str, path: Path
) -> None:
    command(url, "--download", str(path))
    assert "identity" == server.last.header("accept-encoding")
    command(url, "--download", str(path), "-h", "Accept-Encoding", "gzip")
    assert "gzip" == server.last.header("accept-encoding")


def test_a_coding_that_comes_all_the_same_is_decoded(
    command: InProcess, server: HTTPServer, path: Path
) -> None:
    assert 0 == command(f"{server.url}/gzip", "--download", str(path)).code
    assert b'{"gzipped": true}' == path.read_bytes()


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_error_leaves_the_file_alone_and_is_shown(
    command: InProcess, server: HTTPServer, path: Path, status: int
) -> None:
    path.write_bytes(b"precious")
    url = server.add("/error", lambda request: Reply.text("what went wrong", status))
    for more in ([], ["--continue"]):
        shown = command(url, "--download", str(path), *more)
        assert (1, b"precious") == (shown.code, path.read_bytes())
        assert "what went wrong" in shown.out


def test_no_answer_leaves_the_file_alone(command: InProcess, path: Path) -> None:
    path.write_bytes(b"precious")
    assert 3 == command("http://127.0.0.1:1/", "--download", str(path)).code
    assert b"precious" == path.read_bytes()


def test_the_document_for_scripts_tells_of_the_file(
    command: InProcess, url: str, path: Path
) -> None:
    shown = command(url, "--download", str(path), "--output", "json")
    expected = {"path": str(path), "size": 100_000, "resumed_from": 0}
    assert expected == json.loads(shown.out)["download"]
    assert "body" not in json.loads(shown.out)


def break_off(command: InProcess, files: Files, url: str, path: Path, size: int = 40_000) -> None:
    """Download a file whose server hangs up after `size` bytes."""
    files.breaks_after = size
    shown = command(url, "--download", str(path))
    assert (3, CONTENT[:size]) == (shown.code, path.read_bytes())


def test_what_came_before_a_break_is_kept_and_the_user_told_how_to_go_on(
    command: InProcess, files: Files, url: str, path: Path
) -> None:
    files.breaks_after = 40_000
    shown = command(url, "--download", str(path))
    assert 3 == shown.code
    assert CONTENT[:40_000] == path.read_bytes()
    assert shown.err.endswith(
        f" 40.0 kB of 100.0 kB are in {path}; the same command with --continue goes on from there.\n"
    )
    record = json.loads(record_of(path).read_text())
    assert (ETAG, 100_000) == (record["validator"], record["total"])


def test_a_break_that_cannot_be_continued_says_so(
    command: InProcess, files: Files, url: str, path: Path
) -> None:
    files.etag = None
    files.breaks_after = 40_000
    shown = command(url, "--download", str(path))
    assert "there is nothing by which it could be continued safely" in shown.err
    assert not record_of(path).exists()


def test_a_break_of_a_download_of_unknown_size_tells_how_to_go_on(
    command: InProcess, server: HTTPServer, path: Path
) -> None:
    def broken(request: Any) -> Reply:
        return Reply(200, iter([b"5\r\nhello\r\n"]), [*headers], chunked=False, close=True)

    headers = [("ETag", ETAG), ("Transfer-Encoding", "chunked")]
    shown = command(server.add("/broken", broken), "--download", str(path))
    assert (3, b"hello") == (shown.code, path.read_bytes())
    assert shown.err.endswith(
        f" 5 bytes are in {path}; the same command with --continue goes on from there.\n"
    )


def test_a_part_that_another_program_changes_meanwhile_is_not_added_to(
    command: InProcess, server: HTTPServer, files: Files, url: str, path: Path
) -> None:
    def changing(request: Any) -> Reply:
        with path.open("ab") as part:
            part.write(b"x")
        return files(request)

    break_off(command, files, url, path)
    server.add("/file.bin", changing)
    shown = command(url, "--download", str(path), "--continue")
    assert (4, CONTENT[:40_000] + b"x") == (shown.code, path.read_bytes())
    assert "was changed by another program meanwhile" in shown.err


def test_a_record_that_cannot_be_taken_away_ends_with_4(
    command: InProcess, server: HTTPServer, url: str, path: Path
) -> None:
    record_of(path).mkdir()
    shown = command(url, "--download", str(path))
    assert (4, b"") == (shown.code, path.read_bytes())
    assert f"{path} cannot be written: " in shown.err


def test_a_part_that_cannot_be_looked_at_ends_with_4_before_anything_is_sent(
    command: InProcess, server: HTTPServer, url: str, path: Path
) -> None:
    name = str(path.parent / ("x" * 300))
    shown = command(url, "--download", name, "--continue")
    assert (4, []) == (shown.code, server.requests)
    assert f"{name} cannot be read: " in shown.err


def test_a_download_is_continued(
    command: InProcess, server: HTTPServer, files: Files, url: str, path: Path
) -> None:
    break_off(command, files, url, path)
    shown = command(url, "--download", str(path), "--continue", "--output", "json")
    assert (0, CONTENT) == (shown.code, path.read_bytes())
    assert [path] == list(path.parent.iterdir())
    assert ("bytes=40000-", ETAG) == (server.last.header("range"), server.last.header("if-range"))
    expected = {"path": str(path), "size": 100_000, "resumed_from": 40_000}
    assert expected == json.loads(shown.out)["download"]


def test_a_download_is_continued_as_often_as_it_breaks(
    command: InProcess, files: Files, url: str, path: Path
) -> None:
    break_off(command, files, url, path, 10)
    for _ in range(3):
        files.breaks_after = 30_000
        assert 3 == command(url, "--download", str(path), "--continue").code
    assert CONTENT[:90_010] == path.read_bytes()
    assert 0 == command(url, "--download", str(path), "--continue").code
    assert CONTENT == path.read_bytes()


def test_continue_without_a_file_is_a_download(
    command: InProcess, server: HTTPServer, url: str, path: Path
) -> None:
    for prepare in (lambda: None, lambda: path.write_bytes(b"")):
        prepare()
        assert 0 == command(url, "--download", str(path), "--continue").code
        assert (CONTENT, None) == (path.read_bytes(), server.last.header("range"))
        path.unlink()


def test_a_file_that_has_changed_meanwhile_is_downloaded_anew(
    command: InProcess, files: Files, url: str, path: Path
) -> None:
    break_off(command, files, url, path)
    files.content, files.etag = CONTENT[::-1], '"v2"'
    shown = command(url, "--download", str(path), "--continue")
    assert (0, CONTENT[::-1]) == (shown.code, path.read_bytes())
    assert "the server has another state of it now" in shown.err


def test_a_server_that_knows_no_ranges_sends_it_anew(
    command: InProcess, server: HTTPServer, files: Files, url: str, path: Path
) -> None:
    break_off(command, files, url, path)
    server.add("/file.bin", lambda request: Reply(200, CONTENT, [("ETag", ETAG)]))
    shown = command(url, "--download", str(path), "--continue")
    assert (0, CONTENT) == (shown.code, path.read_bytes())
    assert "the server sends no parts of it" in shown.err


def test_a_break_while_it_is_sent_anew_can_be_continued(
    command: InProcess, files: Files, url: str, path: Path
) -> None:
    break_off(command, files, url, path)
    files.content, files.etag, files.breaks_after = CONTENT[::-1], '"v2"', 20_000
    assert 3 == command(url, "--download", str(path), "--continue").code
    assert CONTENT[::-1][:20_000] == path.read_bytes()
    assert 0 == command(url, "--download", str(path), "--continue").code
    assert CONTENT[::-1] == path.read_bytes()


def test_a_complete_file_is_left_as_it_is(command: InProcess, url: str, path: Path) -> None:
    path.write_bytes(CONTENT)
    shown = command(url, "--download", str(path), "--continue")
    assert (0, CONTENT) == (shown.code, path.read_bytes())
    assert f"{path} has all 100.0 kB already.\n" == shown.err


def test_a_part_that_was_complete_but_for_its_record_is_complete(
    command: InProcess, files: Files, url: str, path: Path
) -> None:
    break_off(command, files, url, path)
    path.write_bytes(CONTENT)
    assert 0 == command(url, "--download", str(path), "--continue").code
    assert [path] == list(path.parent.iterdir())


def test_a_part_of_unknown_origin_is_not_added_to(
    command: InProcess, server: HTTPServer, url: str, path: Path
) -> None:
    path.write_bytes(b"of another file")
    no_ranges = server.add("/no-ranges", lambda request: Reply(200, CONTENT))
    for address in (url, no_ranges):
        shown = command(address, "--download", str(path), "--continue")
        assert (4, b"of another file") == (shown.code, path.read_bytes())
        assert "without --continue it is downloaded anew" in shown.err


Change = Callable[[Path], object]


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.write_text("{"),
        lambda record: record.write_text("[]"),
        lambda record: record.write_text('{"url": 1, "validator": 2, "total": 3}'),
        lambda record: record.write_text(record.read_text().replace("100000", '"100000"')),
        lambda record: record.write_text(record.read_text().replace("100000", "true")),
        lambda record: record.write_text("[" * 100_000),
        lambda record: record.unlink(),
        lambda record: record.write_text(
            record.read_text().replace('\\"v1\\"', '\\"v1\\"\\r\\nX-Injected: 1')
        ),
    ],
)
def test_a_broken_record_is_no_record(
    command: InProcess, files: Files, url: str, path: Path, change: Change
) -> None:
    break_off(command, files, url, path)
    change(record_of(path))
    shown = command(url, "--download", str(path), "--continue")
    assert (4, CONTENT[:40_000]) == (shown.code, path.read_bytes())


def test_the_record_of_another_url_is_refused(
    command: InProcess, server: HTTPServer, files: Files, url: str, path: Path
) -> None:
    break_off(command, files, url, path)
    other = server.add("/other.bin", files)
    server.requests.clear()
    shown = command(other, "--download", str(path), "--continue")
    assert (4, CONTENT[:40_000]) == (shown.code, path.read_bytes())
    assert ([], True) == (server.requests, "part of another URL's download" in shown.err)


def test_the_record_holds_no_secret_of_the_url(
    command: InProcess, server: HTTPServer, files: Files, path: Path
) -> None:
    server.add("/file.bin", files)
    files.breaks_after = 10
    url = server.url.replace("//", "//jo:s3cret@") + "/file.bin?signature=t0ken"
    assert 3 == command(url, "--download", str(path)).code
    record = record_of(path).read_text()
    assert "s3cret" not in record
    assert "t0ken" not in record
    plain = f"{server.url}/file.bin?signature=t0ken#part"
    assert 0 == command(plain, "--download", str(path), "--continue").code


def test_a_file_with_more_bytes_than_it_should_have_is_refused(
    command: InProcess, files: Files, url: str, path: Path
) -> None:
    break_off(command, files, url, path)
    path.write_bytes(CONTENT + b"more")
    shown = command(url, "--download", str(path), "--continue")
    assert (4, CONTENT + b"more") == (shown.code, path.read_bytes())


PARTS = [
    ("another start", "bytes 39999-99999/100000", {}),
    ("no range", None, {}),
    ("a range that is none", "bytes 40000-39999/100000", {}),
    ("another size", "bytes 40000-99999/100001", {}),
    ("another ETag", "bytes 40000-99999/100000", {"ETag": '"v2"'}),
    ("a coding", "bytes 40000-99999/100000", {"Content-Encoding": "gzip"}),
]


@pytest.mark.parametrize(("name", "content_range", "more"), PARTS, ids=[each[0] for each in PARTS])
def test_a_part_that_does_not_fit_leaves_the_file_alone(
    command: InProcess,
    server: HTTPServer,
    files: Files,
    url: str,
    path: Path,
    name: str,
    content_range: str | None,
    more: dict[str, str],
) -> None:
    break_off(command, files, url, path)
    headers = {"ETag": ETAG, **more}
    if content_range is not None:
        headers["Content-Range"] = content_range
    server.add("/file.bin", lambda request: Reply(206, b"x" * 60_000, headers.items()))
    shown = command(url, "--download", str(path), "--continue")
    assert (4, CONTENT[:40_000]) == (shown.code, path.read_bytes())
    assert f"{path} cannot be continued: the server" in shown.err
    assert record_of(path).exists()


def test_more_than_the_announced_part_is_not_written(
    command: InProcess, server: HTTPServer, files: Files, url: str, path: Path
) -> None:
    break_off(command, files, url, path)
    headers = [("Content-Range", "bytes 40000-40009/100000")]
    server.add("/file.bin", lambda request: Reply(206, b"x" * 11, headers))
    shown = command(url, "--download", str(path), "--continue")
    assert (3, CONTENT[:40_000]) == (shown.code, path.read_bytes())


def test_a_part_of_the_rest_can_be_continued_again(
    command: InProcess, server: HTTPServer, files: Files, url: str, path: Path
) -> None:
    break_off(command, files, url, path)
    headers = [("Content-Range", "bytes 40000-40009/100000"), ("ETag", ETAG)]
    server.add("/file.bin", lambda request: Reply(206, CONTENT[40_000:40_010], headers))
    assert 3 == command(url, "--download", str(path), "--continue").code
    assert CONTENT[:40_010] == path.read_bytes()
    server.add("/file.bin", files)
    assert 0 == command(url, "--download", str(path), "--continue").code
    assert CONTENT == path.read_bytes()


def test_a_download_anew_forgets_the_record_of_the_old_one(
    command: InProcess, files: Files, url: str, path: Path
) -> None:
    break_off(command, files, url, path)
    files.etag, files.breaks_after = None, 10
    assert 3 == command(url, "--download", str(path)).code
    assert (CONTENT[:10], False) == (path.read_bytes(), record_of(path).exists())


def test_what_posts_cannot_be_continued(
    command: InProcess, files: Files, url: str, path: Path
) -> None:
    files.breaks_after = 10
    assert 3 == command(url, "-c", "query", "--download", str(path)).code
    assert not record_of(path).exists()


def test_a_name_too_long_for_a_record_beside_it_is_downloaded_all_the_same(
    command: InProcess, files: Files, url: str, path: Path
) -> None:
    long = path.with_name("x" * 250)
    files.breaks_after = 10
    shown = command(url, "--download", str(long))
    assert (3, CONTENT[:10]) == (shown.code, long.read_bytes())
    assert "by which it could be continued" in shown.err
    assert 0 == command(url, "--download", str(long)).code
    assert CONTENT == long.read_bytes()


def test_a_file_that_cannot_be_written_ends_with_4(
    command: InProcess, url: str, path: Path
) -> None:
    name = str(path.parent / ("x" * 300))
    shown = command(url, "--download", name)
    assert 4 == shown.code
    assert f"{name} cannot be " in shown.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_ends_with_4_and_a_sentence(command: InProcess, url: str) -> None:
    shown = command(url, "--download", "/dev/full")
    assert 4 == shown.code
    assert "/dev/full cannot be written: No space left on device." in shown.err
    assert not os.path.exists("/dev/full.httpx-resume")


def test_ctrl_c_keeps_what_came(server: HTTPServer, path: Path) -> None:
    import signal

    def held(request: Any) -> Reply:
        def parts() -> Any:
            yield CONTENT[:50_000]
            server._hold()

        headers = [("Content-Length", "100000"), ("ETag", ETAG)]
        return Reply(200, parts(), headers, chunked=False)

    url = server.add("/held", held)
    process = start_script(url, "--download", str(path))
    assert server.arrived.wait(20)
    while not path.exists() or not path.stat().st_size:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=60)[1].decode()
    assert 130 == process.returncode
    assert errors.startswith("httpx: Interrupted. ")
    assert "Traceback" not in errors
    assert CONTENT.startswith(path.read_bytes())


class Steps(NamedTuple):
    """What happens at one try: the server's file changes, and the answer breaks off."""

    changes: bool
    breaks_after: int | None
    knows_ranges: bool


STEPS = st.builds(
    Steps, st.booleans(), st.none() | st.integers(0, 3000), st.sampled_from([True, True, False])
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=6), st.binary(min_size=1, max_size=3000), st.randoms())
def test_whatever_happens_a_file_is_never_a_mixture(
    command: InProcess, server: HTTPServer, steps: list[Steps], content: bytes, random: Any
) -> None:
    files = Files()
    files.content = content
    url = server.add("/file.bin", files)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.bin"
        for number, step in enumerate([*steps, Steps(False, None, True)]):
            if step.changes:
                files.content = random.randbytes(random.randint(1, 3000))
                files.etag = f'"{number}"'
            files.breaks_after = step.breaks_after
            files.knows_ranges = step.knows_ranges
            before = path.read_bytes() if path.exists() else b""
            shown = command(url, "--download", str(path), "--continue")
            after = path.read_bytes() if path.exists() else b""
            if shown.code == 0:
                assert files.content == after
                assert [path] == list(Path(folder).iterdir())
                path.unlink()  # a complete file has no record: the next try begins again
            else:
                assert files.content.startswith(after) or before == after
        assert 0 == shown.code

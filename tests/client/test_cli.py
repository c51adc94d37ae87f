"""The command line: what it sends, what it shows, and how it ends."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.command_line import InProcess
from tests.support.servers import HTTPServer, ProxyServer, Reply

import httpx


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> InProcess:
    return InProcess(capsys)


def give_stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", stdin)


# What is shown


def test_an_answer_is_shown_head_and_body(command: InProcess, server: HTTPServer) -> None:
    url = server.add("/hello", lambda request: Reply.text("Hello, world!"))
    expected = (
        "HTTP/1.1 200 OK\nContent-Type: text/plain; charset=utf-8\nContent-Length: 13\n\n"
        "Hello, world!\n"
    )
    assert (0, expected, "") == command(url)


def test_json_is_laid_out(command: InProcess, server: HTTPServer) -> None:
    url = server.add("/json", lambda request: Reply.json({"a": [1, {}], "b": "ö"}))
    shown = command(url).out.partition("\n\n")[2]
    expected = '{\n    "a": [\n        1,\n        {}\n    ],\n    "b": "\\u00f6"\n}\n'
    assert expected == shown


def test_what_calls_itself_json_and_is_none_is_shown_as_it_is(
    command: InProcess, server: HTTPServer
) -> None:
    reply = Reply(200, b"{not json", [("Content-Type", "application/json")])
    url = server.add("/broken", lambda request: reply)
    assert command(url).out.endswith("\n\n{not json\n")


@pytest.mark.parametrize(
    ("content_type", "body", "shown"),
    [
        ("application/octet-stream", b"text", "<4 bytes of binary data>\n"),
        ("image/png", b"\x89PNG", "<4 bytes of binary data>\n"),
        ("text/plain", b"caf\xc3\xa9\r\n", "café\r\n"),
        ("text/plain; charset=latin-1", b"caf\xe9", "café\n"),
        ("application/problem+json", b'{"a":1}', '{\n    "a": 1\n}\n'),
        ("image/svg+xml", b"<svg/>", "<svg/>\n"),
        (None, b"plain words", "plain words\n"),
        (None, b"caf\xc3\xa9", "café\n"),
        (None, b"\x00\x01\x02", "<3 bytes of binary data>\n"),
        (None, b"\xff\xfe", "<2 bytes of binary data>\n"),
        ("application/octet-stream", b"", ""),
    ],
)
def test_text_is_shown_and_binary_data_counted(
    command: InProcess, server: HTTPServer, content_type: str | None, body: bytes, shown: str
) -> None:
    headers = [] if content_type is None else [("Content-Type", content_type)]
    url = server.add("/body", lambda request: Reply(200, body, headers))
    assert shown == command(url).out.partition("\n\n")[2]


def test_a_large_json_body_is_shown_as_it_came(command: InProcess, server: HTTPServer) -> None:
    body = json.dumps(["x" * 1000] * 2000).encode()
    reply = Reply(200, body, [("Content-Type", "application/json")])
    url = server.add("/large", lambda request: reply)
    assert command(url).out.partition("\n\n")[2] == body.decode() + "\n"


def test_the_body_alone_is_its_bytes_decoded_from_their_coding(
    command: InProcess, server: HTTPServer
) -> None:
    assert (0, '{"gzipped": true}', "") == command(f"{server.url}/gzip", "--output", "body")
    assert (0, "0123456789", "") == command(f"{server.url}/bytes/10", "--download", "-")


def test_the_heads_alone(command: InProcess, server: HTTPServer) -> None:
    shown = command(f"{server.url}/bytes/10", "--output", "headers")
    assert (0, "HTTP/1.1 200 OK\nContent-Length: 10\n\n", "") == shown


def test_redirects_are_shown_on_the_way(command: InProcess, server: HTTPServer) -> None:
    shown = command("--follow-redirects", f"{server.url}/redirect?to=/bytes/3")
    assert shown.out == (
        "HTTP/1.1 302 Found\nLocation: /bytes/3\nContent-Length: 0\n\n"
        "HTTP/1.1 200 OK\nContent-Length: 3\n\n012\n"
    )
    assert 0 == shown.code


def test_verbose_shows_the_connection_the_request_and_the_time_it_took(
    command: InProcess, server: HTTPServer
) -> None:
    shown = command("-v", f"{server.url}/bytes/3")
    assert 0 == shown.code
    before, _, timing = shown.out.partition("* Timing: ")
    assert before == (
        "* Connecting to '127.0.0.1'\n"
        f"* Connected to '127.0.0.1' on port {server.port}\n"
        "GET /bytes/3 HTTP/1.1\n"
        f"Host: 127.0.0.1:{server.port}\n"
        "Accept: */*\n"
        f"Accept-Encoding: {httpx.Client().headers['accept-encoding']}\n"
        "Connection: keep-alive\n"
        f"User-Agent: python-httpx/{httpx.__version__}\n"
        "\n"
        "HTTP/1.1 200 OK\nContent-Length: 3\n\n012\n"
    )
    for phase in ("connect", "first byte", "total"):
        assert f"{phase} " in timing
    assert "dns" not in timing


def test_the_lookup_of_a_name_is_timed(command: InProcess, server: HTTPServer) -> None:
    shown = command("-v", f"http://localhost:{server.port}/bytes/3")
    assert "* Timing: dns " in shown.out


def test_verbose_goes_to_standard_error_where_the_output_is_for_a_program(
    command: InProcess, server: HTTPServer
) -> None:
    shown = command("-v", f"{server.url}/bytes/3", "--output", "body")
    assert "012" == shown.out
    assert "GET /bytes/3 HTTP/1.1\n" in shown.err
    assert "HTTP/1.1 200 OK\n" in shown.err


def test_verbose_shows_tls_and_the_certificate(
    command: InProcess,
    tls_server: HTTPServer,
    authority: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", authority.write_pem(tmp_path))
    shown = command("-v", f"https://localhost:{tls_server.port}/bytes/3").out
    assert "* SSL established using 'TLSv1.3' / 'TLS_" in shown
    assert "* Server certificate:\n*   sha256: '" in shown
    assert "*     DNS: 'localhost'\n" in shown
    assert ", TLS " in shown


def test_verbose_says_when_nobody_has_checked_the_certificate(
    command: InProcess, tls_server: HTTPServer
) -> None:
    shown = command("-v", "--no-verify", f"{tls_server.url}/bytes/3")
    assert 0 == shown.code
    assert "* Server certificate, NOT VERIFIED:\n" in shown.out


def test_verbose_shows_the_tunnel_through_a_proxy(
    command: InProcess, tls_server: HTTPServer
) -> None:
    with ProxyServer() as proxy:
        shown = command("-v", "--no-verify", "--proxy", proxy.url, f"{tls_server.url}/bytes/3")
    assert 0 == shown.code
    assert f"CONNECT 127.0.0.1:{tls_server.port} HTTP/1.1\n" in shown.out
    assert "\nHTTP/1.1 200 " in shown.out


# Credentials


@pytest.mark.parametrize("output", ["full", "json", "headers"])
def test_credentials_are_hidden(command: InProcess, server: HTTPServer, output: str) -> None:
    url = server.url.replace("//", "//jo:s3cret@") + "/bytes/1"
    for options in (["--auth", "jo", "s3cret"], ["--cookies", "session", "s3cret"], []):
        shown = command("-v", "--output", output, *options, url)
        assert 0 == shown.code
        everything = shown.out + shown.err
        assert "s3cret" not in everything
        assert base64.b64encode(b"jo:s3cret").decode() not in everything
        assert "[secure]" in everything


def test_credentials_are_shown_to_who_asks_for_them(command: InProcess, server: HTTPServer) -> None:
    shown = command("-v", "--show-credentials", "--auth", "u", "p", f"{server.url}/bytes/1")
    assert "Authorization: Basic dTpw\n" in shown.out


# What is sent


def sent(command: InProcess, server: HTTPServer, *args: str) -> Any:
    """The request that the arguments make."""
    shown = command(*args, f"{server.url}/echo?x=0")
    assert (0, "") == (shown.code, shown.err)
    return server.last


@pytest.mark.parametrize(
    ("args", "method", "target", "body"),
    [
        ((), "GET", "/echo?x=0", b""),
        (("-m", "PUT"), "PUT", "/echo?x=0", b""),
        (("--method", "PURGE"), "PURGE", "/echo?x=0", b""),
        (("-p", "a", "1", "--params", "a", "2 3"), "GET", "/echo?a=1&a=2+3", b""),
        (("-c", "text"), "POST", "/echo?x=0", b"text"),
        (("--content", ""), "POST", "/echo?x=0", b""),
        (("-d", "a", "1", "--data", "b", "2"), "POST", "/echo?x=0", b"a=1&b=2"),
        (("-d", "a", "1", "-d", "a", "2"), "POST", "/echo?x=0", b"a=1&a=2"),
        (("-j", '{"a": [1, null]}'), "POST", "/echo?x=0", b'{"a":[1,null]}'),
        (("-m", "PATCH", "--json", "0"), "PATCH", "/echo?x=0", b"0"),
    ],
)
def test_the_arguments_make_the_request(
    command: InProcess,
    server: HTTPServer,
    args: tuple[str, ...],
    method: str,
    target: str,
    body: bytes,
) -> None:
    request = sent(command, server, *args)
    assert (method, target, body) == (request.method, request.target, request.body)


def test_headers_and_cookies_are_sent(command: InProcess, server: HTTPServer) -> None:
    request = sent(
        command, server, "-h", "X-A", "1", "--headers", "Accept", "text/html", "--cookies", "c", "d"
    )
    assert ["1", "text/html", "c=d"] == [request.header(n) for n in ("x-a", "accept", "cookie")]


def test_files_are_sent_as_multipart(
    command: InProcess, server: HTTPServer, tmp_path: Path
) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"first line\n")
    request = sent(command, server, "-f", "upload", str(path), "-d", "title", "Notes")
    assert request.header("content-type").startswith("multipart/form-data; boundary=")
    assert b'name="upload"; filename="notes.txt"\r\nContent-Type: text/plain' in request.body
    assert b"first line\n" in request.body
    assert b'name="title"\r\n\r\nNotes' in request.body


def test_standard_input_can_be_the_body(
    command: InProcess, server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for args, expected in (
        (("-c", "-"), b'{"a": 1}\n'),
        (("-j", "-"), b'{"a":1}'),
    ):
        give_stdin(monkeypatch, b'{"a": 1}\n')
        assert expected == sent(command, server, *args).body


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (("--auth", "user", "secret"), "Basic dXNlcjpzZWNyZXQ="),
        (("--auth", "user", "-"), "Basic dXNlcjp0eXBlZA=="),
        (("--auth", "user", "secret", "--auth-type", "basic"), "Basic dXNlcjpzZWNyZXQ="),
    ],
)
def test_basic_authentication(
    command: InProcess,
    server: HTTPServer,
    monkeypatch: pytest.MonkeyPatch,
    args: tuple[str, ...],
    expected: str,
) -> None:
    give_stdin(monkeypatch, b"typed\n")
    assert expected == sent(command, server, *args).header("authorization")


def test_a_password_that_nobody_gives_ends_with_2(
    command: InProcess, server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_stdin(monkeypatch, b"")
    shown = command("--auth", "user", "-", f"{server.url}/bytes/1")
    assert (2, []) == (shown.code, server.requests)
    assert "There is no password on standard input." in shown.err

    def ctrl_d(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("sys.stdin", None)
    monkeypatch.setattr("getpass.getpass", ctrl_d)
    shown = command("--auth", "user", "-", f"{server.url}/bytes/1")
    assert (2, []) == (shown.code, server.requests)
    assert "There was no password." in shown.err


def test_digest_authentication_answers_a_challenge(command: InProcess, server: HTTPServer) -> None:
    def challenge(request: Any) -> Reply:
        if request.header("authorization"):
            return Reply.text("in")
        return Reply(401, headers=[("WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth"')])

    url = server.add("/digest", challenge)
    shown = command("--auth", "jo", "secret", "--auth-type", "digest", url)
    assert 0 == shown.code
    assert server.last.header("authorization").startswith('Digest username="jo"')


def test_netrc_authentication(
    command: InProcess, server: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "netrc"
    path.write_text("machine 127.0.0.1 login user password secret\n")
    path.chmod(0o600)
    expected = "Basic dXNlcjpzZWNyZXQ="
    request = sent(command, server, "--netrc-file", str(path))
    assert expected == request.header("authorization")
    monkeypatch.setenv("NETRC", str(path))
    assert expected == sent(command, server, "--netrc").header("authorization")


def test_a_client_certificate_is_shown_to_the_server(
    command: InProcess, authority: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", authority.write_pem(tmp_path))
    leaf = authority.certificate("client.test")
    key, chain = tmp_path / "key.pem", tmp_path / "cert.pem"
    key.write_bytes(leaf.private_key_pem.bytes())
    chain.write_bytes(leaf.cert_chain_pems[0].bytes())
    context = authority.server_context(client_certificates=True)
    with HTTPServer(ssl_context=context) as server:
        shown = command("--cert", str(chain), "--cert-key", str(key), f"{server.url}/bytes/1")
    assert (0, "") == (shown.code, shown.err)


def test_a_client_certificate_without_its_key_is_refused_with_the_option_that_names_one(
    command: InProcess, authority: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    leaf = authority.certificate("client.test")
    Path("cert.pem").write_bytes(leaf.cert_chain_pems[0].bytes())
    Path("text").write_text("no PEM")
    for args, reason in (
        (
            ["--cert", "cert.pem"],
            "it holds no certificate with its key in PEM; --cert-key names the file of a key",
        ),
        (
            ["--cert", "cert.pem", "--cert-key", "text"],
            "it holds no certificate in PEM, or text no key",
        ),
    ):
        shown = command(*args, "https://127.0.0.1:1/")
        expected = f"httpx: The certificate cert.pem cannot be used: {reason}.\n"
        assert (2, "", expected) == shown


def test_http2_is_spoken_where_it_is_asked_for(
    command: InProcess, authority: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support.http2_server import HTTP2Server

    monkeypatch.setenv("SSL_CERT_FILE", authority.write_pem(tmp_path))
    with HTTP2Server(ssl_context=authority.server_context(alpn=["h2", "http/1.1"])) as server:
        shown = command("-v", "--http2", f"https://localhost:{server.port}/bytes/3")
    assert 0 == shown.code
    assert "* Selected ALPN protocol: 'h2'\n" in shown.out
    assert "\nGET /bytes/3 HTTP/2\n" in shown.out
    assert "\nHTTP/2 200 OK\n" in shown.out
    # What HTTP/2 does not send is not shown as sent (RFC 9113, 8.2.2).
    assert "Connection:" not in shown.out


# How it ends


@pytest.mark.parametrize(
    ("path", "code"),
    [("/status/200", 0), ("/status/204", 0), ("/status/302", 1), ("/status/404", 1), ("/status/500", 1)],
)  # fmt: skip
@pytest.mark.parametrize("output", ["full", "headers", "body", "json"])
def test_the_exit_code_tells_whether_the_answer_is_a_success(
    command: InProcess, server: HTTPServer, path: str, code: int, output: str
) -> None:
    assert code == command(server.url + path, "--output", output).code


USAGE = [
    (["example.org"], "did you mean 'https://example.org'?"),
    ([""], "The URL is empty."),
    (["ftp://example.org/"], "unsupported protocol 'ftp://'"),
    (["http://[::1/"], "The URL cannot be understood"),
    (["http:///path"], "The URL has no host"),
    (["-j", "{", "URL"], "--json is not valid JSON"),
    (["-j", "NaN", "URL"], "not JSON compliant"),
    (["-j", "1", "-c", "1", "URL"], "--content or --json, not both"),
    (["-d", "a", "1", "-c", "1", "URL"], "--content or --data or --files, not both"),
    (["--timeout", "-1", "URL"], "--timeout must be 0 or more"),
    (["--timeout", "nan", "URL"], "--timeout must be 0 or more"),
    (["--timeout", "soon", "URL"], "'soon' is not a valid float"),
    (["--max-redirects", "-1", "URL"], "--max-redirects must be 0 or more"),
    (["--auth", "u", "p", "--netrc", "URL"], "Give --auth or --netrc, not both"),
    (["--auth-type", "digest", "URL"], "--auth-type needs --auth"),
    (["--netrc-file", "missing", "URL"], "The netrc file cannot be used: No such file"),
    (["--cert-key", "key.pem", "URL"], "--cert-key needs --cert"),
    (["--cert", "missing.pem", "URL"], "The certificate missing.pem cannot be used: No such file"),
    (["--proxy", "nonsense", "URL"], "Unknown scheme for proxy URL"),
    (["--proxy", "ftp://p/", "URL"], "Unknown scheme for proxy URL"),
    (["--proxy", "http://[::1", "URL"], "IPv6"),
    (["-p", "a", "x" * 100_000, "URL"], "URL"),
    (["-m", "G T", "URL"], "Invalid method 'G T'"),
    (["-h", "X-A", "one\nX-B: two", "URL"], "The header 'X-A' holds LF"),
    (["-h", "X A", "one", "URL"], "X A"),
    (["-f", "a", "missing", "URL"], "No such file"),
    (["--continue", "URL"], "--continue needs --download FILE"),
    (["--download", ".", "URL"], "is a folder"),
    (["--download", "missing/file", "URL"], "there is no folder missing"),
    (["--download", "f", "--output", "body", "URL"], "exclude each other"),
    (["--download", "f", "-m", "HEAD", "URL"], "no body"),
    (["--download", "f", "--continue", "-c", "x", "URL"], "Only a GET request"),
    (["--download", "f", "--continue", "-h", "Range", "bytes=1-", "URL"], "makes the Range header"),
    (["--no-such-option", "URL"], "No such option"),
    ([], "Missing argument 'URL'"),
]


@pytest.mark.parametrize(
    ("args", "sentence"), USAGE, ids=[" ".join(args)[:60] for args, _ in USAGE]
)
def test_arguments_that_cannot_be_meant_end_with_2_and_send_nothing(
    command: InProcess,
    server: HTTPServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    args: list[str],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = command(*(server.url if arg == "URL" else arg for arg in args))
    assert (2, "") == (shown.code, shown.out)
    assert shown.err.startswith("httpx: ")
    assert 1 == len(shown.err.splitlines())
    assert sentence in shown.err
    assert ([], []) == (server.requests, list(tmp_path.iterdir()))


def test_authorities_that_are_not_there_are_named(
    command: InProcess, tls_server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "missing.pem")
    expected = "httpx: SSL_CERT_FILE is missing.pem, which is not there.\n"
    assert (2, "", expected) == command(tls_server.url)


def test_no_answer_ends_with_3_and_one_sentence(command: InProcess, server: HTTPServer) -> None:
    for args, sentence in (
        (["http://127.0.0.1:1/"], "Connecting to 127.0.0.1:1 failed"),
        ([f"{server.url}/drop"], "Server disconnected without sending a response"),
        (["--timeout", "0.05", f"{server.url}/hold"], "no bytes came within 0.05 seconds"),
        (["--total-timeout", "0.05", f"{server.url}/hold"], "127.0.0.1"),
        (
            ["--follow-redirects", "--max-redirects", "0", f"{server.url}/redirect?to=/bytes/1"],
            "Exceeded maximum allowed redirects",
        ),
    ):  # fmt: skip
        shown = command(*args, "--output", "body")
        assert (3, "") == (shown.code, shown.out)
        assert shown.err.startswith("httpx: ")
        assert sentence in shown.err
        assert 1 == len(shown.err.splitlines())


def test_a_body_that_breaks_off_ends_with_3_behind_what_came(
    command: InProcess, server: HTTPServer
) -> None:
    reply = Reply(
        200, b"half", [("Content-Type", "text/plain"), ("Content-Length", "8")], close=True
    )
    url = server.add("/half", lambda request: reply)
    shown = command(url)
    assert 3 == shown.code
    assert shown.out.endswith("\n\nhalf\n") or shown.out.endswith("\n\n")
    assert "complete message body" in shown.err


def test_no_limit_is_a_timeout_of_0(command: InProcess, server: HTTPServer) -> None:
    assert 0 == command("--timeout", "0", "--total-timeout", "0", f"{server.url}/bytes/1").code


def test_a_body_from_standard_input_that_would_be_sent_again_ends_with_a_sentence(
    command: InProcess, server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, offset: int, whence: int = 0) -> int:
            raise io.UnsupportedOperation("seek")

        def tell(self) -> int:
            raise io.UnsupportedOperation("tell")

    stdin = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(
        "sys.stdin", type("Stdin", (), {"buffer": Pipe(b"body"), "close": stdin.close})()
    )
    shown = command("-c", "-", "--follow-redirects", f"{server.url}/redirect?status=307&to=/echo")
    assert 3 == shown.code
    assert "which standard input has not kept" in shown.err


# For scripts


def test_the_document_for_scripts(command: InProcess, server: HTTPServer) -> None:
    url = server.add("/json", lambda request: Reply.json({"a": 1}))
    shown = command("--output", "json", "--follow-redirects", f"{server.url}/redirect?to=/json")
    document = json.loads(shown.out)
    assert (0, "") == (shown.code, shown.err)
    assert ["request", "response", "history", "tls", "timing", "body", "body_base64"] == list(
        document
    )
    assert {"method": "GET", "url": url} == {
        name: document["request"][name] for name in ("method", "url")
    }
    assert {
        "url": url,
        "http_version": "HTTP/1.1",
        "status": 200,
        "reason": "OK",
        "headers": [["Content-Type", "application/json"], ["Content-Length", "8"]],
    } == document["response"]
    assert [302] == [each["status"] for each in document["history"]]
    assert ('{"a": 1}', None) == (document["body"], document["body_base64"])
    assert ["dns", "connect", "tls", "first_byte", "total"] == list(document["timing"])
    assert 0 < document["timing"]["first_byte"] <= document["timing"]["total"]


def test_the_document_has_binary_data_in_base64(command: InProcess, server: HTTPServer) -> None:
    reply = Reply(200, b"\x00\xff", [("Content-Type", "image/png")])
    url = server.add("/png", lambda request: reply)
    document = json.loads(command("--output", "json", url).out)
    assert (None, "AP8=") == (document["body"], document["body_base64"])


def test_the_document_tells_of_tls(command: InProcess, tls_server: HTTPServer) -> None:
    shown = command("--no-verify", "--output", "json", f"{tls_server.url}/bytes/1")
    tls = json.loads(shown.out)["tls"]
    assert ("TLSv1.3", False, None) == (tls["version"], tls["verified"], tls["certificate"])
    assert 64 == len(tls["sha256"])


@pytest.mark.parametrize(
    ("args", "kind", "exception", "code"),
    [
        (["--output", "json", "http://127.0.0.1:1/"], "network", "ConnectError", 3),
        (["--output", "json", "example.org"], "usage", None, 2),
        (["--timeout", "soon", "--output", "json", "http://example.org/"], "usage", None, 2),
        (["--output=json"], "usage", None, 2),
    ],
)
def test_a_failure_is_a_document_too(
    command: InProcess, args: list[str], kind: str, exception: str | None, code: int
) -> None:
    shown = command(*args)
    error = json.loads(shown.out)["error"]
    assert (kind, exception, code) == (error["kind"], error["exception"], error["exit_code"])
    assert f"httpx: {error['message']}\n" == shown.err
    assert code == shown.code


# As click's


def test_it_can_be_run_by_the_test_runner_of_click(server: HTTPServer) -> None:
    from click.testing import CliRunner

    runner = CliRunner()
    result = runner.invoke(httpx.main, [f"{server.url}/status/404"])  # type: ignore[arg-type]  # it stands for a click.Command
    assert 1 == result.exit_code
    assert "HTTP/1.1 404 Not Found\n" in result.output
    assert "httpx" == httpx.main.name


def test_the_help_names_every_option(command: InProcess) -> None:
    shown = command("--help")
    assert 0 == shown.code
    for option in (
        (
            "-m, --method -p, --params -c, --content -d, --data -f, --files -j, --json -h, --headers "
            "--cookies --auth --auth-type --netrc --netrc-file --proxy --timeout --total-timeout "
            "--follow-redirects --max-redirects --no-verify --cert --cert-key --http2 --output --download "
            "--continue -v, --verbose --show-credentials --version --help"
        )
        .replace(", --", ",--")
        .split()
    ):
        assert option.replace(",--", ", --") in shown.out


def test_the_version(command: InProcess) -> None:
    assert (0, f"httpx {httpx.__version__}\n", "") == command("--version")


# The command as an object


def test_ctrl_c_while_the_command_is_loaded_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(type(httpx.main), "_command", interrupted)
    with pytest.raises(SystemExit) as caught:
        httpx.main([])
    assert 130 == caught.value.code


def test_looking_at_the_command_as_at_any_object_does_not_load_it() -> None:
    code = (
        "import sys, inspect, httpx\n"
        "assert inspect.unwrap(httpx.main) is httpx.main\n"
        "print('click' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "False\n" == done.stdout


def test_without_click_the_command_has_no_attributes_of_clicks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "httpx._cli.command", raising=False)
    monkeypatch.setitem(sys.modules, "click", None)
    with pytest.raises(AttributeError, match="'params' needs the extra 'cli'"):
        _ = httpx.main.params
    assert "pip install 'httpx[cli]'" in capsys.readouterr().err


def test_another_module_that_is_missing_is_not_said_to_be_click(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "httpx._cli.command", raising=False)
    monkeypatch.setitem(sys.modules, "httpx._cli.running", None)
    with pytest.raises(ModuleNotFoundError, match=r"httpx\._cli\.running"):
        httpx.main([])

"""What the command line was given, as values; what cannot be meant is refused before anything is sent."""

from __future__ import annotations

import os
import sys
from math import inf
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from httpx_auth import Auth, BasicAuth, DigestAuth, NetRCAuth
from httpx_core import URL, InvalidURL, Timeout

from .exits import USAGE, Failure, cause

if TYPE_CHECKING:
    import ssl


class Options(NamedTuple):
    """The parameters of the command by their names, as click parsed them."""

    url: str
    method: str | None
    params: tuple[tuple[str, str], ...]
    content: str | None
    data: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, BinaryIO], ...]
    json: str | None
    headers: tuple[tuple[str, str], ...]
    cookies: tuple[tuple[str, str], ...]
    auth: tuple[str, str] | None
    auth_type: str
    netrc: bool
    netrc_file: str | None
    proxy: str | None
    timeout: float
    total_timeout: float | None
    follow_redirects: bool
    max_redirects: int
    verify: bool
    cert: str | None
    cert_key: str | None
    http2: bool
    download: str | None
    continues: bool
    output: str
    verbose: bool
    show_credentials: bool

    @property
    def has_body(self) -> bool:
        return bool(self.content is not None or self.data or self.files or self.json is not None)

    @property
    def reads_stdin(self) -> bool:
        """Whether the body comes from standard input."""
        dashes = self.content == "-" or self.json == "-"
        return dashes or any(_is_stdin(file) for _, file in self.files)

    @property
    def chosen_method(self) -> str:
        """The method that was asked for; else POST with a body and GET without one."""
        return self.method or ("POST" if self.has_body else "GET")


def check(options: Options) -> None:
    """Refuse combinations that would leave out something that was asked for. Failure, with USAGE."""
    bodies = [
        name
        for name, given in (
            ("--content", options.content is not None),
            ("--json", options.json is not None),
            ("--data or --files", bool(options.data or options.files)),
        )
        if given
    ]
    if len(bodies) > 1:
        raise _usage(f"A request has one body: give {' or '.join(bodies)}, not both.")
    if options.auth and (options.netrc or options.netrc_file):
        raise _usage("Give --auth or --netrc, not both.")
    if options.auth_type != "basic" and not options.auth:
        raise _usage("--auth-type needs --auth USER PASS.")
    if options.cert_key and not options.cert:
        raise _usage("--cert-key needs --cert FILE.")
    for name, number in (
        ("--timeout", options.timeout),
        ("--total-timeout", options.total_timeout or 0),
        ("--max-redirects", options.max_redirects),
    ):
        if not 0 <= number < inf:  # nan is not either
            raise _usage(f"{name} must be 0 or more.")
    if options.download is not None:
        _check_download(options)
    elif options.continues:
        raise _usage("--continue needs --download FILE.")


def _check_download(options: Options) -> None:
    path = options.download or ""
    if os.path.isdir(path):
        raise _usage(f"--download {path} is a folder; it must be the name of a file.")
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise _usage(f"--download {path}: there is no folder {folder}.")
    if options.output != "full" and options.output != "json":
        raise _usage(f"--output {options.output} and --download exclude each other.")
    if options.chosen_method == "HEAD":
        raise _usage("A HEAD request has no body to --download.")
    if options.continues:
        if options.chosen_method != "GET" or options.has_body:
            raise _usage("Only a GET request without a body can be continued.")
        if any(name.lower() in ("range", "if-range") for name, _ in options.headers):
            raise _usage("--continue makes the Range header itself.")


def url_of(options: Options) -> URL:
    """The URL. Failure: it is none that a request can be sent to."""
    try:
        url = URL(options.url)
    except InvalidURL as exc:
        raise _usage(f"The URL cannot be understood: {cause(exc)}") from exc
    if url.scheme not in ("http", "https"):
        if not options.url:
            raise _usage("The URL is empty.")
        if "://" in options.url:
            raise _usage(f"The URL has an unsupported protocol '{url.scheme}://'.")
        raise _usage(
            "The URL is missing an 'http://' or 'https://' protocol; "
            f"did you mean 'https://{options.url}'?"
        )
    if not url.host:
        raise _usage("The URL has no host.")
    return url


def timeout_of(options: Options) -> Timeout:
    """The limits in seconds; 0 switches one off."""
    total = options.total_timeout or None
    # Without a limit at all, Ctrl-C still ends the command.
    return Timeout(options.timeout or None, total=total)


def auth_of(options: Options) -> Auth | None:
    """The authentication; a password of `-` is asked for, where nobody sees it."""
    if options.netrc or options.netrc_file:
        try:
            return NetRCAuth(options.netrc_file)
        except (OSError, SyntaxError) as exc:  # netrc's own error is a SyntaxError
            raise _usage(f"The netrc file cannot be used: {cause(exc)}.") from exc
    if options.auth is None:
        return None
    username, password = options.auth
    if password == "-":  # noqa: S105  # the word for "ask me"
        password = _ask_for_password(options)
    if options.auth_type == "digest":
        return DigestAuth(username, password)
    return BasicAuth(username, password)


def verify_of(options: Options) -> ssl.SSLContext | bool:
    """What the client trusts and shows: a context only where there is a certificate to load."""
    if options.verify and options.url.lower().startswith("https:"):
        for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
            path = os.environ.get(name)
            if path and not os.path.exists(path):
                raise _usage(f"{name} is {path}, which is not there.")
    if options.cert is None:
        return options.verify
    from httpx_transports import create_ssl_context

    context = create_ssl_context(verify=options.verify)
    try:
        context.load_cert_chain(options.cert, options.cert_key)
    except OSError as exc:  # ssl.SSLError is one
        reason = getattr(exc, "reason", None) or cause(exc)
        if "PEM lib" in reason:  # all that OpenSSL says of what it did not find
            reason = (
                f"it holds no certificate in PEM, or {options.cert_key} no key"
                if options.cert_key
                else "it holds no certificate with its key in PEM; --cert-key names the file of a key"
            )
        raise _usage(f"The certificate {options.cert} cannot be used: {reason}.") from exc
    return context


def body_of(options: Options) -> dict[str, Any]:
    """The body as the arguments `content`, `data`, `files` and `json` of a request."""
    if options.content is not None:
        return {"content": _stdin() if options.content == "-" else options.content}
    if options.json is not None:
        return {"json": _json(options.json)}
    body: dict[str, Any] = {}
    if options.data:
        fields: dict[str, list[str]] = {}
        for name, value in options.data:
            fields.setdefault(name, []).append(value)
        body["data"] = fields
    if options.files:
        body["files"] = [
            (name, ("stdin", file) if _is_stdin(file) else file) for name, file in options.files
        ]
    return body


def _ask_for_password(options: Options) -> str:
    """The password, typed where nobody sees it; or the first line of a pipe, as of a password manager."""
    if sys.stdin is not None and not sys.stdin.isatty() and not options.reads_stdin:
        line = sys.stdin.readline()
        if not line:
            raise _usage("There is no password on standard input.")
        return line.rstrip("\r\n")
    from getpass import getpass

    try:
        return getpass("Password: ")
    except EOFError as exc:
        raise _usage("There was no password.") from exc


def _stdin() -> BinaryIO:
    if sys.stdin is None:
        raise _usage("There is no standard input to read from.")
    return sys.stdin.buffer


def _is_stdin(file: BinaryIO) -> bool:
    return getattr(file, "name", "") == "<stdin>"


def _json(text: str) -> object:
    import json

    try:
        return json.loads(_stdin().read() if text == "-" else text)
    except (ValueError, RecursionError) as exc:
        raise _usage(f"--json is not valid JSON: {cause(exc)}.") from exc


def _usage(sentence: str) -> Failure:
    return Failure(USAGE, sentence)

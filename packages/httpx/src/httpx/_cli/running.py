"""Runs one request from its options to its exit code: the shell around all the rest."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING

from httpx_core import LocalProtocolError, RequestError, StreamConsumed

from . import exits
from .bodies import show_body, write_body
from .downloading import Download
from .exits import Failure, cause, sentence
from .heads import show_response_head
from .options import Options, auth_of, body_of, check, timeout_of, url_of, verify_of
from .reports import failure_report, report
from .terminal import Screen, abandon_stdout
from .watching import Watcher

if TYPE_CHECKING:
    from httpx_core import URL, Request, Response

    from .._sync_client import Client


def run(options: Options) -> int:
    """Send the request, show or save what comes, and return the exit code; errors are shown too."""
    # A standard stream that is None was closed when the process was started.
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        return _ended(options, Screen(sys.stdout or nowhere), Screen(sys.stderr or nowhere))


def _ended(options: Options, out: Screen, err: Screen) -> int:
    """Run, and turn whatever ends it into an exit code and a sentence."""
    try:
        try:
            code = _interruptible(options, out, err)
        except Failure as exc:
            if options.output == "json":
                out.line(failure_report(exc))
            raise
        finally:
            out.flush()
    except Failure as exc:
        return _tell(str(exc), exc.code)
    except BrokenPipeError:
        abandon_stdout()
        return exits.BROKEN_PIPE
    except OSError as exc:
        abandon_stdout()
        return _tell(f"A file cannot be read or written: {cause(exc)}.", exits.FILE)
    return code


def _interruptible(options: Options, out: Screen, err: Screen) -> int:
    try:
        return _run(options, out, err)
    except KeyboardInterrupt as exc:
        raise Failure(exits.INTERRUPTED, "Interrupted.") from exc


def _tell(text: str, code: int) -> int:
    try:
        if sys.stderr is not None:
            sys.stderr.write(f"httpx: {sentence(text)}\n")
            sys.stderr.flush()
    except OSError:  # standard error is closed: the exit code says it
        pass
    return code


def _run(options: Options, out: Screen, err: Screen) -> int:
    check(options)
    url = url_of(options)
    aside = out if options.output == "full" else err
    watcher = Watcher(aside if options.verbose else None, options.show_credentials)
    download = None
    if options.download is not None:
        keeps_record = options.chosen_method == "GET" and not options.has_body
        download = Download(options.download, url, options.continues, keeps_record)
    with _client(options) as client:
        request = _request(client, options, url, watcher, download)
        if options.output in ("full", "headers") or options.verbose:
            heads = out if options.output in ("full", "headers") else err
            client.event_hooks = {"response": [partial(show_response_head, heads)]}
        try:
            response = client.send(request, stream=True)
        except (RequestError, StreamConsumed) as exc:
            raise _refused(exc) from exc
        try:
            code = _receive(options, response, out, err, watcher, download)
        except RequestError as exc:
            out.end_line()
            raise Failure(exits.NETWORK, cause(exc)) from exc
        finally:
            response.close()
    if options.verbose:
        aside.note(f"Timing: {watcher.timing.as_sentence()}")
    return code


def _client(options: Options) -> Client:
    """A client for one transfer. Failure: an option cannot be meant."""
    from .._sync_client import Client

    try:
        return Client(
            auth=auth_of(options),
            cookies=dict(options.cookies),
            verify=verify_of(options),
            http2=options.http2,
            proxy=options.proxy,
            timeout=timeout_of(options),
            follow_redirects=options.follow_redirects,
            max_redirects=options.max_redirects,
        )
    except (ImportError, OSError, TypeError, ValueError) as exc:
        raise Failure(exits.USAGE, cause(exc)) from exc


def _request(
    client: Client, options: Options, url: URL, watcher: Watcher, download: Download | None
) -> Request:
    headers = list(options.headers)
    if download is not None:
        given = {name.lower() for name, _ in headers}
        headers += [each for each in download.request_headers() if each[0].lower() not in given]
    try:
        return client.build_request(
            options.chosen_method,
            url,
            params=options.params or None,
            headers=headers,
            extensions={"trace": watcher},
            **body_of(options),
        )
    except (LocalProtocolError, TypeError, ValueError) as exc:
        raise Failure(exits.USAGE, cause(exc)) from exc


def _refused(exc: Exception) -> Failure:
    """What it means that no answer came: a request that we would not send is the user's to change."""
    if isinstance(exc, StreamConsumed):
        return Failure(
            exits.NETWORK,
            "The server asked to send the body again, which standard input has not kept.",
        )
    return Failure(
        exits.USAGE if isinstance(exc, LocalProtocolError) else exits.NETWORK, cause(exc)
    )


def _receive(
    options: Options,
    response: Response,
    out: Screen,
    err: Screen,
    watcher: Watcher,
    download: Download | None,
) -> int:
    """Show or save the body, and return the exit code that the status stands for."""
    code = exits.SUCCESS if response.is_success else exits.HTTP_ERROR
    saved = False
    if download is not None:
        out.flush()
        saved = download.receive(response, err)
        if saved:
            code = exits.SUCCESS
    if options.output == "json":
        if not saved:
            response.read()
        watcher.timing.end()
        out.line(report(response, watcher, options.show_credentials, download if saved else None))
        return code
    if not saved:
        if options.output == "full":
            show_body(out, response)
        elif options.output == "body":
            write_body(out, response)
    out.flush()
    watcher.timing.end()
    return code

"""One request from its options to the exit code of its answer: sent, received, shown or saved."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from httpx_core import InvalidURL, LocalProtocolError, RequestError, StreamConsumed

from . import exits
from .bodies import show_body, write_body
from .downloading import Download
from .exits import Failure, cause
from .heads import show_response_head
from .options import Options, auth_of, body_of, check, timeout_of, url_of, verify_of
from .reports import report
from .terminal import Screen
from .watching import Watcher

if TYPE_CHECKING:
    from httpx_core import URL, Request, Response

    from .._sync_client import Client


class Transfer:
    """What the command was asked for: `run()` it once. `out` and `err` are the standard streams."""

    def __init__(self, options: Options, out: Screen, err: Screen) -> None:
        self._options = options
        self._out = out
        # What is told beside the answer must not get among what a program reads.
        self._aside = out if options.output == "full" else err
        self._heads = out if options.output in ("full", "headers") else err
        self._err = err
        self._watcher = Watcher(self._aside if options.verbose else None, options.show_credentials)
        self._download: Download | None = None

    def run(self) -> int:
        """Send the request, show or save what comes, and return the exit code.

        Failure, whatever stops it but an interruption and the end of standard output.
        """
        options = self._options
        check(options)
        url = url_of(options)
        if options.download is not None:
            keeps_record = options.chosen_method == "GET" and not options.has_body
            self._download = Download(options.download, url, options.continues, keeps_record)
        with self._client() as client:
            response = self._send(client, self._request(client, url))
            try:
                code = self._receive(response)
            except RequestError as exc:
                self._out.end_line()
                raise Failure(exits.NETWORK, cause(exc)) from exc
            finally:
                response.close()
        if options.verbose:
            self._aside.note(f"Timing: {self._watcher.timing.as_sentence()}")
        return code

    def _client(self) -> Client:
        """A client for this transfer. Failure: an option cannot be meant."""
        from .._sync_client import Client

        options = self._options
        try:
            client = Client(
                auth=auth_of(options),
                cookies=dict(options.cookies),
                verify=verify_of(options),
                http2=options.http2,
                proxy=options.proxy,
                timeout=timeout_of(options),
                follow_redirects=options.follow_redirects,
                max_redirects=options.max_redirects,
            )
        except (ImportError, InvalidURL, OSError, TypeError, ValueError) as exc:
            raise Failure(exits.USAGE, cause(exc)) from exc
        if options.verbose or self._heads is self._out:
            client.event_hooks = {"response": [partial(show_response_head, self._heads)]}
        return client

    def _request(self, client: Client, url: URL) -> Request:
        options = self._options
        headers = list(options.headers)
        if self._download is not None:
            given = {name.lower() for name, _ in headers}
            wanted = self._download.request_headers()
            headers += [field for field in wanted if field[0].lower() not in given]
        try:
            return client.build_request(
                options.chosen_method,
                url,
                params=options.params or None,
                headers=headers,
                extensions={"trace": self._watcher},
                **body_of(options),
            )
        except (InvalidURL, LocalProtocolError, TypeError, ValueError) as exc:
            raise Failure(exits.USAGE, cause(exc)) from exc

    def _send(self, client: Client, request: Request) -> Response:
        """Send it, redirects and authentication included. Failure: no answer came."""
        try:
            return client.send(request, stream=True)
        except StreamConsumed as exc:
            raise Failure(
                exits.NETWORK,
                "The server asked to send the body again, which standard input has not kept.",
            ) from exc
        except LocalProtocolError as exc:
            # What we refuse to send is the user's to change.
            raise Failure(exits.USAGE, cause(exc)) from exc
        except RequestError as exc:
            raise Failure(exits.NETWORK, cause(exc)) from exc

    def _receive(self, response: Response) -> int:
        """Show or save the body, and return the exit code that the outcome stands for."""
        options, out, download = self._options, self._out, self._download
        saved = False
        if download is not None:
            out.flush()
            saved = download.receive(response, self._err)
        code = exits.SUCCESS if saved or response.is_success else exits.HTTP_ERROR
        if options.output == "json":
            if not saved:
                response.read()
            self._watcher.timing.end()
            told = download if saved else None
            out.line(report(response, self._watcher, options.show_credentials, told))
            return code
        if not saved and options.output == "full":
            show_body(out, response)
        elif not saved and options.output == "body":
            write_body(out, response)
        out.flush()
        self._watcher.timing.end()
        return code

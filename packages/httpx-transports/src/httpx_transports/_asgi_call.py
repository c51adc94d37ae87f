"""ApplicationCall: one call of an ASGI application, and what passes between it and who reads.

Theory of operation: the application runs in a task of its own, the reader in the caller's. Between
them is room for one chunk. Three conditions are waited for, each with a signal: the reader waits for
the status, a chunk, or the application's return; `send` for the chunk to be taken; `receive`, once
the request's body has been had, for the response to be complete or the client to be gone.

Rules:
1. The reader is told of the end only after the application has returned.
2. The application is cancelled when its response is closed early, and when who waits for it is
   cancelled. One whose response is complete is left to do what it still does (background tasks), and
   waited for.
3. Nothing it raises is lost: it is raised to the reader, or, when there is none any more, logged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from httpx_core import ReadTimeout, RemoteProtocolError, RequestError

from ._asgi_task import cancellation_of, spawn
from ._body import Body, Upload

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from ._attempt import Attempt
    from ._backends.interface import Backend, Wakeup

GRACE = 1.0
"""Seconds that an application which is waiting for `http.disconnect` gets to end by itself."""

CANCEL_LIMIT = 5.0
"""Seconds for which the end of a cancelled application is waited for."""


class _Signal:
    """Wakes all who wait for a change; each looks for itself whether it is the one it waits for."""

    __slots__ = ("_backend", "waiting")

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.waiting: list[Wakeup] = []

    async def wait(self, timeout: float | None = None) -> bool:
        """False when `timeout` seconds went by first."""
        wakeup = self._backend.wakeup()
        self.waiting.append(wakeup)
        try:
            return await wakeup.wait(timeout)
        finally:
            if wakeup in self.waiting:
                self.waiting.remove(wakeup)

    def notify(self) -> None:
        waiting, self.waiting = self.waiting, []
        for wakeup in waiting:
            wakeup.set()


class ApplicationCall(Body):
    """Starts the application when it is made. `headers` and `extensions` are there with the status."""

    __slots__ = (
        "_abandoned",
        "_app",
        "_attempt",
        "_backend",
        "_cancel",
        "_cancelled",
        "_chunk",
        "_complete",
        "_delivered",
        "_disconnect",
        "_finished",
        "_has_content",
        "_progress",
        "_raises",
        "_room",
        "_scope",
        "_status",
        "_upload",
        "extensions",
        "failure",
        "headers",
    )

    def __init__(
        self,
        app: Callable[..., Any],
        scope: dict[str, Any],
        attempt: Attempt,
        backend: Backend,
        raise_app_exceptions: bool,
    ) -> None:
        self._app = app
        self._scope = scope
        self._backend = backend
        self._attempt = attempt
        self._raises = raise_app_exceptions
        self._upload: Upload | None = Upload(attempt.request.stream, is_async=True)
        self._has_content = attempt.request.method != "HEAD"
        self.headers: list[tuple[bytes, bytes]] = []
        self.extensions: dict[str, Any] = {}
        self.failure: BaseException | None = None
        self._status: int | None = None
        self._chunk = b""
        self._complete = self._finished = self._abandoned = self._delivered = False
        self._progress = _Signal(backend)
        self._room = _Signal(backend)
        self._disconnect = _Signal(backend)
        self._cancelled = cancellation_of(backend)
        self._cancel = spawn(backend, self._run)

    # -- the application's task ----------------------------------------------------------------------

    async def _run(self) -> None:
        try:
            await self._app(self._scope, self._receive, self._send)
        except self._cancelled:
            if not self._abandoned:
                self.failure = RemoteProtocolError(
                    "The ASGI application was cancelled.", request=self._attempt.request
                )
            raise
        except BaseException as exc:
            self.failure = exc
        finally:
            self._finished = True
            self._progress.notify()

    async def _receive(self) -> MutableMapping[str, Any]:
        """The application's `receive`."""
        if self._upload is not None and not self._abandoned:
            chunk = await self._upload.next()
            if chunk is not None:
                return {"type": "http.request", "body": chunk, "more_body": True}
            self._upload = None
            return {"type": "http.request", "body": b"", "more_body": False}
        while not self._complete and not self._abandoned:
            await self._disconnect.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        """The application's `send`. RuntimeError: out of order. OSError: the client is gone."""
        kind = message["type"]
        if self._abandoned:
            raise ConnectionAbortedError("The client has closed the response.")
        if kind == "http.response.body":
            await self._send_body(message.get("body", b""), message.get("more_body", False))
        elif kind == "http.response.start":
            if self._status is not None:
                raise RuntimeError("The ASGI application sent http.response.start twice.")
            self.headers = [(name, value) for name, value in message.get("headers", ())]
            self._status = message["status"]
            self._progress.notify()
        elif kind == "http.response.trailers":
            trailers = self.extensions.setdefault("trailing_headers", [])
            trailers.extend((name, value) for name, value in message.get("headers", ()))

    async def _send_body(self, body: bytes, more: bool) -> None:
        if self._status is None:
            raise RuntimeError(
                "The ASGI application sent http.response.body before http.response.start."
            )
        if self._complete:
            raise RuntimeError("The ASGI application sent more after the end of its response.")
        if body and self._has_content:
            await self._wait_for_room()
            self._chunk = bytes(body)
            self._progress.notify()
        if not more:
            self._complete = True
            self._disconnect.notify()
        elif self._has_content:
            await self._wait_for_room()
        else:
            # An endless stream that nobody gets must let the others run.
            await self._backend.sleep(0)

    async def _wait_for_room(self) -> None:
        while self._chunk:
            await self._room.wait()
            if self._abandoned:
                raise ConnectionAbortedError("The client has closed the response.")

    # -- the reader's task ---------------------------------------------------------------------------

    async def status(self) -> int | None:
        """Wait for the status; None when the application has returned without one."""
        try:
            while self._status is None and not self._finished:
                await self._wait_for_progress()
        except BaseException:
            self._abandon()
            raise
        return self._status

    def whole_body(self) -> bytes | None:
        """The body, when all of it is there and the application has returned in peace; else None."""
        if self._finished and self._complete and self.failure is None:
            return self._chunk
        return None

    async def receive(self) -> bytes:
        """The next chunk; b"" at the end, when the application has returned."""
        try:
            while not self._chunk:
                if self._finished:
                    self._check_end()
                    return b""
                await self._wait_for_progress()
        except BaseException:
            self._abandon()
            raise
        chunk, self._chunk = self._chunk, b""
        self._room.notify()
        return chunk

    async def aclose(self) -> None:
        """Let the application end: by itself when its response is complete, else by cancelling it."""
        try:
            if self._complete:
                while not self._finished:
                    await self._progress.wait()
            elif not self._finished and not self._abandoned:
                self._abandoned = True
                listens = bool(self._disconnect.waiting)
                self._disconnect.notify()
                if listens:
                    await self._wait_for_return(GRACE)
                if not self._finished:
                    self._abandon()
                    await self._wait_for_return(CANCEL_LIMIT)
        except BaseException:
            self._abandon()
            raise
        self._log_failure()

    def raise_failure(self) -> None:
        """Raise what the application raised, unless it is an ordinary exception and not to be raised."""
        failure = self.failure
        if failure is None or (isinstance(failure, Exception) and not self._raises):
            return
        if isinstance(failure, RequestError) and failure._request is None:
            failure.request = self._attempt.request
        self._delivered = True
        raise failure

    def _check_end(self) -> None:
        """The application has returned, and all that it sent was read."""
        if self.failure is not None:
            self.raise_failure()
        elif not self._complete:
            raise RemoteProtocolError(
                "The ASGI application returned before the end of its response's body.",
                request=self._attempt.request,
            )

    def _abandon(self) -> None:
        """Cancel the application; never waits."""
        if not self._finished:
            self._abandoned = True
            self._disconnect.notify()
            self._room.notify()
            self._cancel()

    async def _wait_for_progress(self) -> None:
        attempt = self._attempt
        if not await self._progress.wait(attempt.left(None)):
            timeout = ReadTimeout(
                "The ASGI application did not answer in time.", request=attempt.request
            )
            attempt.name_total(timeout)
            raise timeout

    async def _wait_for_return(self, limit: float) -> None:
        from time import monotonic

        deadline = monotonic() + limit
        while not self._finished:
            if not await self._progress.wait(deadline - monotonic()):
                return

    def _log_failure(self) -> None:
        if self.failure is None or self._delivered or not self._raises:
            return
        from logging import DEBUG, ERROR, getLogger

        # What an application raises once it was told to end is mostly that it was told.
        getLogger("httpx_transports.asgi").log(
            DEBUG if self._abandoned else ERROR,
            "The ASGI application failed when its response was closed already.",
            exc_info=self.failure,
        )

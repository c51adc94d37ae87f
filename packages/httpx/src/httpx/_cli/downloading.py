"""A response becomes a file: written anew, or put behind the part that is there.

Nothing is opened before the answer's head says that this is right, so that an error leaves what is
there as it was. What has come when a download breaks stays, with a record of what it belongs to.
"""

from __future__ import annotations

import os
import stat
from time import monotonic
from typing import TYPE_CHECKING, BinaryIO

from httpx_core import RequestError

from . import records
from .exits import FILE, INTERRUPTED, NETWORK, Failure, cause
from .progress import Progress, amount
from .resuming import Decision, Record, Verdict, decide, range_headers, total_size
from .terminal import Screen, visible

if TYPE_CHECKING:
    from httpx_core import URL, Response


class Download:
    """One download into `path`; `continues` what is there. `resumed_from`: the bytes that were kept."""

    def __init__(self, path: str, url: URL, continues: bool, keeps_record: bool) -> None:
        self.path = path
        self.resumed_from = 0
        self.size = 0
        self._url = url
        self._have = 0
        self._record: Record | None = None
        self._keeps_record = keeps_record
        if continues:
            self._look()

    def _look(self) -> None:
        """See what is there to be continued. Failure: it belongs to something else."""
        try:
            self._have = os.stat(self.path).st_size
        except FileNotFoundError:
            return
        except OSError as exc:
            raise Failure(FILE, f"{self.path} cannot be read: {cause(exc)}.") from exc
        record = self._record = records.load(self.path)
        if record is None or not self._have:
            return
        if record.url != records.digest_of(self._url):
            raise Failure(
                FILE,
                f"{self.path} is part of another URL's download; without --continue it is "
                "downloaded anew.",
            )
        if record.total is not None and self._have > record.total:
            raise Failure(
                FILE,
                f"{self.path} has {self._have} bytes, more than the {record.total} of the file that "
                "it is part of; without --continue it is downloaded anew.",
            )

    def request_headers(self) -> list[tuple[str, str]]:
        """What the request needs: bytes as they are in the file, and those that are missing."""
        fields = [("Accept-Encoding", "identity")]
        if self._have:
            fields += range_headers(self._have, self._record)
        return fields

    def receive(self, response: Response, screen: Screen) -> bool:
        """Write the response to the file and tell of it; False when it is an error to be shown.

        Failure: the file cannot be written, or must not be; or the answer did not come whole.
        """
        decision = self._decide(response)
        if decision.verdict is Verdict.ERROR:
            return False
        if decision.verdict is Verdict.REFUSE:
            raise Failure(FILE, f"{self.path} {decision.reason}.")
        if decision.reason:
            screen.line(f"{self.path} {decision.reason}.")
        if decision.verdict is Verdict.COMPLETE:
            records.remove(self.path)
            self.size = self.resumed_from = self._have
            screen.line(f"{self.path} has all {amount(self._have)} already.")
            return True
        began = monotonic()
        try:
            with self._open(decision, response) as file:
                self._write(file, response, decision, screen)
        except KeyboardInterrupt as exc:
            raise Failure(INTERRUPTED, "Interrupted." + self._kept()) from exc
        except OSError as exc:
            kept = self._kept() if self.size else ""
            raise Failure(FILE, f"{self.path} cannot be written: {cause(exc)}.{kept}") from exc
        records.remove(self.path)
        self._tell(screen, monotonic() - began)
        return True

    def _decide(self, response: Response) -> Decision:
        if self._have:
            return decide(response.status_code, response.headers, self._have, self._record)
        if not response.is_success:
            return Decision(Verdict.ERROR)
        encoded = response.headers.get("content-encoding")
        return Decision(Verdict.ANEW, end=None if encoded else total_size(response.headers))

    def _open(self, decision: Decision, response: Response) -> BinaryIO:
        """Open the file and bring its record up to date, in an order in which no moment has a record
        of other bytes than those that are there.
        """
        if decision.verdict is Verdict.APPEND:
            file = open(self.path, "ab")  # noqa: SIM115  # the caller closes it
            if file.tell() != self._have:
                file.close()
                raise Failure(FILE, f"{self.path} was changed by another program meanwhile.")
            self.resumed_from = self.size = self._have
            return file
        file = open(self.path, "wb")  # noqa: SIM115  # as above
        try:
            self.size = 0
            self._record = None
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                records.remove(self.path)
                record = records.record_of(self._url, response) if self._keeps_record else None
                if record is not None and records.save(self.path, record):
                    self._record = record
        except BaseException:
            file.close()
            raise
        return file

    def _write(
        self, file: BinaryIO, response: Response, decision: Decision, screen: Screen
    ) -> None:
        end = decision.end
        total = end if self._record is None or self._record.total is None else self._record.total
        progress = Progress(screen, visible(os.path.basename(self.path)), self.size, total)
        try:
            for chunk in response.iter_bytes():
                if decision.verdict is Verdict.APPEND and self.size + len(chunk) > (end or 0):
                    raise Failure(
                        NETWORK, "The server sent more than the part it announced." + self._kept()
                    )
                file.write(chunk)
                self.size += len(chunk)
                progress.advance(len(chunk))
        except RequestError as exc:
            raise Failure(NETWORK, _ended(cause(exc)) + self._kept()) from exc
        finally:
            progress.clear()
        if total is not None and self.size < total:
            raise Failure(NETWORK, "The server sent only a part of the rest." + self._kept())

    def _kept(self) -> str:
        """What has become of the download that ends here."""
        part = amount(self.size)
        if self._record is None:
            return (
                f" {part} are in {self.path}; there is nothing by which it could be "
                "continued safely."
            )
        if self._record.total is not None:
            part += f" of {amount(self._record.total)}"
        return f" {part} are in {self.path}; the same command with --continue goes on from there."

    def _tell(self, screen: Screen, seconds: float) -> None:
        new = self.size - self.resumed_from
        rate = f" ({amount(new / seconds)}/s)" if seconds > 0 and new else ""
        resumed = (
            f", the first {amount(self.resumed_from)} from before" if self.resumed_from else ""
        )
        screen.line(f"Saved {amount(self.size)} to {self.path}{rate}{resumed}.")


def _ended(text: str) -> str:
    return text if text.endswith((".", ".)", "!", "?")) else text + "."

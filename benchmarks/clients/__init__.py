"""How each client is driven. One module a client, or a family of clients with one interface.

A module has `Sync(job)`, `Async(job)` or both. Their methods are what a workload calls: `get(url)`
and `post_json(url, value)` return the body, `get_json(url)` the value, `download(url)` the number of
bytes of a streamed body, `upload(url, content)` and `multipart(url, content)` the body of the answer;
`close()` ends it. A client that cannot do something lacks the method, or raises Missing. With
`is_shared = False` each thread gets a client of its own; with `decodes = False` it leaves a compressed
body as it is.
"""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple


class Missing(Exception):
    """This client has no such thing."""


class Job(NamedTuple):
    """What a client is made for: how many connections it may open, and whom it trusts."""

    library: str
    ca_file: str
    tls: bool
    http2: bool
    connections: int

    def module(self) -> Any:
        return importlib.import_module(self.library)

    def ssl_context(self) -> Any:
        import ssl

        return ssl.create_default_context(cafile=self.ca_file)

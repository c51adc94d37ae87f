"""What is measured: one line a workload.

Only the standard library here: every measured process reads this file in its own environment.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Shape = Literal["calls", "threads", "tasks", "churn", "mock", "import", "start", "memory"]
Call = Literal["get", "get_json", "download", "upload", "post_json", "multipart", "construct"]

SYNC = ("httpx", "httpx2", "requests", "urllib3", "pyreqwest", "pycurl", "http.client", "raw")
ASYNC = ("httpx", "httpx2", "aiohttp", "pyreqwest", "raw-asyncio")
LARGE = ("httpx", "urllib3", "pyreqwest", "http.client", "raw")
FORKS = ("httpx", "httpx2")


class Workload(NamedTuple):
    """One thing that a client is asked to do.

    `shape` is how the calls are made: one after the other, in 8 threads, in tasks, each with a client
    of its own, over a mock transport, as the import of the module, or as a whole process. `tasks` and
    `connections` bound the concurrency. `peers` are those that it is compared with unless `--peers`
    says otherwise, beside ours. `is_core` marks the set that `--core` runs. `at_most` bounds the calls
    of one measurement. `scale` is what a second is multiplied with to be shown in `unit`.
    """

    name: str
    shape: Shape
    call: Call = "get"
    path: str = "/small"
    peers: tuple[str, ...] = SYNC
    ours: str = "ours"
    tls: bool = False
    http2: bool = False
    tasks: int = 1
    connections: int = 1
    loop: Literal["asyncio", "trio", "uvloop", ""] = ""
    is_core: bool = False
    at_most: int = 1_000_000
    unit: Literal["µs", "ms", "KiB"] = "µs"
    needs_own_server: bool = False

    @property
    def is_async(self) -> bool:
        return bool(self.loop)

    @property
    def has_server(self) -> bool:
        return self.shape not in ("mock", "import") and self.call != "construct"

    @property
    def sends(self) -> int:
        """The bytes of the body of each request."""
        return 10_000_000 if self.call in ("upload", "multipart") else 0


def _tasks(name: str, tasks: int, connections: int, **others: object) -> Workload:
    plain = Workload(name, "tasks", peers=ASYNC, loop="asyncio")
    return plain._replace(tasks=tasks, connections=connections, **others)  # type: ignore[arg-type]  # any field


_SYNC = (
    Workload("sync GET 13 B", "calls", is_core=True),
    Workload("sync GET 1 KB JSON", "calls", "get_json", "/json", is_core=True),
    Workload("sync 8 threads", "threads", connections=8, is_core=True),
    Workload("sync TLS GET", "calls", tls=True, is_core=True),
    Workload("sync new client", "churn", is_core=True, at_most=1000),
    Workload("sync 10 MB download", "calls", "download", "/10m", LARGE, unit="ms", is_core=True),
    Workload(
        "sync 10 MB chunked",
        "calls",
        "download",
        "/chunked",
        LARGE,
        unit="ms",
        is_core=True,
        needs_own_server=True,
    ),
    Workload("sync 10 MB upload", "calls", "upload", "/upload", LARGE, unit="ms", is_core=True),
    Workload("sync POST JSON", "calls", "post_json", "/upload"),
    Workload("sync multipart 10 MB", "calls", "multipart", "/upload", unit="ms"),
    Workload("sync gzip", "calls", "get", "/gzip", SYNC[:-2]),
    Workload("sync HTTP/2 GET", "calls", tls=True, http2=True, is_core=True),
)

_ASYNC = (
    _tasks("async sequential", 1, 1, is_core=True),
    _tasks("async c20", 20, 20, is_core=True),
    _tasks("async c100", 100, 100, is_core=True),
    _tasks("async 1000 on 100", 1000, 100, is_core=True),
    _tasks("async c1000", 1000, 1000, is_core=True),
    _tasks("async TLS c20", 20, 20, tls=True),
    _tasks("async 10 MB download", 1, 1, call="download", path="/10m", unit="ms", is_core=True),
    _tasks("async 10 MB upload", 1, 1, call="upload", path="/upload", unit="ms"),
    _tasks("HTTP/2 100 streams", 100, 1, tls=True, http2=True, is_core=True),
    _tasks(
        "HTTP/2 10 MB download",
        1,
        1,
        tls=True,
        http2=True,
        call="download",
        path="/10m",
        unit="ms",
        is_core=True,
    ),
    _tasks("trio c20", 20, 20, loop="trio", peers=(*FORKS, "httpcore")),
    _tasks("uvloop c20", 20, 20, loop="uvloop"),
)

_LAYERS = (
    Workload("transport GET", "calls", peers=("httpcore",), ours="ours-transports", is_core=True),
    _tasks("transport c20", 20, 20, peers=("httpcore",), ours="ours-transports", is_core=True),
    _tasks("transport c100", 100, 100, peers=("httpcore",), ours="ours-transports", is_core=True),
    _tasks(
        "transport HTTP/2 100 streams",
        100,
        1,
        peers=("httpcore",),
        ours="ours-transports",
        tls=True,
        http2=True,
        is_core=True,
    ),
    Workload(
        "transport 10 MB download",
        "calls",
        "download",
        "/10m",
        ("httpcore",),
        "ours-transports",
        unit="ms",
        is_core=True,
    ),
    _tasks(
        "transport async 10 MB",
        1,
        1,
        peers=("httpcore",),
        ours="ours-transports",
        call="download",
        path="/10m",
        unit="ms",
        is_core=True,
    ),
    Workload("mock sync", "mock", peers=FORKS, is_core=True),
    Workload("mock async", "mock", peers=FORKS, loop="asyncio", is_core=True),
    Workload("Client() and close", "churn", "construct", peers=FORKS, is_core=True),
)

_PROCESSES = (
    Workload("import", "import", peers=(*SYNC[:-1], "aiohttp"), unit="ms", is_core=True),
    Workload("cold start", "start", peers=(*SYNC[:-1], "aiohttp"), unit="ms"),
    Workload("memory, 200 MB streamed", "memory", "download", "/200m", LARGE[:-1], unit="KiB"),
    Workload("memory, 10,000 requests", "memory", peers=SYNC[:5], unit="KiB"),
    _tasks("memory, 1,000 connections", 1000, 1000, shape="memory", unit="KiB", peers=ASYNC[:4]),
)

WORKLOADS = {work.name: work for work in (*_SYNC, *_ASYNC, *_LAYERS, *_PROCESSES)}

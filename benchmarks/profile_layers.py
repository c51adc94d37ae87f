"""Where the time of one request of ours goes, layer by layer.

    hatch run bench:profile [WORKLOAD]

runs a workload (by default the sync and the asyncio GET) under cProfile and adds up, by the file that
a function is in, its own time and that of the built-in functions that it calls. cProfile makes
Python's calls dearer than they are and leaves built-in work as it is, so the shares are hints and the
counts of calls are exact; for times, use `bench:run`.
"""

from __future__ import annotations

import asyncio
import cProfile
import pstats
import sys
from collections import defaultdict
from typing import Any

from clients import Job, httpx_like, httpx_transports_like
from servers import running
from worker import async_caller, caller
from workloads import WORKLOADS, Workload

REQUESTS = 2000
DEFAULT = ("sync GET 13 B", "async sequential")
LARGEST = 12  # functions shown below the layers

# The first part of a path that is found names the layer; the more special ones come first.
LAYERS = (
    ("httpx_core/_url", "URL"),
    ("httpx_core/_query", "URL"),
    ("httpx_core/_host", "URL"),
    ("httpx_core/_percent", "URL"),
    ("httpx_core/wire", "protocol"),
    ("httpx_core/_response_head", "protocol"),
    ("httpx_core/", "models"),
    ("httpx_auth/", "client"),
    ("httpx/", "client"),
    ("httpx_transports/_pool/", "pool"),
    ("httpx_transports/_http11/", "protocol"),
    ("httpx_transports/_http2/", "protocol"),
    ("/h2/", "protocol"),
    ("/hpack/", "protocol"),
    ("/hyperframe/", "protocol"),
    ("/h11/", "protocol"),
    ("httpx_transports/_backends/", "backend"),
    ("httpx_transports/", "transport"),
    ("/asyncio/", "event loop"),
    ("/trio/", "event loop"),
    ("/anyio/", "event loop"),
    ("/selectors.py", "event loop"),
    ("/ssl.py", "sockets"),
    ("/socket.py", "sockets"),
)
SOCKETS = ("socket.socket", "_ssl._SSL", "_ssl.Memory", "SSLSocket")
WAITS = ("select.epoll", "select.poll", "select.kqueue", "select.select")


def layer_of(file: str, function: str) -> str:
    """Return the layer of a function; "" for a built-in one, which counts for its callers."""
    if file == "~":
        if any(part in function for part in SOCKETS):
            return "sockets"
        return "event loop" if any(part in function for part in WAITS) else ""
    path = file.replace("\\", "/")
    return next((layer for part, layer in LAYERS if part in path), "other")


def by_layer(statistics: dict[Any, Any]) -> dict[str, list[float]]:
    """Return calls and seconds by layer."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0, 0.0])
    for (file, _, function), (_, calls, own, _, callers) in statistics.items():
        layer = layer_of(file, function)
        if layer:
            sums[layer][0] += calls
            sums[layer][1] += own
            continue
        for (caller_file, _, caller_function), (_, calls_from, own_from, _) in callers.items():
            sum_of = sums[layer_of(caller_file, caller_function) or "other"]
            sum_of[0] += calls_from
            sum_of[1] += own_from
    return sums


def profiled(work: Workload, base: str, ca_file: str) -> pstats.Stats:
    """Run a workload of ours one request after the other, and return what was counted."""
    adapter = httpx_transports_like if work.ours == "ours-transports" else httpx_like
    library = "httpx_transports" if work.ours == "ours-transports" else "httpx"
    job = Job(library, ca_file, work.tls, work.http2, work.connections)
    url = base + work.path
    requests = REQUESTS if work.unit == "µs" else 10
    profile = cProfile.Profile()
    if not work.is_async:
        client = adapter.Sync(job)
        call = caller(client, work, url)
        call()
        profile.enable()
        for _ in range(requests):
            call()
        profile.disable()
        client.close()
        return pstats.Stats(profile)

    async def main() -> None:
        async_client = adapter.Async(job)
        async_call = async_caller(async_client, work, url)
        await async_call()

        async def some() -> None:
            for _ in range(requests // work.tasks):
                await async_call()

        profile.enable()
        await asyncio.gather(*[some() for _ in range(work.tasks)])
        profile.disable()
        await async_client.close()

    asyncio.run(main())
    return pstats.Stats(profile)


def show(work: Workload, statistics: dict[Any, Any]) -> None:
    requests = REQUESTS if work.unit == "µs" else 10
    requests -= requests % work.tasks
    sums = by_layer(statistics)
    total = sum(own for _, own in sums.values())
    print(f"\n{work.name}: {requests} requests\n\n{'layer':14}{'µs':>9}{'share':>8}{'calls':>8}")
    for layer, (calls, own) in sorted(sums.items(), key=lambda item: -item[1][1]):
        share = f"{own / total:.0%}"
        print(f"{layer:14}{own / requests * 1e6:9.2f}{share:>8}{calls / requests:8.1f}")
    print(f"{'all':14}{total / requests * 1e6:9.2f}{'':8}")
    print(f"\n{'function':62}{'µs':>8}{'calls':>7}")
    largest = sorted(statistics.items(), key=lambda item: -item[1][2])[:LARGEST]
    for (file, line, function), (_, calls, own, _, _) in largest:
        short = "/".join(file.replace("\\", "/").split("/")[-3:])
        where = function if file == "~" else f"{short}:{line} {function}"
        print(f"{where[:61]:62}{own / requests * 1e6:8.2f}{calls / requests:7.1f}")


def main() -> int:
    names = [name for name in WORKLOADS if sys.argv[1:] and " ".join(sys.argv[1:]) in name]
    if sys.argv[1:] and not names:
        print(f"No such workload; there are {list(WORKLOADS)}")
        return 2
    with running("auto", None) as server, running("own", None) as own:
        for name in names or DEFAULT:
            work = WORKLOADS[name]
            is_of_ours = work.shape in ("calls", "threads", "tasks") and work.loop != "trio"
            if not is_of_ours or not work.ours.startswith("ours"):
                print(f"{name}: not to be profiled")
                continue
            chosen = own if work.needs_own_server else server
            base = chosen.https if work.tls else chosen.http
            statistics = profiled(work, base, chosen.ca_file)
            show(work, statistics.stats)  # type: ignore[attr-defined] # typeshed leaves it out
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""One measurement, in a process of its own: one client, one workload. Started by `run.py`.

It takes a JSON object as its argument and prints one: how many requests were made in all, and what
one of them cost, without the warm-up. It imports the standard library and one client, nothing else.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

from answers import SIZES, large
from clients import Job, Missing
from workloads import WORKLOADS, Workload

THREADS = 8
VALUE = {"name": "value", "numbers": list(range(20)), "text": "x" * 200}


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def resident_kib() -> float:
    """Return the memory that is resident now; the peak where the system tells no more."""
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * resource.getpagesize() / 1024
    except OSError:
        return peak_kib()


def reset_peak() -> None:
    """Forget the peak so far, where the system (Linux) can; else only what exceeds it is seen."""
    try:
        with open("/proc/self/clear_refs", "w") as references:
            references.write("5")
    except OSError:
        pass


def peak_kib() -> float:
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return float(line.split()[1])
    except OSError:
        pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform == "darwin" else peak


class Meter:
    """Adds up blocks of requests until enough time has passed."""

    def __init__(self, seconds: float, at_most: int) -> None:
        self.seconds = seconds
        self.at_most = at_most
        self.warmed = 0
        self.measured = 0

    def start(self, warmed: int) -> None:
        self.warmed = warmed
        self.cpu = self.cpu_end = cpu_seconds()
        self.wall = self.wall_end = time.perf_counter()

    def goes_on(self) -> bool:
        """Read both clocks, which ends a block, and say whether there is to be another."""
        self.cpu_end = cpu_seconds()
        self.wall_end = time.perf_counter()
        return self.wall_end - self.wall < self.seconds and self.measured < self.at_most

    def result(self) -> dict[str, float]:
        return {
            "requests": self.warmed + self.measured,
            "measured": self.measured,
            "cpu": (self.cpu_end - self.cpu) / self.measured,
            "wall": (self.wall_end - self.wall) / self.measured,
        }


class Surprise(Exception):
    """An answer is not what the server sends."""


def caller(client: Any, work: Workload, url: str) -> Callable[[], Any]:
    """Return the function that makes one request and checks what came, for a sync client."""
    method = method_of(client, work)
    arguments = arguments_of(work, url)
    if work.call == "get_json":
        return lambda: method(*arguments)
    expected = SIZES[work.path]

    def call() -> None:
        came = method(*arguments)
        if (came if came.__class__ is int else len(came)) != expected:
            raise Surprise(f"{work.path} has {expected} bytes, and {came!r:.80} came")

    return call


def async_caller(client: Any, work: Workload, url: str) -> Callable[[], Awaitable[Any]]:
    method = method_of(client, work)
    arguments = arguments_of(work, url)
    expected = SIZES[work.path]

    async def call() -> None:
        came = await method(*arguments)
        if (came if came.__class__ is int else len(came)) != expected:
            raise Surprise(f"{work.path} has {expected} bytes, and {came!r:.80} came")

    return call


def method_of(client: Any, work: Workload) -> Any:
    method = getattr(client, work.call, None)
    if method is None:
        raise Missing(work.call)
    return method


def arguments_of(work: Workload, url: str) -> tuple[Any, ...]:
    if work.call in ("upload", "multipart"):
        return url, large()
    return (url, VALUE) if work.call == "post_json" else (url,)


# How the calls are made: one function a shape.


def one_after_the_other(make: Any, job: Job, work: Workload, url: str, meter: Meter) -> None:
    client = make(job)
    call = caller(client, work, url)
    is_large = work.unit == "ms"
    warm, block = (2, 1) if is_large else (50, 100)
    for _ in range(warm):
        call()
    meter.start(warm)
    while meter.goes_on():
        for _ in range(block):
            call()
        meter.measured += block
    client.close()


def in_threads(make: Any, job: Job, work: Workload, url: str, meter: Meter) -> None:
    block = 50
    shared = make(job) if make.is_shared else None
    clients = [shared or make(job) for _ in range(THREADS)]
    calls = [caller(client, work, url) for client in clients]
    barrier = threading.Barrier(THREADS + 1)
    faults: list[BaseException] = []
    is_over = False

    def work_on(call: Callable[[], Any]) -> None:
        try:
            while True:
                barrier.wait()
                if is_over:
                    return
                for _ in range(block):
                    call()
                barrier.wait()
        except BaseException as exc:
            faults.append(exc)
            barrier.abort()

    threads = [threading.Thread(target=work_on, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()

    def one_block() -> None:
        barrier.wait()
        barrier.wait()

    try:
        one_block()
        meter.start(block * THREADS)
        while meter.goes_on():
            one_block()
            meter.measured += block * THREADS
        is_over = True
        barrier.wait()
    except threading.BrokenBarrierError:
        raise faults[0] from None
    for thread in threads:
        thread.join()
    for client in set(clients):
        client.close()


def each_with_a_client(make: Any, job: Job, work: Workload, url: str, meter: Meter) -> None:
    """A client, one request (or none) and its end, over and over."""

    def one() -> None:
        client = make(job)
        if work.call != "construct":
            caller(client, work, url)()
        client.close()

    one()
    meter.start(1)
    while meter.goes_on():
        for _ in range(10):
            one()
        meter.measured += 10


def over_a_mock(make: Any, job: Job, work: Workload, url: str, meter: Meter) -> None:
    one_after_the_other(make, job, work._replace(path="/small"), "http://example.org/", meter)


async def in_tasks(
    make: Any, job: Job, work: Workload, url: str, meter: Meter, run_tasks: Any
) -> None:
    client = make(job)
    call = async_caller(client, work, url)
    is_large = work.unit == "ms"
    each = 1 if is_large else max(2, 200 // work.tasks)

    async def some(count: int) -> None:
        for _ in range(count):
            await call()

    await call()  # one alone: on HTTP/2 it makes the connection that all share
    await run_tasks(some, 1, work.tasks)
    meter.start(1 + work.tasks)
    while meter.goes_on():
        await run_tasks(some, each, work.tasks)
        meter.measured += each * work.tasks
    result = client.close()
    if result is not None:
        await result


async def tasks_of_asyncio(function: Any, argument: int, count: int) -> None:
    import asyncio

    await asyncio.gather(*[function(argument) for _ in range(count)])


async def tasks_of_trio(function: Any, argument: int, count: int) -> None:
    import trio

    async with trio.open_nursery() as nursery:
        for _ in range(count):
            nursery.start_soon(function, argument)


def run_async(loop: str, function: Any, *arguments: Any) -> None:
    if loop == "trio":
        try:
            import trio
        except ImportError:
            raise Missing("trio") from None
        trio.run(function, *arguments, tasks_of_trio)
    elif loop == "uvloop":
        try:
            import uvloop
        except ImportError:
            raise Missing("uvloop") from None
        event_loop = uvloop.new_event_loop()
        event_loop.run_until_complete(function(*arguments, tasks_of_asyncio))
        event_loop.close()
    else:
        import asyncio

        asyncio.run(function(*arguments, tasks_of_asyncio))


def memory(make: Any, job: Job, work: Workload, base: str) -> dict[str, float]:
    """Return by how many KiB the process grew: its peak over a stream, or what it holds afterwards."""
    client = make(job)
    get = caller(client, work._replace(call="get", path="/small"), base + "/small")
    if work.call == "download":
        get()
        reset_peak()
        before = peak_kib()
        caller(client, work, base + work.path)()
        requests, grown = 2, peak_kib() - before
    else:
        for _ in range(1000):
            get()
        before = resident_kib()
        for _ in range(9000):
            get()
        requests, grown = 10_000, resident_kib() - before
    client.close()
    return {"requests": requests, "measured": requests, "kib": grown}


async def memory_of_connections(
    make: Any, job: Job, work: Workload, url: str, result: dict[str, float], run_tasks: Any
) -> None:
    """KiB for each open connection, once all are made and idle; the client itself counts too."""
    before = resident_kib()
    client = make(job)
    call = async_caller(client, work, url)

    async def one(_: int) -> None:
        await call()

    await run_tasks(one, 1, work.tasks)
    grown = (resident_kib() - before) / work.tasks
    result.update({"requests": work.tasks, "measured": work.tasks, "kib": grown})
    await client.close()


def measure(task: dict[str, Any]) -> dict[str, Any]:
    """Do what the task says, and return the figures."""
    work = WORKLOADS[task["workload"]]
    adapter = importlib.import_module(f"clients.{task['adapter']}")
    prefix = "Async" if work.is_async else "Sync"
    name = "Bare" if work.call == "construct" else prefix
    make = getattr(adapter, name + ("Mock" if work.shape == "mock" else ""), None)
    if make is None:
        raise Missing(prefix.lower())
    if work.path == "/gzip" and not getattr(make, "decodes", True):
        raise Missing("decoding")
    job = Job(task["library"], task["ca_file"], work.tls, work.http2, work.connections)
    job.module()
    url = task["base"] + work.path
    meter = Meter(task["seconds"], work.at_most)
    if work.shape == "memory":
        if not work.is_async:
            return memory(make, job, work, task["base"])
        figures: dict[str, float] = {}
        run_async(work.loop, memory_of_connections, make, job, work, url, figures)
        return figures
    if work.is_async:
        target = "http://example.org/small" if work.shape == "mock" else url
        run_async(work.loop, in_tasks, make, job, work, target, meter)
    else:
        shapes = {
            "calls": one_after_the_other,
            "threads": in_threads,
            "churn": each_with_a_client,
            "mock": over_a_mock,
        }
        shapes[work.shape](make, job, work, url, meter)
    return meter.result()


def main() -> None:
    task = json.loads(sys.argv[1])
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)), hard))
    try:
        result = measure(task)
    except Missing as missing:
        result = {"missing": str(missing)}
    print(json.dumps(result), flush=True)
    # Not by way of the interpreter's end: what a client's threads do then is not measured here.
    os._exit(0)


if __name__ == "__main__":
    main()

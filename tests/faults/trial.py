"""One fault run: the plan carried out, every call judged, and then what was left behind.

After the calls the faults stop, and the same client must get the right answers; its pool must have
nobody active and nobody waiting; and when it is closed no socket, thread, task or object of the
packages may be left, and nothing may have been complained of where no caller could see it.
"""

from __future__ import annotations

import gc
import logging
import sys
import threading
import time
from collections import Counter
from typing import Any, NamedTuple

from tests.faults.faulty_relay import Fault, FaultyRelay
from tests.faults.judge import (
    RIGHT,
    WRONG,
    Seen,
    judge,
    judge_arrivals,
    path_of,
)
from tests.faults.plan import LARGE, MULTIPART, SMALL, STREAMED, Plan, PlannedCall
from tests.faults.world import World
from tests.support.colours import Client, Colour
from tests.support.leaks import Leaks

import httpx

CALM_LIMIT = 15.0
"""Seconds that a request may take when there are no faults any more."""
LEAK_LIMIT = 10.0


class Report(NamedTuple):
    """What came of a run. `problems` is empty when all is as it must be."""

    plan: Plan
    outcomes: Counter[str]
    struck: list[Fault]
    problems: list[str]
    seconds: float


def run_trial(plan: Plan, world: World) -> Report:
    """Carry out a plan. Never raises for what the packages do."""
    began = time.monotonic()
    colour = Colour(plan.colour)
    world.tally.take()
    leaks = Leaks()
    objects = _our_objects()
    trial = _Trial(plan, world, colour)
    with _Complaints() as complaints:
        try:
            colour.run(trial.run)
        except BaseException as exc:
            trial.problems.append(f"LEAK: the run itself failed: {exc!r}")
            if isinstance(exc, KeyboardInterrupt):
                raise
        finally:
            trial.relay.stop()
        outcomes, struck, problems = trial.outcomes, trial.relay.struck, trial.problems
        del trial
        try:
            leaks.check(LEAK_LIMIT)
        except AssertionError as exc:
            problems.append(f"LEAK: {exc}")
        gc.collect()
    left = _our_objects() - objects
    if left:
        problems.append(f"LEAK: objects that outlived their client: {dict(left)}")
    problems += [f"LEAK: complained of where no caller sees it: {text}" for text in complaints.seen]
    world.forget()
    return Report(plan, outcomes, struck, problems, time.monotonic() - began)


class _Trial:
    def __init__(self, plan: Plan, world: World, colour: Colour) -> None:
        self.plan = plan
        self.outcomes: Counter[str] = Counter()
        self.problems: list[str] = []
        self._world = world
        self._colour = colour
        target = world.proxy_port(plan) if plan.proxy else world.server_port(plan)
        self.relay = FaultyRelay(target, plan.faults).start()
        port = world.server_port(plan) if plan.proxy else self.relay.port
        self._origin = f"{'https' if plan.encrypted else 'http'}://127.0.0.1:{port}"

    async def run(self) -> None:
        options = self._world.client_options(self.plan, self.relay.port)
        tasks = await self._tasks()
        async with self._colour.client(**options) as client:
            await self._colour.concurrently(
                *[lambda calls=calls: self._work(client, calls) for calls in self.plan.workers]
            )
            self._check_stats(client, "after the calls")
            self.relay.calm(drop=self.plan.altering)
            await self._check_recovery(client)
            self._check_stats(client, "in the end")
            self._check_arrivals()
        left = await self._tasks() - tasks
        if left > 0:
            self.problems.append(f"LEAK: {left} tasks")

    async def _work(self, client: Client, calls: tuple[PlannedCall, ...]) -> None:
        for call in calls:
            content, sent = self._content(call)
            seen = await self._call(client, call, content, call.cancelled_after)
            verdict = judge(self.plan, call, sent, seen)
            self.outcomes[verdict.outcome] += 1
            if verdict.is_fault:
                self.problems.append(f"{verdict.outcome}: {call.ident}: {verdict.reason}")

    def _content(self, call: PlannedCall) -> tuple[dict[str, Any], bytes]:
        """How a call's body is given to the client, and the bytes that the server must receive."""
        small = f"body of {call.ident}\n".encode()
        if call.sent == SMALL:
            return {"content": small}, small
        if call.sent == LARGE:
            large = small * (100_000 // len(small))
            return {"content": large}, large
        if call.sent == STREAMED:
            chunks = [small * 40] * 25
            return {"content": self._colour.body(chunks)}, b"".join(chunks)
        if call.sent == MULTIPART:
            form = {
                "files": {"file": ("name.txt", small * 500, "text/plain")},
                "data": {"field": call.ident},
                "headers": {"Content-Type": "multipart/form-data; boundary=boundary-of-the-runs"},
            }
            return form, httpx.Request("POST", self._origin, **form).read()
        return {}, b""

    async def _call(
        self, client: Client, call: PlannedCall, content: dict[str, Any], cancelled_after: int
    ) -> Seen:
        began = time.monotonic()
        try:
            if cancelled_after:
                seen = await self._given_up(client, call, content, cancelled_after / 1000)
            else:
                seen = await self._exchange(client, call, content)
        except Exception as exc:
            # The frames of its traceback hold what must be collected soon.
            error = exc.with_traceback(None)
            for cause in (error.__cause__, error.__context__):
                if cause is not None:
                    cause.with_traceback(None)
            seen = Seen(0.0, error=error)
        return seen._replace(seconds=time.monotonic() - began)

    async def _given_up(
        self, client: Client, call: PlannedCall, content: dict[str, Any], seconds: float
    ) -> Seen:
        if self._colour.name == "asyncio":
            import asyncio

            return await asyncio.wait_for(self._exchange(client, call, content), seconds)
        import trio

        with trio.move_on_after(seconds):
            return await self._exchange(client, call, content)
        raise TimeoutError("The caller has given up.")

    async def _exchange(self, client: Client, call: PlannedCall, content: dict[str, Any]) -> Seen:
        url = self._origin + path_of(call)
        if call.reading == "whole":
            response = await client.request(call.method, url, **content)
            return Seen(0.0, response.status_code, dict(response.headers), response.content)
        read = b""
        async with client.stream(call.method, url, **content) as response:
            async for chunk in self._colour.iter_bytes(response):
                read += chunk
                if call.reading == "early":
                    break
            else:
                return Seen(0.0, response.status_code, dict(response.headers), read)
        return Seen(0.0, response.status_code, dict(response.headers), read, whole=False)

    # -- afterwards ------------------------------------------------------------------------------

    def _check_stats(self, client: Client, when: str) -> None:
        for origin, stats in client.stats().items():
            if stats.active or stats.waiting:
                self.problems.append(f"LEAK: {when} the pool has for {origin} {stats}")

    async def _check_recovery(self, client: Client) -> None:
        # A server that ends its connections without a word may meet a POST on its way: an error, rightly.
        for number, method in enumerate(("GET", "PUT" if self.plan.few else "POST")):
            call = PlannedCall(
                f"{self.plan.seed}-calm{number}", method, SMALL, "length", 3000, "whole", 0
            )
            content, sent = self._content(call)
            content["timeout"] = CALM_LIMIT
            if method == "GET":
                content, sent = {"timeout": CALM_LIMIT}, b""
            seen = await self._call(client, call, content, 0)
            verdict = judge(self.plan._replace(faults=(), total=None), call, sent, seen)
            if verdict.outcome != RIGHT:
                self.problems.append(
                    f"{WRONG}: after the faults {method} ended in {verdict.outcome}: {verdict.reason}"
                )

    def _check_arrivals(self) -> None:
        arrivals = self._world.tally.take()
        for calls in self.plan.workers:
            for call in calls:
                reason = judge_arrivals(self.plan, call, arrivals[path_of(call)])
                if reason:
                    self.problems.append(f"{WRONG}: {reason}")

    async def _tasks(self) -> int:
        """How many tasks there are beside those that the run itself needs."""
        if self._colour.name == "asyncio":
            import asyncio

            return len(asyncio.all_tasks())
        if self._colour.name == "trio":
            import trio

            return trio.lowlevel.current_statistics().tasks_living
        return 0


def _our_objects() -> Counter[str]:
    """The living objects of the transports and clients, and requests and responses, by class."""
    found: Counter[str] = Counter()
    for thing in gc.get_objects():
        kind = type(thing)
        module = kind.__module__
        if not isinstance(module, str) or not module.startswith("httpx"):
            continue
        if module.startswith("httpx_core") and kind.__name__ not in ("Request", "Response"):
            # Parsed URLs are kept, up to a bound.
            continue
        found[f"{module}.{kind.__name__}"] += 1
    return found


class _Complaints:
    """What is told to hooks and logs only: errors in `__del__`, in tasks and threads nobody waits for."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __enter__(self) -> _Complaints:
        self._hooks = sys.unraisablehook, threading.excepthook
        sys.unraisablehook = lambda args: self.seen.append(
            f"{args.exc_value!r} in {args.object!r}: {args.err_msg}"
        )
        threading.excepthook = lambda args: self.seen.append(f"{args.exc_value!r} in a thread")
        self._handler = logging.Handler(logging.WARNING)
        self._handler.emit = lambda record: self.seen.append(record.getMessage())  # type: ignore[method-assign]  # the whole of it
        logging.getLogger("asyncio").addHandler(self._handler)
        return self

    def __exit__(self, *exc_info: Any) -> None:
        sys.unraisablehook, threading.excepthook = self._hooks
        logging.getLogger("asyncio").removeHandler(self._handler)

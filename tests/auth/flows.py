"""Drive a flow by hand, as a client of either colour does, and note what it did."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from httpx_auth import Auth
from httpx_core import Request, Response

Answer = Callable[[Request], Response]
Driver = Callable[[Auth, Request, Answer], tuple[list[Request], Response]]

LIMIT = 10  # a flow that asks for more goes on for ever


def drive_sync(auth: Auth, request: Request, answer: Answer) -> tuple[list[Request], Response]:
    """Send until the flow ends: all requests that were sent, as they were, and the last response."""
    sent: list[Request] = []
    flow = auth.sync_auth_flow(request)
    try:
        request = next(flow)
        while len(sent) < LIMIT:
            sent.append(snapshot(request))
            response = answer(request)
            try:
                request = flow.send(response)
            except StopIteration:
                return sent, response
    finally:
        flow.close()
    raise AssertionError("the flow does not end")


def drive_async(auth: Auth, request: Request, answer: Answer) -> tuple[list[Request], Response]:
    """The same for the asynchronous flow."""

    async def run(request: Request) -> tuple[list[Request], Response]:
        sent: list[Request] = []
        flow = auth.async_auth_flow(request)
        try:
            request = await flow.__anext__()
            while len(sent) < LIMIT:
                sent.append(snapshot(request))
                response = answer(request)
                try:
                    request = await flow.asend(response)
                except StopAsyncIteration:
                    return sent, response
        finally:
            await flow.aclose()
        raise AssertionError("the flow does not end")

    return asyncio.run(run(request))


DRIVERS: list[Driver] = [drive_sync, drive_async]
NAMES = ["sync", "async"]


def snapshot(request: Request) -> Request:
    """The request as it is now: flows change and send the same object again."""
    return Request(request.method, request.url, headers=request.headers.raw)


def script(*responses: Response | tuple[int, Iterable[tuple[str, str]]]) -> Answer:
    """Answer with these, one after the other, each as the response to the request it gets."""
    waiting = list(responses)

    def answer(request: Request) -> Response:
        scripted = waiting.pop(0)
        if isinstance(scripted, Response):
            return scripted
        status, headers = scripted
        return Response(status, headers=list(headers), request=request)

    return answer

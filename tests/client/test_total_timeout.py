"""One deadline for everything that becomes of a request: redirects, authentication, the body."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest
from tests.support.http_server import HTTPServer
from tests.support.messages import ReceivedRequest, Reply

import httpx

TOTAL = 0.4
SLACK = 5.0  # of a machine that is busy; without the limit each test would take far longer


class Drip:
    """Releases nothing: what waits for it waits until the test is over."""

    def __init__(self) -> None:
        self.over = threading.Event()

    def wait(self, seconds: float) -> None:
        self.over.wait(seconds)


@pytest.fixture
def drip() -> Iterator[Drip]:
    drip = Drip()
    yield drip
    drip.over.set()


def limits(**kwargs: Any) -> httpx.Timeout:
    return httpx.Timeout(30, total=TOTAL, **kwargs)


async def test_it_holds_over_redirects(colour: Any, server: HTTPServer, drip: Drip) -> None:
    def again(request: ReceivedRequest) -> Reply:
        drip.wait(0.05)
        return Reply(302, headers=[("Location", "/again")])

    url = server.add("/again", again)
    async with colour.client(
        follow_redirects=True, max_redirects=10_000, timeout=limits()
    ) as client:
        started = monotonic()
        with pytest.raises(httpx.TimeoutException, match=r"total limit is 0\.4 seconds"):
            await client.get(url)
    assert TOTAL * 0.9 <= monotonic() - started < SLACK
    assert len(server.requests) > 1


async def test_it_holds_over_authentication(colour: Any, server: HTTPServer, drip: Drip) -> None:
    class Endless(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Any:
            while True:
                yield httpx.Request("GET", url)

    def slow(request: ReceivedRequest) -> Reply:
        drip.wait(0.05)
        return Reply(401)

    url = server.add("/slow", slow)
    async with colour.client(auth=Endless(), timeout=limits(), max_redirects=10_000) as client:
        started = monotonic()
        with pytest.raises(httpx.TimeoutException, match="total limit"):
            await client.get(url)
    assert monotonic() - started < SLACK


async def test_it_holds_for_a_body_that_drips(colour: Any, server: HTTPServer, drip: Drip) -> None:
    def body() -> Iterator[bytes]:
        for _ in range(600):
            drip.wait(0.05)
            yield b"x"

    url = server.add("/drip", lambda request: Reply(200, body()))
    async with colour.client(timeout=limits()) as client:
        started = monotonic()
        with pytest.raises(httpx.ReadTimeout, match="total limit") as caught:
            await client.get(url)
        assert url == str(caught.value.request.url)
        async with client.stream("GET", url) as response:
            with pytest.raises(httpx.ReadTimeout, match="total limit"):
                await colour.read(response)
    assert monotonic() - started < 2 * SLACK
    drip.over.set()


async def test_it_starts_anew_with_each_request(colour: Any, server: HTTPServer) -> None:
    async with colour.client(timeout=httpx.Timeout(5, total=30)) as client:
        request = client.build_request("GET", server.url + "/bytes/1")
        await client.send(request)
        first = request.extensions["deadline"]
        await client.send(request)
        assert request.extensions["deadline"] > first


async def test_a_request_without_it_has_no_deadline(colour: Any) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200))
    async with colour.client(transport=transport) as client:
        response = await client.get("http://a.test/")
    assert ["timeout"] == list(response.request.extensions)
    assert {"connect", "read", "write", "pool"} == set(response.request.extensions["timeout"])


def test_a_deadline_among_the_extensions_counts_before_the_total_limit() -> None:
    from httpx_transports._attempt import Attempt

    extensions = {"timeout": httpx.Timeout(5, total=9).as_dict(), "deadline": 123.0}
    request = httpx.Request("GET", "http://a.test/", extensions=extensions)
    assert (123.0, 9) == (Attempt(request, False).deadline, Attempt(request, False).total)
    assert 0.0 == Attempt(request, False).left(5)


@pytest.mark.parametrize("phase", ["read", "pool"])
async def test_each_phase_times_out_by_its_own_limit(
    colour: Any, server: HTTPServer, phase: str
) -> None:
    timeout = httpx.Timeout(20, **{phase: 0.05})
    kinds = {"read": httpx.ReadTimeout, "pool": httpx.PoolTimeout}
    async with colour.client(timeout=timeout, limits=httpx.Limits(max_connections=1)) as client:
        if phase == "pool":
            async with client.stream("GET", server.url + "/bytes/3000000"):
                with pytest.raises(kinds[phase], match=r"0\.05|pool") as caught:
                    await client.get(server.url + "/bytes/1")
        else:
            with pytest.raises(kinds[phase], match=r"127\.0\.0\.1") as caught:
                await client.get(server.url + "/hold")
    assert server.url in str(caught.value.request.url)

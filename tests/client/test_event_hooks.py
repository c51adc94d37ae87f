"""Event hooks: called in order, for each request and each response."""

from __future__ import annotations

from typing import Any

import pytest

import httpx


def chain(request: httpx.Request) -> httpx.Response:
    if request.url.path == "/":
        return httpx.Response(302, headers={"Location": "/next"})
    return httpx.Response(200, text="arrived")


async def test_each_hook_sees_each_request_and_response(colour: Any) -> None:
    seen: list[str] = []

    def hook(name: str) -> Any:
        def note(subject: Any) -> None:
            seen.append(f"{name} {subject.url.path} {getattr(subject, 'status_code', '')}".strip())

        return colour.callback(note)

    hooks = {"request": [hook("first"), hook("second")], "response": [hook("response")]}
    async with colour.client(
        transport=httpx.MockTransport(chain), event_hooks=hooks, follow_redirects=True
    ) as client:
        await client.get("http://a.test/")
    expected = ["first /", "second /", "response / 302"]
    assert [*expected, "first /next", "second /next", "response /next 200"] == seen


async def test_hooks_run_for_each_request_of_an_auth_flow(colour: Any) -> None:
    class Twice(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Any:
            yield request
            yield request

    seen: list[str] = []
    hooks = {"request": [colour.callback(lambda request: seen.append(request.method))]}
    transport = httpx.MockTransport(lambda request: httpx.Response(200))
    async with colour.client(transport=transport, event_hooks=hooks, auth=Twice()) as client:
        await client.get("http://a.test/")
    assert ["GET", "GET"] == seen


async def test_a_request_hook_may_change_what_is_sent(colour: Any) -> None:
    def sign(request: httpx.Request) -> None:
        request.headers["X-Signed"] = "yes"

    transport = httpx.MockTransport(lambda r: httpx.Response(200, text=r.headers["x-signed"]))
    hooks = {"request": [colour.callback(sign)]}
    async with colour.client(transport=transport, event_hooks=hooks) as client:
        assert "yes" == (await client.get("http://a.test/")).text


async def test_a_response_hook_may_read_the_body(colour: Any, server: Any) -> None:
    bodies: list[bytes] = []

    async def read(response: httpx.Response) -> None:
        bodies.append(await response.aread())

    hook = read if colour.is_async else (lambda response: bodies.append(response.read()))
    async with colour.client(event_hooks={"response": [hook]}) as client:
        assert b"012" == (await client.get(server.url + "/bytes/3")).content
        async with client.stream("GET", server.url + "/chunked/3") as response:
            assert b"012" == b"".join([part async for part in colour.iter_bytes(response)])
    assert [b"012", b"012"] == bodies


async def test_an_error_of_a_response_hook_closes_the_response(colour: Any, server: Any) -> None:
    def fail(response: httpx.Response) -> None:
        response.raise_for_status()
        raise KeyError("hook")

    async with colour.client(event_hooks={"response": [colour.callback(fail)]}) as client:
        with pytest.raises(KeyError, match="hook"):
            await client.get(server.url + "/bytes/3000000")
        with pytest.raises(httpx.HTTPStatusError):
            await client.get(server.url + "/status/500")
        assert 0 == client.stats()[server.url].active


async def test_an_error_of_a_request_hook_is_raised_and_nothing_is_sent(
    colour: Any, server: Any
) -> None:
    def fail(request: httpx.Request) -> None:
        raise KeyError("hook")

    async with colour.client(event_hooks={"request": [colour.callback(fail)]}) as client:
        with pytest.raises(KeyError, match="hook"):
            await client.get(server.url + "/bytes/3")
    assert [] == server.requests


async def test_hooks_can_be_set_and_added_later(colour: Any) -> None:
    seen: list[int] = []
    transport = httpx.MockTransport(lambda request: httpx.Response(204))
    async with colour.client(transport=transport) as client:
        assert {"request": [], "response": []} == client.event_hooks
        client.inner.event_hooks = {
            "response": [colour.callback(lambda response: seen.append(response.status_code))]
        }
        client.event_hooks["request"].append(colour.callback(lambda request: seen.append(0)))
        await client.get("http://a.test/")
    assert [0, 204] == seen

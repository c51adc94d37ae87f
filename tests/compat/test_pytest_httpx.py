"""pytest-httpx replaces the methods of the transports by its fixture."""

from __future__ import annotations

from typing import Any

import pytest

import httpx


async def test_answers_are_given_and_requests_kept(colour: Any, httpx_mock: Any) -> None:
    httpx_mock.add_response(url="https://api.test/?a=1", json=[1], headers={"X-A": "b"})
    httpx_mock.add_response(method="POST", match_json={"q": 1}, status_code=404, text="none")
    async with colour.client() as client:
        first = await client.get("https://api.test/", params={"a": 1})
        second = await client.post("https://api.test/search", json={"q": 1})
    assert ([1], "b") == (first.json(), first.headers["x-a"])
    assert (404, "none") == (second.status_code, second.text)
    assert b'{"q":1}' == httpx_mock.get_requests()[1].content


async def test_a_stream_is_given_in_its_parts(colour: Any, httpx_mock: Any) -> None:
    from pytest_httpx import IteratorStream

    httpx_mock.add_response(stream=IteratorStream([b"one", b"two"]))
    async with colour.client() as client, client.stream("GET", "https://api.test/") as response:
        assert [b"one", b"two"] == [part async for part in colour.iter_raw(response)]


async def test_exceptions_and_callbacks(colour: Any, httpx_mock: Any) -> None:
    httpx_mock.add_exception(httpx.ReadTimeout("too slow"), url="https://api.test/slow")
    httpx_mock.add_callback(
        lambda request: httpx.Response(200, text=request.method), url="https://api.test/call"
    )
    async with colour.client() as client:
        with pytest.raises(httpx.ReadTimeout, match="too slow"):
            await client.get("https://api.test/slow")
        assert "PUT" == (await client.put("https://api.test/call")).text


@pytest.mark.httpx_mock(assert_all_requests_were_expected=False)
async def test_a_request_that_nothing_matches_is_a_timeout(
    colour: Any, server: Any, httpx_mock: Any
) -> None:
    async with colour.client() as client:
        with pytest.raises(httpx.TimeoutException, match="No response can be found"):
            await client.get(server.url + "/echo")
    assert [] == server.requests


@pytest.mark.httpx_mock(should_mock=lambda request: request.url.host != "127.0.0.1")
async def test_a_host_can_be_left_out(colour: Any, server: Any, httpx_mock: Any) -> None:
    async with colour.client() as client:
        assert b"012" == (await client.get(server.url + "/bytes/3")).content


async def test_a_mocked_redirect_sets_a_cookie_and_is_followed(
    colour: Any, httpx_mock: Any
) -> None:
    headers = {"Location": "/b", "Set-Cookie": "k=v"}
    httpx_mock.add_response(url="https://api.test/a", status_code=302, headers=headers)
    httpx_mock.add_response(url="https://api.test/b", match_headers={"Cookie": "k=v"}, text="b")
    async with colour.client(follow_redirects=True) as client:
        assert "b" == (await client.get("https://api.test/a")).text

"""What type checkers infer where users write no types: `assert_type` is read by mypy and pyright.

It does nothing when it runs, so that each line is about what a checker tells an editor.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

import httpx
import httpx_core
import httpx_transports
from httpx_transports.testing import ScriptedBackend

if sys.version_info >= (3, 11):
    from typing import assert_type
elif TYPE_CHECKING:
    from typing_extensions import assert_type
else:

    def assert_type(value: Any, kind: Any) -> Any:
        return value


def answer(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json=[1], headers={"X-One": "1"}, request=request)


def test_a_client_gives_responses_and_their_parts() -> None:
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        assert_type(client, httpx.Client)
        response = client.get("https://example.org/", params={"page": 1})
        assert_type(response, httpx.Response)
        assert_type(response.status_code, int)
        assert_type(response.headers, httpx.Headers)
        assert_type(response.headers["X-One"], str)
        assert_type(response.content, bytes)
        assert_type(response.text, str)
        assert_type(response.elapsed, timedelta)
        assert_type(response.url, httpx.URL)
        assert_type(response.history, list[httpx.Response])
        assert_type(response.next_request, httpx.Request | None)
        assert_type(response.extensions, dict[str, Any])
        assert_type(response.raise_for_status(), httpx.Response)
        assert_type(response.request.headers, httpx.Headers)
        assert_type(client.build_request("GET", "https://example.org/"), httpx.Request)
        assert_type(client.stats(), dict[str, httpx_transports.OriginStats])
        with client.stream("GET", "https://example.org/") as streamed:
            assert_type(streamed, httpx.Response)
            for line in streamed.iter_lines():
                assert_type(line, str)


def test_an_async_client_gives_the_same() -> None:
    async def main() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            assert_type(client, httpx.AsyncClient)
            assert_type(await client.post("https://example.org/", json={}), httpx.Response)
            async with client.stream("GET", "https://example.org/") as streamed:
                assert_type(streamed, httpx.Response)
                async for chunk in streamed.aiter_bytes():
                    assert_type(chunk, bytes)

    asyncio.run(main())


class Wrapped(httpx.Client):
    """A subclass keeps its own type in a `with`."""


def test_a_subclass_stays_what_it_is() -> None:
    with Wrapped(transport=httpx.MockTransport(answer)) as client:
        assert_type(client, Wrapped)


def test_models_know_their_parts() -> None:
    url = httpx.URL("https://example.org/?a=1")
    assert_type(url.port, int | None)
    assert_type(url.params, httpx.QueryParams)
    assert_type(url.params.multi_items(), list[tuple[str, str]])
    assert_type(url.copy_with(path="/x"), httpx.URL)
    assert_type(url.join("/y"), httpx.URL)
    assert_type(httpx.codes.OK.value, int)
    assert_type(httpx.codes.get_reason_phrase(404), str)
    assert_type(httpx.Headers().raw, list[tuple[bytes, bytes]])
    assert_type(httpx.Cookies().get("name"), str | None)
    assert_type(httpx.Timeout(5.0).connect, float | None)
    assert_type(httpx.Limits().max_connections, int | None)
    assert_type(httpx.Proxy("http://example.org").headers, httpx_core.Headers)


def test_errors_tell_the_request() -> None:
    with pytest.raises(httpx.HTTPStatusError) as caught:
        request = httpx.Request("GET", "https://example.org/")
        httpx.Response(500, request=request).raise_for_status()
    assert_type(caught.value.request, httpx.Request)
    assert_type(caught.value.response, httpx.Response)


def test_a_scripted_network_leaves_the_transport_what_it_is() -> None:
    network = ScriptedBackend([[b"HTTP/1.1 204 No Content\r\n\r\n"]])
    with network.installed(httpx.HTTPTransport()) as transport:
        assert_type(transport, httpx.HTTPTransport)

"""respx in both of its modes: what is mocked, and what is not, never reaches a server unasked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import respx

import httpx

MODES = ("httpcore", "httpx")


class Parts(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        yield from (b"a", b"b")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"


def get(url: str, **kwargs: Any) -> httpx.Response:
    with httpx.Client() as client:
        return client.get(url, **kwargs)


def test_the_default_mode_mocks_without_a_word(respx_mock: Any) -> None:
    route = respx_mock.get("https://api.test/users", params={"page": "2"}).respond(json=[1, 2])
    assert [1, 2] == get("https://api.test/users", params={"page": "2"}).json()
    assert 1 == route.call_count


def test_what_is_not_mocked_never_reaches_the_server(server: Any, respx_mock: Any) -> None:
    with pytest.raises(AssertionError, match="not mocked"):
        get(server.url + "/echo")
    with pytest.raises(AssertionError, match="not mocked"):
        httpx.post(server.url + "/echo", json={})
    assert [] == server.requests


@pytest.mark.parametrize("using", MODES)
async def test_both_modes_mock_each_colour(colour: Any, using: str) -> None:
    with respx.mock(using=using) as router:
        route = router.post("https://api.test/", json={"a": 1}).respond(201, text="made")
        async with colour.client() as client:
            response = await client.post("https://api.test/", json={"a": 1})
        assert (201, "made") == (response.status_code, response.text)
        assert "https://api.test/" == str(response.request.url)
        assert b'{"a":1}' == route.calls.last.request.content


@pytest.mark.parametrize("using", MODES)
async def test_errors_and_streams(colour: Any, using: str) -> None:
    with respx.mock(using=using) as router:
        router.get("https://api.test/down").mock(side_effect=httpx.ConnectTimeout("too slow"))
        router.get("https://api.test/stream").respond(stream=Parts())
        async with colour.client() as client:
            with pytest.raises(httpx.ConnectTimeout, match="too slow"):
                await client.get("https://api.test/down")
            async with client.stream("GET", "https://api.test/stream") as response:
                body = b"".join([part async for part in colour.iter_bytes(response)])
        assert b"ab" == body


@pytest.mark.parametrize("using", MODES)
def test_a_route_that_passes_through_reaches_the_server(server: Any, using: str) -> None:
    with respx.mock(using=using) as router:
        router.get(server.url + "/bytes/3").pass_through()
        assert b"012" == get(server.url + "/bytes/3").content
    assert 1 == len(server.requests)


@respx.mock(base_url="https://api.test")
def test_cookies_redirects_and_one_answer_after_the_other(respx_mock: Any) -> None:
    respx_mock.get("/login").respond(302, headers={"Location": "/home", "Set-Cookie": "s=1"})
    home = respx_mock.get("/home").mock(
        side_effect=[httpx.Response(200, json={"visit": 1}), httpx.Response(200, json={"visit": 2})]
    )
    with httpx.Client(base_url="https://api.test", follow_redirects=True) as client:
        assert {"visit": 1} == client.get("/login").json()
        assert {"visit": 2} == client.get("/home").json()
    assert ["s=1", "s=1"] == [call.request.headers["cookie"] for call in home.calls]


def test_a_client_with_a_transport_of_its_own_is_left_alone_by_the_default_mode(
    respx_mock: Any,
) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(204))
    with httpx.Client(transport=transport) as client:
        assert 204 == client.get("https://api.test/").status_code


def test_nothing_is_mocked_after_the_block(server: Any) -> None:
    with respx.mock:
        pass
    assert b"0" == get(server.url + "/bytes/1").content


SCRIPT = """
import sys
import httpx_respx
assert not {"httpx", "respx"} & set(sys.modules), "imported too early"
httpx_respx.install()
assert not {"httpx", "respx"} & set(sys.modules), "imported too early"
import respx, httpx
httpx_respx.install()
with respx.mock:
    respx.get("http://127.0.0.1:9/").respond(text="mocked")
    print(httpx.get("http://127.0.0.1:9/").text)
"""


def test_outside_of_pytest_one_call_installs_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert ("mocked\n", "") == (done.stdout, done.stderr)


def test_a_mocker_that_was_started_before_is_started_anew() -> None:
    script = SCRIPT.replace("httpx_respx.install()\nassert", "assert").replace(
        "httpx_respx.install()\nwith respx.mock:", "with respx.mock:\n    httpx_respx.install()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert ("mocked\n", "") == (done.stdout, done.stderr)

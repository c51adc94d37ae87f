"""Sending: one request through a transport, what is logged, streamed, raised and set."""

from __future__ import annotations

import datetime
import logging
import pickle
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from tests.support.colours import Colour
from tests.support.http_server import HTTPServer

import httpx


def hello(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, text="hello")


HELLO = httpx.MockTransport(hello)


LINES = [
    ("http://a.test/x?q=1", 'HTTP Request: GET http://a.test/x?q=1 "HTTP/1.1 200 OK"'),
    ("http://user:secret@a.test/", 'HTTP Request: GET http://a.test/ "HTTP/1.1 200 OK"'),
    ("http://secret@a.test/", 'HTTP Request: GET http://a.test/ "HTTP/1.1 200 OK"'),
]


@pytest.mark.parametrize(("url", "expected"), LINES)
async def test_one_line_a_request_is_logged_without_userinfo(
    colour: Any, url: str, expected: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="httpx"):
        async with colour.client(transport=HELLO) as client:
            await client.get(url)
    assert [("httpx", logging.INFO, expected)] == caplog.record_tuples


async def test_who_does_not_log_need_not_load_logging(
    colour: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("httpx._log._logger", None)
    monkeypatch.delitem(sys.modules, "logging")
    async with colour.client(transport=HELLO) as client:
        assert 200 == (await client.get("http://a.test/")).status_code
    assert "logging" not in sys.modules


async def test_no_secret_is_logged_or_shown(
    colour: Any, server: Any, caplog: pytest.LogCaptureFixture
) -> None:
    url = httpx.URL(server.url).copy_with(username="user", password="s3cret", path="/status/401")
    caplog.set_level(logging.DEBUG)
    async with colour.client(follow_redirects=True) as client:
        response = await client.get(url, headers={"Proxy-Authorization": "s3cret"})
        with pytest.raises(httpx.HTTPStatusError) as caught:
            response.raise_for_status()
    shown = [caplog.text, str(caught.value), repr(response.request), repr(response)]
    assert [] == [text for text in shown if "s3cret" in text]
    assert "s3cret" not in repr(response.request.headers)


async def test_the_response_knows_its_request_and_how_long_it_took(
    colour: Any, server: Any
) -> None:
    async with colour.client() as client:
        request = client.build_request("GET", server.url + "/bytes/3")
        response = await client.send(request)
        assert response.request is request
        assert datetime.timedelta(0) < response.elapsed < datetime.timedelta(seconds=60)
        async with client.stream("GET", server.url + "/bytes/3000000") as response:
            with pytest.raises(RuntimeError, match="elapsed"):
                _ = response.elapsed
        assert response.elapsed > datetime.timedelta(0)


async def test_a_streamed_response_is_closed_at_the_end_of_its_block(
    colour: Any, server: Any
) -> None:
    async with colour.client() as client:
        with pytest.raises(KeyError):
            async with client.stream("GET", server.url + "/bytes/3000000") as response:
                raise KeyError
        assert response.is_closed
        assert 0 == client.stats()[server.url].active
        response = await client.send(
            client.build_request("GET", server.url + "/bytes/3000000"), stream=True
        )
        assert 1 == client.stats()[server.url].active
        await colour.close(response)
        assert 0 == client.stats()[server.url].active
        with pytest.raises(httpx.StreamClosed):
            await colour.read(response)


class Failing(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __init__(self) -> None:
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield b"abc"
        raise httpx.ReadError("lost")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"abc"
        raise httpx.ReadError("lost")

    def close(self) -> None:
        self.is_closed = True

    async def aclose(self) -> None:
        self.is_closed = True


async def test_a_body_that_breaks_closes_the_response_and_names_the_request(colour: Any) -> None:
    stream = Failing()
    transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=stream))
    async with colour.client(transport=transport) as client:
        with pytest.raises(httpx.ReadError, match="lost") as caught:
            await client.get("http://a.test/")
    assert stream.is_closed
    assert "http://a.test/" == str(caught.value.request.url)


async def test_a_request_of_the_other_side_is_refused(colour: Any) -> None:
    async def agen() -> AsyncIterator[bytes]:
        yield b"x"

    body: Any = iter([b"x"]) if colour.is_async else agen()
    async with colour.client(transport=HELLO) as client:
        with pytest.raises(RuntimeError, match="Attempted to send"):
            await client.post("http://a.test/", content=body)


async def test_a_stop_iteration_of_a_users_transport_reaches_the_caller(colour: Any) -> None:
    def stop(request: httpx.Request) -> httpx.Response:
        raise StopIteration("mine")

    async with colour.client(transport=httpx.MockTransport(stop)) as client:
        if colour.is_async:
            # PEP 479: what was raised is the cause of the RuntimeError that leaves a coroutine.
            with pytest.raises(RuntimeError) as caught:
                await client.get("http://a.test/")
            assert "StopIteration('mine')" == repr(caught.value.__cause__)
        else:
            with pytest.raises(StopIteration, match="mine"):
                client.inner.get("http://a.test/")


async def test_a_transport_of_ones_own_serves(colour: Any) -> None:
    class Own(httpx.BaseTransport, httpx.AsyncBaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, json={"path": request.url.path})

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return self.handle_request(request)

    async with colour.client(transport=Own()) as client:
        assert {"path": "/x"} == (await client.get("http://a.test/x")).json()


async def test_requests_at_once_do_not_mix(colour: Any, server: Any) -> None:
    async with colour.client() as client:

        def fetch(number: int) -> Any:
            async def call() -> tuple[int, bytes]:
                response = await client.post(server.url + "/echo", content=b"%d" % number)
                return number, response.json()["body"].encode()

            return call

        results = await colour.concurrently(*[fetch(number) for number in range(40)])
    assert [(number, b"%d" % number) for number in range(40)] == results


async def test_a_response_can_be_pickled_with_its_history(colour: Any, server: Any) -> None:
    url = httpx.URL(server.url + "/redirect", params={"to": "/bytes/3"})
    async with colour.client(follow_redirects=True) as client:
        response = await client.get(url)
    copy = pickle.loads(pickle.dumps(response))
    assert (b"012", [302]) == (copy.content, [r.status_code for r in copy.history])
    assert response.request.headers == copy.request.headers
    assert copy.extensions.get("http_version") == b"HTTP/1.1"


async def test_http2_and_proxies_are_the_transports(
    colour: Any, tls_server: Any, authority: Any
) -> None:
    from tests.support.proxy_server import ProxyServer

    with ProxyServer() as proxy:
        address = f"http://{proxy.host}:{proxy.port}"
        async with colour.client(verify=authority.client_context(), proxy=address) as client:
            response = await client.get(tls_server.url + "/bytes/3")
        assert [f"CONNECT {tls_server.host}:{tls_server.port}"] == proxy.seen
    assert b"012" == response.content


def test_a_client_says_what_is_wrong_with_its_arguments() -> None:
    with pytest.raises(httpx.InvalidURL):
        httpx.Client(base_url="http://[")
    with pytest.raises(ValueError, match="gopher"):
        httpx.Client(proxy="gopher://a.test")
    with pytest.raises(TypeError, match="url"):
        httpx.Client(transport=HELLO).get(b"http://a.test/")  # type: ignore[arg-type]  # it is refused


@pytest.mark.parametrize("make", [httpx.Client, httpx.AsyncClient])
def test_the_settings_of_a_client_can_be_read_back(make: Any) -> None:
    client = make(
        params={"a": "b"},
        timeout=3.0,
        trust_env=False,
        max_response_size=10,
        max_content_codings=2,
        max_drained_size=30,
    )
    assert (httpx.QueryParams({"a": "b"}), httpx.Timeout(3.0)) == (client.params, client.timeout)
    assert client.trust_env is False
    bounds = (client.max_response_size, client.max_content_codings, client.max_drained_size)
    assert (10, 2, 30) == bounds


def test_the_default_of_a_parameter_says_what_it_is() -> None:
    assert "USE_CLIENT_DEFAULT" == repr(httpx.USE_CLIENT_DEFAULT)


async def test_a_response_that_is_being_streamed_holds_its_connection_however_small_it_is(
    colour: Colour,
) -> None:
    """As in 0.28: whether the pool is exhausted does not hang on how soon the body came."""
    limits = httpx.Limits(max_connections=1)
    timeout = httpx.Timeout(10, pool=0.001)
    with HTTPServer() as server:
        url = f"{server.url}/bytes/1"
        async with colour.client(limits=limits, timeout=timeout) as client:
            async with client.stream("GET", url):
                with pytest.raises(httpx.PoolTimeout):
                    await client.get(url)
            assert 200 == (await client.get(url)).status_code

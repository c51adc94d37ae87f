"""MockTransport: whose handlers are called, with what, and what becomes of what they return."""

from __future__ import annotations

import pytest

from httpx_core import ConnectTimeout, Request, Response
from httpx_transports import AsyncBaseTransport, BaseTransport, MockTransport

URL = "http://example.org/"


def mock(colour, handler):
    return colour.adapt(MockTransport(handler))


def hello(request):
    return Response(200, text=f"{request.method} {request.url.path}")


async def test_a_plain_handler_serves_every_colour(colour):
    async with mock(colour, hello) as transport:
        response = await transport.handle(Request("GET", URL + "a"))
        assert b"GET /a" == await colour.read(response)


async def test_an_async_handler_serves_the_async_colours(async_colour):
    async def handler(request):
        await async_colour.checkpoint()
        return hello(request)

    async with mock(async_colour, handler) as transport:
        response = await transport.handle(Request("GET", URL))
        assert b"GET /" == await async_colour.read(response)


async def test_an_awaitable_that_is_no_coroutine_serves_them_too(async_colour):
    class Soon:
        def __await__(self):
            return Response(201)
            yield

    response = await mock(async_colour, lambda request: Soon()).handle(Request("GET", URL))
    assert 201 == response.status_code


def test_an_async_handler_in_a_sync_client_is_a_type_error():
    async def handler(request):
        raise AssertionError("never run")

    # That the coroutine is closed is seen by the warning that would be an error here.
    with pytest.raises(TypeError, match="Cannot use an async handler in a sync Client"):
        MockTransport(handler).handle_request(Request("GET", URL))


async def test_what_is_no_response_is_a_type_error_that_says_so(colour):
    with pytest.raises(TypeError, match="must return a Response, and returned NoneType"):
        await mock(colour, lambda request: None).handle(Request("GET", URL))


async def test_the_request_has_been_read_when_the_handler_is_called(colour):
    seen = []

    def handler(request):
        seen.append(request.content)
        return Response(200)

    request = Request("POST", URL, content=colour.body([b"ab", b"c"]))
    await mock(colour, handler).handle(request)
    assert [b"abc"] == seen


@pytest.mark.parametrize("error", [ConnectTimeout("expected"), ValueError("expected")])
async def test_what_the_handler_raises_is_raised(colour, error):
    def handler(request):
        raise error

    with pytest.raises(type(error), match="expected") as caught:
        await mock(colour, handler).handle(Request("GET", URL))
    assert error is caught.value


def test_a_stop_iteration_of_the_handler_stays_one():
    with pytest.raises(StopIteration):
        MockTransport(lambda request: next(iter(()))).handle_request(Request("GET", URL))


async def test_the_response_is_the_handlers_own(colour):
    response = Response(204)
    assert response is await mock(colour, lambda request: response).handle(Request("GET", URL))


async def test_a_streamed_response_stays_a_stream(colour):
    def handler(request):
        return Response(200, content=colour.body([b"a", b"b"]))

    response = await mock(colour, handler).handle(Request("GET", URL))
    assert [b"a", b"b"] == [chunk async for chunk in colour.iter_raw(response)]


def test_it_is_a_transport_of_both_colours_and_shows_its_handler():
    transport = MockTransport(hello)
    assert isinstance(transport, BaseTransport)
    assert isinstance(transport, AsyncBaseTransport)
    assert hello is transport.handler
    assert "httpx_transports" == MockTransport.__module__

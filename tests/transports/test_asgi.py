"""ASGITransport: the scope, the two ways of messages, streaming, early close, and errors (ASGI 3)."""

from __future__ import annotations

import contextvars
import itertools
import logging

import pytest

from httpx_core import ConnectError, ReadTimeout, RemoteProtocolError, Request
from httpx_transports import ASGITransport

URL = "http://example.org/"
START = {"type": "http.response.start", "status": 200, "headers": []}
DISCONNECT = {"type": "http.disconnect"}

pytestmark = pytest.mark.usefixtures("no_leaks")


def chunk(body, more=True):
    return {"type": "http.response.body", "body": body, "more_body": more}


def sending(*messages, then=None):
    """An application that sends these messages, and then raises."""

    async def app(scope, receive, send):
        for message in messages:
            await send(message)
        if then is not None:
            raise then

    return app


async def call(colour, app, request=None, **settings):
    """The response as soon as it has started."""
    transport = colour.adapt(ASGITransport(app, **settings))
    return await transport.handle(request or Request("GET", URL))


async def get(colour, app, request=None, **settings):
    response = await call(colour, app, request, **settings)
    await colour.read(response)
    return response


# -- the scope and the request's body -------------------------------------------------------------


async def scope_of(colour, request, **settings):
    seen = {}

    async def app(scope, receive, send):
        seen.update(scope)
        await sending(START, chunk(b"", False))(scope, receive, send)

    await get(colour, app, request, **settings)
    return seen


async def test_the_scope_is_whole(async_colour):
    request = Request(
        "POST",
        "https://example.org:8443/a%20b/%C3%A9;x?x=%20y",
        headers=[("X-A", "1"), ("x-A", "2")],
        content=b"hello",
    )
    settings = {"root_path": "/sub", "client": ("192.0.2.1", 9)}
    assert {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "headers": [
            (b"host", b"example.org:8443"),
            (b"x-a", b"1"),
            (b"x-a", b"2"),
            (b"content-length", b"5"),
        ],
        "scheme": "https",
        "path": "/a b/\u00e9;x",
        "raw_path": b"/a%20b/%C3%A9;x",
        "query_string": b"x=%20y",
        "server": ("example.org", 8443),
        "client": ("192.0.2.1", 9),
        "root_path": "/sub",
    } == await scope_of(async_colour, request, **settings)


SERVERS = [
    ("http://example.org/", ("example.org", None)),
    ("https://example.org/", ("example.org", None)),
    ("http://[::1]:80/", ("::1", None)),
    ("http://[::1]:8080/", ("::1", 8080)),
]


@pytest.mark.parametrize(("url", "server"), SERVERS)
async def test_the_server_is_that_of_the_url(async_colour, url, server):
    assert server == (await scope_of(async_colour, Request("GET", url)))["server"]


BODIES = [
    ("none", None, [b"", b""]),
    ("bytes", b"hello", [b"hello", b""]),
    ("stream", [b"ab", b"", b"cde"], [b"ab", b"", b"cde", b""]),
]


@pytest.mark.parametrize(("content", "bodies"), [case[1:] for case in BODIES])
async def test_the_requests_body_comes_piece_by_piece(async_colour, content, bodies):
    messages = []

    async def app(scope, receive, send):
        for _ in range(len(bodies)):
            messages.append(await receive())
        await send(START)
        await send(chunk(b"", False))
        messages.append(await receive())
        messages.append(await receive())

    if isinstance(content, list):
        content = async_colour.body(content)
    await get(async_colour, app, Request("POST", URL, content=content))
    expected = [{"type": "http.request", "body": body, "more_body": True} for body in bodies]
    expected[-1]["more_body"] = False
    assert [*expected, DISCONNECT, DISCONNECT] == messages


async def test_the_requests_body_is_read_only_as_it_is_asked_for(async_colour):
    given = []

    async def body():
        for part in (b"1", b"2", b"3"):
            given.append(part)
            yield part

    async def app(scope, receive, send):
        await receive()
        await send(START)
        await send(chunk(b"enough", False))

    content = body()
    await get(async_colour, app, Request("POST", URL, content=content))
    await content.aclose()
    assert [b"1"] == given


async def test_a_sync_body_is_refused(async_colour):
    request = Request("POST", URL, content=iter([b"x"]))
    with pytest.raises(RuntimeError, match="sync only"):
        await get(async_colour, sending(START, chunk(b"", False)), request)


# -- the response ---------------------------------------------------------------------------------


async def test_status_headers_and_body_are_those_that_were_sent(async_colour):
    app = sending(
        {"type": "http.response.start", "status": 404, "headers": [[b"X-A", b"1"], (b"x-b", b"2")]},
        chunk(b"not "),
        chunk(b""),
        chunk(b"here", False),
    )
    request = Request("GET", URL)
    response = await get(async_colour, app, request)
    assert (404, b"not here") == (response.status_code, response.content)
    assert [(b"X-A", b"1"), (b"x-b", b"2")] == response.headers.raw
    assert "HTTP/1.1" == response.http_version
    assert request is response.request


async def test_what_a_message_leaves_out_is_empty(async_colour):
    app = sending({"type": "http.response.start", "status": 204}, {"type": "http.response.body"})
    response = await get(async_colour, app)
    assert (204, b"", []) == (response.status_code, response.content, response.headers.raw)


async def test_a_message_that_is_not_known_is_passed_over(async_colour):
    app = sending({"type": "x"}, START, {"type": "http.response.push"}, chunk(b"a", False))
    assert b"a" == (await get(async_colour, app)).content


async def test_trailers_are_there_once_the_body_has_been_read(async_colour):
    app = sending(
        {**START, "trailers": True},
        chunk(b"a"),
        chunk(b"b", False),
        {"type": "http.response.trailers", "headers": [(b"x-sum", b"1")], "more_trailers": True},
        {"type": "http.response.trailers", "headers": [[b"x-end", b"2"]]},
    )
    response = await call(async_colour, app)
    assert "trailing_headers" not in response.extensions
    await async_colour.read(response)
    assert [(b"x-sum", b"1"), (b"x-end", b"2")] == response.extensions["trailing_headers"]


async def test_a_head_request_has_no_content(async_colour):
    app = sending(START, chunk(b"a"), chunk(b"b", False))
    assert b"" == (await get(async_colour, app, Request("HEAD", URL))).content


async def test_an_endless_answer_to_head_lets_others_run(async_colour):
    async def app(scope, receive, send):
        await send(START)
        while True:
            await send(chunk(b"x"))

    response = await call(async_colour, app, Request("HEAD", URL))
    await async_colour.close(response)


async def test_the_response_is_there_when_it_has_started(async_colour):
    go_on = Flag(async_colour)

    async def app(scope, receive, send):
        await send(START)
        await go_on.wait()
        await send(chunk(b"done", False))

    response = await call(async_colour, app)
    assert 200 == response.status_code
    go_on.set()
    assert b"done" == await async_colour.read(response)


async def test_the_application_is_no_more_than_a_chunk_ahead(async_colour):
    sent = []

    async def app(scope, receive, send):
        await send(START)
        for number in range(5):
            sent.append(number)
            await send(chunk(b"%d" % number))
        await send(chunk(b"", False))

    response = await call(async_colour, app)
    await turns(async_colour)
    assert [0] == sent
    taken = []
    async for part in async_colour.iter_raw(response):
        taken.append(part)
        await turns(async_colour)
        assert len(sent) <= len(taken) + 1
    assert [b"0", b"1", b"2", b"3", b"4"] == taken


async def test_the_last_chunk_waits_for_no_reader(async_colour):
    events = []

    async def app(scope, receive, send):
        await send(START)
        await send(chunk(b"all", False))
        events.append("background")

    response = await call(async_colour, app)
    await turns(async_colour)
    assert ["background"] == events
    assert b"all" == await async_colour.read(response)


async def test_the_end_is_told_when_the_application_has_returned(async_colour):
    events = []

    async def app(scope, receive, send):
        await send(START)
        await send(chunk(b"a"))
        await send(chunk(b"b", False))
        await turns(async_colour)
        events.append("background")

    response = await get(async_colour, app)
    assert b"ab" == response.content
    assert ["background"] == events


async def test_an_application_that_listens_is_told_when_its_response_is_complete(async_colour):
    events = []

    async def app(scope, receive, send):
        await receive()
        await receive()

        async def listen():
            events.append(await receive())

        async def answer():
            await turns(async_colour)
            await send(START)
            await send(chunk(b"all", False))

        await async_colour.concurrently(listen, answer)

    response = await get(async_colour, app)
    assert (b"all", [DISCONNECT]) == (response.content, events)


async def test_many_requests_at_once_are_apart(async_colour):
    async def app(scope, receive, send):
        await send(START)
        for _ in range(3):
            await send(chunk(scope["raw_path"]))
        await send(chunk(b"", False))

    async def fetch(number):
        return (await get(async_colour, app, Request("GET", f"{URL}{number}"))).content

    bodies = await async_colour.concurrently(*[lambda n=n: fetch(n) for n in range(20)])
    assert [b"/%d" % n * 3 for n in range(20)] == bodies


async def test_the_application_runs_in_a_copy_of_the_context(async_colour):
    variable = contextvars.ContextVar("variable", default="unset")
    seen = []

    async def app(scope, receive, send):
        seen.append(variable.get())
        variable.set("the application's")
        await send(START)
        await send(chunk(b"", False))

    variable.set("the caller's")
    await get(async_colour, app)
    assert ["the caller's"] == seen
    assert "the caller's" == variable.get()


# -- early close ----------------------------------------------------------------------------------


async def test_closing_early_cancels_an_application_that_sends(async_colour):
    events = []

    async def app(scope, receive, send):
        await send(START)
        try:
            while True:
                await send(chunk(b"x"))
        finally:
            events.append("ended")

    response = await call(async_colour, app)
    async for _ in async_colour.iter_raw(response):
        break
    await async_colour.close(response)
    assert ["ended"] == events


async def test_closing_early_cancels_an_application_that_waits(async_colour):
    events = []

    async def app(scope, receive, send):
        await send(START)
        try:
            await Flag(async_colour).wait()
        finally:
            events.append("ended")

    response = await call(async_colour, app)
    await async_colour.close(response)
    assert ["ended"] == events


async def test_closing_early_disconnects_an_application_that_listens(async_colour):
    events = []

    async def app(scope, receive, send):
        await receive()
        await receive()
        await send(START)
        events.append(await receive())
        await turns(async_colour)
        with pytest.raises(OSError, match="client has closed"):
            await send(chunk(b"too late"))
        events.append("ended by itself")

    response = await call(async_colour, app)
    await turns(async_colour)
    await async_colour.close(response)
    assert [DISCONNECT, "ended by itself"] == events


async def test_an_application_that_listens_and_goes_on_is_cancelled_then(async_colour, monkeypatch):
    monkeypatch.setattr("httpx_transports._asgi_call.GRACE", 0.02)
    events = []

    async def app(scope, receive, send):
        await receive()
        await receive()
        await send(START)
        events.append(await receive())
        try:
            await Flag(async_colour).wait()
        finally:
            events.append("ended")

    response = await call(async_colour, app)
    await turns(async_colour)
    await async_colour.close(response)
    assert [DISCONNECT, "ended"] == events


async def test_an_application_that_will_not_end_does_not_hold_up_the_close(
    async_colour, monkeypatch
):
    monkeypatch.setattr("httpx_transports._asgi_call.CANCEL_LIMIT", 0.02)
    release = Flag(async_colour)
    ended = Flag(async_colour)

    async def app(scope, receive, send):
        await send(START)
        try:
            await Flag(async_colour).wait()
        finally:
            await shielded(async_colour, release.wait)
            ended.set()

    response = await call(async_colour, app)
    await async_colour.close(response)
    assert not ended.is_set
    release.set()
    await ended.wait()


async def test_closing_after_the_last_chunk_lets_the_application_end(async_colour):
    events = []

    async def app(scope, receive, send):
        await send(START)
        await send(chunk(b"all", False))
        await turns(async_colour)
        events.append("background")

    response = await call(async_colour, app)
    await async_colour.close(response)
    assert ["background"] == events


async def test_a_caller_that_is_cancelled_cancels_the_application(async_colour):
    events = []

    async def app(scope, receive, send):
        try:
            await receive()
            await turns(async_colour)
            await send(START)
            for part in (b"a", b"b"):
                await send(chunk(part))
            await send(chunk(b"c", False))
            await turns(async_colour)
            events.append("returned")
        finally:
            events.append("ended")

    for n in itertools.count(1):
        del events[:]
        if await async_colour.cancel_at(n, lambda: get(async_colour, app)):
            break
        await turns(async_colour)
        assert events in ([], ["ended"]), n
    assert ["returned", "ended"] == events
    assert n > 3


# -- errors ---------------------------------------------------------------------------------------


async def test_an_error_before_the_start_is_raised(async_colour):
    error = ValueError("expected")
    with pytest.raises(ValueError, match="expected") as caught:
        await call(async_colour, sending(then=error))
    assert error is caught.value


async def test_an_error_before_the_start_can_be_a_500(async_colour):
    app = sending(then=ValueError())
    response = await get(async_colour, app, raise_app_exceptions=False)
    assert (500, b"", []) == (response.status_code, response.content, response.headers.raw)


AFTER_START = [
    ("after the start", [START], b""),
    ("in the body", [START, chunk(b"a")], b"a"),
    ("after the last chunk", [START, chunk(b"a"), chunk(b"b", False)], b"ab"),
    ("after a single chunk", [START, chunk(b"a", False)], b"a"),
]


@pytest.mark.parametrize(("messages", "body"), [case[1:] for case in AFTER_START])
async def test_an_error_after_the_start_reaches_the_reader_behind_the_body(
    async_colour, messages, body
):
    response = await call(async_colour, sending(*messages, then=ValueError("expected")))
    assert 200 == response.status_code
    read = b""
    with pytest.raises(ValueError, match="expected"):
        async for part in async_colour.iter_raw(response):
            read += part
    assert body == read


@pytest.mark.parametrize(("messages", "body"), [case[1:] for case in AFTER_START])
async def test_an_error_after_the_start_can_be_the_end_of_the_body(async_colour, messages, body):
    app = sending(*messages, then=ValueError("expected"))
    response = await get(async_colour, app, raise_app_exceptions=False)
    assert (200, body) == (response.status_code, response.content)


@pytest.mark.parametrize("raises", [True, False])
async def test_an_exit_is_raised_in_any_case(async_colour, raises):
    with pytest.raises(SystemExit):
        await call(async_colour, sending(then=SystemExit(3)), raise_app_exceptions=raises)


@pytest.mark.parametrize("messages", [[], [START, chunk(b"a", False)]])
async def test_an_error_of_ours_out_of_the_application_has_the_request(async_colour, messages):
    request = Request("GET", URL)
    with pytest.raises(ConnectError, match="expected") as caught:
        await get(async_colour, sending(*messages, then=ConnectError("expected")), request)
    assert request is caught.value.request


@pytest.mark.parametrize("raises", [True, False])
async def test_an_application_without_a_response_is_a_protocol_error(async_colour, raises):
    request = Request("GET", URL)
    with pytest.raises(
        RemoteProtocolError, match=r"without sending http\.response\.start"
    ) as caught:
        await call(async_colour, sending(), request, raise_app_exceptions=raises)
    assert request is caught.value.request


@pytest.mark.parametrize("messages", [[START], [START, chunk(b"a")]])
async def test_an_application_that_returns_too_soon_is_a_protocol_error(async_colour, messages):
    request = Request("GET", URL)
    response = await call(async_colour, sending(*messages), request)
    with pytest.raises(RemoteProtocolError, match="before the end of its response") as caught:
        await async_colour.read(response)
    assert request is caught.value.request


DISORDER = [
    ([chunk(b"a", False)], "http.response.body before http.response.start"),
    ([START, START], "http.response.start twice"),
    ([START, chunk(b"a", False), chunk(b"b", False)], "more after the end of its response"),
]


@pytest.mark.parametrize(("messages", "message"), DISORDER)
async def test_messages_out_of_order_are_errors_of_the_application(async_colour, messages, message):
    with pytest.raises(RuntimeError, match=message):
        await get(async_colour, sending(*messages))


@pytest.mark.parametrize("messages", [[START], [START, chunk(b"a", False)]])
async def test_an_error_that_nobody_read_is_logged(async_colour, caplog, messages):
    app = sending(*messages, then=ValueError("expected"))
    response = await call(async_colour, app)
    await turns(async_colour)
    await async_colour.close(response)
    [record] = caplog.records
    assert ("httpx_transports.asgi", logging.ERROR) == (record.name, record.levelno)
    assert "expected" == str(record.exc_info[1])


async def test_an_error_that_was_read_is_not_logged(async_colour, caplog):
    response = await call(async_colour, sending(START, chunk(b"a"), then=ValueError("expected")))
    with pytest.raises(ValueError, match="expected"):
        await async_colour.read(response)
    await response.stream.aclose()
    assert [] == caplog.records


async def test_a_total_limit_ends_an_application_that_is_slow(async_colour):
    events = []

    async def app(scope, receive, send):
        try:
            await Flag(async_colour).wait()
        finally:
            events.append("ended")

    request = Request("GET", URL, extensions={"timeout": {"read": 5, "total": 0.02}})
    with pytest.raises(ReadTimeout, match=r"total limit is 0\.02 seconds") as caught:
        await call(async_colour, app, request)
    assert request is caught.value.request
    await turns(async_colour)
    assert ["ended"] == events


def test_without_an_event_loop_there_is_an_error_that_says_so():
    transport = ASGITransport(sending())
    with pytest.raises(RuntimeError, match="needs a running event loop"):
        transport.handle_async_request(Request("GET", URL)).send(None)


def test_its_settings_are_public_attributes():
    app = sending()
    transport = ASGITransport(app, False, "/sub", ("192.0.2.1", 9))
    assert (app, False, "/sub", ("192.0.2.1", 9)) == (
        transport.app,
        transport.raise_app_exceptions,
        transport.root_path,
        transport.client,
    )
    assert "httpx_transports" == ASGITransport.__module__


# -- waiting --------------------------------------------------------------------------------------


class Flag:
    """An event of the running loop; one that is never set waits until it is cancelled."""

    def __init__(self, colour):
        self._wakeup = colour.backend().wakeup()

    @property
    def is_set(self):
        return self._wakeup.is_set

    def set(self):
        self._wakeup.set()

    async def wait(self):
        await self._wakeup.wait(None)


async def turns(colour):
    """Let all others run until they wait for something."""
    for _ in range(20):
        await colour.checkpoint()


async def shielded(colour, function):
    """Await what cancellation does not reach."""
    if colour.name == "trio":
        import trio

        with trio.CancelScope(shield=True):
            await function()
    else:
        import asyncio

        await asyncio.shield(function())

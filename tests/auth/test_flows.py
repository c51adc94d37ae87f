"""How flows are driven: bodies read when asked for, both colours alike, closed to the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from typing import Any

import pytest
from tests.auth.flows import DRIVERS, NAMES, Driver, script

from httpx_auth import Auth, BasicAuth, FunctionAuth
from httpx_core import (
    AsyncByteStream,
    Request,
    RequestNotRead,
    Response,
    ResponseNotRead,
    SyncByteStream,
)

both_colours = pytest.mark.parametrize("drive", DRIVERS, ids=NAMES)


class Body:
    """A body of either colour that is not in memory."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"bo"
        yield b"dy"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"bo"
        yield b"dy"


class Stream(SyncByteStream, AsyncByteStream):
    """Like Body, as a stream of a response."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"answer"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"answer"


def streamed(drive: Driver, method: str = "POST") -> Request:
    async def pieces() -> AsyncIterator[bytes]:
        async for piece in Body():
            yield piece

    content: Any = iter(Body()) if drive is DRIVERS[0] else pieces()
    return Request(method, "https://example.org/", content=content)


@both_colours
def test_the_base_sends_the_request_as_it_is(drive: Driver) -> None:
    sent, response = drive(Auth(), Request("GET", "https://example.org/"), script((200, [])))
    assert [None] == [request.headers.get("authorization") for request in sent]
    assert 200 == response.status_code


class Signer(Auth):
    requires_request_body = True

    def auth_flow(self, request: Request) -> Generator[Request, Response, None]:
        request.headers["X-Length"] = str(len(request.content))
        yield request


@both_colours
def test_a_request_body_is_read_when_the_scheme_requires_it(drive: Driver) -> None:
    sent, _ = drive(Signer(), streamed(drive), script((200, [])))
    assert "4" == sent[0].headers["x-length"]


@both_colours
def test_a_request_body_is_not_read_otherwise(drive: Driver) -> None:
    class Careless(Signer):
        requires_request_body = False

    with pytest.raises(RequestNotRead):
        drive(Careless(), streamed(drive), script((200, [])))


class Repeater(Auth):
    """Sends what the first response says."""

    requires_response_body = True

    def auth_flow(self, request: Request) -> Generator[Request, Response, None]:
        response = yield request
        request.headers["X-Token"] = response.text
        yield request


def with_stream() -> Response:
    return Response(200, stream=Stream())


@both_colours
def test_a_response_body_is_read_when_the_scheme_requires_it(drive: Driver) -> None:
    request = Request("GET", "https://example.org/")
    sent, _ = drive(Repeater(), request, script(with_stream(), with_stream()))
    assert [None, "answer"] == [request.headers.get("x-token") for request in sent]


@both_colours
def test_a_response_body_is_not_read_otherwise(drive: Driver) -> None:
    class Careless(Repeater):
        requires_response_body = False

    request = Request("GET", "https://example.org/")
    with pytest.raises(ResponseNotRead):
        drive(Careless(), request, script(with_stream()))


@both_colours
def test_a_flow_that_is_given_up_is_closed(drive: Driver) -> None:
    events: list[str] = []

    class Holder(Auth):
        def auth_flow(self, request: Request) -> Generator[Request, Response, None]:
            events.append("taken")
            try:
                yield request
            finally:
                events.append("given back")

    def fail(request: Request) -> Response:
        raise OSError("no network")

    with pytest.raises(OSError, match="no network"):
        drive(Holder(), Request("GET", "https://example.org/"), fail)
    assert ["taken", "given back"] == events


@pytest.mark.parametrize(
    ("username", "password", "header"),
    [
        # RFC 7617 2 and 2.1
        ("Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ("test", "123\u00a3", "Basic dGVzdDoxMjPCow=="),
        (b"test", b"123\xc2\xa3", "Basic dGVzdDoxMjPCow=="),
        ("", "", "Basic Og=="),
        ("user", "a:b", "Basic dXNlcjphOmI="),
        ("u" * 100, "p", "Basic " + "dXV1" * 33 + "dTpw"),
    ],
)
@both_colours
def test_basic_sends_the_credentials_with_the_first_request(
    drive: Driver, username: Any, password: Any, header: str
) -> None:
    auth = BasicAuth(username, password)
    sent, _ = drive(auth, Request("GET", "https://example.org/"), script((401, [])))
    assert [header] == [request.headers["authorization"] for request in sent]


@pytest.mark.parametrize("bad", [None, 1, bytearray(b"x")])
def test_basic_refuses_what_is_no_text_and_does_not_show_the_rest(bad: Any) -> None:
    with pytest.raises(TypeError, match="username must be str or bytes"):
        BasicAuth(bad, "s3cret")
    with pytest.raises(TypeError, match="password must be str or bytes") as caught:
        BasicAuth("s3cret", bad)
    assert "s3cret" not in str(caught.value)


def test_basic_shows_no_password() -> None:
    assert "s3cret" not in repr(BasicAuth("user", "s3cret"))


@both_colours
def test_a_function_makes_the_request_that_is_sent(drive: Driver) -> None:
    other = Request("PUT", "https://example.org/other")
    sent, _ = drive(
        FunctionAuth(lambda request: other),
        Request("GET", "https://example.org/"),
        script((401, [])),
    )
    assert [("PUT", other.url)] == [(request.method, request.url) for request in sent]


@both_colours
def test_a_flow_without_a_request_ends_without_one(drive: Driver) -> None:
    ended = []

    class Silent(Auth):
        def auth_flow(self, request: Request) -> Generator[Request, Response, None]:
            try:
                return
                yield request
            finally:
                ended.append(True)

    with pytest.raises((StopIteration, StopAsyncIteration)):
        drive(Silent(), Request("GET", "https://example.org/"), script())
    assert [True] == ended

"""Response: how it is built, and what it says of its status, its request and its header fields."""

from __future__ import annotations

from datetime import timedelta

import pytest

from httpx_core import (
    AsyncByteStream,
    ByteStream,
    DecodingError,
    HTTPStatusError,
    Request,
    Response,
    ResponseNotRead,
    SyncByteStream,
    codes,
)

HELLO = b"hello"
TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"


# Building


@pytest.mark.parametrize(
    ("body", "headers", "content"),
    [
        ({}, {}, b""),
        ({"content": b""}, {}, b""),
        ({"content": b"abc"}, {"content-length": "3"}, b"abc"),
        ({"content": "é"}, {"content-length": "2"}, b"\xc3\xa9"),
        ({"text": "é"}, {"content-length": "2", "content-type": TEXT}, b"\xc3\xa9"),
        ({"text": ""}, {"content-length": "0", "content-type": TEXT}, b""),
        ({"html": "<p>"}, {"content-length": "3", "content-type": HTML}, b"<p>"),
        (
            {"json": {"a": "é", "b": [1, None]}},
            {"content-length": "23", "content-type": "application/json"},
            '{"a":"é","b":[1,null]}'.encode(),
        ),
        ({"json": 0}, {"content-length": "1", "content-type": "application/json"}, b"0"),
        ({"json": None}, {}, b""),
        ({"content": b"x", "text": "y", "json": 3}, {"content-length": "1"}, b"x"),
        ({"text": "a", "html": "b"}, {"content-length": "1", "content-type": TEXT}, b"a"),
    ],
)
def test_a_body_in_memory_is_read_at_once(body, headers, content):
    response = Response(200, **body)
    assert headers == dict(response.headers)
    assert content == response.content
    assert response.is_closed
    assert response.is_stream_consumed
    assert 0 == response.num_bytes_downloaded


@pytest.mark.parametrize(
    ("body", "given", "headers"),
    [
        ({"content": b"a"}, {"Content-Length": "5"}, {"content-length": "5"}),
        ({"content": [b"a"]}, {}, {"transfer-encoding": "chunked"}),
        ({"content": [b"a"]}, {"Content-Length": "1"}, {"content-length": "1"}),
        ({"text": "a"}, {"Content-Type": "x/y"}, {"content-type": "x/y", "content-length": "1"}),
        ({"stream": ByteStream(b"a"), "content": b"b"}, {}, {}),
    ],
)
def test_fields_that_were_given_are_left_as_they_are(body, given, headers):
    assert headers == dict(Response(200, headers=given, **body).headers)


def test_the_headers_given_are_copied():
    given = Response(200, text="a").headers
    Response(200, headers=given, text="bc").headers["x"] = "y"
    assert {"content-length": "1", "content-type": TEXT} == dict(given)


@pytest.mark.parametrize("content", [5, {"a": 1}, 1.5])
def test_content_that_can_be_no_body_is_a_type_error(content):
    with pytest.raises(TypeError, match="content"):
        Response(200, content=content)


def test_what_the_constructor_is_given_is_copied():
    extensions = {"a": 1}
    history = [Response(302)]
    response = Response(200, extensions=extensions, history=history)
    assert extensions == response.extensions
    assert extensions is not response.extensions
    assert history == response.history
    assert history is not response.history


def test_content_that_its_coding_does_not_fit_names_the_request():
    request = Request("GET", "https://example.org")
    with pytest.raises(DecodingError) as raised:
        Response(200, headers={"Content-Encoding": "gzip"}, content=b"no", request=request)
    assert request is raised.value.request


def test_a_response_from_the_wire_takes_its_parts_as_they_are():
    pairs = [(b"Content-Type", b"text/plain")]
    extensions = {"http_version": b"HTTP/2"}
    stream = ByteStream(HELLO)
    response = Response._from_wire(404, pairs, stream, extensions, None)
    assert 404 == response.status_code
    assert pairs == response.headers.raw
    assert extensions is response.extensions
    assert [] == response.history
    assert not response.is_closed
    assert response.next_request is None
    assert HELLO == response.read()
    assert 5 == response.num_bytes_downloaded


def test_responses_share_nothing():
    first, second = Response(200), Response(200)
    first.history.append(second)
    first.extensions["a"] = 1
    first.headers["a"] = "b"
    first.next_request = Request("GET", "https://example.org")
    assert [] == second.history
    assert {} == second.extensions
    assert {} == dict(second.headers)
    assert second.next_request is None


def test_class_and_module():
    assert "httpx_core" == Response.__module__


# Status


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        (99, []),
        (100, ["informational"]),
        (199, ["informational"]),
        (200, ["success"]),
        (299, ["success"]),
        (300, ["redirect"]),
        (399, ["redirect"]),
        (400, ["client_error", "error"]),
        (499, ["client_error", "error"]),
        (500, ["server_error", "error"]),
        (599, ["server_error", "error"]),
        (600, []),
    ],
)
def test_kinds_of_status(status, kinds):
    names = ["informational", "success", "redirect", "client_error", "server_error", "error"]
    response = Response(status)
    assert kinds == [name for name in names if getattr(response, f"is_{name}")]


@pytest.mark.parametrize("status", range(300, 310))
def test_a_redirect_location_needs_a_status_that_redirects(status):
    expected = status in (301, 302, 303, 307, 308)
    assert expected == Response(status, headers={"Location": "/"}).has_redirect_location
    assert not Response(status).has_redirect_location


@pytest.mark.parametrize(
    ("extensions", "reason", "version"),
    [
        ({}, "OK", "HTTP/1.1"),
        ({"reason_phrase": b"Fine \xff", "http_version": b"HTTP/2"}, "Fine ", "HTTP/2"),
        ({"reason_phrase": b""}, "", "HTTP/1.1"),
    ],
)
def test_reason_and_version(extensions, reason, version):
    response = Response(200, extensions=extensions)
    assert reason == response.reason_phrase
    assert version == response.http_version
    assert f"<Response [200 {reason}]>" == repr(response)


def test_an_unknown_status_has_no_reason():
    assert "" == Response(799).reason_phrase


def test_a_status_may_be_one_of_codes():
    assert 404 == Response(codes.NOT_FOUND).status_code
    assert "<Response [404 Not Found]>" == repr(Response(codes.NOT_FOUND))


# raise_for_status

REQUEST = Request("GET", "https://user:secret@example.org/path?q=1")


@pytest.mark.parametrize("status", [200, 204, 299])
def test_raise_for_status_returns_a_successful_response(status):
    response = Response(status, request=REQUEST)
    assert response is response.raise_for_status()


@pytest.mark.parametrize(
    ("status", "facts"),
    [
        (100, ["Informational response", "'100 Continue'"]),
        (302, ["Redirect response", "'302 Found'"]),
        (404, ["Client error", "'404 Not Found'"]),
        (503, ["Server error", "'503 Service Unavailable'"]),
        (600, ["Invalid status code", "'600 '"]),
    ],
)
def test_raise_for_status_says_what_came_for_which_url(status, facts):
    response = Response(status, request=REQUEST)
    with pytest.raises(HTTPStatusError) as raised:
        response.raise_for_status()
    message = str(raised.value)
    for fact in [*facts, "'https://example.org/path?q=1'", f"/Status/{status}"]:
        assert fact in message
    assert "secret" not in message
    assert "Redirect location" not in message
    assert response is raised.value.response
    assert REQUEST is raised.value.request


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://bob:secret@example.com/x", "'https://example.com/x'"),
        ("//bob:secret@example.com/x", "'//example.com/x'"),
        ("/path@x//y@z", "'/path@x//y@z'"),
    ],
)
def test_raise_for_status_says_where_a_redirect_goes(location, shown):
    with pytest.raises(HTTPStatusError, match="Redirect location") as raised:
        Response(301, headers={"Location": location}, request=REQUEST).raise_for_status()
    assert shown in str(raised.value)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("status", [200, 404])
def test_raise_for_status_needs_a_request(status):
    with pytest.raises(RuntimeError, match="request"):
        Response(status).raise_for_status()


# The request, the time, the cookies


def test_the_request_is_there_once_it_is_set():
    response = Response(200)
    assert response._request is None
    with pytest.raises(RuntimeError, match="request"):
        _ = response.request
    with pytest.raises(RuntimeError, match="request"):
        _ = response.url
    response.request = REQUEST
    assert REQUEST is response.request
    assert REQUEST.url == response.url


def test_elapsed_is_unknown_until_the_response_is_closed():
    response = Response(200, stream=ByteStream(HELLO))
    response._started = 0.0
    with pytest.raises(RuntimeError, match="elapsed"):
        _ = response.elapsed
    response.close()
    assert response.elapsed > timedelta(0)
    assert response.elapsed is response.elapsed


def test_elapsed_can_be_set():
    response = Response(200)
    response.elapsed = timedelta(seconds=3)
    assert timedelta(seconds=3) == response.elapsed


def test_cookies_are_those_the_response_set():
    headers = [("Set-Cookie", "a=b"), ("Set-Cookie", "c=d; Secure")]
    request = Request("GET", "http://example.org")
    response = Response(200, headers=headers, request=request)
    assert {"a": "b", "c": "d"} == dict(response.cookies)
    assert response.cookies is response.cookies


def test_cookies_need_a_request():
    with pytest.raises(RuntimeError, match="request"):
        _ = Response(200, headers={"Set-Cookie": "a=b"}).cookies


# Content


class Once(SyncByteStream):
    def __iter__(self):
        yield HELLO


class AsyncOnce(AsyncByteStream):
    async def __aiter__(self):
        yield HELLO


@pytest.mark.parametrize("stream", [Once(), AsyncOnce(), ByteStream(HELLO)])
@pytest.mark.parametrize("ask", [lambda r: r.content, lambda r: r.text, lambda r: r.json()])
def test_content_is_not_there_before_it_is_read(stream, ask):
    response = Response(200, stream=stream)
    with pytest.raises(ResponseNotRead):
        ask(response)
    assert not response.is_stream_consumed


def test_read_gives_the_same_again():
    response = Response(200, stream=Once())
    assert response.read() is response.read()
    assert HELLO == response.content


def test_private_names_that_other_libraries_rely_on():
    response = Response(200, stream=ByteStream(HELLO))
    assert not hasattr(response, "_decoder")
    assert not hasattr(response, "_content")
    response.headers["Content-Encoding"] = ""
    response.read()
    del response._decoder
    del response._content
    assert HELLO == response._get_content_decoder().decode(HELLO)
    response._content = b"other"
    assert b"other" == response.content
    assert response._request is None

"""WSGITransport: the environ, the response, lazy iteration, and errors (PEP 3333)."""

from __future__ import annotations

import io
import sys
import wsgiref.validate

import pytest

from httpx_core import RemoteProtocolError, Request
from httpx_transports import WSGITransport

URL = "http://example.org/"


def call(app, request=None, **settings):
    return WSGITransport(app, **settings).handle_request(request or Request("GET", URL))


def get(app, request=None, **settings):
    response = call(app, request, **settings)
    response.read()
    return response


def environ_of(request, **settings):
    seen = {}

    def app(environ, start_response):
        seen.update(environ, body=environ["wsgi.input"].read())
        start_response("200 OK", [])
        return []

    get(app, request, **settings)
    return seen


class Tracked:
    """An iterable that notes what was taken from it, and its close."""

    def __init__(self, *chunks):
        self.chunks = chunks
        self.events = []

    def __iter__(self):
        for chunk in self.chunks:
            if isinstance(chunk, Exception):
                raise chunk
            self.events.append(chunk)
            yield chunk
        self.events.append("end")

    def close(self):
        self.events.append("close")

    def app(self, environ, start_response):
        start_response("200 OK", [])
        return self


# -- the environ ----------------------------------------------------------------------------------


def test_the_environ_is_whole():
    request = Request(
        "POST",
        "https://example.org:8443/a%20b/%C3%A9?x=%20y",
        headers=[("User-Agent", "tests"), ("Content-Type", "text/plain"), ("X-A", "1")],
        content=b"hello",
    )
    environ = environ_of(request, script_name="/sub", remote_addr="192.0.2.1")
    assert isinstance(environ.pop("wsgi.input"), io.BytesIO)
    assert {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "/sub",
        "PATH_INFO": "/a b/\xc3\xa9",
        "QUERY_STRING": "x=%20y",
        "SERVER_NAME": "example.org",
        "SERVER_PORT": "8443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.1",
        "HTTP_HOST": "example.org:8443",
        "HTTP_USER_AGENT": "tests",
        "HTTP_X_A": "1",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "5",
        "body": b"hello",
    } == environ


PORTS = [
    ("http://example.org/", "example.org", "80"),
    ("https://example.org/", "example.org", "443"),
    ("http://example.org:8080/", "example.org", "8080"),
    ("https://[::1]:8443/", "::1", "8443"),
    ("http://b\u00fccher.example/", "xn--bcher-kva.example", "80"),
]


@pytest.mark.parametrize(("url", "name", "port"), PORTS)
def test_the_server_is_that_of_the_url(url, name, port):
    environ = environ_of(Request("GET", url))
    assert (name, port) == (environ["SERVER_NAME"], environ["SERVER_PORT"])


def test_a_path_reaches_the_application_as_its_bytes():
    environ = environ_of(Request("GET", "http://example.org/%E4%B8%AD"))
    assert "\u4e2d" == environ["PATH_INFO"].encode("latin-1").decode("utf-8")[1:]


def test_several_fields_of_one_name_are_one_value():
    headers = [("X-A", "1"), ("x-a", "2"), ("Cookie", "a=1"), ("Cookie", "b=2")]
    environ = environ_of(Request("GET", URL, headers=headers))
    assert ("1, 2", "a=1; b=2") == (environ["HTTP_X_A"], environ["HTTP_COOKIE"])


def test_a_streamed_body_is_read():
    environ = environ_of(Request("POST", URL, content=iter([b"ab", b"cd"])))
    assert (b"abcd", "chunked") == (environ["body"], environ["HTTP_TRANSFER_ENCODING"])


def test_an_async_body_is_refused():
    async def body():
        yield b""

    with pytest.raises(RuntimeError):
        environ_of(Request("POST", URL, content=body()))


def test_the_applications_log_is_where_it_was_asked_for():
    log = io.StringIO()

    def app(environ, start_response):
        print("hello", file=environ["wsgi.errors"])
        start_response("200 OK", [])
        return []

    get(app, wsgi_errors=log)
    assert "hello\n" == log.getvalue()


def test_the_standard_librarys_validator_finds_nothing():
    def app(environ, start_response):
        body = environ["wsgi.input"].read(5)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [body, b" world"]

    request = Request("POST", URL + "path?query", content=b"hello")
    response = get(wsgiref.validate.validator(app), request)
    assert b"hello world" == response.content


# -- the response ---------------------------------------------------------------------------------


def test_status_and_headers_are_those_that_were_started():
    def app(environ, start_response):
        start_response("404 Not Here", [("X-A", "1"), ("x-a", "\xe9")])
        return [b"gone"]

    response = get(app)
    assert (404, b"gone") == (response.status_code, response.content)
    assert [(b"X-A", b"1"), (b"x-a", b"\xe9")] == response.headers.raw


def test_the_body_is_iterated_as_it_is_read():
    tracked = Tracked(b"a", b"", b"b", b"c")
    response = call(tracked.app)
    assert [b"a"] == tracked.events
    chunks = response.iter_raw()
    assert b"a" == next(chunks)
    assert [b"a"] == tracked.events
    assert b"b" == next(chunks)
    assert [b"a", b"", b"b"] == tracked.events
    assert [b"c"] == list(chunks)
    assert [b"a", b"", b"b", b"c", "end", "close"] == tracked.events


def test_an_endless_body_is_no_trouble():
    def app(environ, start_response):
        start_response("200 OK", [])
        while True:
            yield b"x"

    response = call(app)
    chunks = response.iter_raw()
    assert [b"x"] * 100 == [next(chunks) for _ in range(100)]
    response.close()


def test_the_iterable_is_closed_at_its_end_though_the_response_is_not():
    tracked = Tracked(b"a", b"b")
    assert [b"a", b"b"] == list(call(tracked.app).stream)
    assert [b"a", b"b", "end", "close"] == tracked.events


def test_closing_early_closes_the_iterable_once():
    tracked = Tracked(b"a", b"b")
    response = call(tracked.app)
    response.close()
    response.close()
    assert [b"a", "close"] == tracked.events


def test_the_application_may_start_while_it_is_iterated():
    def app(environ, start_response):
        yield b""
        start_response("201 Created", [])
        yield b"x"

    assert (201, b"x") == (get(app).status_code, get(app).content)


def test_what_is_written_comes_before_what_is_returned():
    def app(environ, start_response):
        write = start_response("200 OK", [])
        write(b"written, ")
        write(b"")
        write(b"twice, ")
        return [b"returned"]

    assert b"written, twice, returned" == get(app).content


def test_what_is_written_alone_is_the_body():
    def app(environ, start_response):
        start_response("200 OK", [])(b"written")
        return []

    assert b"written" == get(app).content


def test_a_head_request_has_no_content():
    tracked = Tracked(b"a", b"b")
    response = get(tracked.app, Request("HEAD", URL))
    assert b"" == response.content
    assert [b"a", "close"] == tracked.events


# -- errors ---------------------------------------------------------------------------------------


def fail_at_once(environ, start_response):
    raise ValueError("expected")


def fail_after_start(environ, start_response):
    start_response("200 OK", [])
    raise ValueError("expected")


@pytest.mark.parametrize("raises", [True, False])
@pytest.mark.parametrize("app", [fail_at_once, fail_after_start])
def test_what_the_application_does_not_handle_is_raised(app, raises):
    with pytest.raises(ValueError, match="expected"):
        call(app, raise_app_exceptions=raises)


def test_an_error_before_the_first_bytes_closes_the_iterable():
    tracked = Tracked(ValueError("expected"))
    with pytest.raises(ValueError, match="expected"):
        call(tracked.app)
    assert ["close"] == tracked.events


def test_an_error_in_the_middle_reaches_the_reader_and_closes_the_iterable():
    tracked = Tracked(b"a", ValueError("expected"))
    response = call(tracked.app)
    chunks = response.iter_raw()
    assert b"a" == next(chunks)
    with pytest.raises(ValueError, match="expected"):
        next(chunks)
    assert [b"a", "close"] == tracked.events


def handled(environ, start_response):
    try:
        raise ValueError("expected")
    except ValueError:
        start_response("500 Internal Server Error", [("X-A", "1")], sys.exc_info())
    return [b"sorry"]


def test_an_error_that_the_application_handled_is_raised():
    with pytest.raises(ValueError, match="expected"):
        call(handled)


def test_an_error_that_the_application_handled_can_be_its_response():
    response = get(handled, raise_app_exceptions=False)
    assert (500, b"sorry") == (response.status_code, response.content)


def test_the_head_may_change_until_the_first_bytes():
    def app(environ, start_response):
        start_response("200 OK", [("X-A", "first")])
        yield b""
        try:
            raise ValueError("expected")
        except ValueError:
            start_response("503 Busy", [("X-A", "second")], sys.exc_info())
        yield b"later"

    response = get(app, raise_app_exceptions=False)
    assert (503, "second", b"later") == (
        response.status_code,
        response.headers["x-a"],
        response.content,
    )


@pytest.mark.parametrize("raises", [True, False])
def test_an_error_after_the_first_bytes_is_raised_in_the_application(raises):
    def app(environ, start_response):
        start_response("200 OK", [])
        yield b"a"
        try:
            raise ValueError("expected")
        except ValueError:
            start_response("500 Internal Server Error", [], sys.exc_info())
        yield b"never"

    response = call(app, raise_app_exceptions=raises)
    with pytest.raises(ValueError, match="expected"):
        response.read()


@pytest.mark.parametrize("body", [[], [b"x"]])
def test_an_application_that_never_starts_is_a_protocol_error(body):
    tracked = Tracked(*body)
    request = Request("GET", URL)
    with pytest.raises(RemoteProtocolError, match="without calling start_response") as caught:
        call(lambda environ, start_response: tracked, request)
    assert request is caught.value.request
    assert "close" == tracked.events[-1]


@pytest.mark.parametrize("status", ["", "OK", "20 OK", "2000 OK", "\u0662\u0660\u0660 OK"])
def test_a_status_that_is_none_is_named(status):
    def app(environ, start_response):
        start_response(status, [])
        return []

    with pytest.raises(ValueError, match="A WSGI status is a string such as '200 OK'"):
        call(app)


def test_its_settings_are_public_attributes():
    log = io.StringIO()
    transport = WSGITransport(handled, False, "/sub", "192.0.2.1", log)
    assert (handled, False, "/sub", "192.0.2.1", log) == (
        transport.app,
        transport.raise_app_exceptions,
        transport.script_name,
        transport.remote_addr,
        transport.wsgi_errors,
    )
    assert "httpx_transports" == WSGITransport.__module__

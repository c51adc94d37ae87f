"""The private names of httpx 0.28 that other libraries use: that they are there, and do what they did."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

import httpx
import httpx_auth
import httpx_core
import httpx_transports

# Module, name, and who uses it.
IMPORTED = [
    ("_client", "USE_CLIENT_DEFAULT", "starlette"),
    ("_client", "UseClientDefault", "starlette"),
    ("_client", "Client", "respx"),
    ("_client", "AsyncClient", "respx"),
    ("_types", "AuthTypes", "starlette"),
    ("_types", "CookieTypes", "starlette"),
    ("_types", "HeaderTypes", "starlette"),
    ("_types", "QueryParamTypes", "starlette"),
    ("_types", "RequestContent", "starlette"),
    ("_types", "RequestFiles", "starlette"),
    ("_types", "TimeoutTypes", "starlette, unearth"),
    ("_types", "URLTypes", "starlette"),
    ("_types", "CertTypes", "unearth, httpx-socks"),
    ("_types", "VerifyTypes", "unearth"),
    ("_types", "AsyncByteStream", "mcp"),
    ("_types", "ProxyTypes", "anybody's signatures"),
    ("_types", "RequestData", "anybody's signatures"),
    ("_types", "RequestExtensions", "anybody's signatures"),
    ("_types", "ResponseContent", "anybody's signatures"),
    ("_types", "ResponseExtensions", "anybody's signatures"),
    ("_types", "SyncByteStream", "anybody's signatures"),
    ("_config", "DEFAULT_TIMEOUT_CONFIG", "openai, anthropic"),
    ("_config", "DEFAULT_LIMITS", "unearth, httpx-socks"),
    ("_config", "DEFAULT_MAX_REDIRECTS", "tests of others"),
    ("_config", "create_ssl_context", "httpx-socks"),
    ("_content", "IteratorByteStream", "pytest-httpx, unearth"),
    ("_content", "AsyncIteratorByteStream", "pytest-httpx"),
    ("_models", "Request", "mcp"),
    ("_models", "Response", "mcp"),
    ("_multipart", "MultipartStream", "pytest-httpx"),
    ("_transports.base", "AsyncBaseTransport", "mcp"),
    ("_transports.base", "BaseTransport", "tests of others"),
    ("_transports.asgi", "ASGITransport", "uvicorn's tests"),
    ("_transports.default", "HTTPTransport", "tests of others"),
    ("_transports.default", "AsyncHTTPTransport", "tests of others"),
    ("_transports.default", "ResponseStream", "httpx-socks"),
    ("_transports.default", "AsyncResponseStream", "httpx-socks"),
    ("_transports.default", "map_httpcore_exceptions", "httpx-socks"),
    ("_transports.mock", "MockTransport", "tests of others"),
    ("_transports.wsgi", "WSGITransport", "tests of others"),
    ("_urlparse", "urlparse", "httpx's tests"),
    ("_utils", "URLPattern", "httpx's tests"),
    ("_utils", "get_environment_proxies", "httpx's tests"),
    ("_api", "request", "tests of others"),
    ("_auth", "DigestAuth", "httpx's tests"),
    ("_exceptions", "HTTPError", "tests of others"),
    ("_exceptions", "request_context", "vcrpy"),
    ("_main", "main", "tests of others"),
    ("_status_codes", "codes", "tests of others"),
    ("_urls", "URL", "tests of others"),
    ("_urls", "QueryParams", "tests of others"),
    ("__version__", "__version__", "tests of others"),
]

PUBLIC = {name: getattr(httpx, name) for name in httpx.__all__}


@pytest.mark.parametrize(("module", "name", "user"), IMPORTED)
def test_a_name_that_others_import_is_there(module: str, name: str, user: str) -> None:
    found = getattr(importlib.import_module(f"httpx.{module}"), name)
    if name in PUBLIC:
        assert found is PUBLIC[name], f"{user} would get another {name} than httpx.{name}"


@pytest.mark.parametrize("module", sorted({module for module, _, _ in IMPORTED} | {"_decoders"}))
def test_a_module_that_others_import_is_there(module: str) -> None:
    assert importlib.import_module(f"httpx.{module}").__doc__


@pytest.mark.parametrize(
    "module",
    sorted(
        {module.partition(".")[0] for module, _, _ in IMPORTED} - {"__version__"} | {"_decoders"}
    ),
)
def test_a_module_is_an_attribute_of_httpx_without_being_imported(module: str) -> None:
    vars(httpx).pop(module, None)
    assert importlib.import_module(f"httpx.{module}") is getattr(httpx, module)


def test_a_name_that_never_was_is_no_attribute_of_httpx() -> None:
    with pytest.raises(AttributeError, match="module 'httpx' has no attribute '_nothing'"):
        httpx._nothing  # noqa: B018


# The clients


def hello(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, text=f"Hello, {request.url.host}!")


def test_a_client_keeps_its_transport_in_transport() -> None:
    transport = httpx.MockTransport(hello)
    assert transport is httpx.Client(transport=transport)._transport
    assert transport is httpx.AsyncClient(transport=transport)._transport


@pytest.mark.parametrize("client_class", [httpx.Client, httpx.AsyncClient])
def test_the_transport_of_the_network_has_a_pool(client_class: Any) -> None:
    transport = client_class()._transport
    assert isinstance(transport, httpx.HTTPTransport | httpx.AsyncHTTPTransport)
    assert transport._pool is not None


async def test_a_pool_shows_the_requests_that_are_under_way(colour: Any, server: Any) -> None:
    """The tests of SDKs ask it whether a response was closed."""
    async with colour.client() as client:
        pool = client._transport._pool
        assert [] == pool._requests
        response = await client.send(
            client.build_request("GET", server.url + "/chunked/1000000"), stream=True
        )
        assert 1 == len(pool._requests) == len(pool._connections)
        await colour.close(response)
        assert [] == pool._requests


@pytest.mark.parametrize("transport_class", [httpx.HTTPTransport, httpx.AsyncHTTPTransport])
def test_a_pool_knows_its_proxy(transport_class: Any) -> None:
    proxy = httpx.Proxy("http://proxy:8080", headers={"X-A": "b"})
    pool = transport_class(proxy=proxy)._pool
    assert "http://proxy:8080" == str(pool._proxy_url)
    assert [(b"X-A", b"b")] == pool._proxy_headers
    pool = transport_class()._pool
    assert (None, []) == (pool._proxy_url, pool._proxy_headers)


@pytest.mark.parametrize("client_class", [httpx.Client, httpx.AsyncClient])
def test_a_client_keeps_its_mounts_by_pattern(client_class: Any) -> None:
    transport = httpx.MockTransport(hello)
    client = client_class(mounts={"all://*.example.org": transport, "http://plain": None})
    mounts = {pattern.pattern: mounted for pattern, mounted in client._mounts.items()}
    assert {"all://*.example.org": transport, "http://plain": None} == mounts


def test_a_mounted_transport_can_be_wrapped_in_place() -> None:
    """As tracers do, who put their own transport around each that a client has."""
    seen = []

    class Tracing(httpx.BaseTransport):
        def __init__(self, inner: httpx.BaseTransport) -> None:
            self._inner = inner

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            seen.append(request.url.host)
            return self._inner.handle_request(request)

    client = httpx.Client(
        transport=httpx.MockTransport(hello),
        mounts={"all://mounted": httpx.MockTransport(hello)},
    )
    client._transport = Tracing(client._transport)
    client._mounts.update(
        {pattern: mounted and Tracing(mounted) for pattern, mounted in client._mounts.items()}
    )
    client.get("http://plain/")
    client.get("http://mounted/")
    assert ["plain", "mounted"] == seen


def test_the_choice_of_a_transport_can_be_patched(monkeypatch: pytest.MonkeyPatch) -> None:
    other = httpx.MockTransport(lambda request: httpx.Response(418))

    def choose(self: httpx.Client, url: httpx.URL) -> httpx.BaseTransport:
        assert "example.org" == url.host
        return other

    monkeypatch.setattr(httpx._client.Client, "_transport_for_url", choose)
    client = httpx.Client(transport=httpx.MockTransport(hello))
    assert 418 == client.get("http://example.org/").status_code


def test_a_single_request_can_be_patched(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = httpx.Client._send_single_request

    def record(self: httpx.Client, request: httpx.Request) -> httpx.Response:
        response = sent(self, request)
        response.headers["X-Recorded"] = request.method
        return response

    monkeypatch.setattr("httpx.Client._send_single_request", record)
    response = httpx.Client(transport=httpx.MockTransport(hello)).get("http://example.org/")
    assert "GET" == response.headers["X-Recorded"]
    assert "Hello, example.org!" == response.text


async def test_an_async_single_request_can_be_patched(
    async_colour: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = httpx.AsyncClient._send_single_request

    async def record(self: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
        response = await sent(self, request)
        response.headers["X-Recorded"] = request.method
        return response

    monkeypatch.setattr("httpx.AsyncClient._send_single_request", record)
    async with httpx.AsyncClient(transport=httpx.MockTransport(hello)) as client:
        response = await client.get("http://example.org/")
    assert "GET" == response.headers["X-Recorded"]


def test_the_transport_of_the_network_can_be_patched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        httpx.HTTPTransport, "handle_request", lambda transport, request: hello(request)
    )
    with httpx.Client() as client:
        assert "Hello, example.org!" == client.get("http://example.org/").text


async def test_the_async_transport_of_the_network_can_be_patched(
    async_colour: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def handle(transport: object, request: httpx.Request) -> httpx.Response:
        return hello(request)

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", handle)
    async with httpx.AsyncClient() as client:
        assert "Hello, example.org!" == (await client.get("http://example.org/")).text


def test_a_client_tells_where_a_url_leads() -> None:
    client = httpx.Client(base_url="http://testserver/v1")
    assert "http://testserver/v1/users" == client._merge_url("/users")
    assert "http://other/users" == client._merge_url("http://other/users")


def test_the_headers_of_a_redirect_can_be_asked_for() -> None:
    client = httpx.Client()
    request = client.build_request(
        "GET", "https://example.org/", headers={"Authorization": "secret", "X-Kept": "1"}
    )
    same = client._redirect_headers(request, httpx.URL("https://example.org/next"), "GET")
    other = client._redirect_headers(request, httpx.URL("https://other.test/"), "GET")
    assert "secret" == same["Authorization"]
    assert "Authorization" not in other
    assert ("1", "other.test") == (other["X-Kept"], other["Host"])


def test_the_headers_of_a_redirect_that_becomes_a_get_name_no_body() -> None:
    client = httpx.Client()
    request = client.build_request("POST", "https://example.org/", json={}, headers={"X-Kept": "1"})
    url = httpx.URL("https://example.org/next")
    got = client._redirect_headers(request, url, "GET")
    posted = client._redirect_headers(request, url, "POST")
    assert (False, False, "1") == ("Content-Type" in got, "Content-Length" in got, got["X-Kept"])
    assert ("application/json", "2") == (posted["Content-Type"], posted["Content-Length"])


# The models


def test_a_response_without_a_request_has_none_in_private() -> None:
    assert httpx.Response(200)._request is None


def test_the_content_of_a_response_can_be_put_in_place() -> None:
    response = httpx.Response(200, stream=httpx.ByteStream(b"unread"))
    response._content = b"put"
    assert b"put" == response.content


def test_the_content_of_a_response_can_be_taken_away_and_read_again() -> None:
    response = httpx.Response(200, content=b"again")
    del response._content
    response.is_closed = response.is_stream_consumed = False
    assert b"again" == response.read()


def test_the_decoder_of_a_response_can_be_thrown_away() -> None:
    response = httpx.Response(200, content=b"recorded", headers={"Content-Encoding": "identity"})
    assert response._get_content_decoder() is response._decoder
    del response._decoder
    assert response._get_content_decoder() is response._decoder


@pytest.mark.parametrize("name", ["read", "close"])
def test_the_reading_and_closing_of_responses_can_be_patched(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = []
    original = getattr(httpx.Response, name)

    def record(response: httpx.Response) -> Any:
        called.append(name)
        return original(response)

    monkeypatch.setattr(httpx.Response, name, record)
    transport = httpx.MockTransport(
        lambda request: httpx.Response(200, stream=httpx.ByteStream(b"hello"))
    )
    with httpx.Client(transport=transport) as client:
        client.get("http://example.org/")
    assert name in called


def test_headers_have_a_list_of_triples() -> None:
    headers = httpx.Headers([("X-One", "1"), ("x-two", "2")])
    assert [(b"X-One", b"x-one", b"1"), (b"x-two", b"x-two", b"2")] == headers._list


def test_a_url_has_a_reference_with_the_encoded_path() -> None:
    assert "/a%20b" == httpx.URL("https://example.org/a b?q")._uri_reference.path


def test_the_nonce_of_a_digest_can_be_patched(monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256'

    def answer(request: httpx.Request) -> httpx.Response:
        if "Authorization" in request.headers:
            return httpx.Response(200)
        return httpx.Response(401, headers={"WWW-Authenticate": challenge})

    auth = httpx.DigestAuth("user", "password")
    monkeypatch.setattr(auth, "_get_client_nonce", lambda nonce_count, nonce: b"mine")
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        sent = client.get("http://example.org/", auth=auth).request
    assert 'cnonce="mine"' in sent.headers["Authorization"]


# Streams


class BothSides(httpx._content.IteratorByteStream, httpx._content.AsyncIteratorByteStream):
    """A subclass of both streams at once, as mocks make one for either client."""

    def __init__(self, chunks: list[bytes]) -> None:
        class Stream:
            def __iter__(self) -> Iterator[bytes]:
                yield from chunks

            async def __aiter__(self) -> AsyncIterator[bytes]:
                for chunk in chunks:
                    yield chunk

        httpx._content.IteratorByteStream.__init__(self, stream=Stream())
        httpx._content.AsyncIteratorByteStream.__init__(self, stream=Stream())


async def test_a_stream_may_be_both_an_iterator_and_an_async_one(colour: Any) -> None:
    transport = httpx.MockTransport(
        lambda request: httpx.Response(200, stream=BothSides([b"a", b"b"]))
    )
    async with colour.client(transport=transport) as client:
        response = await client.get("http://example.org/")
    assert b"ab" == response.content


def test_a_multipart_body_can_be_built_for_comparison() -> None:
    stream = httpx._multipart.MultipartStream(
        data={"title": "x"}, files={"file": b"hello"}, boundary=b"limit"
    )
    body = b"".join(stream)
    assert body.startswith(b"--limit\r\n")
    assert body.endswith(b"--limit--\r\n")
    assert b'name="title"\r\n\r\nx\r\n' in body


# What is built on httpcore, by others


class PoolTimeout(Exception):
    """Stands for httpcore's, whose name and module are all that is looked at."""

    __module__ = "httpcore"


class SlowPool(PoolTimeout):
    """A subclass of it, made by somebody else."""


class ConnectionNotAvailable(Exception):
    __module__ = "httpcore._exceptions"


map_httpcore_exceptions = httpx._transports.default.map_httpcore_exceptions


@pytest.mark.parametrize("cls", [PoolTimeout, SlowPool])
def test_an_exception_of_httpcore_becomes_ours(cls: type[Exception]) -> None:
    raised = cls("no connection was free")
    with (
        pytest.raises(httpx.PoolTimeout, match="no connection was free") as caught,
        map_httpcore_exceptions(),
    ):
        raise raised
    assert raised is caught.value.__cause__


def test_an_exception_of_httpcore_without_a_message_gets_one() -> None:
    with pytest.raises(httpx.PoolTimeout, match="PoolTimeout"), map_httpcore_exceptions():
        raise PoolTimeout


@pytest.mark.parametrize("raised", [httpx.ReadTimeout("ours"), ValueError("x")])
def test_other_exceptions_pass(raised: Exception) -> None:
    with pytest.raises(type(raised)) as caught, map_httpcore_exceptions():
        raise raised
    assert raised is caught.value


def test_an_exception_of_httpcore_without_a_counterpart_passes() -> None:
    with pytest.raises(ConnectionNotAvailable), map_httpcore_exceptions():
        raise ConnectionNotAvailable


def test_a_stream_of_httpcore_is_shown_as_ours() -> None:
    closed = []

    class Stream:
        def __iter__(self) -> Iterator[bytes]:
            yield b"one"
            raise PoolTimeout("then nothing")

        def close(self) -> None:
            closed.append(True)

    stream = httpx._transports.default.ResponseStream(Stream())
    chunks = iter(stream)
    assert b"one" == next(chunks)
    with pytest.raises(httpx.PoolTimeout):
        next(chunks)
    stream.close()
    assert [True] == closed


async def test_an_async_stream_of_httpcore_is_shown_as_ours(async_colour: Any) -> None:
    closed = []

    class Stream:
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"one"
            yield b"two"

        async def aclose(self) -> None:
            closed.append(True)

    stream = httpx._transports.default.AsyncResponseStream(Stream())
    assert [b"one", b"two"] == [chunk async for chunk in stream]
    await stream.aclose()
    assert [True] == closed


# The old parser


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://u:p@EXAMPLE.org:443/a b?x=1#f",
            ("https", "u:p", "example.org", None, "/a%20b", "x=1", "f"),
        ),
        ("http://[::1]:8080", ("http", "", "::1", 8080, "", None, None)),
        ("/p?", ("", "", "", None, "/p", "", None)),
        ("mailto:a@b", ("mailto", "", "", None, "a@b", None, None)),
    ],
)
def test_a_url_is_parsed_into_a_tuple(url: str, expected: tuple[object, ...]) -> None:
    assert expected == tuple(httpx._urlparse.urlparse(url))


def test_a_parsed_url_has_an_authority_and_can_be_composed_again() -> None:
    parsed = httpx._urlparse.urlparse("http://u:p@[::1]:8080/p?q#f")
    assert ("u:p@[::1]:8080", "[::1]:8080") == (parsed.authority, parsed.netloc)
    assert "http://u:p@[::1]:8080/p?q#f" == str(parsed)
    assert "http://u:p@[::1]:8080/other?q#f" == str(parsed.copy_with(path="/other"))


def test_the_owners_of_what_is_patched_are_the_public_classes() -> None:
    assert httpx_core.Response is httpx._models.Response
    assert httpx_auth.DigestAuth is httpx._auth.DigestAuth
    assert httpx_transports.HTTPTransport is httpx._transports.default.HTTPTransport


def test_request_context_attaches_a_request_to_an_error_that_has_none() -> None:
    from httpx._exceptions import request_context

    first, second = httpx.Request("GET", "http://a.test/"), httpx.Request("GET", "http://b.test/")
    error = httpx.ReadError("reset")
    for given in (None, first, second):
        with pytest.raises(httpx.ReadError), request_context(given):
            raise error
        if given is not None:
            assert first is error.request
    with request_context(first):
        pass


def test_a_stream_of_httpcore_need_not_have_close() -> None:
    import asyncio

    stream = httpx._transports.default.ResponseStream([b"a"])
    assert [b"a"] == list(stream)
    stream.close()
    asyncio.run(httpx._transports.default.AsyncResponseStream(stream).aclose())

"""Code as users write it, which strict type checkers must accept: `hatch run types` (mypy) and
`hatch run typing:check` (pyright) read this folder.

It is run as a test as well, since what is checked and never run may be wrong in another way.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator, Mapping
from typing import IO, Any

import httpx
import httpx_auth
import httpx_core
import httpx_transports


def app(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"path": request.url.path}, headers={"X-Answer": "yes"})


class Wrapping(httpx.BaseTransport):
    """A transport of a user's own."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self.inner.handle_request(request)

    def close(self) -> None:
        self.inner.close()


class AsyncWrapping(httpx.AsyncBaseTransport):
    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self.inner.handle_async_request(request)


class Signing(httpx.Auth):
    """An authentication of a user's own."""

    requires_request_body = True

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["X-Signature"] = str(len(request.content))
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:  # pyright: ignore[reportUnnecessaryComparison]  # it takes value and phrase for the value
            yield request


class AsyncSigning(httpx.Auth):
    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        request.headers["X-Signature"] = "async"
        yield request


class Chunks(httpx.SyncByteStream):
    """A body of a user's own."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"one"

    def close(self) -> None: ...


class AsyncChunks(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"one"

    async def aclose(self) -> None: ...


def log(request: httpx.Request) -> None:
    request.extensions["seen"] = True


def check(response: httpx.Response) -> None:
    response.raise_for_status()


def signed(request: httpx.Request) -> httpx.Request:
    return request


def every_argument_of_a_client() -> httpx.Client:
    return httpx.Client(
        auth=("user", "password"),
        params={"page": 1, "tags": ["a", "b"], "draft": None, "all": True},
        headers=[("Accept", "text/html"), ("Accept", "*/*")],
        cookies={"session": "5f2a"},
        verify=True,
        cert=None,
        trust_env=False,
        http1=True,
        http2=False,
        proxy=None,
        mounts={"all://*.example.org": Wrapping(httpx.MockTransport(app)), "all://plain": None},
        timeout=httpx.Timeout(5.0, connect=3.0, total=30.0),
        follow_redirects=True,
        limits=httpx.Limits(max_connections=10, keepalive_expiry=None),
        max_redirects=5,
        event_hooks={"request": [log], "response": [check]},
        base_url=httpx.URL("https://example.org"),
        transport=httpx.MockTransport(app),
        default_encoding=lambda content: "utf-8",
    )


def every_kind_of_body(client: httpx.Client, file: IO[bytes]) -> list[httpx.Response]:
    def chunks() -> Iterator[bytes]:
        yield b"chunk"

    files: Mapping[str, tuple[str, IO[bytes], str]] = {"file": ("name.txt", file, "text/plain")}
    return [
        client.post("/", content=b"bytes"),
        client.post("/", content="text"),
        client.post("/", content=chunks()),
        client.post("/", data={"name": ["one", "two"]}),
        client.post("/", json={"anything": [1, None]}),
        client.post("/", files=files),
        client.post("/", files=[("file", b"content"), ("file", ("name", "text"))]),
        client.get("/", json={"a": "body"}),
    ]


def what_a_response_tells(response: httpx.Response) -> None:
    status: int = response.status_code
    content: bytes = response.content
    text: str = response.text
    anything: Any = response.json()
    header: str = response.headers["X-Answer"]
    maybe: str | None = response.headers.get("X-Other")
    history: list[httpx.Response] = response.history
    url: httpx.URL = response.url
    port: int | None = url.port
    same: httpx.Response = response.raise_for_status()
    cookie: str | None = response.cookies.get("session")
    seconds: float = response.elapsed.total_seconds()
    assert (status, header, maybe, history, port, cookie) == (200, "yes", None, [], None, None)
    assert (content.decode(), same) == (text, response)
    assert anything == {"path": "/users"}
    assert seconds >= 0


def with_a_default(
    client: httpx.Client,
    *,
    timeout: httpx_core.TimeoutTypes | httpx.UseClientDefault = httpx.USE_CLIENT_DEFAULT,
    auth: httpx_auth.AuthTypes | httpx.UseClientDefault | None = httpx.USE_CLIENT_DEFAULT,
    headers: httpx_core.HeaderTypes | None = None,
    params: httpx_core.QueryParamTypes | None = None,
) -> httpx.Response:
    """A wrapper that hands arguments through, by the public aliases."""
    return client.get("/users", timeout=timeout, auth=auth, headers=headers, params=params)


def with_aliases(
    proxy: httpx_transports.ProxyTypes | None, cert: httpx_transports.CertTypes | None
) -> httpx.HTTPTransport:
    return httpx.HTTPTransport(proxy=proxy, cert=cert)


def test_a_sync_program_runs() -> None:
    import io

    with every_argument_of_a_client() as client:
        what_a_response_tells(client.get("/users"))
        assert 8 == len(every_kind_of_body(client, io.BytesIO(b"content")))
        assert with_a_default(client, timeout=None, auth=signed).is_success
        assert with_a_default(client, auth=Signing(), params=[("page", "2")]).is_success
        with client.stream("GET", "/stream") as response:
            lines: list[str] = list(response.iter_lines())
        assert ['{"path":"/stream"}'] == lines
        request: httpx.Request = client.build_request("GET", "/sent", extensions={"trace": None})
        assert client.send(request, stream=False).is_success
    with_aliases("http://proxy.example.org:3128", None).close()


def test_an_async_program_runs() -> None:
    async def main() -> None:
        transport = AsyncWrapping(httpx.MockTransport(app))
        async with httpx.AsyncClient(
            transport=transport, base_url="https://example.org", auth=AsyncSigning()
        ) as client:
            response: httpx.Response = await client.post("/", content=AsyncChunks())
            assert "async" == response.request.headers["X-Signature"]
            async with client.stream("GET", "/stream") as streamed:
                chunks: list[bytes] = [chunk async for chunk in streamed.aiter_bytes()]
            assert [b'{"path":"/stream"}'] == chunks

    asyncio.run(main())


def test_errors_have_their_attributes() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("Connecting to example.org:443 timed out.", request=request)

    handler: Callable[[httpx.Request], httpx.Response] = fail
    try:
        httpx.Client(transport=httpx.MockTransport(handler)).get("https://example.org/")
    except httpx.TimeoutException as exc:
        request: httpx.Request = exc.request
        assert "example.org" == request.url.host
    try:
        httpx.Response(404, request=httpx.Request("GET", "https://example.org/")).raise_for_status()
    except httpx.HTTPStatusError as error:
        status: int = error.response.status_code
        assert 404 == status


def test_a_body_of_ones_own_is_sent() -> None:
    with httpx.Client(transport=httpx.MockTransport(app)) as client:
        request = httpx.Request("POST", "https://example.org/", stream=Chunks())
        assert client.send(request).is_success

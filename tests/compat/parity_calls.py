"""The calls: expressions over httpx's public interface, and what they are evaluated with.

Nothing but the standard library and httpx is imported, since this runs in both environments.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import os
import re
import warnings
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

from tests.support.http_server import HTTPServer
from tests.support.proxy_server import ProxyServer

import httpx

TABLE = Path(__file__).with_name("parity_calls.txt")


def outcomes() -> dict[str, str]:
    """What each call gives, by call."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            del os.environ[name]
    with HTTPServer() as server, HTTPServer() as other, ProxyServer() as proxy:
        hide = {server.url: "SERVER", other.url: "OTHER", f":{server.port}": ":PORT"}
        hide[f":{other.port}"] = ":OTHERPORT"
        hide[f":{proxy.port}"] = ":PROXYPORT"
        names = namespace(server.url, other.url, f"http://127.0.0.1:{proxy.port}")
        found = {call: evaluate(call, names) for call in calls()}
    for text, name in hide.items():
        found = {call: outcome.replace(text, name) for call, outcome in found.items()}
    return found


def calls() -> list[str]:
    """The lines of the table that are neither empty nor comments."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def evaluate(call: str, names: dict[str, Any]) -> str:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            outcome = repr(eval(call, dict(names)))
        except Exception as exc:
            outcome = f"raises {type(exc).__name__}"
    kinds = sorted({w.category.__name__ for w in caught if w.category is not ResourceWarning})
    outcome = re.sub(" at 0x[0-9a-f]+", "", outcome.replace(httpx.__version__, "VERSION"))
    return f"{outcome} warns {kinds}" if kinds else outcome


def namespace(server: str, other: str, proxy: str) -> dict[str, Any]:
    """What the calls may use."""
    names = {name: getattr(httpx, name) for name in httpx.__all__}
    own: list[Callable[..., Any]] = [sent, via, follow, asynchronous, streamed, gz, parts, agen]
    own += [attributes, environ, streaming]
    names.update({function.__name__: function for function in own})
    return {
        **names,
        "httpx": httpx,
        "io": io,
        "zlib": zlib,
        "gzip": gzip,
        "os": os,
        "SERVER": server,
        "OTHER": other,
        "PROXY": proxy,
    }


def attributes(thing: Any, *names: str) -> list[Any]:
    """Some attributes of a thing; of one that raises, the exception's class."""
    found: list[Any] = []
    for name in names:
        try:
            value = getattr(thing, name)
            found.append(value() if callable(value) else value)
        except Exception as exc:
            found.append(type(exc).__name__)
    return found


def gz(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def parts(*chunks: bytes) -> Iterator[bytes]:
    yield from chunks


async def agen(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def shown(request: httpx.Request) -> list[Any]:
    """A request as it goes out: method, URL, header fields, body."""
    # Which codings there are depends on the packages of the environment.
    fields = [
        f"{name}: {'CODINGS' if name == 'accept-encoding' else value}"
        for name, value in request.headers.multi_items()
    ]
    return [request.method, str(request.url), fields, request.content]


def sent(method: str, url: Any, client: dict[str, Any] | None = None, **kwargs: Any) -> list[Any]:
    """What a client made with the settings `client` sends for this call."""
    requests: list[list[Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(shown(request))
        return httpx.Response(200)

    with httpx.Client(transport=httpx.MockTransport(answer), **(client or {})) as made:
        made.request(method, url, **kwargs)
    return requests[0]


def via(settings: dict[str, Any], url: str, method: str = "GET", **kwargs: Any) -> list[Any]:
    """What a client over the network gets: status, URL, history and body."""
    with httpx.Client(**settings) as client:
        response = client.request(method, url, **kwargs)
    history = [r.status_code for r in response.history]
    return [response.status_code, str(response.url), history, response.content]


def streaming(url: str, action: Callable[[httpx.Client, httpx.Response], Any]) -> Any:
    """What is done while a response is streamed through a pool of one connection."""
    limits, timeout = httpx.Limits(max_connections=1), httpx.Timeout(5, pool=0.01)
    with (
        httpx.Client(limits=limits, timeout=timeout) as client,
        client.stream("GET", url) as response,
    ):
        return action(client, response)


def follow(
    status: int, location: str, method: str = "GET", url: str = "http://a.test/dir/f?x=1", **kw: Any
) -> list[Any]:
    """The request after one redirect: method, URL, some header fields, body."""
    settings = kw.pop("client", {})
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if len(seen) == 1:
            return httpx.Response(status, headers=[(b"Location", location.encode())])
        return httpx.Response(200)

    transport = httpx.MockTransport(answer)
    with httpx.Client(transport=transport, follow_redirects=True, **settings) as client:
        client.request(method, url, **kw)
    last = seen[-1]
    names = ("host", "authorization", "cookie", "proxy-authorization", "content-length")
    fields = {name: last.headers[name] for name in names if name in last.headers}
    return [last.method, str(last.url), fields, last.content]


def streamed(response: httpx.Response, method: str, *args: Any) -> list[Any]:
    """What an iterator of a response yields, and whether the response is closed then."""
    return [list(getattr(response, method)(*args)), response.is_closed]


def asynchronous(url: str, method: str = "GET", **kwargs: Any) -> list[Any]:
    """`via`, on the async side."""
    settings = kwargs.pop("client", {})

    async def main() -> list[Any]:
        async with httpx.AsyncClient(**settings) as client:
            response = await client.request(method, url, **kwargs)
        history = [r.status_code for r in response.history]
        return [response.status_code, str(response.url), history, response.content]

    return asyncio.run(main())


def environ(url: str, **variables: str) -> str:
    """What the environment makes of a URL: the status that comes, through which proxy it came."""
    os.environ.update(variables)
    try:
        with httpx.Client(timeout=5) as client:
            transport = client._transport_for_url(httpx.URL(url))
            return "direct" if transport is client._transport else "proxied"
    finally:
        for name in variables:
            del os.environ[name]

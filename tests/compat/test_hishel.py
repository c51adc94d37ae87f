"""hishel caches by transports around httpx's."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import hishel
import hishel.httpx
from tests.support.messages import ReceivedRequest, Reply

import httpx


def answers(request: ReceivedRequest) -> Reply:
    if request.header("if-none-match") == '"v1"':
        return Reply(304, headers=[("ETag", '"v1"'), ("Cache-Control", "max-age=0")])
    headers = [("ETag", '"v1"'), ("Cache-Control", request.query["control"])]
    return Reply(200, b"cached body", headers)


def test_a_fresh_answer_comes_from_the_cache(server: Any, tmp_path: Path) -> None:
    url = server.add("/cached", answers) + "?control=max-age=60"
    storage = hishel.SqliteStorage(database_path=tmp_path / "cache.db")
    transport = hishel.httpx.CacheTransport(httpx.HTTPTransport(), storage=storage, rfc=True)
    with httpx.Client(transport=transport) as client:
        first, second = client.get(url), client.get(url)
    assert [b"cached body"] * 2 == [first.content, second.content]
    assert [False, True] == [r.extensions["caching"]["from_cache"] for r in (first, second)]
    assert 1 == len(server.requests)


def test_a_stale_answer_is_revalidated(server: Any, tmp_path: Path) -> None:
    url = server.add("/stale", answers) + "?control=max-age=0"
    storage = hishel.SqliteStorage(database_path=tmp_path / "cache.db")
    transport = hishel.httpx.CacheTransport(httpx.HTTPTransport(), storage=storage, rfc=True)
    with httpx.Client(transport=transport) as client:
        assert [b"cached body"] * 2 == [client.get(url).content for _ in range(2)]
    assert [None, '"v1"'] == [request.header("if-none-match") for request in server.requests]


def test_the_cache_client_caches_a_compressed_answer(server: Any, tmp_path: Path) -> None:
    storage = hishel.SqliteStorage(database_path=tmp_path / "cache.db")
    with hishel.httpx.CacheClient(storage=storage) as client:
        for _ in range(2):
            assert {"gzipped": True} == client.get(server.url + "/gzip").json()
    assert 1 == len(server.requests)


def test_the_async_transport_caches(server: Any, tmp_path: Path) -> None:
    url = server.add("/cached", answers) + "?control=max-age=60"

    async def main() -> None:
        storage = hishel.AsyncSqliteStorage(database_path=tmp_path / "cache.db")
        inner = httpx.AsyncHTTPTransport()
        transport = hishel.httpx.AsyncCacheTransport(inner, storage=storage, rfc=True)
        async with httpx.AsyncClient(transport=transport) as client:
            for _ in range(2):
                assert b"cached body" == (await client.get(url)).content

    asyncio.run(main())
    assert 1 == len(server.requests)

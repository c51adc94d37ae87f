"""vcrpy records and replays: version 7 by the clients' `_send_single_request`, later ones by transports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import vcr

import httpx


@pytest.fixture
def cassette(tmp_path: Path) -> str:
    return str(tmp_path / "cassette.yaml")


async def test_what_was_recorded_is_replayed_without_the_server(
    colour: Any, server: Any, cassette: str
) -> None:
    async def talk() -> list[Any]:
        async with colour.client(follow_redirects=True) as client:
            found = [
                await client.get(server.url + "/bytes/20"),
                await client.post(server.url + "/echo", json={"a": 1}),
                await client.get(server.url + "/gzip"),
                await client.get(server.url + "/redirect", params={"to": "/chunked/3000"}),
            ]
        return [(r.status_code, r.content, str(r.url), len(r.history)) for r in found]

    with vcr.use_cassette(cassette, record_mode="once"):
        recorded = await talk()
    assert 5 == len(server.requests)
    with vcr.use_cassette(cassette, record_mode="none") as tape:
        assert recorded == await talk()
        assert 5 == tape.play_count
    assert 5 == len(server.requests)


async def test_a_cookie_that_was_recorded_is_kept_by_the_client(
    colour: Any, server: Any, cassette: str
) -> None:
    for _ in range(2):
        with vcr.use_cassette(cassette, record_mode="once"):
            async with colour.client() as client:
                await client.get(server.url + "/set-cookie?a=1")
                assert {"a": "1"} == dict(client.cookies)
    assert 1 == len(server.requests)


async def test_what_was_not_recorded_is_refused(colour: Any, server: Any, cassette: str) -> None:
    with vcr.use_cassette(cassette, record_mode="none"):
        async with colour.client() as client:
            with pytest.raises(vcr.errors.CannotOverwriteExistingCassetteException):
                await client.get(server.url + "/bytes/1")
    assert [] == server.requests


def test_httpx_is_itself_again_afterwards(server: Any, cassette: str) -> None:
    with vcr.use_cassette(cassette):
        pass
    with httpx.Client() as client:
        assert b"0" == client.get(server.url + "/bytes/1").content

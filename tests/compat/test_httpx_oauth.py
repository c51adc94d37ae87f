"""httpx-oauth gets tokens and profiles by AsyncClient."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs

import pytest
from httpx_oauth.oauth2 import GetAccessTokenError, OAuth2
from tests.support.messages import ReceivedRequest, Reply


def token(request: ReceivedRequest) -> Reply:
    form = {key: values[0] for key, values in parse_qs(request.body.decode()).items()}
    if form.get("code") == "bad":
        return Reply.json({"error": "invalid_grant"}, 400)
    return Reply.json({"access_token": "t1", "token_type": "bearer", "got": form})


def test_a_code_becomes_a_token_and_a_refusal_an_error_of_theirs(server: Any) -> None:
    client = OAuth2("id", "secret", server.url + "/authorize", server.add("/token", token))

    async def main() -> None:
        found = await client.get_access_token("good", "https://app.test/back")
        assert "t1" == found["access_token"]
        assert "authorization_code" == found["got"]["grant_type"]
        with pytest.raises(GetAccessTokenError):
            await client.get_access_token("bad", "https://app.test/back")

    asyncio.run(main())

"""Authentication by the client: where credentials come from, flows, and what they never do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any

import pytest
from tests.support.messages import ReceivedRequest, Reply

import httpx

BASIC = "Basic dXNlcjpzZWNyZXQ="  # user:secret


def echo(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, text=request.headers.get("authorization", ""))


ECHO = httpx.MockTransport(echo)


def by_function(request: httpx.Request) -> httpx.Request:
    request.headers["Authorization"] = "by function"
    return request


class TokenAuth(httpx.Auth):
    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = "by class"
        yield request


# of the client, of the request, the URL's userinfo, what is sent
SOURCES: list[tuple[Any, Any, str, str]] = [
    (None, httpx.USE_CLIENT_DEFAULT, "", ""),
    (("user", "secret"), httpx.USE_CLIENT_DEFAULT, "", BASIC),
    ((b"user", b"secret"), httpx.USE_CLIENT_DEFAULT, "", BASIC),
    (None, ("user", "secret"), "", BASIC),
    (None, httpx.BasicAuth("user", "secret"), "", BASIC),
    (None, by_function, "", "by function"),
    (None, TokenAuth(), "", "by class"),
    (("other", "x"), ("user", "secret"), "", BASIC),
    (("user", "secret"), None, "", ""),
    (None, httpx.USE_CLIENT_DEFAULT, "user:secret@", BASIC),
    (None, httpx.USE_CLIENT_DEFAULT, "us%65r:secr%65t@", BASIC),
    (None, None, "user:secret@", BASIC),
    (TokenAuth(), httpx.USE_CLIENT_DEFAULT, "user:secret@", "by class"),
    (None, by_function, "user:secret@", "by function"),
]


@pytest.mark.parametrize(("of_client", "of_request", "userinfo", "expected"), SOURCES)
async def test_the_credentials_are_those(
    colour: Any, of_client: Any, of_request: Any, userinfo: str, expected: str
) -> None:
    async with colour.client(transport=ECHO, auth=of_client) as client:
        response = await client.get(f"http://{userinfo}a.test/", auth=of_request)
    assert expected == response.text


@pytest.mark.parametrize("auth", [5, "user:secret", object(), ("secret",), ()])
def test_what_cannot_authenticate_is_refused_and_not_shown(auth: Any) -> None:
    with pytest.raises(TypeError, match='Invalid "auth" argument') as caught:
        httpx.Client(auth=auth)
    assert "secret" not in str(caught.value)


def test_the_auth_of_a_client_can_be_changed() -> None:
    client = httpx.Client(transport=ECHO, auth=("a", "b"))
    client.auth = ("user", "secret")  # type: ignore[assignment]  # the setter takes what `auth=` takes
    assert isinstance(client.auth, httpx.BasicAuth)
    assert BASIC == client.get("http://a.test/").text


async def test_netrc_gives_the_login_of_the_host(colour: Any, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine a.test\nlogin user\npassword secret\n")
    netrc.chmod(0o600)
    async with colour.client(transport=ECHO, auth=httpx.NetRCAuth(str(netrc))) as client:
        assert BASIC == (await client.get("http://a.test/")).text
        assert "" == (await client.get("http://b.test/")).text


async def test_userinfo_is_answered_by_a_real_server(colour: Any, server: Any) -> None:
    url = httpx.URL(server.url + "/basic-auth/user/secret")
    async with colour.client() as client:
        assert 401 == (await client.get(url)).status_code
        url = url.copy_with(username="user", password="secret")
        assert {"user": "user"} == (await client.get(url)).json()


# Flows of several requests


class Exchange(httpx.Auth):
    """Asks for a token first, and then sends the request with it."""

    requires_response_body = True

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        response = yield httpx.Request("POST", "http://a.test/token")
        request.headers["Authorization"] = response.text
        yield request


async def test_a_flow_may_send_requests_of_its_own(colour: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text="t1") if request.url.path == "/token" else echo(request)

    async with colour.client(transport=httpx.MockTransport(answer)) as client:
        response = await client.get("http://a.test/", auth=Exchange())
    assert "t1" == response.text
    assert ["/token"] == [r.url.path for r in response.history]


async def test_a_request_of_the_flows_own_has_the_limits_of_the_first(colour: Any) -> None:
    seen: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"]["read"])
        return httpx.Response(200)

    async with colour.client(transport=httpx.MockTransport(answer)) as client:
        await client.get("http://a.test/", auth=Exchange(), timeout=7)
    assert [7, 7] == seen


class Retrying(httpx.Auth):
    def __init__(self, times: int) -> None:
        self.times = times

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        for number in range(self.times):
            request.headers["Authorization"] = str(number)
            response = yield request
            if response.status_code != 401:
                return


async def test_the_history_holds_what_the_flow_gave_up_and_the_last_redirects(colour: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/":
            return httpx.Response(302, headers={"Location": "/home"})
        ok = request.headers["authorization"] == "2"
        return httpx.Response(200 if ok else 401, text=request.headers["authorization"])

    async with colour.client(
        transport=httpx.MockTransport(answer), follow_redirects=True
    ) as client:
        response = await client.get("http://a.test/", auth=Retrying(3))
    assert [401, 401, 302] == [r.status_code for r in response.history]
    assert "2" == response.text


async def test_a_flow_that_never_ends_is_no_reason_to_fail(colour: Any) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(401))
    async with colour.client(transport=transport) as client:
        response = await client.get("http://a.test/", auth=Retrying(5))
    assert (401, 4) == (response.status_code, len(response.history))


async def test_a_flow_may_be_written_for_one_side(colour: Any) -> None:
    class Own(httpx.Auth):
        def sync_auth_flow(
            self, request: httpx.Request
        ) -> Generator[httpx.Request, httpx.Response, None]:
            request.headers["Authorization"] = "sync"
            yield request

        async def async_auth_flow(
            self, request: httpx.Request
        ) -> AsyncGenerator[httpx.Request, httpx.Response]:
            await colour.checkpoint()
            request.headers["Authorization"] = "async"
            yield request

    async with colour.client(transport=ECHO) as client:
        response = await client.get("http://a.test/", auth=Own())
    assert ("async" if colour.is_async else "sync") == response.text


async def test_an_error_of_the_flow_closes_the_response_and_reaches_the_caller(
    colour: Any, server: Any
) -> None:
    class Broken(httpx.Auth):
        def auth_flow(
            self, request: httpx.Request
        ) -> Generator[httpx.Request, httpx.Response, None]:
            yield request
            raise KeyError("broken flow")

    async with colour.client(auth=Broken()) as client:
        with pytest.raises(KeyError, match="broken flow"):
            await client.get(server.url + "/bytes/3000000")
        assert 0 == client.stats()[server.url].active


async def test_an_error_of_the_network_reaches_the_flow_first(colour: Any) -> None:
    ended = []

    class Watching(httpx.Auth):
        def auth_flow(
            self, request: httpx.Request
        ) -> Generator[httpx.Request, httpx.Response, None]:
            try:
                yield request
            finally:
                ended.append(True)

    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no way")

    async with colour.client(transport=httpx.MockTransport(fail)) as client:
        with pytest.raises(httpx.ConnectError, match="no way"):
            await client.get("http://a.test/", auth=Watching())
    assert [True] == ended


async def test_a_body_that_can_be_had_once_is_not_sent_empty_the_second_time(
    colour: Any, server: Any
) -> None:
    server.add("/guarded", lambda request: Reply(401))
    async with colour.client(auth=Retrying(2)) as client:
        with pytest.raises(httpx.StreamConsumed):
            await client.post(server.url + "/guarded", content=colour.body([b"abc"]))
    assert 1 == len(server.requests)


async def test_a_long_body_of_a_challenge_costs_its_connection(colour: Any, server: Any) -> None:
    server.add("/guarded", lambda request: Reply(401, b"x" * 1_000_000))
    async with colour.client(auth=Retrying(2)) as client:
        response = await client.get(server.url + "/guarded")
        assert 2 == client.stats()[server.url].opened
    assert 1_000_000 == len(response.content)


# Digest against a server that checks it (RFC 7616)


def digest_server(request: ReceivedRequest) -> Reply:
    challenge = 'Digest realm="r", nonce="n1", qop="auth", algorithm=SHA-256, opaque="o"'
    given = request.header("authorization") or ""
    fields = dict(re.findall(r'(\w+)="?([^",]+)"?', given))

    def sha256(*parts: str) -> str:
        return hashlib.sha256(":".join(parts).encode()).hexdigest()

    if given.startswith("Digest "):
        expected = sha256(
            sha256("user", "r", "secret"),
            fields["nonce"],
            fields["nc"],
            fields["cnonce"],
            fields["qop"],
            sha256(request.method, request.target),
        )
        if fields["response"] == expected and fields["uri"] == request.target:
            return Reply.json({"nc": fields["nc"], "body": request.body.decode()})
    return Reply(401, b"who are you?", [("WWW-Authenticate", challenge)])


async def test_digest_answers_and_then_goes_ahead(colour: Any, server: Any) -> None:
    url = server.add("/digest", digest_server)
    async with colour.client(auth=httpx.DigestAuth("user", "secret")) as client:
        first = await client.get(url + "?a=b%20c")
        second = await client.post(url, json={"a": 1})
        assert [401] == [r.status_code for r in first.history]
        assert ("00000001", []) == (first.json()["nc"], second.history)
        assert {"nc": "00000002", "body": '{"a":1}'} == second.json()
        assert 1 == client.stats()[server.url].opened


async def test_digest_with_a_wrong_password_is_a_401(colour: Any, server: Any) -> None:
    url = server.add("/digest", digest_server)
    async with colour.client(auth=httpx.DigestAuth("user", "wrong")) as client:
        response = await client.get(url)
    assert 401 == response.status_code
    assert 2 == len(server.requests)


async def test_digest_does_not_answer_another_origin_after_a_redirect(
    colour: Any, server: Any
) -> None:
    from tests.support.http_server import HTTPServer

    with HTTPServer() as other:
        there = other.add("/digest", digest_server)
        url = httpx.URL(server.url + "/redirect", params={"to": there})
        auth = httpx.DigestAuth("user", "secret")
        async with colour.client(auth=auth, follow_redirects=True) as client:
            assert 401 == (await client.get(url)).status_code
        assert [None] == [request.header("authorization") for request in other.requests]


async def test_a_flow_without_a_request_is_named(colour: Any) -> None:
    class Silent(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Any:
            yield from ()

    transport = httpx.MockTransport(lambda request: httpx.Response(200))
    async with colour.client(transport=transport) as client:
        with pytest.raises(RuntimeError, match="The flow of Silent yielded no request"):
            await client.get("http://a.test/", auth=Silent())

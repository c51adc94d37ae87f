"""CONNECT: the pure handshake byte by byte, the runner over real sockets, and whole requests."""

from __future__ import annotations

import base64
import pickle
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.servers import HTTPServer, ProxyServer, RawServer, Reply

from httpx_core import (
    ConnectError,
    ConnectTimeout,
    LocalProtocolError,
    ProxyError,
    Request,
)
from httpx_transports import Proxy
from httpx_transports._attempt import Attempt
from httpx_transports._proxies import negotiate as runner
from httpx_transports._proxies.connect import Connect
from httpx_transports._proxies.negotiate import handshake, negotiate

PROXY = "http://proxy.test:3128"
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


def ask(host="example.org", port=443, headers=(), auth=None):
    return Connect(PROXY, host, port, headers, auth)


# -- what is sent ---------------------------------------------------------------------------------

TARGETS = [
    ("example.org", 443, b"example.org:443"),
    ("example.org", 80, b"example.org:80"),
    ("192.0.2.7", 8443, b"192.0.2.7:8443"),
    ("2001:db8::1", 443, b"[2001:db8::1]:443"),
]


@pytest.mark.parametrize(("host", "port", "target"), TARGETS)
def test_the_target_has_a_port_always_and_is_the_host(host, port, target):
    sent = b"CONNECT %b HTTP/1.1\r\nHost: %b\r\nAccept: */*\r\n\r\n" % (target, target)
    assert sent == ask(host, port).start()


def test_credentials_and_headers_are_sent():
    sent = ask(auth=(b"al:ice", b"p\xc3\xa9"), headers=[(b"X-Team", b"red"), (b"Accept", b"a/b")])
    token = base64.b64encode(b"al:ice:p\xc3\xa9")
    assert (
        b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n"
        b"Proxy-Authorization: Basic %b\r\nX-Team: red\r\nAccept: a/b\r\n\r\n" % token
    ) == sent.start()


def test_a_proxy_authorization_of_the_user_wins():
    sent = ask(auth=(b"u", b"p"), headers=[(b"proxy-authorization", b"Bearer token")]).start()
    assert b"proxy-authorization: Bearer token\r\n" in sent
    assert b"Basic" not in sent


def test_a_host_of_the_user_does_not_change_the_target():
    assert b"evil" not in ask(headers=[(b"Host", b"evil.test")]).start()


@pytest.mark.parametrize("field", [(b"X", b"a\r\nY: b"), (b"X\n", b"a"), (b"X", b"\x00")])
def test_a_header_that_would_break_the_message_is_refused(field):
    with pytest.raises(LocalProtocolError):
        ask(headers=[field])


# -- what is answered -----------------------------------------------------------------------------

ACCEPTED = [
    ESTABLISHED,
    b"HTTP/1.0 200 OK\r\nProxy-Agent: x\r\n\r\n",
    b"HTTP/1.1 299 Whatever\r\n\r\n",
    b"HTTP/1.1 200\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\n" + ESTABLISHED,
]


@pytest.mark.parametrize("answer", ACCEPTED)
def test_any_2xx_makes_the_tunnel(answer):
    connect = ask()
    connect.start()
    assert b"" == connect.receive(answer)
    assert connect.done


@given(data=st.data())
def test_it_does_not_matter_how_the_answer_is_cut(data):
    connect = ask()
    answer = ACCEPTED[-1]
    cuts = [0, *sorted(data.draw(st.sets(st.integers(1, len(answer) - 1), max_size=8)))]
    for start, end in zip(cuts, [*cuts[1:], len(answer)], strict=True):
        assert not connect.done
        connect.receive(answer[start:end])
    assert connect.done


@pytest.mark.parametrize("extra", [b"H", b"HTTP/1.1 200 OK\r\n\r\n", b"\x16\x03\x01"])
def test_bytes_before_the_first_of_ours_are_a_proxy_error(extra):
    with pytest.raises(ProxyError, match="bytes came through the tunnel before anything was sent"):
        ask().receive(ESTABLISHED + extra)


REFUSED = [
    (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\nnever", 403, "Forbidden", b"never"),
    (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", 502, "Bad Gateway", b""),
    (
        b"HTTP/1.1 503 Down\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        503,
        "Down",
        b"abcde",
    ),
    (b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", 302, "Found", b""),
    (b"HTTP/1.1 500 \r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000, 500, "", b"x" * 1024),
    (b"HTTP/1.1 407 Proxy Auth\r\nContent-Length: 1\r\n\r\n?", 407, "Proxy Auth", b"?"),
]


@pytest.mark.parametrize(("answer", "status", "reason", "body"), REFUSED)
def test_a_refusal_is_told_whole(answer, status, reason, body):
    with pytest.raises(ProxyError) as caught:
        ask().receive(answer)
    error = caught.value
    assert (status, reason, body) == (error.status_code, error.reason_phrase, error.body)
    said = f"{status} {reason}".strip()
    assert f"The tunnel to example.org:443 through proxy {PROXY} failed: " in str(error)
    assert f"the proxy answered {said}" in str(error)
    assert error.__dict__ == pickle.loads(pickle.dumps(error)).__dict__


@pytest.mark.parametrize(
    ("auth", "words"), [(None, "were not given"), ((b"u", b"s3cret"), "were refused")]
)
def test_a_407_says_whether_credentials_were_sent(auth, words):
    with pytest.raises(ProxyError, match=f"407 Who .its credentials {words}.") as caught:
        ask(auth=auth).receive(b"HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n")
    assert "s3cret" not in str(caught.value)


def test_a_refusal_framed_by_the_end_of_the_connection_is_told_then():
    connect = ask()
    connect.receive(b"HTTP/1.1 403 No\r\n\r\nbecause")
    assert not connect.done
    with pytest.raises(ProxyError) as caught:
        connect.receive_eof()
    assert (403, b"because") == (caught.value.status_code, caught.value.body)


def test_a_refusal_with_a_broken_body_is_still_that_refusal():
    connect = ask()
    with pytest.raises(ProxyError) as caught:
        connect.receive(b"HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n")
    assert 403 == caught.value.status_code


NONSENSE = [
    b"SSH-2.0-OpenSSH_9.0\r\n\r\n",
    b"\x05\x00",
    b"HTTP/2 200 OK\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nbroken line\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000,
]


@pytest.mark.parametrize("answer", NONSENSE, ids=range(len(NONSENSE)))
def test_an_answer_that_is_none_is_a_proxy_error(answer):
    connect = ask()
    answer += b"\r\n\r\n"
    with pytest.raises(ProxyError) as caught:
        for start in range(0, len(answer), 4096):
            connect.receive(answer[start : start + 4096])
    assert caught.value.status_code is None
    assert PROXY in str(caught.value)


def test_interim_responses_are_bounded():
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    connect = ask()
    connect.receive(interim * 100)
    with pytest.raises(ProxyError, match="more than 100 interim responses"):
        connect.receive(interim)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 20", b"HTTP/1.1 200 OK\r\nA: b\r\n"])
def test_a_proxy_that_closes_before_its_answer_is_a_proxy_error(answer):
    connect = ask()
    if answer:
        connect.receive(answer)
    with pytest.raises(ProxyError, match="closed the connection without a complete answer"):
        connect.receive_eof()


# -- the runner -----------------------------------------------------------------------------------


def attempt(**timeout):
    extensions = {"timeout": timeout} if timeout else {}
    return Attempt(Request("GET", "https://example.org/", extensions=extensions), False)


async def run_against(colour, handler, **timeout):
    """Run a handshake with a proxy that does what `handler` does."""
    with RawServer(handler) as server:
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=5)
        machine = handshake(Proxy(server.url), "example.org", 443)
        await negotiate(stream, machine, attempt(**timeout))


async def test_a_silent_proxy_is_a_connect_timeout(colour, no_leaks):
    with pytest.raises(ConnectTimeout, match=r"The tunnel to example\.org:443 .* http://127.0.0.1"):
        await run_against(
            colour,
            lambda connection, number: (
                connection.recv(1) and connection.recv(9999) and connection.recv(1)
            ),
            connect=0.05,
        )


async def test_a_total_limit_ends_the_handshake_too(colour, no_leaks):
    with pytest.raises(ConnectTimeout):
        await run_against(
            colour,
            lambda connection, number: connection.recv(9999) and connection.recv(1),
            total=0.05,
        )


async def test_the_body_of_a_refusal_is_not_waited_for_long(colour, no_leaks, monkeypatch):
    monkeypatch.setattr(runner, "REFUSAL_WAIT", 0.05)

    def handler(connection, number):
        connection.recv(9999)
        connection.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\nonly")
        connection.recv(1)

    with pytest.raises(ProxyError) as caught:
        await run_against(colour, handler)
    assert (403, b"only") == (caught.value.status_code, caught.value.body)


async def test_a_refusal_that_drips_is_bounded_as_a_whole(colour, no_leaks, monkeypatch):
    monkeypatch.setattr(runner, "REFUSAL_WAIT", 0.1)
    stop = threading.Event()

    def handler(connection, number):
        connection.recv(9999)
        connection.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            connection.sendall(b"x")
            if stop.wait(0.01):
                return

    with pytest.raises(ProxyError) as caught:
        await run_against(colour, handler)
    stop.set()
    assert 0 < len(caught.value.body) < 100


# -- whole requests -------------------------------------------------------------------------------


@pytest.mark.parametrize("proxy_scheme", ["http", "https"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_every_kind_of_proxy_reaches_every_kind_of_origin(
    colour, server, tls_server, authority, no_leaks, proxy_scheme, scheme
):
    origin = server if scheme == "http" else tls_server
    proxy_tls = authority.server_context() if proxy_scheme == "https" else None
    with ProxyServer(ssl_context=proxy_tls, credentials=("user", "s3cret")) as proxy:
        settings = Proxy(
            proxy.url,
            auth=("user", "s3cret"),
            headers={"X-Proxy": "1"},
            ssl_context=authority.client_context() if proxy_tls else None,
        )
        async with colour.transport(proxy=settings, verify=authority.client_context()) as transport:
            for size in (5, 100_000):
                response = await transport.handle(Request("GET", f"{origin.url}/bytes/{size}"))
                assert size == len(await colour.read(response))
    if scheme == "https":
        assert [f"CONNECT {origin.authority}"] == proxy.seen
    else:
        assert [f"GET {origin.url}/bytes/5", f"GET {origin.url}/bytes/100000"] == proxy.seen
    # The proxy's credentials and, through a tunnel, its headers are for the proxy alone.
    assert origin.last.header("proxy-authorization") is None
    assert ("1" if scheme == "http" else None) == origin.last.header("x-proxy")
    assert ["1"] == proxy.requests[0].header_values("x-proxy")


@pytest.mark.parametrize("proxy_scheme", ["http", "https"])
async def test_a_server_in_a_tunnel_is_verified_by_its_own_name(
    colour, tls_server, authority, no_leaks, proxy_scheme
):
    proxy_tls = authority.server_context() if proxy_scheme == "https" else None
    hosts = {"other.test": (tls_server.host, tls_server.port)}
    with ProxyServer(ssl_context=proxy_tls, hosts=hosts) as proxy:
        settings = Proxy(proxy.url, ssl_context=authority.client_context() if proxy_tls else None)
        async with colour.transport(proxy=settings, verify=authority.client_context()) as transport:
            with pytest.raises(ConnectError, match=r"other\.test"):
                await transport.handle(Request("GET", "https://other.test/"))
    assert [] == tls_server.requests


async def test_an_https_proxy_is_verified_by_its_own_name(colour, server, authority, no_leaks):
    with ProxyServer(ssl_context=authority.server_context("proxy.test")) as proxy:
        settings = Proxy(proxy.url, ssl_context=authority.client_context())
        async with colour.transport(proxy=settings) as transport:
            with pytest.raises(ConnectError, match=r"127\.0\.0\.1"):
                await transport.handle(Request("GET", server.url))
    assert [] == proxy.requests


async def test_a_refused_tunnel_is_a_proxy_error_with_the_request(colour, no_leaks):
    with ProxyServer(refusal=Reply(403, b"not from here")) as proxy:
        async with colour.transport(proxy=proxy.url) as transport:
            request = Request("GET", "https://example.org/")
            with pytest.raises(ProxyError, match="403 Forbidden") as caught:
                await transport.handle(request)
    assert request is caught.value.request
    assert b"not from here" == caught.value.body


async def test_wrong_credentials_are_a_407_and_stay_secret(colour, no_leaks):
    with ProxyServer(credentials=("user", "right")) as proxy:
        url = f"http://user:wr0ng@{proxy.authority}"
        async with colour.transport(proxy=url) as transport:
            with pytest.raises(ProxyError, match="407") as caught:
                await transport.handle(Request("GET", "https://example.org/"))
            assert "wr0ng" not in repr(transport.inner) + repr(caught.value)
    assert (407, b"Who are you?") == (caught.value.status_code, caught.value.body)


async def test_the_credentials_of_the_origin_do_not_reach_the_proxy(colour, tls_server, authority):
    with ProxyServer() as proxy:
        verify = authority.client_context()
        async with colour.transport(proxy=proxy.url, verify=verify) as transport:
            headers = {
                "Host": tls_server.authority,
                "Authorization": "Bearer s3cret",
                "Cookie": "a=b",
            }
            request = Request("GET", f"{tls_server.url}/echo", headers=headers)
            await colour.read(await transport.handle(request))
    assert b"s3cret" not in proxy.requests[0].raw_head
    assert proxy.requests[0].header("cookie") is None


async def test_an_unreachable_origin_is_the_proxys_answer(colour, no_leaks):
    with HTTPServer() as gone:
        pass
    with ProxyServer() as proxy:
        async with colour.transport(proxy=proxy.url) as transport:
            with pytest.raises(ProxyError, match="502 Bad Gateway"):
                await transport.handle(Request("GET", f"https://{gone.authority}/"))


async def test_a_tunnel_can_be_cancelled_at_every_point(
    async_colour, tls_server, authority, no_leaks
):
    with ProxyServer(credentials=("user", "s3cret")) as proxy:
        settings = Proxy(proxy.url, auth=("user", "s3cret"))
        verify = authority.client_context()
        async with async_colour.transport(proxy=settings, verify=verify) as transport:

            async def get():
                response = await transport.handle(Request("GET", f"{tls_server.url}/bytes/5"))
                assert b"01234" == await async_colour.read(response)

            n = 1
            while not await async_colour.cancel_at(n, get):
                n += 1
            # The same transport still works.
            await get()


async def test_the_steps_are_traced_by_the_names_of_0_28(colour, tls_server, authority):
    events = []
    with ProxyServer() as proxy:
        trace = colour.callback(lambda name, info: events.append((name, info)))
        verify = authority.client_context()
        async with colour.transport(proxy=proxy.url, verify=verify) as transport:
            request = Request("GET", f"{tls_server.url}/", extensions={"trace": trace})
            await colour.read(await transport.handle(request))
    assert [
        "connection.connect_tcp.started",
        "connection.connect_tcp.complete",
        "http11.send_request_headers.started",
        "http11.send_request_headers.complete",
        "http11.send_request_body.started",
        "http11.send_request_body.complete",
        "http11.receive_response_headers.started",
        "http11.receive_response_headers.complete",
    ] == [name for name, _ in events if not name.startswith("pool.")][:8]
    connect = next(info for name, info in events if name.endswith("request_headers.started"))
    assert "CONNECT" == connect["request"].method

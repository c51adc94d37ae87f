"""SOCKS5: the pure handshake byte by byte, the runner over real sockets, and whole requests."""

from __future__ import annotations

import threading

import pytest
from hyperframe.frame import SettingsFrame
from hypothesis import given
from hypothesis import strategies as st
from tests.support.http2_server import HTTP2Server
from tests.support.servers import RawServer, SOCKSServer, reset

from httpx_core import ConnectError, ConnectTimeout, ProxyError, Request, WriteError
from httpx_transports import HTTPTransport, Proxy
from httpx_transports._attempt import Attempt
from httpx_transports._proxies.negotiate import handshake, negotiate
from httpx_transports._proxies.socks5 import REPLIES, Socks5
from httpx_transports.testing import ScriptedBackend, ScriptedStream

PROXY = "socks5://proxy.test:1080"
BOUND = b"\x01\x7f\x00\x00\x01\x04\x38"


def ask(host="example.org", port=443, auth=None):
    return Socks5(PROXY, host, port, auth)


def exchange(socks, *answers):
    """What the handshake sends, first and after each answer."""
    return [socks.start(), *[socks.receive(answer) for answer in answers]]


ADDRESSES = [
    ("example.org", 443, b"\x03\x0bexample.org\x01\xbb"),
    ("xn--fiqs8s.test", 80, b"\x03\x0fxn--fiqs8s.test\x00\x50"),
    ("192.0.2.7", 8080, b"\x01\xc0\x00\x02\x07\x1f\x90"),
    ("2001:db8::1", 65535, b"\x04\x20\x01\x0d\xb8" + bytes(11) + b"\x01\xff\xff"),
    ("a" * 255, 1, b"\x03\xff" + b"a" * 255 + b"\x00\x01"),
]


@pytest.mark.parametrize(("host", "port", "address"), ADDRESSES)
def test_a_host_is_sent_as_what_it_is(host, port, address):
    socks = ask(host, port)
    sent = exchange(socks, b"\x05\x00", b"\x05\x00\x00" + BOUND)
    assert [b"\x05\x01\x00", b"\x05\x01\x00" + address, b""] == sent
    assert socks.done


def test_credentials_are_sent_when_the_proxy_asks():
    socks = ask(auth=(b"alice", b"s3cret"))
    sent = exchange(socks, b"\x05\x02", b"\x01\x00", b"\x05\x00\x00" + BOUND)
    assert [b"\x05\x01\x02", b"\x01\x05alice\x06s3cret"] == sent[:2]
    assert b"\x05\x01\x00\x03\x0bexample.org\x01\xbb" == sent[2]
    assert socks.done


@pytest.mark.parametrize(
    "bound",
    [BOUND, b"\x04" + bytes(18), b"\x03\x00" + bytes(2), b"\x03\x05hello" + bytes(2)],
    ids=["ipv4", "ipv6", "empty name", "name"],
)
def test_the_bound_address_may_be_of_any_type(bound):
    socks = ask()
    exchange(socks, b"\x05\x00", b"\x05\x00\x00" + bound)
    assert socks.done


@given(data=st.data())
def test_it_does_not_matter_how_the_answers_are_cut(data):
    socks = ask(auth=(b"u", b"p"))
    socks.start()
    sent = []
    for answer in (b"\x05\x02", b"\x01\x00", b"\x05\x00\x00" + BOUND):
        assert not socks.done
        cuts = [*sorted(data.draw(st.sets(st.integers(1, len(answer) - 1)))), len(answer)]
        pieces = [answer[start:end] for start, end in zip([0, *cuts], cuts, strict=False)]
        answers = [socks.receive(piece) for piece in pieces]
        assert not any(answers[:-1])
        sent.append(answers[-1])
    assert [b"\x01\x01u\x01p", b"\x05\x01\x00\x03\x0bexample.org\x01\xbb", b""] == sent
    assert socks.done


@pytest.mark.parametrize("code", [*range(1, 10), 128, 255])
def test_every_reply_code_is_named(code):
    socks = ask()
    with pytest.raises(ProxyError) as caught:
        exchange(socks, b"\x05\x00", bytes([5, code]))
    name = REPLIES.get(code, "unknown reply")
    assert (
        f"The SOCKS5 tunnel to example.org:443 through proxy {PROXY} failed: "
        f"{name} (reply code {code})."
    ) == str(caught.value)
    assert not socks.done


LOGIN = (b"alice", b"s3cret")
WRONG = [
    ("not SOCKS", None, [b"HTTP/1.1 400 Bad"], "does not speak SOCKS5, its answer begins with byte 72"),
    ("SOCKS4", None, [b"\x00\x5a"], "does not speak SOCKS5"),
    ("credentials wanted", None, [b"\x05\xff"], "wants credentials, and none were given"),
    ("none wanted", LOGIN, [b"\x05\xff"], "does not take a username and a password"),
    ("chose none", LOGIN, [b"\x05\x00"], "chose authentication method 0, which was not offered"),
    ("chose login", None, [b"\x05\x02"], "chose authentication method 2, which was not offered"),
    ("chose GSSAPI", None, [b"\x05\x01"], "chose authentication method 1, which was not offered"),
    ("login refused", LOGIN, [b"\x05\x02", b"\x01\x01"], "refused the username and password"),
    ("too much after the method", None, [b"\x05\x00!"], "more bytes than its reply has"),
    ("too much before the login", LOGIN, [b"\x05\x02!"], "more bytes than its reply has"),
    ("too much after the login", LOGIN, [b"\x05\x02", b"\x01\x00!"], "more bytes than its reply"),
    ("reply of another version", None, [b"\x05\x00", b"\x04\x00"], "begins with byte 4"),
    ("unknown address", None, [b"\x05\x00", b"\x05\x00\x00\x02\x00"], "unknown address type 2"),
    ("too much after the reply", None, [b"\x05\x00", b"\x05\x00\x00" + BOUND + b"!"], "more bytes"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("auth", "answers", "message"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_a_wrong_answer_is_a_proxy_error(auth, answers, message):
    socks = ask(auth=auth)
    with pytest.raises(ProxyError, match=message) as caught:
        exchange(socks, *answers)
    assert not socks.done
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "received", [[], [b"\x05"], [b"\x05\x00"], [b"\x05\x00", b"\x05\x00\x00\x01"]]
)
def test_a_proxy_that_closes_is_a_proxy_error(received):
    socks = ask()
    exchange(socks, *received)
    with pytest.raises(ProxyError, match="closed the connection in the middle of the handshake"):
        socks.receive_eof()


TOO_LONG = [
    (("a" * 256, None), "the host name has 256 bytes, and SOCKS5 allows 255"),
    (("a.test", (b"u" * 256, b"p")), "the username has 256 bytes, and SOCKS5 allows 255"),
    (("a.test", (b"u", b"p" * 256)), "the password has 256 bytes, and SOCKS5 allows 255"),
]


@pytest.mark.parametrize(("given_", "message"), TOO_LONG)
def test_what_does_not_fit_in_a_byte_is_refused_before_anything_is_sent(given_, message):
    host, auth = given_
    with pytest.raises(ProxyError, match=message):
        ask(host, 443, auth)


def test_the_longest_credentials_fit():
    socks = ask(auth=(b"u" * 255, b"p" * 255))
    sent = exchange(socks, b"\x05\x02")
    assert b"\x01\xff" + b"u" * 255 + b"\xff" + b"p" * 255 == sent[1]


# -- the runner -----------------------------------------------------------------------------------


def attempt(**timeout):
    extensions = {"timeout": timeout} if timeout else {}
    return Attempt(Request("GET", "https://example.org/", extensions=extensions), False)


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_a_name_is_resolved_by_the_proxy(colour, server, no_leaks, scheme):
    with SOCKSServer(hosts={"only-there.test": (server.host, server.port)}) as socks:
        async with colour.transport(proxy=f"{scheme}://{socks.authority}") as transport:
            request = Request("GET", "http://only-there.test/bytes/10")
            response = await transport.handle(request)
            assert b"0123456789" == await colour.read(response)
            # The tunnel is pooled as any connection is.
            response = await transport.handle(Request("GET", "http://only-there.test/bytes/5"))
            assert b"01234" == await colour.read(response)
    assert [("domain", "only-there.test", 80)] == socks.requests


@pytest.mark.parametrize("bound", [BOUND, b"\x04" + bytes(18), b"\x03\x05hello" + bytes(2)])
def test_no_more_is_read_than_the_message_that_is_due_has(bound):
    socks = ask(auth=(b"u", b"p"))
    reply = b"\x05\x00\x00" + bound
    stream = b"\x05\x02" + b"\x01\x00" + reply + b"of the server"
    socks.start()
    while not socks.done:
        piece, stream = stream[: socks.wanted], stream[socks.wanted :]
        socks.receive(piece)
    assert b"of the server" == stream


async def test_a_server_that_speaks_first_is_heard_behind_the_proxys_reply(colour, no_leaks):
    preface = SettingsFrame(0).serialize()
    with HTTP2Server(greet=False) as server, SOCKSServer(bound=BOUND + preface) as socks:
        async with colour.transport(proxy=socks.url, http1=False, http2=True) as transport:
            response = await transport.handle(Request("GET", server.url + "/bytes/3"))
            assert b"xxx" == await colour.read(response)


async def test_credentials_of_the_url_reach_the_proxy_alone(colour, server):
    with SOCKSServer(credentials=("al ice", "s3cret")) as socks:
        proxy = f"socks5://al%20ice:s3cret@{socks.authority}"
        async with colour.transport(proxy=proxy) as transport:
            response = await transport.handle(Request("GET", server.url + "/echo"))
            await colour.read(response)
    assert [(b"al ice", b"s3cret")] == socks.logins
    assert b"s3cret" not in server.last.raw_head
    assert server.last.header("authorization") is None


async def test_refused_credentials_are_a_proxy_error_with_the_request(colour, server, no_leaks):
    with SOCKSServer(credentials=("alice", "s3cret")) as socks:
        async with colour.transport(proxy=f"socks5://alice:wr0ng@{socks.authority}") as transport:
            request = Request("GET", server.url)
            with pytest.raises(ProxyError, match="refused the username and password") as caught:
                await transport.handle(request)
    assert request is caught.value.request
    assert "wr0ng" not in repr(caught.value)
    assert socks.url in str(caught.value)


async def test_tls_inside_the_tunnel_is_verified(colour, tls_server, authority, no_leaks):
    with SOCKSServer(hosts={"other.test": (tls_server.host, tls_server.port)}) as socks:
        verify = authority.client_context()
        async with colour.transport(proxy=socks.url, verify=verify) as transport:
            response = await transport.handle(Request("GET", f"{tls_server.url}/bytes/3"))
            assert b"012" == await colour.read(response)
            with pytest.raises(ConnectError, match=r"other\.test"):
                await transport.handle(Request("GET", "https://other.test/"))


async def test_a_silent_proxy_is_a_connect_timeout(colour, no_leaks):
    silent = threading.Event()
    with RawServer(lambda connection, number: silent.wait(20)) as server:
        proxy = Proxy(f"socks5://{server.authority}")
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=5)
        with pytest.raises(
            ConnectTimeout, match=r"example\.org:443 was not made in time"
        ) as caught:
            await negotiate(stream, handshake(proxy, "example.org", 443), attempt(connect=0.05))
        silent.set()
    assert str(proxy.url) in str(caught.value)


async def test_the_limit_is_on_the_handshake_and_not_on_each_answer(colour, no_leaks):
    stop = threading.Event()

    def drip(connection, number):
        connection.recv(100)
        connection.sendall(b"\x05\x00")
        connection.recv(100)
        connection.sendall(b"\x05\x00\x00\x03\xff")
        for _ in range(255):
            if stop.wait(0.02):
                return
            connection.sendall(b"x")

    with RawServer(drip) as server:
        proxy = Proxy(f"socks5://{server.authority}")
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=5)
        with pytest.raises(ConnectTimeout):
            await negotiate(stream, handshake(proxy, "example.org", 443), attempt(connect=0.1))
        stop.set()


async def test_a_broken_connection_is_a_proxy_error_with_its_cause(colour, no_leaks):
    def handler(connection, number):
        connection.recv(100)
        reset(connection)

    with RawServer(handler) as server:
        proxy = Proxy(f"socks5://{server.authority}")
        stream = await colour.backend().connect_tcp(server.host, server.port, timeout=5)
        with pytest.raises(ProxyError, match="the connection to the proxy broke") as caught:
            await negotiate(stream, handshake(proxy, "example.org", 443), attempt())
    assert caught.value.__cause__ is not None


async def test_the_handshake_can_be_cancelled_at_every_point(async_colour, server, no_leaks):
    with SOCKSServer(credentials=("u", "p")) as socks:
        proxy = Proxy(f"socks5://u:p@{socks.authority}")

        async def connect():
            stream = await async_colour.backend().connect_tcp(socks.host, socks.port, timeout=5)
            machine = handshake(proxy, server.host, server.port)
            await negotiate(stream, machine, attempt(connect=5))
            stream.close()

        n = 1
        while not await async_colour.cancel_at(n, connect):
            n += 1
        # That the cancelled ones were closed is for no_leaks to see.
        assert n > 3


async def test_the_steps_are_traced_by_the_names_of_0_28(colour, server):
    events = []
    with SOCKSServer() as socks:
        trace = colour.callback(lambda name, info: events.append((name, sorted(info))))
        async with colour.transport(proxy=socks.url) as transport:
            request = Request("GET", server.url, extensions={"trace": trace})
            await colour.read(await transport.handle(request))
    steps = [event for event in events if event[0].startswith("socks.setup")]
    assert [
        ("socks.setup_socks5_connection.started", ["auth", "host", "port", "stream"]),
        ("socks.setup_socks5_connection.complete", ["return_value"]),
    ] == steps


def test_a_refusal_is_traced_as_the_failure_that_is_raised():
    events = []
    request = Request(
        "GET",
        "http://example.org/",
        extensions={"trace": lambda name, info: events.append((name, info))},
    )
    network = ScriptedBackend([ScriptedStream([b"\x05\x00", b"\x05\x02\x00\x01" + bytes(6)])])
    transport = network.installed(HTTPTransport(proxy="socks5://proxy.test"))
    with pytest.raises(ProxyError, match="not allowed") as caught:
        transport.handle_request(request)
    name, info = next(event for event in events if event[0].endswith("connection.failed"))
    assert "socks.setup_socks5_connection.failed" == name
    assert {"exception": caught.value} == info
    assert network.streams[0].closed


@pytest.mark.parametrize(
    ("path", "proxy"),
    [
        ("a" * 256 + ".test", "socks5://proxy.test"),
        ("example.org", "socks5://" + "u" * 256 + ":p@proxy.test"),
    ],
)
def test_what_the_proxys_protocol_cannot_say_closes_the_connection_to_it(path, proxy):
    network = ScriptedBackend([ScriptedStream([])])
    transport = network.installed(HTTPTransport(proxy=proxy))
    with pytest.raises(ProxyError):
        transport.handle_request(Request("GET", f"http://{path}/"))
    assert network.streams[0].closed
    assert b"" == network.streams[0].written


def test_a_proxy_that_closes_in_the_middle_is_a_proxy_error_of_the_request():
    network = ScriptedBackend([ScriptedStream([b"\x05\x00", b"\x05\x00", b""])])
    transport = network.installed(HTTPTransport(proxy="socks5://proxy.test"))
    with pytest.raises(ProxyError, match="in the middle of the handshake"):
        transport.handle_request(Request("GET", "http://example.org/"))
    assert network.streams[0].closed


@pytest.mark.parametrize("at", [1, 2])
def test_a_proxy_that_takes_no_more_is_a_proxy_error_with_its_cause(at):
    broken = ScriptedStream(
        [b"\x05\x00"], fail_write_at=at, write_error=WriteError("The peer is gone.")
    )
    network = ScriptedBackend([broken])
    transport = network.installed(HTTPTransport(proxy="socks5://proxy.test"))
    with pytest.raises(ProxyError, match=r"broke: The peer is gone\.$") as caught:
        transport.handle_request(Request("GET", "http://example.org/"))
    assert broken.write_error is caught.value.__cause__
    assert broken.closed


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_a_socks_proxy_without_a_port_is_reached_at_1080(scheme):
    network = ScriptedBackend([ConnectError("enough")])
    transport = network.installed(HTTPTransport(proxy=f"{scheme}://proxy.test"))
    with pytest.raises(ConnectError, match="enough"):
        transport.handle_request(Request("GET", "http://example.org/"))
    assert [("proxy.test", 1080)] == network.connects

"""The tests' servers, each driven by plain sockets or the standard library."""

from __future__ import annotations

import http.client
import json
import socket
import threading

import pytest
from tests.support.leaks import Leaks
from tests.support.servers import (
    Authority,
    HTTPServer,
    ProxyServer,
    RawServer,
    Reply,
    SOCKSServer,
    pattern,
    reset,
)

pytestmark = pytest.mark.usefixtures("no_leaks")


def get(server, target, method="GET", body=None, headers=None, connection=None):
    own = connection is None
    connection = connection or http.client.HTTPConnection(server.host, server.port, timeout=10)
    try:
        connection.request(method, target, body=body, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.read(), response
    finally:
        if own:
            connection.close()


ROUTES = [
    ("/status/204", 204, b""),
    ("/status/500", 500, b""),
    ("/bytes/50", 200, pattern(50)),
    ("/chunked/2500", 200, pattern(2500)),
    ("/until-close/100", 200, pattern(100)),
    ("/lines/2", 200, b'{"line": 0}\n{"line": 1}\n'),
    ("/trailers", 200, b"body"),
    ("/close", 200, b"closing"),
    ("/nowhere", 404, b""),
]


@pytest.mark.parametrize(("target", "status", "body"), ROUTES)
def test_a_route_answers(target, status, body):
    with HTTPServer() as server:
        assert (status, body) == get(server, target)[:2]


def test_echo_tells_what_came():
    with HTTPServer() as server:
        _, body, _ = get(server, "/echo?a=1", "POST", b"hi", {"X-Case": "Kept"})
    echoed = json.loads(body)
    assert ("POST", "/echo?a=1", "hi") == (echoed["method"], echoed["target"], echoed["body"])
    assert ["X-Case", "Kept"] in echoed["headers"]


def test_a_connection_is_kept_alive():
    with HTTPServer() as server:
        connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
        get(server, "/echo", connection=connection)
        get(server, "/upload", "POST", [b"a", b"bc"], connection=connection)
        connection.close()
    assert [0, 0] == [request.connection for request in server.requests]
    assert [b"a", b"bc"] == server.last.chunks
    assert 1 == server.accepted


def test_held_answers_wait_for_their_release():
    with HTTPServer() as server:
        answers = []
        thread = threading.Thread(target=lambda: answers.append(get(server, "/hold")[1]))
        thread.start()
        assert server.arrived.wait(10)
        assert [] == answers
        server.release.set()
        thread.join()
    assert [b"released"] == answers


def test_a_server_speaks_tls():
    authority = Authority()
    with HTTPServer(ssl_context=authority.server_context()) as server:
        connection = http.client.HTTPSConnection(
            "localhost", server.port, timeout=10, context=authority.client_context()
        )
        assert 200 == get(server, "/echo", connection=connection)[0]
        connection.close()


def test_a_server_listens_on_a_unix_socket(tmp_path):
    path = str(tmp_path / "server.sock")
    with HTTPServer(path=path), socket.socket(socket.AF_UNIX) as peer:
        peer.connect(path)
        peer.sendall(b"GET /bytes/3 HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert peer.recv(4096).endswith(b"\r\n\r\n" + pattern(3))


def test_what_a_handler_raises_fails_the_test():
    def handler(connection, number):
        raise LookupError("a mistake of the test")

    with pytest.raises(LookupError, match="a mistake of the test"), RawServer(handler) as server:
        socket.create_connection((server.host, server.port)).close()
        while not server._failures:
            threading.Event().wait(0.001)


def test_a_handler_that_waits_for_its_peer_is_ended_with_the_server():
    with RawServer(lambda connection, number: connection.recv(1)) as server:
        peer = socket.create_connection((server.host, server.port))
        while not server.open_connections:
            threading.Event().wait(0.001)
    assert b"" == peer.recv(1)
    peer.close()


def test_a_reset_reaches_the_peer():
    with (
        RawServer(lambda connection, number: reset(connection)) as server,
        socket.create_connection((server.host, server.port)) as peer,
        pytest.raises(ConnectionResetError),
    ):
        peer.recv(1)


def test_a_proxy_forwards():
    with HTTPServer() as server, ProxyServer(hosts={"a.test": (server.host, server.port)}) as proxy:
        status, body, _ = get(proxy, "http://a.test/chunked/30?x=1", "POST", b"hello")
    assert (200, pattern(30)) == (status, body)
    assert ["POST http://a.test/chunked/30?x=1"] == proxy.seen
    assert (b"hello", "/chunked/30?x=1") == (server.last.body, server.last.target)


@pytest.mark.parametrize("proxy_tls", [False, True])
def test_a_proxy_makes_a_tunnel(proxy_tls):
    authority = Authority()
    context = authority.server_context() if proxy_tls else None
    with HTTPServer() as server, ProxyServer(ssl_context=context) as proxy:
        if proxy_tls:
            connection = http.client.HTTPSConnection(
                "localhost", proxy.port, timeout=10, context=authority.client_context()
            )
        else:
            connection = http.client.HTTPConnection("localhost", proxy.port, timeout=10)
        connection.connect()
        sock = connection.sock
        sock.sendall(f"CONNECT {server.authority} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert b"HTTP/1.1 200" == sock.recv(4096)[:12]
        assert pattern(3_000_000) == get(server, "/bytes/3000000", connection=connection)[1]
        connection.close()
    assert [f"CONNECT {server.authority}"] == proxy.seen


def test_a_proxy_asks_for_credentials_and_refuses():
    with ProxyServer(credentials=("user", "secret")) as proxy:
        assert 407 == get(proxy, "http://a.test/")[0]
        assert 407 == get(proxy, "http://a.test/", headers={"Proxy-Authorization": "Basic no"})[0]
    with ProxyServer(refusal=Reply(403, b"never")) as proxy:
        assert (403, b"never") == get(proxy, "http://a.test/")[:2]


def socks(proxy, *messages):
    with socket.create_connection((proxy.host, proxy.port), timeout=10) as peer:
        answers = []
        for message in messages:
            peer.sendall(message)
            answers.append(peer.recv(4096))
        return answers


def test_a_socks_proxy_connects_and_carries():
    hosts = {}
    with HTTPServer() as server, SOCKSServer(hosts=hosts) as proxy:
        hosts = proxy.hosts
        hosts["a.test"] = (server.host, server.port)
        answers = socks(
            proxy,
            b"\x05\x01\x00",
            b"\x05\x01\x00\x03\x06a.test\x00\x50",
            b"GET /bytes/5 HTTP/1.1\r\nHost: a\r\n\r\n",
        )
    assert [b"\x05\x00", b"\x05\x00\x00\x01" + bytes(6)] == answers[:2]
    assert answers[2].endswith(b"\r\n\r\n" + pattern(5))
    assert [("domain", "a.test", 80)] == proxy.requests


def test_a_socks_proxy_checks_credentials_and_refuses():
    with SOCKSServer(credentials=("u", "p"), reply=2) as proxy:
        login = b"\x05\x02\x00\x02"
        assert [b"\x05\x02", b"\x01\x01"] == socks(proxy, login, b"\x01\x01u\x01x")
        answers = socks(
            proxy, login, b"\x01\x01u\x01p", b"\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50"
        )
        assert [b"\x05\x02", b"\x01\x00"] == answers[:2]
        assert b"\x05\x02" == answers[2][:2]
        assert [b"\x05\xff"] == socks(proxy, b"\x05\x01\x00")
    assert [(b"u", b"x"), (b"u", b"p")] == proxy.logins
    assert [("ipv4", "127.0.0.1", 80)] == proxy.requests


def test_leaks_are_found():
    leaks = Leaks()
    with socket.socket(), pytest.raises(AssertionError, match="sockets"):
        leaks.check(limit=0)
    leaks.check()

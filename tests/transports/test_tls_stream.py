"""TLS over each backend's streams: certificates, versions, ends, and TLS inside TLS."""

from __future__ import annotations

import datetime
import select
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import ExitStack
from time import monotonic
from typing import Any

import pytest
import trustme
from tests.support.colours import Colour
from tests.support.raw_server import RawServer
from tests.support.relay import relay

from httpx_core import ConnectError, ConnectTimeout, ReadError, ReadTimeout

MB = 1024 * 1024


@pytest.fixture(autouse=True)
def _no_leaks(no_leaks: None) -> None:
    """No test here may leave a socket or a thread behind."""


def echo(connection: socket.socket, number: int) -> None:
    while data := connection.recv(65536):
        connection.sendall(data)


async def connect(
    colour: Colour,
    server: RawServer,
    context: ssl.SSLContext,
    name: str = "localhost",
    alpn: tuple[str, ...] | None = None,
    limit: float | None = 10,
) -> Any:
    stream = await colour.backend().connect_tcp(server.host, server.port, timeout=10)
    return await stream.start_tls(context, name, limit, alpn=alpn)


async def read_exactly(stream: Any, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        data = await stream.read(256 * 1024, 20)
        assert data, "The peer ended too soon."
        received += data
    return bytes(received)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_what_is_written_comes_back_encrypted(
    colour: Colour, authority: Any, version: ssl.TLSVersion
) -> None:
    context = authority.server_context()
    context.minimum_version = context.maximum_version = version
    with RawServer(echo, ssl_context=context) as server:
        stream = await connect(colour, server, authority.client_context())
        for data in (b"hello", b"x" * 100_000):
            await stream.write(data, 10)
            assert data == await read_exactly(stream, len(data))
        expected = {"TLSv1_2": "TLSv1.2", "TLSv1_3": "TLSv1.3"}[version.name]
        assert expected == stream.get_extra_info("ssl_object").version()
        assert (server.host, server.port) == stream.get_extra_info("server_addr")
        stream.close()


async def test_the_servers_name_is_sent_and_the_protocol_negotiated(
    colour: Colour, authority: Any
) -> None:
    names: list[str | None] = []
    context = authority.server_context("example.org", alpn=("h2", "http/1.1"))
    context.sni_callback = lambda connection, name, ctx: names.append(name)
    with RawServer(echo, ssl_context=context) as server:
        client = authority.client_context()
        stream = await connect(colour, server, client, "example.org", ("h2", "http/1.1"))
        assert "h2" == stream.get_extra_info("ssl_object").selected_alpn_protocol()
        stream.close()
        stream = await connect(colour, server, client, "example.org", ("http/1.1",))
        assert "http/1.1" == stream.get_extra_info("ssl_object").selected_alpn_protocol()
        stream.close()
    assert ["example.org"] * 2 == names


@pytest.mark.parametrize("name", ["127.0.0.1", "::1"])
async def test_an_address_is_verified_as_an_address(
    colour: Colour, authority: Any, name: str
) -> None:
    with RawServer(echo, ssl_context=authority.server_context(name)) as server:
        stream = await connect(colour, server, authority.client_context(), name)
        stream.close()


def _context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def _expired(authority: Any) -> ssl.SSLContext:
    past = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
    return _context_of(authority._ca.issue_cert("localhost", not_after=past))


BAD_CERTIFICATES: dict[str, tuple[Callable[[Any], ssl.SSLContext], str]] = {
    "name": (lambda a: a.server_context("other.test"), "Hostname mismatch.*'localhost'"),
    "address for a name": (lambda a: a.server_context("127.0.0.1"), "Hostname mismatch"),
    "expired": (_expired, "certificate has expired"),
    "unknown authority": (
        lambda a: _context_of(trustme.CA().issue_cert("localhost")),
        "unable to get local issuer certificate",
    ),
}


@pytest.mark.parametrize("kind", BAD_CERTIFICATES)
async def test_a_bad_certificate_is_a_connect_error_with_host_and_reason(
    colour: Colour, authority: Any, kind: str
) -> None:
    make, reason = BAD_CERTIFICATES[kind]
    with RawServer(echo, ssl_context=make(authority)) as server:
        with pytest.raises(ConnectError, match="certificate verify failed: " + reason) as caught:
            await connect(colour, server, authority.client_context())
        assert "The TLS handshake with localhost over 127.0.0.1" in str(caught.value)
        assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)


async def test_a_self_signed_certificate_is_refused(colour: Colour) -> None:
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with ca.cert_pem.tempfile() as cert, ca.private_key_pem.tempfile() as key:
        context.load_cert_chain(cert, key)
    refused = pytest.raises(ConnectError, match=r"self.signed certificate")
    with RawServer(echo, ssl_context=context) as server, refused:
        await connect(colour, server, ssl.create_default_context())


async def test_without_verification_any_certificate_will_do(colour: Colour, authority: Any) -> None:
    from httpx_transports._tls import create_ssl_context

    with RawServer(echo, ssl_context=authority.server_context("other.test")) as server:
        stream = await connect(colour, server, create_ssl_context(verify=False))
        stream.close()


async def test_a_server_is_told_why_its_certificate_was_refused(
    colour: Colour, authority: Any
) -> None:
    told: list[str] = []
    done = threading.Event()

    def handler(connection: socket.socket, number: int) -> None:
        try:
            context = authority.server_context("other.test")
            context.wrap_socket(connection, server_side=True).recv(1)
        except ssl.SSLError as exc:
            told.append(str(exc.reason))
        done.set()

    with RawServer(handler) as server:
        with pytest.raises(ConnectError):
            await connect(colour, server, authority.client_context())
        await colour.wait(done)
    assert 1 == len(told)
    assert "ALERT" in told[0]


async def test_a_silent_server_is_a_connect_timeout(colour: Colour, authority: Any) -> None:
    with RawServer(lambda c, n: c.recv(1) and c.recv(100_000) and c.recv(1)) as server:
        start = monotonic()
        with pytest.raises(ConnectTimeout) as caught:
            await connect(colour, server, authority.client_context(), limit=0.1)
        assert 0.2 > monotonic() - start
        expected = (
            f"The TLS handshake with localhost over {server.host}:{server.port} "
            "timed out within 0.1 seconds."
        )
        assert expected == str(caught.value)


async def test_the_limit_is_for_the_whole_handshake(colour: Colour, authority: Any) -> None:
    stop = threading.Event()

    def trickle(connection: socket.socket, number: int) -> None:
        # The head of a handshake record that never ends.
        connection.sendall(b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb")
        while not stop.wait(0.02):
            connection.sendall(b"\x00")

    with RawServer(trickle) as server:
        start = monotonic()
        with pytest.raises(ConnectTimeout):
            await connect(colour, server, authority.client_context(), limit=0.2)
        assert 0.4 > monotonic() - start
        stop.set()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(b"", "it closed the connection"), (b"HTTP/1.1 400 Bad Request\r\n\r\n", "SSL")],
)
async def test_a_server_without_tls_is_a_connect_error(
    colour: Colour, authority: Any, answer: bytes, reason: str
) -> None:
    def handler(connection: socket.socket, number: int) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    failed = pytest.raises(ConnectError, match=f"The TLS handshake with .* failed: .*{reason}")
    with RawServer(handler) as server, failed:
        await connect(colour, server, authority.client_context())


@pytest.mark.parametrize("name", ["", ".leading.test", "nul\x00.test", "a" * 64 + ".test"])
async def test_a_name_that_is_none_is_a_connect_error(
    colour: Colour, authority: Any, name: str
) -> None:
    failed = pytest.raises(ConnectError, match=r"The TLS handshake with .* failed: .")
    with RawServer(echo) as server, failed:
        await connect(colour, server, authority.client_context(), name)


async def test_a_real_end_is_an_empty_read(colour: Colour, authority: Any) -> None:
    def handler(connection: socket.socket, number: int) -> None:
        connection.sendall(b"all")
        # Sends close_notify, then waits for the client's until the client closes.
        connection.unwrap()  # type: ignore[attr-defined] # an SSLSocket

    with RawServer(handler, ssl_context=authority.server_context()) as server:
        stream = await connect(colour, server, authority.client_context())
        assert [b"all", b"", b""] == [await stream.read(100, 10) for _ in range(3)]
        stream.close()


async def test_an_end_without_close_notify_is_a_read_error(colour: Colour, authority: Any) -> None:
    with RawServer(
        lambda c, n: c.sendall(b"part"), ssl_context=authority.server_context()
    ) as server:
        stream = await connect(colour, server, authority.client_context())
        assert b"part" == await stream.read(100, 10)
        with pytest.raises(ReadError, match="ended without TLS's close_notify"):
            await stream.read(100, 10)
        stream.close()


async def test_garbage_in_place_of_a_record_is_a_read_error(colour: Colour, authority: Any) -> None:
    def handler(connection: socket.socket, number: int) -> None:
        encrypted = authority.server_context().wrap_socket(connection, server_side=True)
        encrypted.recv(1)
        with socket.socket(fileno=encrypted.detach()) as plain:
            plain.settimeout(20)
            plain.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))
            plain.recv(100)

    with RawServer(handler) as server:
        stream = await connect(colour, server, authority.client_context())
        await stream.write(b"x", 10)
        with pytest.raises(ReadError, match=r"Reading from localhost over .* failed: .*SSL"):
            await stream.read(100, 10)
        stream.close()
        # Some loops let go of a socket in their next turn.
        await colour.checkpoint()


async def test_a_record_that_trickles_in_is_a_read_timeout(colour: Colour, authority: Any) -> None:
    stop = threading.Event()

    def handler(connection: socket.socket, number: int) -> None:
        encrypted = authority.server_context().wrap_socket(connection, server_side=True)
        with socket.socket(fileno=encrypted.detach()) as plain:
            plain.sendall(b"\x17\x03\x03\x3f\xff")
            while not stop.wait(0.02):
                plain.sendall(b"\x00")

    with RawServer(handler) as server:
        stream = await connect(colour, server, authority.client_context())
        start = monotonic()
        with pytest.raises(ReadTimeout, match=r"within 0.2 seconds"):
            await stream.read(100, 0.2)
        assert 0.4 > monotonic() - start
        stop.set()
        stream.close()


async def test_a_read_limit_names_the_server(colour: Colour, authority: Any) -> None:
    with RawServer(echo, ssl_context=authority.server_context()) as server:
        stream = await connect(colour, server, authority.client_context())
        with pytest.raises(
            ReadTimeout, match=r"Reading from localhost over .* within 0.05 seconds"
        ):
            await stream.read(100, 0.05)
        stream.close()


async def test_a_client_certificate_asked_for_late_is_given(colour: Colour, authority: Any) -> None:
    context = authority.server_context()
    authority._ca.configure_trust(context)
    context.post_handshake_auth = True
    context.verify_mode = ssl.CERT_REQUIRED
    context.minimum_version = ssl.TLSVersion.TLSv1_3

    def handler(connection: Any, number: int) -> None:
        connection.recv(100)
        connection.verify_client_post_handshake()
        # Writing sends the request for it; reading takes it.
        connection.sendall(b"who are you?")
        connection.recv(100)
        subject = connection.getpeercert()["subjectAltName"]
        connection.sendall(repr(subject).encode())

    client = authority.client_context(client_certificate="client.test")
    client.post_handshake_auth = True
    with RawServer(handler, ssl_context=context) as server:
        stream = await connect(colour, server, client)
        await stream.write(b"hello", 10)
        assert b"who are you?" == await stream.read(100, 10)
        await stream.write(b"me", 10)
        assert b"(('DNS', 'client.test'),)" == await stream.read(100, 10)
        stream.close()


async def until_readable(colour: Colour, stream: Any) -> None:
    """Wait until the peer, which is a thread, has sent a record of data or closed."""
    await colour.checkpoint()
    while not stream.is_readable():
        # What came was tickets.
        assert select.select([stream.get_extra_info("socket")], [], [], 10.0)[0]
        await colour.checkpoint()


async def test_tickets_on_an_idle_connection_do_not_make_it_stale(
    colour: Colour, authority: Any
) -> None:
    context = authority.server_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    seen = threading.Event()
    close = threading.Event()

    def handler(connection: socket.socket, number: int) -> None:
        seen.wait(20)
        connection.sendall(b"data")
        close.wait(20)

    with RawServer(handler, ssl_context=context) as server:
        stream = await connect(colour, server, authority.client_context())
        # The server has sent its two tickets with the end of the handshake.
        for _ in range(10):
            assert not stream.is_readable()
            await colour.sleep(0.005)
        seen.set()
        await until_readable(colour, stream)
        assert [b"da", b"ta"] == [await stream.read(2, 10) for _ in range(2)]
        assert not stream.is_readable()
        close.set()
        await until_readable(colour, stream)
        stream.close()


async def test_ten_megabytes_go_both_ways_at_once_through_tls_in_tls(
    colour: Colour, authority: Any
) -> None:
    up = bytes(range(256)) * (10 * MB // 256)
    down = up[::-1]
    received: list[bytes] = []
    done = threading.Event()

    def inner(connection: socket.socket, number: int) -> None:
        outgoing, incoming = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = authority.server_context("inner.test").wrap_bio(incoming, outgoing, server_side=True)
        received.append(_serve_both_ways(connection, tls, incoming, outgoing, down, len(up)))
        done.set()

    with ExitStack() as stack:
        target = stack.enter_context(RawServer(inner))

        def proxy(connection: socket.socket, number: int) -> None:
            with socket.create_connection((target.host, target.port)) as upstream:
                relay(connection, upstream)

        server = stack.enter_context(RawServer(proxy, ssl_context=authority.server_context()))
        client = authority.client_context()
        outer = await connect(colour, server, client)
        stream = await outer.start_tls(client, "inner.test", 10, alpn=("http/1.1",))
        results = await colour.concurrently(
            lambda: stream.write(up, 20), lambda: read_exactly(stream, len(down))
        )
        await colour.wait(done)
        assert down == results[1]
        assert [up] == received
        stream.close()


def _serve_both_ways(
    connection: socket.socket,
    tls: ssl.SSLObject,
    incoming: ssl.MemoryBIO,
    outgoing: ssl.MemoryBIO,
    data: bytes,
    expected: int,
) -> bytes:
    """Send `data` and receive `expected` bytes at once, in one thread, over a non-blocking socket."""
    import select

    connection.setblocking(False)
    received = bytearray()
    shaken = False
    view = memoryview(data)
    pending = b""
    while len(received) < expected or view or pending:
        readable, writable, _ = select.select(
            [connection], [connection] if pending or view else [], [], 20
        )
        assert readable or writable, "The client stands still."
        if readable:
            try:
                incoming.write(connection.recv(65536))
            except (BlockingIOError, InterruptedError):
                pass
        try:
            if not shaken:
                tls.do_handshake()
                shaken = True
            if view and not pending:
                tls.write(view[:65536])
                view = view[65536:]
            while True:
                received += tls.read(65536)
        except ssl.SSLWantReadError:
            pass
        pending = pending + outgoing.read()
        if pending:
            try:
                pending = pending[connection.send(pending) :]
            except (BlockingIOError, InterruptedError):
                pass
    return bytes(received)


async def test_many_writers_at_once_do_not_mix_their_records(
    colour: Colour, authority: Any
) -> None:
    received = bytearray()
    total = 8 * 200_000
    done = threading.Event()

    def handler(connection: socket.socket, number: int) -> None:
        while len(received) < total:
            received.extend(connection.recv(65536))
        done.set()

    with RawServer(handler, ssl_context=authority.server_context()) as server:
        stream = await connect(colour, server, authority.client_context())

        def writer(letter: bytes) -> Any:
            return lambda: stream.write(letter * 200_000, 20)

        await colour.concurrently(*[writer(bytes([65 + n])) for n in range(8)])
        await colour.wait(done)
        blocks = [bytes(received[start : start + 200_000]) for start in range(0, total, 200_000)]
        assert {bytes([65 + n]) * 200_000 for n in range(8)} == set(blocks)
        stream.close()


@pytest.mark.parametrize("inside", [False, True])
async def test_cancelled_anywhere_tls_leaves_no_socket(
    async_colour: Colour, authority: Any, inside: bool
) -> None:
    def inner(connection: socket.socket, number: int) -> None:
        with authority.server_context("inner.test").wrap_socket(
            connection, server_side=True
        ) as tls:
            echo(tls, number)

    with ExitStack() as stack:
        target = stack.enter_context(RawServer(inner))

        def proxy(connection: socket.socket, number: int) -> None:
            with socket.create_connection((target.host, target.port)) as upstream:
                relay(connection, upstream)

        server = stack.enter_context(
            RawServer(proxy if inside else echo, ssl_context=authority.server_context())
        )
        client = authority.client_context()

        async def exchange() -> None:
            stream = await connect(async_colour, server, client)
            try:
                if inside:
                    stream = await stream.start_tls(client, "inner.test", 10)
                await stream.write(b"x" * 50_000, 10)
                await read_exactly(stream, 50_000)
            finally:
                stream.close()

        n = 1
        while n < 60 and not await async_colour.cancel_at(n, exchange):
            n += 1
        assert n > 3

"""TLS where OpenSSL reports what it seldom does, and the network breaks in the middle of it."""

from __future__ import annotations

import ssl
from typing import Any

import pytest

from httpx_core import ConnectError, WriteError
from httpx_transports._backends.blocking_waits import BlockingLock
from httpx_transports._bridge import run
from httpx_transports._tls_stream import TLSMachine, TLSStream, start_tls
from httpx_transports.testing import ScriptedStream


class Records:
    """What is used of an `ssl.SSLObject`: data, and then an end that is told by an error."""

    def __init__(self, *data: bytes, refuses: bool = False) -> None:
        self._data = list(data)
        self._refuses = refuses

    def read(self, size: int) -> bytes:
        if self._data:
            return self._data.pop(0)
        raise ssl.SSLZeroReturnError("TLS/SSL connection has been closed (EOF)")

    def write(self, data: bytes | memoryview) -> int:
        if self._refuses:
            raise ssl.SSLError(ssl.SSL_ERROR_SSL, "protocol is shutdown")
        return len(data)

    def pending(self) -> int:
        return 0


def machine(records: Records) -> TLSMachine:
    made = TLSMachine(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), "localhost", None)
    replaced: Any = records
    made.tls = replaced
    return made


@pytest.mark.parametrize("is_joined", [False, True])
def test_an_end_that_is_told_by_an_error_is_an_end(is_joined: bool) -> None:
    reading = machine(Records(b"data"))
    if is_joined:
        # There is more behind the first record, and it is the end.
        reading.received(b"a record")
    assert [b"data", b"", b""] == [reading.read(100) for _ in range(3)]


def test_what_cannot_be_encrypted_is_a_write_error_with_its_cause() -> None:
    inner = ScriptedStream()
    stream = TLSStream(inner, machine(Records(refuses=True)), BlockingLock(), "peer")
    assert not stream.write_now(b"x")
    with pytest.raises(WriteError, match="peer") as caught:
        run(stream.write(b"x", 5.0))
    assert isinstance(caught.value.__cause__, ssl.SSLError)
    assert [] == inner.writes


def test_after_a_long_write_that_broke_nothing_more_is_written() -> None:
    inner = ScriptedStream(fail_write_at=2, write_error=WriteError("The peer is gone."))
    stream = TLSStream(inner, machine(Records()), BlockingLock(), "peer")
    with pytest.raises(WriteError, match="The peer is gone"):
        run(stream.write(bytes(1_000_000), 5.0))
    assert 1 == len(inner.writes)
    inner.fail_write_at = None
    with pytest.raises(WriteError, match="peer"):
        run(stream.write(b"x", 5.0))
    assert not stream.write_now(b"x")
    assert not stream.write_now(b"")
    assert 1 == len(inner.writes)


def test_a_refusal_that_the_server_no_longer_hears_is_the_error_all_the_same() -> None:
    # The first write is the client's hello, and the second would be the alert.
    inner = ScriptedStream(
        [b"HTTP/1.1 400 Bad Request\r\n\r\n"],
        fail_write_at=2,
        write_error=WriteError("The peer is gone."),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with pytest.raises(ConnectError, match="The TLS handshake with localhost") as caught:
        run(start_tls(inner, BlockingLock, context, "localhost", 5.0, None, "peer"))
    assert isinstance(caught.value.__cause__, ssl.SSLError)
    assert 1 == len(inner.writes)
    assert inner.closed

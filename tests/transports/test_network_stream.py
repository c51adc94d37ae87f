"""The connection itself, as a user gets it: what came with the head, what it tells, and its errors."""

from __future__ import annotations

import ssl
from typing import Any

import pytest

from httpx_core import ConnectError, ReadError
from httpx_transports._bridge import run
from httpx_transports._network_stream import AsyncNetworkStreamFace, NetworkStreamFace
from httpx_transports.testing import ScriptedStream

both_colours = pytest.mark.parametrize("is_async", [False, True])


class Face:
    """One of the two faces of a connection, called alike, and how often its place was given back."""

    def __init__(self, is_async: bool, stream: ScriptedStream, leading: bytes = b"") -> None:
        self.given_back = 0
        kind: Any = AsyncNetworkStreamFace if is_async else NetworkStreamFace
        self.inner = kind(stream, leading, closed=self._closed)
        self.is_async = is_async

    def _closed(self) -> None:
        self.given_back += 1

    def call(self, method: str, *args: Any) -> Any:
        return self.ended(getattr(self.inner, method)(*args))

    def ended(self, result: Any) -> Any:
        return run(result) if self.is_async else result


@both_colours
def test_what_came_behind_the_head_is_read_first(is_async: bool) -> None:
    face = Face(is_async, ScriptedStream([b"later", b""]), b"first")
    assert [b"fir", b"st", b"la", b"ter", b""] == [
        face.call("read", size) for size in (3, 3, 2, 9, 9)
    ]


@both_colours
def test_a_read_that_fails_raises_what_happened_and_keeps_the_place(is_async: bool) -> None:
    error = ReadError("The peer is gone.")
    face = Face(is_async, ScriptedStream([error]))
    with pytest.raises(ReadError) as caught:
        face.call("read", 10)
    assert error is caught.value
    assert 0 == face.given_back


@both_colours
def test_a_connection_in_tls_gives_the_same_place_back(is_async: bool) -> None:
    stream = ScriptedStream([b"secret"])
    face = Face(is_async, stream)
    secured = face.call("start_tls", ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), "example.org", 5.0)
    assert type(face.inner) is type(secured)
    assert ["example.org"] == stream.tls
    assert b"secret" == face.ended(secured.read(10))
    assert 0 == face.given_back
    face.ended(secured.aclose() if is_async else secured.close())
    assert (1, True) == (face.given_back, stream.closed)


@pytest.mark.parametrize("error", [ConnectError("No TLS here."), KeyboardInterrupt()])
@both_colours
def test_a_handshake_that_ends_in_any_way_gives_the_place_back(
    is_async: bool, error: BaseException
) -> None:
    class NoTLS(ScriptedStream):
        async def start_tls(self, *args: Any, **kwargs: Any) -> Any:
            self.close()
            raise error

    face = Face(is_async, NoTLS())
    with pytest.raises(type(error)) as caught:
        face.call("start_tls", ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    assert error is caught.value
    assert 1 == face.given_back


@both_colours
def test_what_is_not_known_of_a_connection_is_none(is_async: bool) -> None:
    face = Face(is_async, ScriptedStream([b""]))
    assert (True, None) == (
        face.inner.get_extra_info("is_readable"),
        face.inner.get_extra_info("weight"),
    )


@both_colours
def test_without_anybody_to_tell_closing_closes_and_that_is_all(is_async: bool) -> None:
    stream = ScriptedStream()
    if is_async:
        run(AsyncNetworkStreamFace(stream).aclose())
    else:
        NetworkStreamFace(stream).close()
    assert stream.closed

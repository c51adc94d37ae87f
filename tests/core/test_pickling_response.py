"""Responses through pickle: nothing is lost but what cannot be pickled."""

from __future__ import annotations

import copy
import pickle
from datetime import timedelta

import pytest

from httpx_core import Request, Response, StreamClosed, StreamConsumed

REQUEST = Request("GET", "https://example.org/")


def again(response: Response) -> Response:
    restored = pickle.loads(pickle.dumps(response))
    assert isinstance(restored, Response)
    return restored


def test_a_response_that_was_read_is_restored_whole():
    response = Response(
        404,
        headers=[("Set-Cookie", "a=b"), ("X-Name", "v"), ("x-name", "w")],
        text="héllo",
        request=REQUEST,
        extensions={"http_version": b"HTTP/2", "reason_phrase": b"Gone fishing"},
        history=[Response(302, request=REQUEST)],
        default_encoding="latin-1",
    )
    response.elapsed = timedelta(seconds=1)
    response.next_request = REQUEST
    restored = again(response)
    assert 404 == restored.status_code
    assert response.headers.raw == restored.headers.raw
    assert "héllo" == restored.text
    assert REQUEST.url == restored.request.url
    assert response.extensions == restored.extensions
    assert "Gone fishing" == restored.reason_phrase
    assert [302] == [earlier.status_code for earlier in restored.history]
    assert "latin-1" == restored.default_encoding
    assert timedelta(seconds=1) == restored.elapsed
    assert restored.next_request is not None
    assert restored.is_closed
    assert "héllo".encode() == b"".join(restored.iter_bytes())


def test_an_encoding_that_was_set_is_kept():
    response = Response(200, content=b"\xe9")
    response.encoding = "latin-1"
    assert "é" == again(response).text


def test_cookies_are_restored():
    response = Response(200, headers={"Set-Cookie": "a=b"}, request=REQUEST)
    assert {"a": "b"} == dict(response.cookies)
    assert {"a": "b"} == dict(again(response).cookies)


def test_what_cannot_be_pickled_is_dropped():
    extensions = {"network_stream": (item for item in ()), "stream_id": 3}
    response = Response(200, extensions=extensions, default_encoding=lambda content: "ascii")
    restored = again(response)
    assert {"stream_id": 3} == restored.extensions
    assert "utf-8" == restored.default_encoding


def test_an_unread_stream_becomes_one_that_is_closed():
    restored = again(Response(200, content=iter([b"hello"])))
    assert restored.is_closed
    with pytest.raises(StreamClosed):
        restored.read()
    restored.close()


def test_a_streamed_body_stays_consumed():
    response = Response(200, content=iter([b"hello"]))
    assert [b"hello"] == list(response.iter_bytes())
    assert 5 == again(response).num_bytes_downloaded
    with pytest.raises(StreamConsumed):
        again(response).read()


def test_a_copy_has_the_content():
    assert b"hello" == copy.copy(Response(200, content=b"hello")).content
    assert b"hello" == copy.deepcopy(Response(200, content=b"hello")).content

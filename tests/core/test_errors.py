"""The exceptions: they cross processes whole, and none is without a word."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import httpx_core
from httpx_core import HTTPError, HTTPStatusError, Request, RequestError, Response, StreamError

REQUEST = Request("GET", "http://a.test/", extensions={"timeout": {"read": 5.0}})


def every_exception() -> list[type[Exception]]:
    values = [getattr(httpx_core, name) for name in httpx_core.__all__]
    return [
        value for value in values if isinstance(value, type) and issubclass(value, BaseException)
    ]


def made(kind: type[Exception]) -> Exception:
    if issubclass(kind, HTTPStatusError):
        return kind("went wrong", request=REQUEST, response=Response(500, request=REQUEST))
    if issubclass(kind, RequestError):
        return kind("went wrong", request=REQUEST)
    if issubclass(kind, StreamError) and kind is not StreamError:
        return kind()
    return kind("went wrong")


def facts(error: Any) -> tuple[Any, ...]:
    request = getattr(error, "_request", None)
    response = getattr(error, "response", None)
    return (
        type(error),
        str(error),
        None if request is None else (request.method, request.url, request.extensions),
        None if response is None else response.status_code,
    )


def test_there_are_as_many_as_the_interface_lists() -> None:
    assert 28 == len(every_exception())


@pytest.mark.parametrize("kind", every_exception())
def test_an_exception_comes_back_whole_from_a_pickle_and_a_copy(kind: type[Exception]) -> None:
    error = made(kind)
    assert str(error)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert facts(error) == facts(pickle.loads(pickle.dumps(error, protocol)))
    assert facts(error) == facts(copy.copy(error))


@pytest.mark.parametrize(
    "kind", [kind for kind in every_exception() if issubclass(kind, HTTPError)]
)
def test_asking_for_a_request_that_was_never_set_is_a_runtime_error(kind: type[Exception]) -> None:
    if kind is HTTPStatusError:
        return
    error: Any = kind("went wrong")
    with pytest.raises(RuntimeError, match="request"):
        _ = error.request
    error.request = REQUEST
    assert REQUEST is error.request


# What programs written for httpx 0.28 look for in a message is still in it.
WORDS = [
    (httpx_core.StreamConsumed(), "but the content has already been streamed."),
    (httpx_core.StreamClosed(), "content, but the stream has been closed."),
    (httpx_core.ResponseNotRead(), "streaming response content, without having called `read()`."),
    (httpx_core.RequestNotRead(), "streaming request content, without having called `read()`."),
]


@pytest.mark.parametrize(("error", "words"), WORDS, ids=str)
def test_a_mistake_with_a_stream_has_the_words_of_0_28(error: StreamError, words: str) -> None:
    assert words in str(error)
    assert str(error).startswith("Attempted to ")

"""What is no argument is refused where it is given, by an error that names it and shows no value."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest

from httpx_core import URL, Cookies, Headers, QueryParams, Request, Response, Timeout

SECRET = "hunter2"


def request(**arguments: Any) -> Request:
    return Request("POST", "http://example.org/", **arguments)


def response(**arguments: Any) -> Response:
    return Response(200, **arguments)


def a_timeout(**arguments: Any) -> Timeout:
    return Timeout(arguments["timeout"])


MAKERS: dict[str, list[Callable[..., object]]] = {
    "headers": [request, response, lambda headers: Headers(headers)],
    "cookies": [request, lambda cookies: Cookies(cookies)],
    "params": [request, lambda params: QueryParams(params), lambda params: URL("/", params=params)],
    "extensions": [request, response],
    "timeout": [a_timeout],
    "url": [lambda url: URL(url), lambda url: Request("GET", url)],
    "status_code": [lambda status_code: Response(status_code)],
}

WRONG: list[tuple[str, Any, type[Exception], str]] = [
    ("headers", 5, TypeError, "headers must be a mapping or a sequence of pairs, not int."),
    ("headers", SECRET, ValueError, "headers must be a mapping or a sequence of pairs, not str."),
    ("headers", SECRET.encode(), TypeError, "sequence of pairs, not bytes."),
    ("headers", [5], TypeError, "headers must be .*, but item 0 is no pair: int."),
    ("headers", [("a", "b"), ("c",)], ValueError, "headers must be .*item 1 is no pair: tuple of 1"),
    ("headers", [("a", SECRET, "c")], ValueError, "headers must be .*tuple of 3"),
    ("headers", {"a": 5}, TypeError, "Header value must be str or bytes, not <class 'int'>"),
    ("cookies", 5, TypeError, "cookies must be a dict, .* or a CookieJar, not int."),
    ("cookies", SECRET, TypeError, "cookies must be a dict, .*, not str."),
    ("cookies", [5], TypeError, "cookies must be a list of .*, but item 0 is no pair: int."),
    ("cookies", [(SECRET,)], ValueError, "cookies must be a list of .*tuple of 1."),
    ("params", 5, TypeError, "'params' must be a mapping, .* but got int"),
    ("params", [5], TypeError, r"'params' must hold \(key, value\) pairs but item 0 is of type int"),
    ("extensions", 5, TypeError, "extensions must be a mapping of str to any, not int."),
    ("extensions", SECRET, ValueError, "extensions must be a mapping of str to any, not str."),
    ("extensions", [5], TypeError, "extensions must be .*, but item 0 is no pair: int."),
    ("content", 5, TypeError, "Unexpected type for 'content', <class 'int'>: it must be str, bytes"),
    ("content", {"a": SECRET}, TypeError, "Unexpected type for 'content', <class 'dict'>"),
    ("files", 5, TypeError, r"files must be .* \(name, file\) pairs, not int."),
    ("files", True, TypeError, "files must be .*, not bool."),
    ("files", SECRET, ValueError, "files must be .*, not str."),
    ("files", [5], TypeError, "files must be .*, but item 0 is no pair: int."),
    ("files", [("a", b"x", "y")], ValueError, "files must be .*tuple of 3."),
    ("files", {5: b"x"}, TypeError, "Invalid type for name. Expected str, .*in files"),
    ("files", {"a": 5}, TypeError, "Invalid type for the file of 'a'"),
    ("files", {"a": ("f",)}, ValueError, "not 1 items, in files at 'a'"),
    ("files", {"a": (5, b"x")}, TypeError, "file name. Expected str, .*in files at 'a'"),
    ("files", {"a": ("f", b"x", "t", 5)}, TypeError, "headers of 'a' must be a mapping .*, not int."),
    ("text", 5, TypeError, "text must be str, not int."),
    ("text", SECRET.encode(), TypeError, "text must be str, not bytes."),
    ("html", 5, TypeError, "html must be str, not int."),
    ("history", 5, TypeError, "history must be a list of Response, not int."),
    ("default_encoding", 5, TypeError, "default_encoding must be the name .*, not int."),
    ("default_encoding", None, TypeError, "default_encoding must be the name .*, not NoneType."),
    ("timeout", "5", TypeError, "timeout must be a number of seconds, .* or None, not str."),
    ("timeout", {"read": 5}, TypeError, "timeout must be a number of seconds, .*, not dict."),
    ("timeout", (1, "x"), TypeError, "The timeout 'read' is a number of seconds or None, not str."),
    ("timeout", (1,), ValueError, "A timeout given as a tuple is .*; this one has 1 items."),
    ("url", 5, TypeError, "Argument 'url' must be str or URL but got int"),
    ("url", SECRET.encode(), TypeError, "Argument 'url' must be str or URL but got bytes"),
    ("status_code", "200", TypeError, "status_code must be an int, not str."),
    ("status_code", None, TypeError, "status_code must be an int, not NoneType."),
]  # fmt: skip
OF_RESPONSES = {"text", "html", "history", "default_encoding"}


@pytest.mark.parametrize(("name", "value", "error", "words"), WRONG)
def test_the_error_names_the_argument_and_shows_no_value(
    name: str, value: Any, error: type[Exception], words: str
) -> None:
    for make in MAKERS.get(name, [response if name in OF_RESPONSES else request]):
        with pytest.raises(error, match=words) as caught:
            make(**{name: value})
        assert SECRET not in str(caught.value)


def test_data_that_is_no_form_is_called_data() -> None:
    with (
        pytest.warns(DeprecationWarning, match="to upload raw bytes"),
        pytest.raises(TypeError, match=r"Unexpected type for 'data', <class 'int'>: .* a mapping"),
    ):
        request(data=5)


def test_a_value_of_a_form_that_cannot_be_sent_is_not_shown() -> None:
    with pytest.raises(TypeError, match=r"Invalid type for value.*in data at 'k'") as caught:
        request(data={"k": {"password": SECRET}}, files={"f": b"x"})
    assert SECRET not in str(caught.value)


def test_an_error_in_making_the_items_is_told_as_it_is() -> None:
    def items() -> Any:
        yield "a", "b"
        raise ValueError("of the caller's own")

    for name in ("headers", "files", "extensions"):
        with pytest.raises(ValueError, match="of the caller's own"):
            request(**{name: items()})


class LikeAnInt:
    def __index__(self) -> int:
        return 200


@pytest.mark.parametrize(
    "make",
    [
        lambda: Headers(["ab"]),
        lambda: Headers(""),
        lambda: Headers({("a", "b")}),
        lambda: Cookies(["ab"]),
        lambda: request(extensions=[("a", 1)]),
        lambda: request(files=iter([("a", b"x")])),
        lambda: request(files=0),
        lambda: response(extensions=()),
        lambda: response(history=(response(),)),
        lambda: response(default_encoding=lambda body: "utf-8"),
        lambda: Response(HTTPStatus.OK),
        lambda: Response(LikeAnInt()),  # type: ignore[arg-type]  # as numpy's integers are
        lambda: Timeout(True),
    ],
)
def test_what_0_28_takes_is_taken(make: Callable[[], object]) -> None:
    assert make() is not None

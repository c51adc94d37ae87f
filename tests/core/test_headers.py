"""Headers: what it is made of, how it is read, changed, compared, shown and copied."""

from __future__ import annotations

import copy
import pickle
import weakref
from collections import OrderedDict
from types import MappingProxyType
from typing import Any
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st

from httpx_core import Headers

SOURCES: list[tuple[Any, list[tuple[bytes, bytes]]]] = [
    (None, []),
    ({}, []),
    ([], []),
    ({"A": "b"}, [(b"A", b"b")]),
    ({b"A": b"b"}, [(b"A", b"b")]),
    (OrderedDict(a="b"), [(b"a", b"b")]),
    (MappingProxyType({"a": "b"}), [(b"a", b"b")]),
    ([("a", "1"), ("A", "2")], [(b"a", b"1"), (b"A", b"2")]),
    ([(b"a", "1"), ("b", b"2")], [(b"a", b"1"), (b"b", b"2")]),
    ((("a", "b"),), [(b"a", b"b")]),
    ([["a", "b"]], [(b"a", b"b")]),
    (iter([("a", "b")]), [(b"a", b"b")]),
    (Headers([("a", "1"), ("A", "2")]), [(b"a", b"1"), (b"A", b"2")]),
    # What a message must not hold is refused where it is sent; Headers carry responses too.
    ({"": "", "a": " b\r\n"}, [(b"", b""), (b"a", b" b\r\n")]),
]


@pytest.mark.parametrize(("source", "raw"), SOURCES)
def test_the_fields_are_kept_in_order_and_as_they_came(
    source: Any, raw: list[tuple[bytes, bytes]]
) -> None:
    assert raw == Headers(source).raw


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"a": 1}, "Header value must be str or bytes, not <class 'int'>"),
        ({"a": None}, "Header value must be str or bytes, not <class 'NoneType'>"),
        ({"a": True}, "Header value must be str or bytes, not <class 'bool'>"),
        ({"a": ["b"]}, "Header value must be str or bytes, not <class 'list'>"),
        ([("a", bytearray(b"b"))], "Header value must be str or bytes, not <class 'bytearray'>"),
        ({1: "a"}, "Header name must be str or bytes, not <class 'int'>"),
        (5, "headers must be a mapping or a sequence of pairs, not int."),
    ],
)
def test_a_name_or_value_of_another_type_is_a_type_error(source: Any, message: str) -> None:
    with pytest.raises(TypeError) as caught:
        Headers(source)
    assert message == str(caught.value)


@pytest.mark.parametrize("source", ["abc", [("a",)], [("a", "b", "c")]])
def test_what_is_no_pair_is_a_value_error(source: Any) -> None:
    with pytest.raises(ValueError, match="headers must be a mapping or a sequence of pairs"):
        Headers(source)


def three() -> Headers:
    return Headers([("Accept", "1"), ("B", "2"), ("accept", "3")])


@pytest.mark.parametrize("name", ["accept", "Accept", "ACCEPT"])
def test_reading_by_name_has_no_case_and_joins_the_values(name: str) -> None:
    headers = three()
    assert "1, 3" == headers[name]
    assert "1, 3" == headers.get(name)
    assert ["1", "3"] == headers.get_list(name)
    assert name in headers


def test_a_name_that_is_not_there_is_missing_in_each_way_of_asking() -> None:
    headers = three()
    with pytest.raises(KeyError, match="'nope'"):
        headers["nope"]
    assert headers.get("nope") is None
    assert "z" == headers.get("nope", "z")
    assert [] == headers.get_list("nope")
    assert "nope" not in headers


@pytest.mark.parametrize("name", ["é", "\udc80", "\u212a"])
def test_a_name_that_is_not_ascii_is_just_not_there(name: str) -> None:
    headers = Headers({"k": "1"})
    assert name not in headers
    assert headers.get(name) is None
    with pytest.raises(KeyError):
        headers[name]
    with pytest.raises(KeyError):
        del headers[name]


@pytest.mark.parametrize("key", [b"accept", 1, None])
def test_asking_by_what_is_no_str_is_a_type_error(key: Any) -> None:
    headers = three()
    for ask in (headers.get, headers.__getitem__, headers.__contains__, headers.get_list):
        with pytest.raises(TypeError, match="Header name must be str"):
            ask(key)


@pytest.mark.parametrize(
    ("value", "parts"),
    [("1", ["1"]), ("1, 2,3", ["1", "2", "3"]), ("1,,", ["1", "", ""]), (" a , b ", ["a", "b"])],
)
def test_a_list_can_be_split_at_its_commas(value: str, parts: list[str]) -> None:
    headers = Headers([("a", value), ("A", "x, y")])
    assert [value, "x, y"] == headers.get_list("a")
    assert [*parts, "x", "y"] == headers.get_list("a", split_commas=True)


def test_the_views_show_lower_case_names_each_once() -> None:
    headers = three()
    assert ["accept", "b"] == list(headers)
    assert ["accept", "b"] == list(headers.keys())
    assert ["1, 3", "2"] == list(headers.values())
    assert [("accept", "1, 3"), ("b", "2")] == list(headers.items())
    assert {"accept": "1, 3", "b": "2"} == dict(headers)


def test_the_multi_items_show_each_field_and_the_length_counts_them() -> None:
    headers = three()
    assert [("accept", "1"), ("b", "2"), ("accept", "3")] == headers.multi_items()
    assert 3 == len(headers)


def test_raw_is_a_copy() -> None:
    headers = three()
    headers.raw.clear()
    assert 3 == len(headers)


def test_the_private_list_gives_triples_to_the_libraries_that_read_it() -> None:
    assert [(b"A", b"a", b"1")] == Headers({"A": "1"})._list


CHANGES: list[tuple[str, Any, list[tuple[bytes, bytes]]]] = [
    ("set a name that is there once", lambda h: h.__setitem__("b", "9"),
     [(b"Accept", b"1"), (b"b", b"9"), (b"accept", b"3")]),
    ("set a name that is there twice", lambda h: h.__setitem__("ACCEPT", "9"),
     [(b"ACCEPT", b"9"), (b"B", b"2")]),
    ("set a new name", lambda h: h.__setitem__("D", "9"),
     [(b"Accept", b"1"), (b"B", b"2"), (b"accept", b"3"), (b"D", b"9")]),
    ("set text that is not ASCII", lambda h: h.__setitem__("D", "é"),
     [(b"Accept", b"1"), (b"B", b"2"), (b"accept", b"3"), (b"D", b"\xc3\xa9")]),
    ("delete", lambda h: h.__delitem__("accept"), [(b"B", b"2")]),
    ("pop", lambda h: h.pop("Accept"), [(b"B", b"2")]),
    ("popitem", lambda h: h.popitem(), [(b"B", b"2")]),
    ("clear", lambda h: h.clear(), []),
    ("setdefault, there", lambda h: h.setdefault("accept", "z"),
     [(b"Accept", b"1"), (b"B", b"2"), (b"accept", b"3")]),
    ("setdefault, not there", lambda h: h.setdefault("D", "z"),
     [(b"Accept", b"1"), (b"B", b"2"), (b"accept", b"3"), (b"D", b"z")]),
    ("update from a dict", lambda h: h.update({"accept": "7"}), [(b"B", b"2"), (b"accept", b"7")]),
    ("update from pairs keeps them all", lambda h: h.update([("B", "7"), ("b", "8")]),
     [(b"Accept", b"1"), (b"accept", b"3"), (b"B", b"7"), (b"b", b"8")]),
    ("update from Headers", lambda h: h.update(Headers([("accept", "7")])),
     [(b"B", b"2"), (b"accept", b"7")]),
    ("update from nothing", lambda h: h.update(),
     [(b"Accept", b"1"), (b"B", b"2"), (b"accept", b"3")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "raw"), [case[1:] for case in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_a_change_leaves_these_fields(change: Any, raw: list[tuple[bytes, bytes]]) -> None:
    headers = three()
    assert "1, 3" == headers["accept"]  # so that the index is there and must follow
    change(headers)
    assert raw == headers.raw
    again = Headers(raw)
    assert [*again.items()] == [*headers.items()]
    assert [again[name] for name in again] == [headers[name] for name in again]


@pytest.mark.parametrize("value", [9, None, ["x"]])
def test_setting_what_is_no_text_is_a_type_error_and_changes_nothing(value: Any) -> None:
    headers = three()
    with pytest.raises(TypeError, match="Header value must be"):
        headers["D"] = value
    assert three().raw == headers.raw


def test_deleting_a_name_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="'zz'"):
        del three()["zz"]


@pytest.mark.parametrize(
    ("raw", "encoding", "text"),
    [
        ([(b"a", b"x")], "ascii", "x"),
        ([(b"a", "é".encode())], "utf-8", "é"),
        ([(b"a", b"\xe9")], "iso-8859-1", "é"),
        ([(b"a", "é".encode()), (b"b", b"\xff")], "iso-8859-1", "Ã©"),
        ([], "ascii", None),
    ],
)
def test_the_encoding_is_the_first_that_decodes_all(
    raw: list[tuple[bytes, bytes]], encoding: str, text: str | None
) -> None:
    headers = Headers(raw)
    assert encoding == headers.encoding
    assert text == headers.get("a")
    assert raw == [] or [text] == headers.get_list("a")


def test_the_encoding_is_found_anew_after_a_change() -> None:
    headers = Headers({"a": "x"})
    assert "ascii" == headers.encoding
    headers["b"] = "é"
    assert ("utf-8", "é") == (headers.encoding, headers["b"])


def test_an_encoding_that_is_set_is_used_for_reading_and_writing() -> None:
    headers = Headers({"a": "☃"}, encoding="utf-8")
    assert [(b"a", "☃".encode())] == headers.raw
    headers.encoding = "iso-8859-1"
    assert "â\x98\x83" == headers["a"]
    headers["b"] = "é"
    assert (b"b", b"\xe9") == headers.raw[1]
    headers.update({"c": "ü"})
    assert (b"c", b"\xfc") == headers.raw[2]


def test_an_encoding_that_is_not_like_ascii_still_finds_its_names() -> None:
    headers = Headers({"a": "b"}, encoding="utf-16")
    assert "b" == headers["a"]
    del headers["a"]
    assert [] == headers.raw


def test_names_that_are_not_ascii_are_found_as_they_are_shown() -> None:
    headers = Headers([(b"\xc9", b"1"), (b"\xe9", b"2")])
    assert ["1", "2"] == [headers[name] for name in headers]
    del headers["É"]
    assert [(b"\xe9", b"2")] == headers.raw


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Headers({"x-name": "é"}), "in the header 'x-name'"),
        (lambda: Headers([("x-name", "é")]), "in the header 'x-name'"),
        (lambda: Headers([(b"x-name", "é")]), "in the header 'x-name'"),
        (lambda: Headers({"é": "x"}), "in the header 'é'"),
        (lambda: Headers({"x-name": "☃"}, encoding="latin-1"), "in the header 'x-name'"),
        (lambda: three().update({"x-name": "é"}), "in the header 'x-name'"),
    ],
)
def test_text_that_cannot_be_encoded_is_an_error_that_names_its_header(
    make: Any, message: str
) -> None:
    with pytest.raises(UnicodeEncodeError) as caught:
        make()
    assert str(caught.value).endswith(message)


def test_an_encoding_error_does_not_carry_a_secret() -> None:
    with pytest.raises(UnicodeEncodeError) as caught:
        Headers({"Authorization": "Bearer s3cretéx"})
    assert "s3cret" not in repr(caught.value)
    assert (13, "é") == (caught.value.start, caught.value.object[13])
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("other", "equal"),
    [
        (Headers([("accept", "3"), ("b", "2"), ("ACCEPT", "1")]), True),
        ([("accept", "1"), ("accept", "3"), ("b", "2")], True),
        ({"accept": "1, 3", "b": "2"}, False),
        ({"accept": "1", "b": "2"}, False),
        ({"accept": 1}, False),
        (5, False),
        ("abc", False),
        (None, False),
        (ANY, True),
    ],
)
def test_equality_has_no_order_and_no_case_of_names(other: Any, equal: bool) -> None:
    headers = three()
    assert equal is (headers == other)
    assert (not equal) is (headers != other)


def test_headers_are_unhashable() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Headers())


@pytest.mark.parametrize(
    ("headers", "shown"),
    [
        (Headers(), "Headers({})"),
        (Headers({"A": "b", "c": "d"}), "Headers({'a': 'b', 'c': 'd'})"),
        (three(), "Headers([('accept', '1'), ('b', '2'), ('accept', '3')])"),
        (Headers([(b"a", "é".encode())]), "Headers({'a': 'é'}, encoding='utf-8')"),
        (Headers([(b"a", b"\xe9")]), "Headers({'a': 'é'}, encoding='iso-8859-1')"),
        (Headers({"a": "b"}, encoding="utf-8"), "Headers({'a': 'b'}, encoding='utf-8')"),
    ],
)
def test_the_repr_shows_the_fields(headers: Headers, shown: str) -> None:
    assert shown == repr(headers)
    assert shown == str(headers)


@pytest.mark.parametrize("name", ["authorization", "Authorization", "PROXY-AUTHORIZATION"])
def test_the_repr_hides_credentials(name: str) -> None:
    assert f"Headers({{'{name.lower()}': '[secure]'}})" == repr(Headers({name: "s3cret"}))


def test_copies_are_equal_and_independent() -> None:
    headers = Headers([("A", "1"), ("a", "é")], encoding="utf-8")
    assert "1, é" == headers["a"]
    for twin in (
        headers.copy(),
        copy.copy(headers),
        copy.deepcopy(headers),
        pickle.loads(pickle.dumps(headers)),
    ):
        assert (headers.raw, "utf-8") == (twin.raw, twin.encoding)
        twin["b"] = "2"
        assert "b" not in headers


def test_headers_made_of_headers_are_independent() -> None:
    headers = three()
    Headers(headers)["b"] = "9"
    assert "2" == headers["b"]


def test_headers_can_be_weakly_referenced() -> None:
    headers = Headers()
    assert weakref.ref(headers)() is headers


names = st.text("abAB-", min_size=1, max_size=3)
values = st.text("xyé ,", max_size=3)
fields = st.lists(st.tuples(names, values), max_size=6)


@given(fields)
def test_all_views_tell_the_same(given_fields: list[tuple[str, str]]) -> None:
    headers = Headers(given_fields, encoding="utf-8")
    assert [(name.lower(), value) for name, value in given_fields] == headers.multi_items()
    joined: dict[str, list[str]] = {}
    for name, value in given_fields:
        joined.setdefault(name.lower(), []).append(value)
    assert {name: ", ".join(found) for name, found in joined.items()} == dict(headers)
    assert joined == {name: headers.get_list(name) for name in headers}


@given(fields, fields)
def test_an_update_is_the_others_fields_over_ours(
    ours: list[tuple[str, str]], theirs: list[tuple[str, str]]
) -> None:
    headers = Headers(ours, encoding="utf-8")
    headers.update(Headers(theirs, encoding="utf-8"))
    names_there = {name.lower() for name, _ in theirs}
    kept = [(name.lower(), value) for name, value in ours if name.lower() not in names_there]
    assert kept + [(name.lower(), value) for name, value in theirs] == headers.multi_items()
    again = headers.copy()
    again.update(Headers(theirs, encoding="utf-8"))
    assert headers.raw == again.raw


def test_a_field_that_another_thread_adds_does_not_break_an_iteration():
    class Meanwhile(bytes):
        """A value in whose decoding, at the latest, another thread has its turn."""

        def decode(self, *args):
            headers["Added"] = "2"
            return super().decode(*args)

    headers = Headers([(b"First", Meanwhile(b"1")), (b"Last", b"3")])
    headers.encoding = "ascii"

    assert [("first", "1"), ("last", "3")] == list(headers.items())
    assert "2" == headers["added"]


def test_a_look_during_a_change_by_another_thread_is_not_remembered() -> None:
    class Changing(list):  # type: ignore[type-arg]  # of fields
        """Gets one more field right after it was copied."""

        def copy(self) -> Any:
            known = list(self)
            self.append((b"B", b"2"))
            return known

    headers = Headers({"A": "1"})
    headers._pairs = Changing(headers._pairs)
    assert headers.get("b") is None
    assert "2" == headers.get("b")

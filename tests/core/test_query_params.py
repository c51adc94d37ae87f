"""QueryParams: what it is made of, how it is written, and its changed copies."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from httpx_core import QueryParams

SOURCES: list[tuple[Any, list[tuple[str, Any]]]] = [
    (None, []),
    ("", []),
    ([], []),
    ({}, []),
    ("a=1&a=2&b=3", [("a", "1"), ("a", "2"), ("b", "3")]),
    ("a=1&b=2&a=3", [("a", "1"), ("b", "2"), ("a", "3")]),
    (b"a=1", [("a", "1")]),
    ("a&b=&=c&&d==e", [("a", ""), ("b", ""), ("", "c"), ("d", "=e")]),
    ("a=1;b=2", [("a", "1;b=2")]),
    ("?a=1", [("?a", "1")]),
    ("a=%41+b %zz%e9%c3%a9", [("a", "A b %zz\ufffdé")]),
    ("%61%3D=%26", [("a=", "&")]),
    ({"a": 1, "b": [1, 2], "c": (3, None)}, [("a", "1"), ("b", "1"), ("b", "2"), ("c", "3"), ("c", "")]),
    ({"a": True, "b": False, "c": None, "d": 1.5}, [("a", "true"), ("b", "false"), ("c", ""), ("d", "1.5")]),
    ({"a": []}, []),
    ({1: 2}, [("1", "2")]),
    (MappingProxyType({"a": "b"}), [("a", "b")]),
    ([("a", 1), ("b", None), ("a", True)], [("a", "1"), ("b", ""), ("a", "true")]),
    ((("a", 1),), [("a", "1")]),
    ([["a", 1]], [("a", "1")]),
    (QueryParams("a=1&b=2"), [("a", "1"), ("b", "2")]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "pairs"), SOURCES)
def test_query_params_are_made_of_whatever_holds_pairs(
    source: Any, pairs: list[tuple[str, Any]]
) -> None:
    assert pairs == QueryParams(source).multi_items()


def test_query_params_are_made_of_keyword_arguments() -> None:
    assert [("a", "1"), ("b", "2"), ("b", "3")] == QueryParams(a=1, b=[2, 3]).multi_items()
    assert [] == QueryParams().multi_items()


# as httpx 0.28.1 writes them
WRITTEN = {
    "b c+d&e=f~-._*!'()": "b+c%2Bd%26e%3Df~-._%2A%21%27%28%29",
    "/?:@é%41\n\x00;,": "%2F%3F%3A%40%C3%A9%2541%0A%00%3B%2C",
    '$[]{}|\\^`<>"#': "%24%5B%5D%7B%7D%7C%5C%5E%60%3C%3E%22%23",
    "AZaz09": "AZaz09",
    "😀": "%F0%9F%98%80",
    "": "",
}


@pytest.mark.parametrize("value", WRITTEN)
def test_query_params_are_written_as_a_form(value: str) -> None:
    assert f"a={WRITTEN[value]}" == str(QueryParams({"a": value}))
    assert f"{WRITTEN[value]}=a" == str(QueryParams({value: "a"}))


def test_the_first_value_of_a_key_is_the_one_that_is_shown() -> None:
    params = QueryParams("a=1&b=2&a=3")
    assert "1" == params["a"]
    assert "1" == params.get("a")
    assert ["a", "b"] == list(params) == list(params.keys())
    assert ["1", "2"] == list(params.values())
    assert [("a", "1"), ("b", "2")] == list(params.items())
    assert {"a": "1", "b": "2"} == dict(params)
    assert ["1", "3"] == params.get_list("a")
    assert 2 == len(params)


def test_a_key_that_is_not_there() -> None:
    params = QueryParams("a=1")
    assert "b" not in params
    assert object() not in params
    assert params.get("b") is None
    assert 5 == params.get("b", 5)
    assert [] == params.get_list("b")
    assert params == params.remove("b")
    with pytest.raises(KeyError, match="b"):
        params["b"]


def test_query_params_are_true_when_there_are_any() -> None:
    assert not QueryParams("")
    assert QueryParams("a")


def test_query_params_are_a_mapping() -> None:
    assert isinstance(QueryParams(), Mapping)


CHANGED = [
    ("a=1&b=2&a=3", "set", ("a", 4), "a=4&b=2"),
    ("a=1", "set", ("b", 2), "a=1&b=2"),
    ("a=1", "set", ("a",), "a="),
    ("a=1&b=2", "add", ("a", True), "a=1&b=2&a=true"),
    ("a=1", "add", ("a",), "a=1&a="),
    ("a=1&b=2&a=3", "remove", ("a",), "b=2"),
    ("a=1&b=2", "merge", ({"a": 3},), "a=3&b=2"),
    ("a=1&b=2&a=9", "merge", ("c=1&a=3&a=4",), "a=3&a=4&b=2&c=1"),
    ("a=1&b=2", "merge", ([("c", 1), ("a", 5), ("d", 2)],), "a=5&b=2&c=1&d=2"),
    ("a=1", "merge", (None,), "a=1"),
    ("a=1", "merge", ({},), "a=1"),
    ("", "merge", ("c=1&a=2&c=3",), "c=1&a=2&c=3"),
]


@pytest.mark.parametrize(("before", "method", "arguments", "after"), CHANGED)
def test_a_change_is_made_in_a_copy(
    before: str, method: str, arguments: tuple[Any, ...], after: str
) -> None:
    params = QueryParams(before)
    changed = getattr(params, method)(*arguments)
    assert after == str(changed)
    assert before == str(params)


def test_the_order_does_not_matter_to_equality_and_hash() -> None:
    first, second = QueryParams("a=1&b=2&a=3"), QueryParams("b=2&a=3&a=1")
    assert first == second
    assert hash(first) == hash(second)
    assert first != QueryParams("a=1&b=2")
    assert first != QueryParams("a=1&b=2&a=3&a=3")
    assert QueryParams("a=1") != "a=1"
    assert QueryParams("a=1") != {"a": "1"}


@pytest.mark.parametrize(
    ("mistake", "hint"),
    [
        (lambda params: params.update({"a": 1}), "merge"),
        (lambda params: params.update(), "merge"),
        (lambda params: params.__setitem__("a", 1), "set"),
        (lambda params: params.__delitem__("a"), "remove"),
    ],
)
def test_changing_in_place_is_refused_with_the_right_call(mistake: Any, hint: str) -> None:
    with pytest.raises(RuntimeError, match=rf"`q = q\.{hint}\("):
        mistake(QueryParams("a=1"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1,), "Argument 'params' must be a mapping.* but got int"),
        (({"a", "b"},), "Argument 'params' must be a mapping.* but got set"),
        ((iter(()),), "Argument 'params' must be a mapping.* but got tuple_iterator"),
        (([("a", 1), ("b",)],), "item 1 is of type tuple and no pair"),
        (([1],), "item 0 is of type int and no pair"),
        (("a", "b"), "one positional argument but got 2"),
    ],
)
def test_what_holds_no_pairs_is_a_type_error(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        QueryParams(*arguments)


def test_an_argument_and_keyword_arguments_do_not_mix() -> None:
    with pytest.raises(TypeError, match="not both"):
        QueryParams("a=1", b=2)


def test_repr_can_be_pasted() -> None:
    params = QueryParams({"a": "b c", "d": "é"})
    assert "QueryParams('a=b+c&d=%C3%A9')" == repr(params)
    assert params == eval(repr(params))


def test_query_params_can_be_pickled_and_copied() -> None:
    params = QueryParams("a=1&b=2&a=3")
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(params, protocol))
        assert params.multi_items() == again.multi_items()
    assert params == copy.copy(params) == copy.deepcopy(params)


PAIRS = st.lists(
    st.tuples(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    ),
    max_size=8,
)


@given(PAIRS)
def test_what_is_written_is_read_again(pairs: list[tuple[str, Any]]) -> None:
    params = QueryParams(pairs)
    assert pairs == params.multi_items()
    assert pairs == QueryParams(str(params)).multi_items()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_a_query_whose_writing_is_stable(text: str) -> None:
    once = str(QueryParams(text))
    assert once == str(QueryParams(once))


@given(PAIRS, PAIRS)
def test_merging_gives_the_new_keys_their_values_and_keeps_the_others(
    pairs: list[tuple[str, Any]], new: list[tuple[str, Any]]
) -> None:
    merged = QueryParams(pairs).merge(new)
    names = {key for key, _ in new}
    kept = [pair for pair in merged.multi_items() if pair[0] not in names]
    assert [pair for pair in pairs if pair[0] not in names] == kept
    for name in names:
        assert QueryParams(new).get_list(name) == merged.get_list(name)

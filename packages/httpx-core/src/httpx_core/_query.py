"""QueryParams: the parameters of a query as an immutable multidict.

Text and plain values only; nothing here knows about URLs. Pairs keep the order they were given in.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import TYPE_CHECKING, Any, NoReturn

from ._percent import form_quote, form_unquote

if TYPE_CHECKING:
    from ._types import QueryParamTypes

    _Pairs = tuple[tuple[str, str], ...]

# Values that are several values. A constant, since a type checker knows nothing of what they hold.
_SEQUENCES: tuple[type[Any], ...] = (list, tuple)


class QueryParams(Mapping[str, str]):
    """The parameters of a URL's query: keys and values, a key allowed several times.

    Takes a query string, a mapping whose values may be lists, pairs, or keyword arguments.
    Numbers become text; True, False and None become `true`, `false` and the empty string.

    >>> params = QueryParams({"q": "a b", "page": [1, 2], "all": True})
    >>> str(params)
    'q=a+b&page=1&page=2&all=true'
    >>> params["page"], params.get_list("page")
    ('1', ['1', '2'])
    >>> params.set("page", 3)
    QueryParams('q=a+b&page=3&all=true')

    It cannot be changed: `set`, `add`, `remove` and `merge` return a changed copy. Two are equal
    when they hold the same pairs, in whatever order. TypeError: the argument is none of these.
    """

    __module__ = "httpx_core"
    __slots__ = ("__weakref__", "_first", "_pairs")

    _pairs: _Pairs
    _first: dict[str, str] | None  # key to its first value; None until asked for

    def __init__(self, *args: QueryParamTypes | None, **kwargs: Any) -> None:
        if len(args) > 1:
            raise TypeError(f"QueryParams takes one positional argument but got {len(args)}")
        if args and kwargs:
            raise TypeError("QueryParams takes either one argument or keyword arguments, not both")
        self._pairs = _pairs_of(args[0] if args else kwargs)
        self._first = None

    def keys(self) -> KeysView[str]:
        """Return the keys, each once.

        >>> list(QueryParams("a=1&b=2&a=3").keys())
        ['a', 'b']
        """
        return self._first_values().keys()

    def values(self) -> ValuesView[str]:
        """Return the first value of each key.

        >>> list(QueryParams("a=1&b=2&a=3").values())
        ['1', '2']
        """
        return self._first_values().values()

    def items(self) -> ItemsView[str, str]:
        """Return each key with its first value.

        >>> list(QueryParams("a=1&b=2&a=3").items())
        [('a', '1'), ('b', '2')]
        """
        return self._first_values().items()

    def multi_items(self) -> list[tuple[str, str]]:
        """Return all pairs.

        >>> QueryParams("a=1&b=2&a=3").multi_items()
        [('a', '1'), ('b', '2'), ('a', '3')]
        """
        return list(self._pairs)

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the first value of a key, or `default`.

        >>> QueryParams("a=1&a=2").get("a")
        '1'
        """
        return (self._first or self._first_values()).get(key, default)

    def get_list(self, key: str) -> list[str]:
        """Return all values of a key, none for a key that is not there.

        >>> QueryParams("a=1&a=2").get_list("a")
        ['1', '2']
        """
        return [value for other, value in self._pairs if other == key]

    def set(self, key: str, value: Any = None) -> QueryParams:
        """Return a copy in which `key` has this one value.

        >>> QueryParams("a=1&a=2").set("a", 3)
        QueryParams('a=3')
        """
        return _from_pairs(_replaced(self._pairs, ((str(key), _text_of(value)),)))

    def add(self, key: str, value: Any = None) -> QueryParams:
        """Return a copy in which `key` has this value, too.

        >>> QueryParams("a=1").add("a", 2)
        QueryParams('a=1&a=2')
        """
        return _from_pairs((*self._pairs, (str(key), _text_of(value))))

    def remove(self, key: str) -> QueryParams:
        """Return a copy without `key`, which need not be there.

        >>> QueryParams("a=1&b=2").remove("a")
        QueryParams('b=2')
        """
        return _from_pairs(tuple([pair for pair in self._pairs if pair[0] != key]))

    def merge(self, params: QueryParamTypes | None = None) -> QueryParams:
        """Return a copy in which the keys of `params` have the values they have there.

        >>> QueryParams("a=1&b=2").merge({"b": 3, "c": 4})
        QueryParams('a=1&b=3&c=4')
        """
        return _from_pairs(_replaced(self._pairs, _pairs_of(params)))

    def _first_values(self) -> dict[str, str]:
        first = self._first
        if first is None:
            first = {}
            for key, value in self._pairs:
                if key not in first:
                    first[key] = value
            self._first = first
        return first

    def __getitem__(self, key: Any) -> str:
        return (self._first or self._first_values())[key]

    def __contains__(self, key: Any) -> bool:
        return key in (self._first or self._first_values())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._first_values())

    def __len__(self) -> int:
        return len(self._first_values())

    def __bool__(self) -> bool:
        return bool(self._pairs)

    def __hash__(self) -> int:
        return hash(tuple(sorted(self._pairs)))

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, QueryParams):
            return False
        return self._pairs == other._pairs or sorted(self._pairs) == sorted(other._pairs)

    def __str__(self) -> str:
        return "&".join([f"{form_quote(key)}={form_quote(value)}" for key, value in self._pairs])

    def __repr__(self) -> str:
        return f"QueryParams({str(self)!r})"

    def __reduce__(self) -> tuple[type[QueryParams], tuple[_Pairs]]:
        return type(self), (self._pairs,)

    def update(self, params: QueryParamTypes | None = None) -> NoReturn:
        """Raise RuntimeError: use `merge`, which returns a changed copy."""
        raise RuntimeError(
            "QueryParams are immutable. Use `q = q.merge(...)` to create an updated copy."
        )

    def __setitem__(self, key: str, value: str) -> NoReturn:
        raise RuntimeError(
            "QueryParams are immutable. Use `q = q.set(key, value)` to create an updated copy."
        )

    def __delitem__(self, key: str) -> NoReturn:
        raise RuntimeError(
            "QueryParams are immutable. Use `q = q.remove(key)` to create an updated copy."
        )


def _from_pairs(pairs: _Pairs) -> QueryParams:
    params = QueryParams.__new__(QueryParams)
    params._pairs = pairs
    params._first = None
    return params


def _pairs_of(params: QueryParamTypes | None) -> _Pairs:
    """Read whatever QueryParamTypes allows, as pairs of text."""
    if params is None:
        return ()
    if isinstance(params, str):
        return _pairs_of_text(params)
    if isinstance(params, dict):
        return _pairs_of_items(params.items())
    if isinstance(params, (list, tuple)):
        return _pairs_of_sequence(params)
    if isinstance(params, bytes):
        return _pairs_of_text(params.decode("ascii"))
    # After the plain types, since isinstance() of an abstract base class is slow.
    if isinstance(params, QueryParams):
        return params._pairs
    items = getattr(params, "items", None)
    if items is None:
        raise TypeError(
            "Argument 'params' must be a mapping, a list or tuple of pairs, str, bytes or None "
            f"but got {type(params).__name__}"
        )
    return _pairs_of_items(items())


def _pairs_of_items(items: Iterable[tuple[Any, Any]]) -> _Pairs:
    pairs: list[tuple[str, str]] = []
    for key, value in items:
        key = str(key)
        if type(value) is str:
            pairs.append((key, value))
        elif isinstance(value, _SEQUENCES):
            pairs += [(key, _text_of(item)) for item in value]
        else:
            pairs.append((key, _text_of(value)))
    return tuple(pairs)


def _pairs_of_text(query: str) -> _Pairs:
    encoded = "%" in query or "+" in query
    pairs: list[tuple[str, str]] = []
    for field in query.split("&"):
        if field:
            key, _, value = field.partition("=")
            if encoded:
                key, value = form_unquote(key), form_unquote(value)
            pairs.append((key, value))
    return tuple(pairs)


def _pairs_of_sequence(params: Iterable[Any]) -> _Pairs:
    pairs: list[tuple[str, str]] = []
    for position, item in enumerate(params):
        try:
            key, value = item[0], item[1]
        except (IndexError, KeyError, TypeError) as exc:
            raise TypeError(
                f"Argument 'params' must hold (key, value) pairs but item {position} "
                f"is of type {type(item).__name__} and no pair"
            ) from exc
        pairs.append((str(key), _text_of(value)))
    return tuple(pairs)


def _text_of(value: Any) -> str:
    """Spell a value: booleans as JSON does, None as nothing."""
    if isinstance(value, str):
        return str(value)
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return ""
    return str(value)


def _replaced(pairs: _Pairs, new: _Pairs) -> _Pairs:
    """Give the keys of `new` their values there, each where it first stood, unknown ones at the end."""
    values: dict[str, list[tuple[str, str]]] = {}
    for pair in new:
        values.setdefault(pair[0], []).append(pair)
    result: list[tuple[str, str]] = []
    for pair in pairs:
        waiting = values.get(pair[0])
        if waiting is None:
            result.append(pair)
        elif waiting:
            result += waiting
            values[pair[0]] = []
    result += [pair for pair in new if values[pair[0]]]
    return tuple(result)

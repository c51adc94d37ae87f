"""Headers: the fields of a message, in order, with the case they came in.

The truth is one list of raw pairs (name, value). All that is derived from it, the index by
lower-cased name above all, is built when first asked for and dropped by every change. Nothing is
checked here beyond what cannot be encoded: what may go on the wire is `wire.check_fields`.
"""

from __future__ import annotations

from collections.abc import (
    Collection,
    ItemsView,
    Iterator,
    KeysView,
    Mapping,
    MutableMapping,
    ValuesView,
)
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from ._types import HeaderTypes

Pairs = list[tuple[bytes, bytes]]

_NONE: frozenset[bytes] = frozenset()

# repr() must not show what these hold.
_SECRET_NAMES = frozenset(["authorization", "proxy-authorization"])


class Headers(MutableMapping[str, str]):
    """The header fields of a request or a response: a mapping without regard to case.

    A name may occur more than once. `headers[name]` joins its values with `", "`,
    `get_list()` gives them one by one, and `multi_items()` and `raw` give all fields in order.

    `headers` is a mapping or a sequence of pairs, of str or of bytes; `encoding` is the codec of
    the text. Without it str must be ASCII, and bytes are read as ASCII, else UTF-8, else
    ISO-8859-1, whichever decodes them all.

    >>> headers = Headers({"Content-Type": "application/json"})
    >>> headers["content-type"]
    'application/json'
    >>> headers.update([("Accept", "text/html"), ("Accept", "*/*")])
    >>> headers["ACCEPT"], headers.get_list("accept")
    ('text/html, */*', ['text/html', '*/*'])

    UnicodeEncodeError: the text does not fit the encoding; the message names the header.
    TypeError: a name or value is neither str nor bytes, or the argument is of another type.
    """

    __module__ = "httpx_core"
    __slots__ = ("__weakref__", "_absent", "_detected", "_encoding", "_index", "_pairs")

    _pairs: Pairs
    # By lower-cased name: its value, or the list of them when the name is there more than once.
    _index: dict[bytes, bytes | list[bytes]] | None
    _encoding: str | None
    _detected: str | None
    # Lower-cased names of which whoever parsed the fields says that none of them is there.
    _absent: frozenset[bytes]

    def __init__(self, headers: HeaderTypes | None = None, encoding: str | None = None) -> None:
        self._index = self._detected = None
        self._absent = _NONE
        self._encoding = encoding
        try:
            if headers is None:
                self._pairs = []
            elif headers.__class__ is list:
                self._pairs = _encode_pairs(headers, encoding)
            elif isinstance(headers, Headers):
                self._pairs = headers._pairs.copy()
            elif isinstance(headers, Mapping):
                self._pairs = _encode_pairs(headers.items(), encoding)
            else:
                self._pairs = _encode_pairs(list(headers), encoding)
        except UnicodeEncodeError:
            raise
        except (TypeError, ValueError) as exc:
            from ._arguments import explain_pairs

            explain_pairs("headers", "a mapping or a sequence of pairs", headers, exc)
            raise

    @classmethod
    def _adopt(cls, pairs: Pairs, absent: frozenset[bytes] = _NONE) -> Headers:
        """Take a list of raw pairs as it is: neither copied nor checked, and the caller's no more."""
        self = cls.__new__(cls)
        self._pairs = pairs
        self._absent = absent
        self._index = self._detected = self._encoding = None
        return self

    @property
    def raw(self) -> Pairs:
        """All fields in order as (name, value) in bytes, the names in the case they came in."""
        return self._pairs.copy()

    @property
    def _list(self) -> list[tuple[bytes, bytes, bytes]]:
        return [(name, name.lower(), value) for name, value in self._pairs]

    @property
    def encoding(self) -> str:
        """The codec of names and values: the one set, else the one that decodes them all."""
        if self._encoding is not None:
            return self._encoding
        if self._detected is None:
            self._detected = self._detect()
        return self._detected

    @encoding.setter
    def encoding(self, encoding: str | None) -> None:
        self._encoding = encoding

    def _detect(self) -> str:
        block = b"\n".join([part for pair in self._pairs for part in pair])
        for encoding in ("ascii", "utf-8"):
            try:
                block.decode(encoding)
            except UnicodeDecodeError:
                continue
            return encoding
        return "iso-8859-1"

    def _changed(self) -> None:
        self._index = self._detected = None
        self._absent = _NONE

    def _by_name(self) -> dict[bytes, bytes | list[bytes]]:
        index: dict[bytes, bytes | list[bytes]] | None = self._index
        if index is None:
            # Filled before it is shown, so that threads which read never see half of it; and not
            # kept when another thread has changed the fields meanwhile.
            pairs = self._pairs
            known = pairs.copy()
            index = {name.lower(): value for name, value in known}
            if len(index) != len(known):
                index = _grouped(known)
            if known == pairs and pairs is self._pairs:
                self._index = index
        return index

    def _find(self, key: str) -> bytes | list[bytes] | None:
        """The value or values under a name, None when it is not there.

        bytes.lower() changes ASCII only, as RFC 9110 5.1 means it; str.lower() would take the
        Kelvin sign for a k.
        """
        index = self._index
        if index is None:
            index = self._by_name()
        try:
            found = index.get(key.encode().lower())
        except (AttributeError, UnicodeEncodeError):
            if not isinstance(key, str):
                raise _not_str("name", key) from None
            return None
        if found is None and (self._encoding is not None or not key.isascii()):
            try:
                return index.get(key.encode(self.encoding).lower())
            except UnicodeEncodeError:
                return None
        return found

    def _first(self, name: bytes) -> bytes | None:
        """The first raw value under a lower-cased name.

        Where there is no index none is built for it, which costs more than to look.
        """
        index = self._index
        if index is None:
            if name in self._absent:
                return None
            size = len(name)
            for pair in self._pairs:
                if len(pair[0]) == size and pair[0].lower() == name:
                    return pair[1]
            return None
        found = index.get(name)
        return found[0] if isinstance(found, list) else found

    def _decode(self, value: bytes | list[bytes]) -> str:
        if isinstance(value, list):
            value = b", ".join(value)
        if self._encoding is None:
            # ASCII bytes are the same text in all three encodings that are tried.
            try:
                return value.decode("ascii")
            except UnicodeDecodeError:
                pass
        return value.decode(self.encoding)

    def __getitem__(self, key: str) -> str:
        found = self._find(key)
        if found is None:
            raise KeyError(key)
        return self._decode(found)

    def get(self, key: str, default: Any = None) -> Any:
        """The value under a name, several joined with `", "`, else the default."""
        found = self._find(key)
        if found is None:
            return default
        return self._decode(found)

    def get_list(self, key: str, split_commas: bool = False) -> list[str]:
        """All values under a name, in order; on request split at commas as well."""
        found = self._find(key)
        if found is None:
            return []
        if isinstance(found, list):
            values = [self._decode(value) for value in found]
        else:
            values = [self._decode(found)]
        if not split_commas:
            return values
        return [part.strip() for value in values for part in value.split(",")]

    def __contains__(self, key: object) -> bool:
        return self._find(cast("str", key)) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self._pairs)

    def _decoded(self) -> dict[str, str]:
        codec = self.encoding
        return {
            name.decode(codec): (b", ".join(found) if isinstance(found, list) else found).decode(
                codec
            )
            for name, found in list(self._by_name().items())  # other threads may add to it
        }

    def keys(self) -> KeysView[str]:
        """The names, lower-cased, each once."""
        return self._decoded().keys()

    def values(self) -> ValuesView[str]:
        """The values, those of one name joined with `", "`."""
        return self._decoded().values()

    def items(self) -> ItemsView[str, str]:
        """The lower-cased names with their values, those of one name joined with `", "`."""
        return self._decoded().items()

    def multi_items(self) -> list[tuple[str, str]]:
        """All fields in order, the names lower-cased; a name may occur more than once."""
        codec = self.encoding
        return [(name.lower().decode(codec), value.decode(codec)) for name, value in self._pairs]

    def __setitem__(self, key: str, value: str) -> None:
        name, content = _encode_pair(key, value, self._encoding or "utf-8")
        self._put(name, content)

    def _put(self, name: bytes, value: bytes) -> None:
        """Set a field where its name first stands, else at the end; drop the name's other fields."""
        lowered = name.lower()
        pairs = self._pairs
        index = self._by_name()
        if lowered not in index:
            pairs.append((name, value))
        else:
            places = [place for place, pair in enumerate(pairs) if pair[0].lower() == lowered]
            pairs[places[0]] = (name, value)
            for place in places[:0:-1]:
                del pairs[place]
        index[lowered] = value
        self._detected = None
        self._absent = _NONE

    def __delitem__(self, key: str) -> None:
        if self._find(key) is None:
            raise KeyError(key)
        lowered = key.encode().lower()
        if lowered not in self._by_name():
            lowered = key.encode(self.encoding).lower()
        self._pairs = [pair for pair in self._pairs if pair[0].lower() != lowered]
        self._changed()

    def clear(self) -> None:
        """Remove every field."""
        self._pairs = []
        self._changed()

    # The mapping's own update() also takes keyword arguments; names of fields are no identifiers.
    def update(self, headers: HeaderTypes | None = None) -> None:  # type: ignore[override]  # see above
        """Set fields, all of which take the place of those of the same name."""
        if headers is None:
            return
        pairs = Headers(headers, self._encoding)._pairs
        names = {pair[0].lower() for pair in pairs}
        self._pairs = [pair for pair in self._pairs if pair[0].lower() not in names]
        self._pairs += pairs
        self._changed()

    def copy(self) -> Headers:
        """Make independent headers with the same fields."""
        headers = Headers._adopt(self._pairs.copy())
        headers._encoding = self._encoding
        return headers

    __copy__ = copy

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._pairs.copy(), self._encoding)

    def __eq__(self, other: Any) -> bool:
        try:
            theirs = other if isinstance(other, Headers) else Headers(other)
        except (TypeError, ValueError):
            return NotImplemented
        mine = sorted([(name.lower(), value) for name, value in self._pairs])
        return mine == sorted([(name.lower(), value) for name, value in theirs._pairs])

    def __repr__(self) -> str:
        items = [
            (name, "[secure]" if name in _SECRET_NAMES else value)
            for name, value in self.multi_items()
        ]
        encoding = self.encoding
        suffix = "" if encoding == "ascii" else f", encoding={encoding!r}"
        fields = dict(items)
        shown: object = fields if len(fields) == len(items) else items
        return f"{type(self).__name__}({shown!r}{suffix})"


def _grouped(pairs: Pairs) -> dict[bytes, bytes | list[bytes]]:
    index: dict[bytes, bytes | list[bytes]] = {}
    for name, value in pairs:
        name = name.lower()
        known = index.get(name)
        if known is None:
            index[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            index[name] = [known, value]
    return index


def _encode_pairs(items: Collection[Any], encoding: str | None) -> Pairs:
    codec = encoding or "ascii"
    try:
        return [
            (name, value)
            if name.__class__ is bytes and value.__class__ is bytes
            else (name.encode(codec), value.encode(codec))
            if name.__class__ is str and value.__class__ is str
            else _encode_pair(name, value, codec)
            for name, value in items
        ]
    except UnicodeEncodeError:
        pass
    # Again, one by one, to say whose value it is; not chained, since the first error holds it.
    return [_encode_pair(name, value, codec) for name, value in items]


def _encode_pair(name: str | bytes, value: str | bytes, codec: str) -> tuple[bytes, bytes]:
    if not isinstance(name, (str, bytes)):
        raise _not_text("name", name)
    if not isinstance(value, (str, bytes)):
        raise _not_text("value", value)
    try:
        return (
            name if isinstance(name, bytes) else name.encode(codec),
            value if isinstance(value, bytes) else value.encode(codec),
        )
    except UnicodeEncodeError as exc:
        error = exc
    raise _unencodable(name, error)


def _not_text(what: str, it: object) -> TypeError:
    return TypeError(f"Header {what} must be str or bytes, not {type(it)}")


def _not_str(what: str, it: object) -> TypeError:
    return TypeError(f"Header {what} must be str, not {type(it)}")


def _unencodable(name: str | bytes, exc: UnicodeEncodeError) -> UnicodeEncodeError:
    """The same error, which says whose header it is and does not carry what a secret one holds."""
    shown = name.decode("ascii", "replace") if isinstance(name, bytes) else name
    text = exc.object
    if shown.lower() in _SECRET_NAMES:
        hidden = "*" * exc.start, text[exc.start : exc.end], "*" * (len(text) - exc.end)
        text = "".join(hidden)
    reason = f"{exc.reason}, in the header {shown!r}"
    return UnicodeEncodeError(exc.encoding, text, exc.start, exc.end, reason)

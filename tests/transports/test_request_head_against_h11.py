"""Differential: every request head that wire.encode_head writes, h11 would have sent as well."""

from __future__ import annotations

import h11
from hypothesis import example, given
from hypothesis import strategies as st

from httpx_core import LocalProtocolError, wire

# Pieces near the borders of what is allowed, so that about half of the heads pass.
methods = st.one_of(
    st.sampled_from(["GET", "POST", "", "G T"]), st.text("GET!\r\n\xe9", max_size=4)
)
targets = st.one_of(
    st.just(b"/"), st.lists(st.sampled_from(list(b"/a?%\x7f\x20\x80\n*")), max_size=4).map(bytes)
)
names = st.one_of(
    st.sampled_from(
        [b"Host", b"host", b"Content-Length", b"Transfer-Encoding", b"Expect", b"Connection"]
    ),
    st.lists(st.sampled_from(list(b"Ab-_ :\r\n\x00\xe9")), max_size=3).map(bytes),
)
values = st.one_of(
    st.sampled_from([b"5", b"05", b"chunked", b"Chunked", b"5, 5", b"", b"100-continue", b"close"]),
    st.lists(st.sampled_from(list(b"a\x01\x7f\xff \t\r\n\x0b\x0c\x00")), max_size=4).map(bytes),
)
fields = st.lists(st.tuples(names, values), max_size=4)


def tidied(pairs: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """h11 writes the name of the transfer coding in lower case."""
    return [(k, v.lower() if k.lower() == b"transfer-encoding" else v) for k, v in pairs]


@given(methods, targets, st.booleans(), fields)
@example("GET", b"/", True, [(b"Transfer-Encoding", b"Chunked")])
@example("GET", b"/", True, [(b"X", b"a \t b")])
@example("GET", b"/", False, [(b"A", b"b"), (b"host", b"x")])
def test_what_we_write_h11_writes_with_the_same_bytes(
    method: str, target: bytes, with_host: bool, pairs: list[tuple[bytes, bytes]]
) -> None:
    if with_host:
        pairs = [(b"Host", b"example.org"), *pairs]
    try:
        head = wire.encode_head(method, target, tidied(pairs))
    except LocalProtocolError:
        return
    sent = h11.Connection(h11.CLIENT).send(
        h11.Request(method=method.encode(), target=target, headers=pairs)
    )
    assert sent == head


def stricter(pairs: list[tuple[bytes, bytes]]) -> bool:
    """Where h11 leaves it to the reader, or tidies up, where the message ends, we refuse."""
    lowered = [name.lower() for name, _ in pairs]
    lengths = [value for name, value in pairs if name.lower() == b"content-length"]
    return (
        len(lengths) > 1
        or any(b"," in value for value in lengths)
        or (b"transfer-encoding" in lowered and bool(lengths))
    )


@given(methods, targets, fields)
def test_what_h11_writes_we_write_except_where_we_are_stricter(
    method: str, target: bytes, pairs: list[tuple[bytes, bytes]]
) -> None:
    pairs = [(b"Host", b"example.org"), *pairs]
    try:
        sent = h11.Connection(h11.CLIENT).send(
            h11.Request(method=method.encode(), target=target, headers=pairs)
        )
    except h11.LocalProtocolError:
        return
    if not stricter(pairs):
        assert sent == wire.encode_head(method, target, tidied(pairs))

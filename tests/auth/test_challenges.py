"""WWW-Authenticate fields, read as RFC 9110 11.6.1 writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from httpx_auth._challenge import Challenge, parse_challenges


def challenge(scheme: str, **parameters: str) -> Challenge:
    return Challenge(scheme, parameters, False)


CASES: list[tuple[list[str], list[Challenge]]] = [
    ([], []),
    ([""], []),
    ([" , ,"], []),
    (["Basic"], [challenge("basic")]),
    (['Basic realm="a"'], [challenge("basic", realm="a")]),
    (['BASIC Realm="A"'], [challenge("basic", realm="A")]),
    (["Digest realm=a,nonce=b"], [challenge("digest", realm="a", nonce="b")]),
    (['Digest realm = "a" , nonce\t=\tb'], [challenge("digest", realm="a", nonce="b")]),
    (['Digest realm="a, b=c"'], [challenge("digest", realm="a, b=c")]),
    ([r'Digest realm="a\"b\\c"'], [challenge("digest", realm='a"b\\c')]),
    (['Digest realm=""'], [challenge("digest", realm="")]),
    (['Digest ,, realm="a",,'], [challenge("digest", realm="a")]),
    (['Digest realm="a", realm="b"'], [challenge("digest", realm="a")]),
    (
        ['Basic realm="a", Digest realm="b", nonce="c", Bearer'],
        [challenge("basic", realm="a"), challenge("digest", realm="b", nonce="c"), challenge("bearer")],
    ),
    (["Negotiate abc==", "NTLM"], [challenge("negotiate"), challenge("ntlm")]),
    (["Negotiate abc, Digest a=b"], [challenge("negotiate"), challenge("digest", a="b")]),
    (["Basic, Digest a=b"], [challenge("basic"), challenge("digest", a="b")]),
    (['Digest realm="a'], [Challenge("digest", {}, True)]),
    (['Digest realm="a", qop="auth,au'], [Challenge("digest", {"realm": "a"}, True)]),
    (['Digest realm="a" nonce="b"'], [Challenge("digest", {}, True)]),
    (['Digest realm="a", b=, c=d'], [Challenge("digest", {"realm": "a", "c": "d"}, True)]),
    (['Digest realm="a\x0b", nonce=b'], [Challenge("digest", {"nonce": "b"}, True)]),
    (['Digest realm="a\\\x00", nonce=b'], [Challenge("digest", {"nonce": "b"}, True)]),
    (['Digest realm="a\tb"'], [challenge("digest", realm="a\tb")]),
    (['="a"'], []),
    (['realm="a", Basic'], [challenge("basic")]),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "challenges"), CASES)
def test_the_fields_hold_these_challenges(fields: list[str], challenges: list[Challenge]) -> None:
    assert challenges == parse_challenges(fields)


tokens = st.text("abcXYZ019!-~", min_size=1, max_size=5)
# RFC 9110 5.6.4: a quoted string holds no control characters.
legal = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8)


@given(
    st.lists(
        st.tuples(tokens, st.dictionaries(tokens.map(str.lower), legal, min_size=1)),
        max_size=4,
    )
)
def test_what_is_written_by_the_rules_is_read_back(
    written: list[tuple[str, dict[str, str]]],
) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    fields = ", ".join(
        f"{scheme} " + ", ".join(f"{name}={quoted(value)}" for name, value in parameters.items())
        for scheme, parameters in written
    )
    expected = [Challenge(scheme.lower(), parameters, False) for scheme, parameters in written]
    assert expected == parse_challenges([fields])


@given(st.lists(st.text('Digest realm="\\,=\t\r\n\u00e9', max_size=30), max_size=3))
def test_any_text_is_read(fields: list[str]) -> None:
    for found in parse_challenges(fields):
        assert found.scheme

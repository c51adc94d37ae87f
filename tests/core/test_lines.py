"""Lines of a body: those of str.splitlines(), wherever the chunks are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from httpx_core import Response
from httpx_core._text import LineSplitter

ENDS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]


def split(chunks: list[str]) -> list[str]:
    splitter = LineSplitter()
    return [line for chunk in chunks for line in splitter.feed(chunk)] + [*splitter.end()]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    "form", ["a{}b", "a{}", "{}a", "{}", "a{}{}b", "{}{}", "a{}\n", "a{}\r", "\r{}"]
)
def test_every_line_end_of_splitlines_ends_a_line(end, form):
    text = form.format(end, end)
    assert text.splitlines() == split([text])
    assert text.splitlines() == split([*text])


@given(st.lists(st.text("ab" + "".join(set("".join(ENDS))), max_size=6)))
def test_lines_do_not_depend_on_the_borders(chunks):
    assert "".join(chunks).splitlines() == split(chunks)


@pytest.mark.parametrize("size", [1, 7, 256, 65536])
def test_one_long_line_is_kept_in_few_pieces(size):
    text = "x" * 300_000
    splitter = LineSplitter()
    for start in range(0, len(text), size):
        assert [] == [*splitter.feed(text[start : start + size])]
        kept = splitter._line
        # What is joined is joined once, so that the time is linear.
        assert len(kept._parts) + len(kept._blocks) <= 4096 + len(text) // 4096
    assert [text] == [*splitter.end()]


def test_a_line_is_given_as_soon_as_it_has_ended():
    splitter = LineSplitter()
    assert ["a"] == [*splitter.feed("a\nb")]
    assert [] == [*splitter.feed("c\r")]
    assert ["bc"] == [*splitter.feed("\n")]
    assert [] == [*splitter.end()]


def test_a_response_is_split_after_it_is_decoded():
    content = iter([b"a\r", b"\n\xe2\x80", b"\xa8b\xc3", b"\xa9"])
    assert ["a", "", "bé"] == list(Response(200, content=content).iter_lines())

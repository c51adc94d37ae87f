"""Text of a body: its charset, decoding over chunk borders, names that are no charset."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from httpx_core import Response
from httpx_core._stages import Chunker, Parts
from httpx_core._text import TextDecoder, charset_of


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("text/plain", None),
        ("", None),
        ("text/plain; charset=utf-8", "utf-8"),
        ("text/plain; charset=UTF-8", "utf-8"),
        ("text/plain;charset=latin-1", "latin-1"),
        ("text/plain; Charset = ascii ", "ascii"),
        ('text/plain; charset="utf-8"', "utf-8"),
        ('text/plain; charset="ut\\f-8"', "utf-8"),
        ('text/plain; charset="utf-8', '"utf-8'),
        ("text/plain; charset=", ""),
        ("text/plain; charset", ""),
        ("text/plain; x=1; charset=ascii; y=2", "ascii"),
        ('text/plain; x="a;charset=ascii"; charset=utf-8', "utf-8"),
        ('text/plain; x="\\";charset=ascii"; charset=utf-8', "utf-8"),
        ("text/plain; charset=utf-8; charset=ascii", "utf-8"),
        ("text/plain;;charset=utf-8", "utf-8"),
        ("charset=utf-8", "utf-8"),
        ("text/plain, charset=utf-8", None),
        ("text/plain; charset*=utf-8''latin-1", "latin-1"),
        ("text/plain; xcharset=utf-8", None),
    ],
)
def test_the_charset_of_a_content_type(content_type, charset):
    assert charset == charset_of(content_type)
    assert charset == Response(200, headers={"content-type": content_type}).charset_encoding


def test_without_a_content_type_there_is_no_charset():
    assert Response(200).charset_encoding is None


@pytest.mark.parametrize("attack", ['"' * 50_000, ";" * 50_000, "a=" * 50_000, '"\\' * 50_000])
def test_a_hostile_content_type_is_parsed_in_linear_time(attack):
    assert charset_of(attack + "\x00") is None


@pytest.mark.parametrize(
    ("charset", "content", "text"),
    [
        ("utf-8", "äöü €".encode(), "äöü €"),
        ("latin-1", "äöü".encode("latin-1"), "äöü"),
        ("iso-8859-1", b"\xe9", "é"),
        ("shift-jis", "日本".encode("shift-jis"), "日本"),
        ("utf-16", "日本".encode("utf-16"), "日本"),
        ("unheard-of", "é".encode(), "é"),
        ("", "é".encode(), "é"),
        ("utf-8", b"a\xffb", "a\ufffdb"),
        ("utf-8", b"a\xe2\x82", "a\ufffd"),
        ("ascii", "é".encode(), "\ufffd\ufffd"),
        # Codecs that do not make text of bytes, or cannot replace what is malformed.
        ("hex", "é".encode(), "é"),
        ("rot13", "é".encode(), "é"),
        ("zlib", "é".encode(), "é"),
        ("idna", "é".encode(), "é"),
        ("undefined", "é".encode(), "é"),
        ("utf-8\\0", "é".encode(), "é"),
        ("." * 1000, "é".encode(), "é"),
    ],
)
def test_text_is_decoded_by_the_charset_and_streams_the_same(charset, content, text):
    headers = {"content-type": f"text/plain; charset={charset}"}
    assert text == Response(200, headers=headers, content=content).text
    single = (content[place : place + 1] for place in range(len(content)))
    assert text == "".join(Response(200, headers=headers, content=single).iter_text())


@pytest.mark.parametrize(
    ("default", "encoding", "text"),
    [
        ("utf-8", "utf-8", "\ufffd"),
        ("latin-1", "latin-1", "é"),
        ("unheard-of", "utf-8", "\ufffd"),
        (lambda content: "latin-1" if content == b"\xe9" else "ascii", "latin-1", "é"),
        (lambda content: "unheard-of", "utf-8", "\ufffd"),
        (lambda content: None, "utf-8", "\ufffd"),
    ],
)
def test_the_default_encoding_counts_where_there_is_no_charset(default, encoding, text):
    response = Response(200, content=b"\xe9", default_encoding=default)
    assert encoding == response.encoding
    assert text == response.text


def test_the_charset_goes_before_the_default_encoding():
    headers = {"content-type": "text/plain; charset=latin-1"}
    assert "é" == Response(200, headers=headers, content=b"\xe9", default_encoding="ascii").text


def test_a_callable_default_is_not_asked_about_a_body_that_is_not_there():
    response = Response(200, content=iter([b"\xe9"]), default_encoding=lambda content: "latin-1")
    assert "utf-8" == response.encoding
    response.read()
    assert "é" == response.text


def test_an_encoding_set_by_hand_goes_before_the_charset():
    headers = {"content-type": "text/plain; charset=utf-8"}
    response = Response(200, headers=headers, content=b"\xe9")
    response.encoding = "latin-1"
    assert "latin-1" == response.encoding
    assert "é" == response.text


def test_an_encoding_set_by_hand_that_is_unknown_means_utf_8():
    response = Response(200, content="é".encode())
    response.encoding = "unheard-of"
    assert "é" == response.text


def test_the_text_is_decoded_once():
    response = Response(200, content=b"hello")
    assert response.text is response.text


def test_the_encoding_cannot_be_set_once_the_text_was_read():
    response = Response(200, content=b"a")
    assert "a" == response.text
    with pytest.raises(ValueError, match="text"):
        response.encoding = "latin-1"


@given(
    text=st.text(max_size=60),
    charset=st.sampled_from(["utf-8", "utf-16", "utf-32", "utf-8-sig", "gb18030"]),
    borders=st.lists(st.integers(0, 200)),
)
def test_a_character_may_be_cut_by_any_border(text, charset, borders):
    content = text.encode(charset, "replace")
    decoder = TextDecoder(charset)
    edges = [0, *sorted(border for border in borders if border < len(content)), len(content)]
    parts = [content[start:end] for start, end in zip(edges, edges[1:], strict=False)]  # noqa: RUF007 - one element less
    decoded = "".join([item for part in parts for item in decoder.feed(part)] + [*decoder.end()])
    assert content.decode(charset, "replace") == decoded


@given(st.lists(st.binary(max_size=20)), st.integers(1, 30))
def test_a_chunker_gives_chunks_of_its_size_and_a_shorter_last(parts, size):
    chunker: Chunker[bytes] = Chunker(size, b"")
    chunks = [chunk for part in parts for chunk in chunker.feed(part)] + [*chunker.end()]
    assert b"".join(parts) == b"".join(chunks)
    assert all(len(chunk) == size for chunk in chunks[:-1])
    assert all(0 < len(chunk) <= size for chunk in chunks[-1:])


def test_many_small_parts_are_kept_as_few_large_ones():
    parts = Parts("")
    for _ in range(10_000):
        parts.add("a")
    assert len(parts._parts) < 4096
    assert 10_000 == parts.size
    assert "a" * 10_000 == parts.take()
    assert "" == parts.take()


@pytest.mark.parametrize("charset", ["utf-16", "utf-32"])
@pytest.mark.parametrize("size", [1, 3, 64])
def test_text_without_the_byte_order_mark_it_should_have_is_decoded_as_a_whole_would_be(
    charset, size
):
    content = "Ærø, 日本".encode(f"{charset}-{sys.byteorder[0]}e")
    headers = {"Content-Type": f"text/plain; charset={charset}"}
    chunks = [content[start : start + size] for start in range(0, len(content), size)]

    assert "Ærø, 日本" == Response(200, headers=headers, content=content).text
    assert "Ærø, 日本" == "".join(Response(200, headers=headers, content=chunks).iter_text())


@pytest.mark.parametrize(
    "content", [b"\x1b$wei\n\xe3\x81\x93", b"a\x1b$B0!" + b"\x1b123456789" * 9]
)
@pytest.mark.parametrize("charset", ["iso-2022-jp", "iso-2022-kr", "iso2022_jp_2"])
@pytest.mark.parametrize("size", [1, 9, 15, 200])
def test_escape_sequences_without_an_end_are_decoded_as_a_whole_would_be(content, charset, size):
    decoder = TextDecoder(charset)
    chunks = [content[start : start + size] for start in range(0, len(content), size)]
    decoded = [text for chunk in chunks for text in decoder.feed(chunk)]
    headers = {"Content-Type": f"text/plain; charset={charset}"}

    assert content.decode(charset, "replace") == "".join([*decoded, *decoder.end()])
    assert (
        content.decode(charset, "replace") == Response(200, headers=headers, content=content).text
    )


@pytest.mark.parametrize("charset", ["idna", "punycode"])
def test_a_codec_for_host_names_is_no_charset(charset):
    headers = {"Content-Type": f"text/plain; charset={charset}"}
    response = Response(200, headers=headers, content=b"a\xff")

    assert "utf-8" == response.encoding
    assert "a\ufffd" == response.text


@pytest.mark.parametrize("start", [b"\\N{", b"+"])
def test_what_a_decoder_keeps_is_read_again_only_when_it_has_doubled(start):
    decoder = TextDecoder("utf-7" if start == b"+" else "unicode_escape")
    inner = decoder._decoder
    sizes = []

    class Counting:
        def decode(self, data, final=False):
            sizes.append(len(data))
            return inner.decode(data, final)

        def getstate(self):
            return inner.getstate()

    decoder._decoder = Counting()
    for byte in (start, *[b"A"] * 100_000):
        list(decoder.feed(byte))
    list(decoder.end())

    assert 100_000 <= sum(sizes) <= 400_000

"""Content codings (RFC 9110 section 8.4): which there are, and the decoder for a Content-Encoding.

Promises: a decoder gives at most 96 KiB at a time, whatever the body would grow to; a chain has at
most five codings, or as many as its reader allows; a body that ends too soon is an error, an empty
one is not. Never imports a compression library before a body needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ._errors import DecodingError
from ._stages import Stage

# What one step of a decoder gives at most, in bytes. zlib copies 32 KiB at each step, so that
# smaller ones are slower.
STEP = 98304

# What a decoder is fed at once, in bytes. The libraries hand back, as a copy, what they have not
# used, so that a step's cost grows with the size of its input.
PIECE = 32768

MAX_CODINGS = 5

# An inner coding can be made to grow without end into input that an outer one swallows without
# giving a byte (empty members, empty blocks). Real ones give something within a window, 16 MiB.
_MAX_SILENCE = 64 * 1024 * 1024


class ContentDecoder(Stage[bytes, bytes]):
    """The decoder of one content coding, or of a chain of them.

    `feed` and `end` work in bounded steps. `decode` and `flush` give all there is at once.
    DecodingError: the body is malformed or, at the end, not complete.
    """

    __slots__ = ()

    def decode(self, data: bytes) -> bytes:
        return b"".join(self.feed(data))

    def flush(self) -> bytes:
        return b"".join(self.end())


class IdentityDecoder(ContentDecoder):
    """The decoder of a body without a coding: what comes in goes out."""

    __slots__ = ()

    def feed(self, chunk: bytes) -> Iterable[bytes]:
        return (chunk,) if chunk else ()

    def decode(self, data: bytes) -> bytes:
        return data


IDENTITY = IdentityDecoder()


class ChainDecoder(ContentDecoder):
    """Two decoders in a row, each fed in the steps of the one before it."""

    __slots__ = ("_first", "_second", "_silence")

    def __init__(self, first: ContentDecoder, second: ContentDecoder) -> None:
        self._first = first
        self._second = second
        self._silence = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        return self._through(self._first.feed(chunk))

    def end(self) -> Iterator[bytes]:
        yield from self._through(self._first.end())
        yield from self._second.end()

    def _through(self, steps: Iterable[bytes]) -> Iterator[bytes]:
        for step in steps:
            self._silence += len(step)
            for decoded in self._second.feed(step):
                self._silence = 0
                yield decoded
            if self._silence > _MAX_SILENCE:
                raise DecodingError(
                    "The body's content codings expand to more than "
                    f"{_MAX_SILENCE // 1024 // 1024} MiB that decode to nothing."
                )


class LimitedDecoder(ContentDecoder):
    """A decoder that refuses to give more than `limit` bytes in all."""

    __slots__ = ("_decoder", "_left", "_limit")

    def __init__(self, decoder: ContentDecoder, limit: int) -> None:
        self._decoder = decoder
        self._limit = limit
        self._left = limit

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        return self._counted(self._decoder.feed(chunk))

    def end(self) -> Iterator[bytes]:
        return self._counted(self._decoder.end())

    def _counted(self, steps: Iterable[bytes]) -> Iterator[bytes]:
        for step in steps:
            self._left -= len(step)
            if self._left < 0:
                raise DecodingError(
                    f"The decoded body is larger than max_response_size, {self._limit} bytes."
                )
            yield step


class RefusingDecoder(ContentDecoder):
    """What refuses a body of too many codings, each of which could multiply its size."""

    __slots__ = ("_allowed", "_codings")

    def __init__(self, codings: int, allowed: int) -> None:
        self._codings = codings
        self._allowed = allowed

    def feed(self, chunk: bytes) -> Iterable[bytes]:
        if not chunk:
            return ()
        raise DecodingError(
            f"The body has {self._codings} content codings; at most {self._allowed} are decoded "
            "(max_content_codings)."
        )


def _gzip() -> ContentDecoder:
    from ._coding_zlib import GzipDecoder

    return GzipDecoder()


def _deflate() -> ContentDecoder:
    from ._coding_zlib import DeflateDecoder

    return DeflateDecoder()


def _brotli() -> ContentDecoder | None:
    from ._coding_brotli import new_decoder

    return new_decoder()


def _zstd() -> ContentDecoder | None:
    from ._coding_zstd import new_decoder

    return new_decoder()


# x-gzip is the same as gzip: RFC 9110 section 8.4.1.3.
_DECODERS: dict[str, Callable[[], ContentDecoder | None]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}


def content_decoder(codings: Iterable[str], max_codings: int = MAX_CODINGS) -> ContentDecoder:
    """Return a decoder for the codings of a Content-Encoding, given in the order they were applied.

    Those that are unknown, or whose library is not installed, are passed over, since the reader may
    know them. Of more than `max_codings`, the decoder refuses whatever it is fed.
    """
    names = [name for name in (coding.strip().lower() for coding in codings) if name]
    names = [name for name in names if name != "identity"]
    if len(names) > max_codings:
        return RefusingDecoder(len(names), max_codings)
    chain: ContentDecoder = IDENTITY
    for name in reversed(names):
        new = _DECODERS.get(name)
        decoder = new() if new is not None else None
        if decoder is not None:
            chain = decoder if chain is IDENTITY else ChainDecoder(chain, decoder)
    return chain


_accepted: str | None = None


def accept_encoding() -> str:
    """Return the Accept-Encoding value that lists exactly the codings that can be decoded here.

    >>> accept_encoding().startswith("gzip, deflate")
    True
    """
    global _accepted
    if _accepted is None:
        from ._coding_libraries import has_brotli, has_zstd

        names = ["gzip", "deflate"]
        if has_brotli():
            names.append("br")
        if has_zstd():
            names.append("zstd")
        _accepted = ", ".join(names)
    return _accepted

"""Whatever frames a server sends, a request over HTTP/2 ends: with a response whose head is sound and
whose body is as long as declared, or with a TransportError that says why; and its place is given back.
"""

from __future__ import annotations

from hyperframe.frame import SettingsFrame
from tests.fuzz.draw import Draw, cut
from tests.fuzz.targets.http2_session import RESPONSES, Script
from tests.fuzz.targets.http2_session import SEEDS as SCRIPTS
from tests.fuzz.targets.http2_session import TOKENS as SCRIPT_TOKENS

from httpx_core import Request, Response, TransportError
from httpx_transports import HTTPTransport, Limits
from httpx_transports._http2 import connection, turns
from httpx_transports.testing import WAIT, ScriptedBackend

TIMEOUT = {"connect": 1.0, "read": 0.1, "write": 0.1, "pool": 1.0}
LIMITS = Limits(
    max_header_size=16_384,
    max_header_fields=50,
    http2_stream_window=65_535,
    http2_connection_window=65_535,
)
METHODS = ["GET", "HEAD", "POST", "GET"]
TOKENS = SCRIPT_TOKENS
SEEDS = [
    bytes([way, method]) + script
    for way, method in [(0, 0), (1, 1), (7, 2)]
    for script in [*map(bytes, RESPONSES), *SCRIPTS]
]
EXAMPLES = 400


class Ticks:
    """A clock that goes on by a millisecond each time it is looked at: no machine is too slow for it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now


def check(data: bytes) -> None:
    clock = Ticks()
    real = turns.monotonic
    turns.monotonic = connection.monotonic = clock
    try:
        play(Draw(data))
    finally:
        turns.monotonic = connection.monotonic = real


def play(draw: Draw) -> None:
    way = draw.byte()
    method = draw.choose(METHODS)
    script = Script(draw)
    said = [SettingsFrame(0, settings={}).serialize()] if way % 16 != 6 else []
    while draw:
        said.append(script.frame(draw.byte() % 14))
    # A frame a read, or less, so that what answers the second request comes behind it.
    pieces = [piece for frame in said for piece in cut(frame, way)]
    # The second connection is for what may be sent again, and is met with silence.
    backend = ScriptedBackend([[*pieces, b"" if way % 2 else WAIT], [WAIT]])
    with backend.installed(HTTPTransport(http1=False, http2=True, limits=LIMITS)) as transport:
        for path in ("/one", "/two"):
            exchange(transport, method, path)
        for origin in transport.stats().values():
            assert 0 == origin.active == origin.waiting
    assert all(stream.closed for stream in backend.streams)
    assert len(backend.connects) <= 4


def exchange(transport: HTTPTransport, method: str, path: str) -> None:
    content = b"x" * 100_000 if method == "POST" else None
    request = Request(
        method, f"http://example.org{path}", content=content, extensions={"timeout": dict(TIMEOUT)}
    )
    try:
        response = transport.handle_request(request)
        try:
            response.read()
        finally:
            response.close()
    except TransportError as exc:
        assert str(exc)
        assert exc.request is request
        return
    check_response(response, method)


def check_response(response: Response, method: str) -> None:
    assert 200 <= response.status_code <= 999
    assert len(response.headers.raw) <= 50
    for name, value in response.headers.raw:
        assert name == name.lower()
        assert not set(b"\r\n\x00") & set(name + value)
    length = response.headers.get("content-length")
    if method == "HEAD" or response.status_code in (204, 304):
        assert b"" == response.content
    elif length is not None:
        assert int(length) == len(response.content)

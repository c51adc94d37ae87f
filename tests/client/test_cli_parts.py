"""The pure parts of the command line: JSON laid out, the line of progress, timing, what may be continued."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import httpx
from httpx._cli import bodies, json_text, progress, resuming
from httpx._cli.certificates import lines, pairs
from httpx._cli.exits import sentence
from httpx._cli.progress import amount, clock, columns, progress_line
from httpx._cli.records import record_of
from httpx._cli.resuming import (
    Record,
    Verdict,
    content_range,
    decide,
    total_size,
    validator_of,
)
from httpx._cli.terminal import Screen, abandon_stdout, visible
from httpx._cli.timing import Timing
from httpx._cli.watching import Watcher

# JSON

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_json_laid_out_is_the_same_value(
    value: object, ascii_only: bool, indent: int | str | None
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    shown = json_text.laid_out(text)
    assert shown is not None
    assert value == json.loads(shown)
    assert json.dumps(value, ensure_ascii=ascii_only, indent=4) == shown


@given(VALUES)
def test_colours_are_all_that_colouring_adds(value: object) -> None:
    text = json.dumps(value)
    coloured = json_text.laid_out(text, json_text.COLOURED)
    assert coloured is not None
    for colour in (*json_text.COLOURED.values(), "\x1b[0m"):
        coloured = coloured.replace(colour, "")
    assert json_text.laid_out(text) == coloured


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1.10", "1.10"),
        ("1e400", "1e400"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ('{"b":1,"a":2,"b":3}', '{\n    "b": 1,\n    "a": 2,\n    "b": 3\n}'),
        (r'["\u00f6\/\""]', '[\n    "\\u00f6\\/\\""\n]'),
        ('["{", "[1, 2]", ","]', '[\n    "{",\n    "[1, 2]",\n    ","\n]'),
        (" [ ] ", "[]"),
        ("{ }", "{}"),
    ],
)
def test_no_value_is_changed_by_laying_it_out(text: str, shown: str) -> None:
    assert shown == json_text.laid_out(text)


@pytest.mark.parametrize("text", ["", "{", "[1,]", "{'a': 1}", "word", "[" * 100_000, "\ufeff1"])
def test_what_is_no_json_is_not_laid_out(text: str) -> None:
    assert json_text.laid_out(text) is None


def test_indentation_has_a_bound() -> None:
    deep = "[" * 500 + ",".join("1" * 10_000) + "]" * 500
    assert json_text.laid_out(deep) is None


# Text for a terminal


@given(st.text())
def test_a_terminal_gets_no_control_character_but_tabs_and_line_ends(text: str) -> None:
    shown = visible(text)
    assert all(char.isprintable() or char in "\t\n" or ord(char) >= 0xA0 for char in shown)


def test_printable_text_stays_as_it_is() -> None:
    assert "tab\tand\nline, ö and 漢字" == visible("tab\tand\r\nline, ö and 漢字")


def test_an_error_is_one_line_without_control_characters() -> None:
    assert "one two [31mthree" == sentence("one\r\ntwo\x1b\x9b[31mthree\n")


def test_a_closed_stream_is_shown_nothing_that_a_terminal_needs() -> None:
    stream = io.StringIO()
    stream.close()
    screen = Screen(stream)
    assert (False, False, False) == (screen.is_terminal, screen.coloured, screen.can_overwrite)


def test_what_an_encoding_has_no_character_for_is_written_as_an_escape() -> None:
    raw = io.BytesIO()
    screen = Screen(io.TextIOWrapper(raw, encoding="ascii"))
    screen.line("größe 漢")
    screen.flush()
    assert b"gr\\xf6\\xdfe \\u6f22" == raw.getvalue().rstrip()


def test_what_is_no_terminal_is_80_columns_wide() -> None:
    assert 80 == Screen(io.StringIO()).width()


@pytest.mark.parametrize("stdout", [None, io.StringIO()])
def test_a_standard_output_that_is_no_file_can_be_abandoned(
    monkeypatch: pytest.MonkeyPatch, stdout: object
) -> None:
    monkeypatch.setattr(sys, "stdout", stdout)
    abandon_stdout()
    assert stdout is sys.stdout


def test_without_rich_a_text_is_shown_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert "<p>" == bodies._highlighted("<p>", "html")


# Progress


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (94_512_345, "94.5 MB"),
        (999_999, "1.0 MB"), (200_000_000, "200.0 MB"), (1.5e12, "1.5 TB"), (5e18, "5000.0 PB"),
    ],
)  # fmt: skip
def test_an_amount_for_a_reader(size: float, text: str) -> None:
    assert text == amount(size)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (7.4, "0:07"), (59.6, "1:00"), (750, "12:30"), (10_805, "3:00:05"), (1e12, "99:59:59")],
)  # fmt: skip
def test_a_duration_for_a_reader(seconds: float, text: str) -> None:
    assert text == clock(seconds)


WIDTHS = st.integers(1, 300)
SIZES = st.integers(0, 10**15)


@given(st.text("ab.字", max_size=60), SIZES, st.none() | SIZES, st.none() | SIZES, WIDTHS)
def test_a_line_of_progress_fits_the_terminal(
    label: str, done: int, total: int | None, rate: int | None, width: int
) -> None:
    line = "".join(progress_line(label, done, total, rate, width))
    assert len(line) + line.count("字") <= width


def test_columns_are_counted_as_a_terminal_draws_them() -> None:
    assert [4, 4, 1] == [columns("file"), columns("映画"), columns("e\N{COMBINING ACUTE ACCENT}")]


def test_a_line_of_progress_gives_way_in_the_order_of_what_matters() -> None:
    def line(width: int) -> str:
        return "".join(progress_line("file.iso", 50_000_000, 200_000_000, 1e7, width))

    full = "file.iso  25% ━━━━━━━─────────────────────── 50.0 MB of 200.0 MB  10.0 MB/s  0:15 left"
    assert full == line(len(full))
    assert "left" not in line(60)
    assert "file.iso  25% " in line(60)
    assert line(45).startswith(" 25% ━")
    assert line(45).endswith(" 50.0 MB of 200.0 MB  10.0 MB/s")
    assert line(30).endswith(" 10.0 MB/s")
    assert "25%" == line(8)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """A terminal of 80 columns: it does not say its width."""

    def isatty(self) -> bool:
        return True

    def taken(self) -> str:
        text = self.getvalue()
        self.seek(0)
        self.truncate()
        return text


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Terminal()


def test_the_speed_is_that_of_the_last_seconds(
    monkeypatch: pytest.MonkeyPatch, terminal: Terminal
) -> None:
    now = Clock()
    monkeypatch.setattr(progress, "monotonic", now)
    shown = progress.Progress(Screen(terminal), "file", 0, None)
    for seconds, size, speed in (
        (1.0, 1_000_000, "1.0 MB/s"),
        (1.0, 3_000_000, "2.0 MB/s"),
        (progress.WINDOW, 0, "0 bytes/s"),
    ):
        now.now += seconds
        shown.advance(size)
        assert f"  {speed}\x1b[K" in terminal.taken()


def test_the_bar_of_a_terminal_with_colours_is_coloured(terminal: Terminal) -> None:
    progress.Progress(Screen(terminal), "file", 0, 100).advance(100)
    drawn = terminal.taken()
    bar = drawn[drawn.index("━") : drawn.rindex("━") + 1]
    assert f"\rfile 100% \x1b[36m{bar}\x1b[0m 100 bytes of 100 bytes" in drawn


# Timing


def test_the_phases_add_up_over_redirects() -> None:
    clock = Clock()
    timing = Timing(clock)
    for _ in range(2):
        for event, at in (
            ("connection.connect_tcp.started", 0.0),
            ("connection.resolve_name.started", 0.0),
            ("connection.resolve_name.complete", 1.0),
            ("connection.connect_tcp.complete", 2.0),
            ("connection.start_tls.started", 0.0),
            ("connection.start_tls.complete", 4.0),
            ("http11.send_request_headers.started", 0.0),
            ("http11.receive_response_headers.complete", 8.0),
        ):
            clock.now += at
            timing.observe(event)
    clock.now += 16.0
    timing.end()
    assert {"dns": 2.0, "connect": 4.0, "tls": 8.0, "first_byte": 30.0, "total": 46.0} == (
        timing.as_dict()
    )
    assert timing.as_sentence() == (
        "dns 2000.0 ms, connect 4000.0 ms, TLS 8000.0 ms, first byte 30000.0 ms, total 46000.0 ms"
    )


def test_a_phase_that_was_not_is_none() -> None:
    timing = Timing(Clock())
    timing.end()
    expected = {"dns": None, "connect": None, "tls": None, "first_byte": None, "total": 0.0}
    assert expected == timing.as_dict()
    assert "total 0.0 ms" == timing.as_sentence()


def test_an_end_without_a_beginning_is_no_phase() -> None:
    timing = Timing(Clock())
    timing.observe("connection.start_tls.complete")
    assert timing.as_dict()["tls"] is None


# Watching


class Bare:
    """A network stream that knows nothing of itself, as one of a user's own may be."""

    def get_extra_info(self, info: str) -> None:
        return None


@pytest.mark.parametrize(
    ("event", "info", "told"),
    [
        ("connection.connect_tcp.started", {"host": "a.test"}, "* Connecting to 'a.test'\n"),
        ("connection.connect_tcp.complete", {"return_value": Bare()}, ""),
        ("connection.start_tls.complete", {"return_value": Bare()}, ""),
        ("http11.send_request_headers.started", {"request": None}, ""),
        ("http11.receive_response_headers.complete", {"return_value": ()}, ""),
        (
            "retry.request",
            {},
            "* The connection was closed meanwhile; sending again on a new one\n",
        ),
        ("an.event.of.tomorrow", {}, ""),
    ],
)
def test_what_verbose_tells_of_an_event(event: str, info: dict[str, Any], told: str) -> None:
    out = io.StringIO()
    watcher = Watcher(Screen(out), show_credentials=False)
    watcher(event, info)
    assert (told, None) == (out.getvalue(), watcher.tls)


# Certificates


def test_a_certificate_is_shown_line_by_line() -> None:
    shown = lines(
        {
            "version": "TLSv1.3",
            "cipher": "TLS_AES_256_GCM_SHA384",
            "alpn": None,
            "verified": True,
            "sha256": "ab",
            "certificate": {
                "subject": ((("commonName", "example.org"),), (("organizationName", "E"),)),
                "version": 3,
                "subjectAltName": (("DNS", "example.org"),),
                "OCSP": ("http://ocsp.test",),
            },
        }
    )
    assert [
        "SSL established using 'TLSv1.3' / 'TLS_AES_256_GCM_SHA384'",
        "Selected ALPN protocol: None",
        "Server certificate:",
        "  sha256: 'ab'",
        "  subject:",
        "    commonName: 'example.org'",
        "    organizationName: 'E'",
        "  version: 3",
        "  subjectAltName:",
        "    DNS: 'example.org'",
        "  OCSP:",
        "    'http://ocsp.test'",
    ] == list(shown)


def test_a_connection_without_a_certificate_is_shown_so() -> None:
    tls = {
        "version": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384", "alpn": "h2",
        "verified": False, "sha256": None, "certificate": None,
    }  # fmt: skip
    assert "Server certificate, NOT VERIFIED:" == list(lines(tls))[-1]  # type: ignore[arg-type]  # mypy infers dict


def test_names_are_found_at_either_depth() -> None:
    assert [("a", 1), ("b", 2), ("c", 3)] == list(pairs(((("a", 1),), ("b", 2), (("c", 3),))))


# What may be continued

NOW = "Sun, 22 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "validator"),
    [
        ({"ETag": '"a"'}, '"a"'),
        ({"ETag": 'W/"a"'}, None),
        ({"ETag": "a"}, None),
        ({"ETag": '""'}, None),
        ({"ETag": 'W/"a"', "Last-Modified": "Sun, 22 Nov 2026 11:00:00 GMT", "Date": NOW}, None),
        (
            {"Last-Modified": "Sun, 22 Nov 2026 11:59:00 GMT", "Date": NOW},
            "Sun, 22 Nov 2026 11:59:00 GMT",
        ),
        ({"Last-Modified": "Sun, 22 Nov 2026 11:59:01 GMT", "Date": NOW}, None),
        ({"Last-Modified": "Sun, 22 Nov 2026 11:00:00 GMT"}, None),
        ({"Last-Modified": "yesterday", "Date": NOW}, None),
        ({}, None),
    ],
)
def test_only_what_tells_states_apart_byte_for_byte_is_a_validator(
    headers: dict[str, str], validator: str | None
) -> None:
    assert validator == validator_of(httpx.Headers(headers))


@pytest.mark.parametrize(
    ("headers", "size"),
    [
        ({"Content-Length": "12"}, 12),
        ({}, None),
        ({"Content-Length": "-1"}, None),
        ({"Content-Length": "+1"}, None),
        ({"Content-Length": "9" * 19}, None),
        # RFC 9112, 6.3: it overrides the length, which may be anything then.
        ({"Content-Length": "12", "Transfer-Encoding": "chunked"}, None),
    ],
)
def test_the_size_of_a_file_is_what_an_answer_is_as_long_as(
    headers: dict[str, str], size: int | None
) -> None:
    assert size == total_size(httpx.Headers(headers))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("bytes 10-99/100", (10, 99, 100)),
        ("Bytes 10-99/*", (10, 99, None)),
        ("bytes */100", (None, None, 100)),
        ("bytes 10-9/100", None),
        ("bytes 10-100/100", None),
        ("bytes 0-0/0", None),
        ("bytes 10-99", None),
        ("items 10-99/100", None),
        ("bytes 10-99/100 ", (10, 99, 100)),
        ("bytes 1" + "0" * 30 + "-99/100", None),
        ("bytes \u0661-99/100", None),
        ("", None),
    ],
)
def test_a_content_range(value: str, expected: tuple[int | None, ...] | None) -> None:
    found = content_range(httpx.Headers([("Content-Range", value.encode("utf-8"))]))
    assert expected == (None if found is None else tuple(found))


@pytest.mark.parametrize(
    ("status", "headers", "total"),
    [
        (200, {"ETag": '"a"', "Content-Length": "7"}, 7),
        (200, {"ETag": '"a"', "Accept-Ranges": "bytes"}, None),
        (200, {"ETag": '"a"', "Accept-Ranges": " None "}, "no record"),
        (200, {"ETag": '"a"', "Content-Encoding": "gzip"}, "no record"),
        (206, {"ETag": '"a"'}, "no record"),
        (200, {}, "no record"),
    ],
)
def test_only_a_download_that_can_be_continued_gets_a_record(
    status: int, headers: dict[str, str], total: object
) -> None:
    record = record_of(httpx.URL("http://a.test/"), httpx.Response(status, headers=headers))
    assert total == ("no record" if record is None else record.total)


RECORD = Record("digest", '"a"', 100)
DATED = Record("digest", "then", 100)


@pytest.mark.parametrize(
    ("status", "headers", "record", "verdict"),
    [
        (206, {"Content-Range": "bytes 40-99/100"}, RECORD, Verdict.APPEND),
        (206, {"Content-Range": "bytes 40-99/*"}, RECORD, Verdict.APPEND),
        (206, {"Content-Range": "bytes 40-99/100", "ETag": '"a"'}, RECORD, Verdict.APPEND),
        (206, {"Content-Range": "bytes 40-99/100", "Content-Encoding": "identity"}, RECORD, Verdict.APPEND),
        (206, {"Content-Range": "bytes 40-99/100", "Content-Encoding": "br"}, RECORD, Verdict.REFUSE),
        (206, {"Content-Range": "bytes 0-99/100"}, RECORD, Verdict.REFUSE),
        (206, {"Content-Range": "bytes 41-99/100"}, RECORD, Verdict.REFUSE),
        (206, {"Content-Range": "bytes 40-99/101"}, RECORD, Verdict.REFUSE),
        (206, {"Content-Range": "bytes 40-99/100", "ETag": '"b"'}, RECORD, Verdict.REFUSE),
        (206, {"Content-Range": "bytes */100"}, RECORD, Verdict.REFUSE),
        (206, {"Content-Type": "multipart/byteranges; boundary=x"}, RECORD, Verdict.REFUSE),
        (206, {"Content-Range": "bytes 40-99/100"}, None, Verdict.REFUSE),
        (206, {"Content-Range": "bytes 40-99/100", "Last-Modified": "then"}, DATED, Verdict.APPEND),
        (206, {"Content-Range": "bytes 40-99/100", "ETag": '"b"'}, DATED, Verdict.APPEND),
        (206, {"Content-Range": "bytes 40-99/100", "Last-Modified": "now"}, DATED, Verdict.REFUSE),
        (204, {}, RECORD, Verdict.REFUSE),
        (202, {}, None, Verdict.REFUSE),
        (200, {"ETag": '"a"'}, RECORD, Verdict.ANEW),
        (200, {"ETag": '"b"'}, RECORD, Verdict.ANEW),
        (200, {}, RECORD, Verdict.ANEW),
        (200, {"ETag": '"a"'}, None, Verdict.REFUSE),
        (416, {"Content-Range": "bytes */40"}, RECORD, Verdict.COMPLETE),
        (416, {"Content-Range": "bytes */40"}, None, Verdict.COMPLETE),
        (416, {"Content-Range": "bytes */39"}, RECORD, Verdict.REFUSE),
        (416, {}, RECORD, Verdict.REFUSE),
        (304, {}, RECORD, Verdict.ERROR),
        (404, {}, RECORD, Verdict.ERROR),
        (503, {}, None, Verdict.ERROR),
    ],
)  # fmt: skip
def test_the_answer_decides_about_a_part_of_40_bytes(
    status: int, headers: dict[str, str], record: Record | None, verdict: Verdict
) -> None:
    decision = decide(status, httpx.Headers(headers), 40, record)
    assert verdict is decision.verdict
    assert (verdict in (Verdict.REFUSE, Verdict.ANEW)) == bool(decision.reason)


@given(st.text(), st.text(), st.integers(1, 200))
def test_whatever_a_server_says_only_the_rest_of_the_same_file_is_appended(
    content_range: str, etag: str, have: int
) -> None:
    headers = httpx.Headers(
        [("Content-Range", content_range.encode("utf-8")), ("ETag", etag.encode("utf-8"))]
    )
    decision = decide(206, headers, have, RECORD)
    if decision.verdict is Verdict.APPEND:
        found = resuming.content_range(headers)
        assert found is not None
        assert (have, '"a"') == (found.first, etag)

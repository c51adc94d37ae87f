"""How the demo shows things: heads as they are on the wire, bodies cut short, in colour on a terminal."""

from __future__ import annotations

import os
import sys

import httpx

WIDTH = 96
COLOURS = {"heading": "1", "sent": "36", "received": "32", "dim": "2", "error": "31"}

is_terminal = sys.stdout.isatty()
is_coloured = is_terminal and "NO_COLOR" not in os.environ


def paint(text: str, colour: str) -> str:
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if is_coloured else text


def heading(number: int, text: str) -> None:
    print(f"\n{paint(f'{number}. {text}', 'heading')}\n")


def note(text: str) -> None:
    print(f"   {paint(text, 'dim')}")


def sent(line: str) -> None:
    print(f" {paint('>', 'sent')} {line}")


def received(line: str) -> None:
    print(f" {paint('<', 'received')} {line}")


def show_exchange(response: httpx.Response) -> None:
    """Print a request and its response, which has been read: both heads, and the start of both bodies."""
    request = response.request
    show_request_line(request, response.http_version)
    for name, value in request.headers.raw:
        sent(f"{paint(name.decode() + ':', 'dim')} {value.decode()}")
    if request.content:
        sent("")
        sent(shortened(request.content.decode()))
    print()
    show_head(response)
    if response.text:
        received("")
        for line in response.text.splitlines()[:12]:
            received(shortened(line))


def show_request_line(request: httpx.Request, http_version: str) -> None:
    target = request.url.raw_path.decode()
    sent(paint(f"{request.method} {target} {http_version}", "sent"))


def show_head(response: httpx.Response) -> None:
    """Print the head of a response."""
    status = f"{response.http_version} {response.status_code} {response.reason_phrase}".rstrip()
    received(paint(status, "received"))
    for name, value in response.headers.raw:
        received(f"{paint(name.decode() + ':', 'dim')} {printable(value.decode('latin-1'))}")


def shortened(text: str) -> str:
    text = printable(text)
    return text if len(text) <= WIDTH else f"{text[:WIDTH]} ... ({len(text)} characters)"


def printable(text: str) -> str:
    """The text without what could steer a terminal."""
    return "".join(character if character.isprintable() else "." for character in text)


class Progress:
    """A bar that moves on a terminal; elsewhere a line for each quarter."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._quarters = 0

    def show(self, done: int) -> None:
        if is_terminal:
            bar = "#" * (40 * done // self._total)
            print(f"\r   [{bar:<40}] {done / self._total:4.0%}", end="", flush=True)
        elif 4 * done // self._total > self._quarters:
            self._quarters = 4 * done // self._total
            print(f"   {done:>9,} of {self._total:,} bytes")

    def end(self) -> None:
        if is_terminal:
            print()

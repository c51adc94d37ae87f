"""See the client at work: `hatch run demo`, or `hatch run demo URL` to fetch something.

Without a URL it starts servers on this machine and talks to them, printing what goes out and comes back.
"""

from __future__ import annotations

import asyncio
import sys

from loopback.http1 import serve_http1
from loopback.http2 import serve_http2
from loopback.proxy import serve_proxy
from loopback.terminal import (
    Progress,
    heading,
    note,
    paint,
    received,
    sent,
    shortened,
    show_exchange,
    show_head,
    show_request_line,
)

import httpx

TEXT = ("text/", "application/json", "application/xml", "application/javascript")


def get_something(client: httpx.Client) -> None:
    heading(1, "A GET request")
    response = client.get("/hello")
    show_exchange(response)
    print()
    note(f"As Python: {response.json()!r}")


def post_json(client: httpx.Client) -> None:
    heading(2, "A POST request with JSON")
    show_exchange(client.post("/notes", json={"title": "Groceries", "lines": ["bread", "tea"]}))


def follow_a_redirect(client: httpx.Client) -> None:
    heading(3, "A redirect that is followed")
    response = client.get("/old", follow_redirects=True)
    show_exchange(response.history[0])
    print()
    show_exchange(response)


def keep_cookies(client: httpx.Client) -> None:
    heading(4, "Cookies that the client keeps")
    show_exchange(client.get("/login"))
    print()
    show_exchange(client.get("/account"))


def download(client: httpx.Client) -> None:
    heading(5, "A download that is streamed")
    with client.stream("GET", "/download") as response:
        show_request_line(response.request, response.http_version)
        print()
        show_head(response)
        print()
        progress = Progress(int(response.headers["Content-Length"]))
        for _ in response.iter_bytes(65536):
            progress.show(response.num_bytes_downloaded)
        progress.end()


async def fetch_several(base_url: str) -> None:
    heading(6, "Five requests at once, with asyncio")
    async with httpx.AsyncClient(base_url=base_url, trust_env=False) as client:
        responses = await asyncio.gather(
            *(client.get("/letter", params={"name": name}) for name in "abcde")
        )
    for response in responses:
        sent(f"GET {response.request.url.raw_path.decode()}")
        received(f"{response.status_code} {response.text}")


async def speak_http2() -> None:
    heading(7, "Three requests over one HTTP/2 connection, with TLS")
    with serve_http2() as (base_url, context):
        async with httpx.AsyncClient(
            base_url=base_url, verify=context, http2=True, trust_env=False
        ) as client:
            await client.get("/first")
            responses = await asyncio.gather(*(client.get(f"/{name}") for name in "xyz"))
            (stats,) = client.stats().values()
    show_head(responses[0])
    print()
    for response in responses:
        received(f"{response.http_version} {response.text}")
    note(f"Connections opened: {stats.opened}")


def go_through_a_proxy() -> None:
    heading(8, "HTTP/2 with TLS again, through a proxy")
    with (
        serve_http2() as (base_url, context),
        serve_proxy() as (proxy_url, heads),
        httpx.Client(verify=context, http2=True, proxy=proxy_url) as client,
    ):
        response = client.get(f"{base_url}/tunnelled")
    note("What the proxy saw; the rest was encrypted:")
    for line in heads[0].splitlines():
        sent(line)
    print()
    received(f"{response.http_version} {response.text}")


def meet_errors(client: httpx.Client) -> None:
    heading(9, "Errors are exceptions, and say what happened")
    for url in ["/missing", "http://127.0.0.1:1/", "ftp://example.org/"]:
        try:
            client.get(url).raise_for_status()
        except httpx.HTTPError as exc:
            received(paint(type(exc).__name__, "error"))
            for line in str(exc).splitlines():
                note(line)


def tour() -> None:
    """Make requests of every kind to servers of our own."""
    print(f"httpx {httpx.__version__}: a tour over the loopback interface")
    with serve_http1() as base_url, httpx.Client(base_url=base_url, trust_env=False) as client:
        get_something(client)
        post_json(client)
        follow_a_redirect(client)
        keep_cookies(client)
        download(client)
        asyncio.run(fetch_several(base_url))
        asyncio.run(speak_http2())
        go_through_a_proxy()
        meet_errors(client)
    print("\nThat was all. Now try: hatch run demo https://example.org/")


def fetch(url: str) -> None:
    """Fetch one URL and print its head and the start of its body."""
    with (
        httpx.Client(http2=True, follow_redirects=True) as client,
        client.stream("GET", url) as response,
    ):
        for one in [*response.history, response]:
            show_request_line(one.request, one.http_version)
            note(f"to {one.request.url.host}")
            show_head(one)
            print()
        content_type = response.headers.get("Content-Type", "")
        if not content_type.startswith(TEXT):
            note(f"A body of type {content_type or 'unknown'}, which is not shown.")
            return
        for number, line in enumerate(response.iter_lines()):
            if number == 20:
                note("... and so on")
                return
            received(shortened(line))


def main(arguments: list[str]) -> int:
    if len(arguments) > 1:
        print("Give one URL, or none for the tour.", file=sys.stderr)
        return 2
    sys.stdout.reconfigure(errors="replace")  # a page may hold what a terminal has no sign for
    try:
        if arguments:
            fetch(arguments[0])
        else:
            tour()
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        print(paint(f"{type(exc).__name__}: {exc}", "error"), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What an import brings with it, asked of a fresh interpreter: `import httpx` is paid by every program
that has it at the top of a file, whether or not it ever sends a request."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import pytest

LEFT_OUT = {
    "httpx_core": [
        "anyio",
        "asyncio",
        "email.message",
        "h11",
        "http.client",
        "http.cookiejar",
        "idna",
        "socket",
        "ssl",
    ],
    "httpx_auth": [
        "asyncio",
        "email.message",
        "http.client",
        "http.cookiejar",
        "netrc",
        "socket",
        "ssl",
    ],
    "httpx_transports": [
        "anyio",
        "asyncio",
        "certifi",
        "h11",
        "h2",
        "http.client",
        "http.cookiejar",
        "socket",
        "ssl",
        "trio",
    ],
    "httpx": [
        "anyio",
        "asyncio",
        "certifi",
        "click",
        "dataclasses",
        "email.message",
        "h11",
        "h2",
        "http.client",
        "http.cookiejar",
        "inspect",
        "rich",
        "socket",
        "ssl",
        "trio",
    ],
}

CASES = [(package, module) for package, modules in LEFT_OUT.items() for module in modules]


@cache
def loaded_after(code: str) -> set[str]:
    """The modules that a new interpreter has loaded once it has run the code, beyond those it starts with."""
    shown = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys\nbefore = set(sys.modules)\n{code}\nprint(*sys.modules.keys() - before)",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(shown.stdout.split())


@pytest.mark.parametrize(("package", "module"), CASES)
def test_an_import_leaves_out_what_only_some_programs_need(package: str, module: str) -> None:
    loaded = loaded_after(f"import {package}")
    assert package in loaded
    assert module not in loaded, (
        f"`import {package}` loads {module}. tests/test_layering.py names the chain if it is our own; "
        f"`python -X importtime -c 'import {package}'` shows who else it is."
    )


@pytest.mark.parametrize("module", ["ssl", "certifi", "anyio", "asyncio", "h2"])
def test_making_a_client_loads_no_more_than_sync_clear_text_needs(module: str) -> None:
    assert module not in loaded_after("import httpx\nhttpx.Client().close()")


def test_a_request_over_a_mock_loads_no_cookie_jar_and_no_ssl() -> None:
    loaded = loaded_after(
        "import httpx\n"
        "transport = httpx.MockTransport(lambda request: httpx.Response(200, text='hello'))\n"
        "with httpx.Client(transport=transport) as client:\n"
        "    assert client.get('http://example.org/').text == 'hello'\n"
    )
    assert set() == loaded & {"http.cookiejar", "http.client", "ssl", "asyncio", "anyio", "h11"}

"""What an import brings with it, asked of a fresh interpreter: `import httpx` is paid by every program
that has it at the top of a file, whether or not it ever sends a request."""

from __future__ import annotations

import importlib
import pickle
import subprocess
import sys
from functools import cache

import pytest

import httpx

LEFT_OUT = {
    "httpx_core": [
        "anyio",
        "asyncio",
        "email.message",
        "h11",
        "http.client",
        "http.cookiejar",
        "httpx_core._status",
        "httpx_core._types",
        "idna",
        "socket",
        "ssl",
    ],
    "httpx_auth": [
        "asyncio",
        "email.message",
        "binascii",
        "http.client",
        "http.cookiejar",
        "httpx_auth._digest",
        "httpx_core._status",
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
        "httpx_core._status",
        "httpx_transports._asgi",
        "httpx_transports._backends",
        "httpx_transports._mock",
        "httpx_transports._wsgi",
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
        "httpx._cli",
        "httpx_auth._digest",
        "httpx_core._status",
        "httpx_core._types",
        "httpx_transports._asgi",
        "httpx_transports._mock",
        "httpx_transports._wsgi",
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


def test_an_import_compiles_no_regular_expression() -> None:
    loaded_after(
        "import contextlib, enum, functools, re, typing, warnings\n"
        "patterns = []\n"
        "compile_pattern = re.compile\n"
        "re.compile = lambda *args: [patterns.append(args), compile_pattern(*args)][1]\n"
        "import httpx\n"
        "assert patterns == [], patterns\n"
        "httpx.URL('https://example.org/')\n"
        "assert patterns, 'none is seen'\n"
    )


@pytest.mark.parametrize("package", sorted(LEFT_OUT))
def test_a_name_that_is_loaded_later_is_listed_found_and_kept(package: str) -> None:
    loaded_after(
        f"import {package} as package\n"
        "assert set(package.__all__) <= set(dir(package))\n"
        "first = {name: getattr(package, name) for name in package.__all__}\n"
        "assert set(package.__all__) <= set(vars(package))\n"
        "assert all(getattr(package, name) is value for name, value in first.items())\n"
    )


@pytest.mark.parametrize("package", sorted(LEFT_OUT))
def test_a_star_import_gives_every_public_name(package: str) -> None:
    loaded_after(
        f"from {package} import *\n"
        f"import {package} as package\n"
        "assert set(package.__all__) <= set(globals())\n"
    )


@pytest.mark.parametrize("package", sorted(LEFT_OUT))
def test_a_name_that_a_package_lacks_is_told_like_that_of_any_module(package: str) -> None:
    with pytest.raises(AttributeError, match=f"^module '{package}' has no attribute 'nothing'$"):
        importlib.import_module(package).nothing  # noqa: B018  (looking it up is what is tested)


def test_a_status_code_can_be_unpickled_before_the_codes_were_loaded() -> None:
    stored = pickle.dumps(httpx.codes.NOT_FOUND)
    loaded_after(f"import pickle\nassert pickle.loads({stored!r}) == 404")


def test_a_name_that_was_not_loaded_yet_can_be_patched_and_is_put_back() -> None:
    loaded_after(
        "import httpx\n"
        "from unittest.mock import patch\n"
        "with patch('httpx.DigestAuth', 'another'):\n"
        "    assert httpx.DigestAuth == 'another'\n"
        "assert httpx.DigestAuth.__name__ == 'DigestAuth'\n"
    )

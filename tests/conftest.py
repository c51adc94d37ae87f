"""Fixtures of the whole suite. Nothing of the packages is imported before a test asks for it."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from tests.support.colours import NAMES, Colour, run_coloured

# A loaded machine makes no example wrong. CI draws the same examples each time, so that it fails for
# what was changed and for nothing else; everywhere else each run draws its own.
settings.register_profile(
    "suite",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")

_OUTER_ENVIRONMENT = {
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "SSLKEYLOGFILE",
    "NETRC",
    "REQUEST_METHOD",
}


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run coroutine tests in their colour; fail those that have none, which nobody would run."""
    test = pyfuncitem.obj
    hypothesis = getattr(test, "hypothesis", None)
    inner = test if hypothesis is None else hypothesis.inner_test
    if not inspect.iscoroutinefunction(inner):
        return None
    funcargs = pyfuncitem.funcargs
    colour = funcargs.get("colour") or funcargs.get("async_colour")
    if not isinstance(colour, Colour):
        pytest.fail("A coroutine test needs the fixture `colour` or `async_colour`.", pytrace=False)
    kwargs = {name: funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    if hypothesis is None:
        run_coloured(colour, test, kwargs)
        return True

    def example(*args: Any, **drawn: Any) -> None:
        colour.run(lambda: inner(*args, **drawn))

    hypothesis.inner_test = example
    try:
        test(**kwargs)
    finally:
        hypothesis.inner_test = inner
    return True


@pytest.fixture(params=NAMES)
def colour(request: pytest.FixtureRequest) -> Colour:
    """Each of the three colours; an `async def` test that asks for it is run in it."""
    return _colour(request.param)


@pytest.fixture(params=NAMES[1:])
def async_colour(request: pytest.FixtureRequest) -> Colour:
    """asyncio and trio only, for cancellation and the like."""
    return _colour(request.param)


def _colour(name: str) -> Colour:
    if name == "trio":
        import trio  # noqa: F401  # a missing trio is an error here, and never a skipped test
    return Colour(name)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies, certificates and logins of the machine that runs the tests have no say in them."""
    for name in list(os.environ):
        if name.upper() in _OUTER_ENVIRONMENT:
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def authority() -> Any:
    """The certificate authority of the session (`tests.support.certificates.Authority`)."""
    from tests.support.certificates import Authority

    return Authority()


@pytest.fixture(scope="session")
def _http_server() -> Iterator[Any]:
    from tests.support.http_server import HTTPServer

    with HTTPServer() as server:
        yield server


@pytest.fixture(scope="session")
def _https_server(authority: Any) -> Iterator[Any]:
    from tests.support.http_server import HTTPServer

    with HTTPServer(ssl_context=authority.server_context()) as server:
        yield server


@pytest.fixture
def server(_http_server: Any) -> Iterator[Any]:
    """An HTTP server for the session, its records those of this test."""
    yield from _own_records(_http_server)


@pytest.fixture
def tls_server(_https_server: Any) -> Iterator[Any]:
    """The same over TLS; `authority.client_context()` trusts it."""
    yield from _own_records(_https_server)


def _own_records(server: Any) -> Iterator[Any]:
    server.reset()
    yield server
    server.reset()
    server.close_connections()
    server.raise_failure()


@pytest.fixture
def no_leaks() -> Iterator[None]:
    """Fail a test that leaves a thread or a socket behind."""
    from tests.support.leaks import Leaks

    leaks = Leaks()
    yield
    leaks.check()

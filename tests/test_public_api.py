"""The public names: which there are, who owns each, and that all packages show the same object."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
import types

import pytest

import httpx
import httpx_auth
import httpx_core
import httpx_transports

NAMES = """
    __description__ __title__ __version__ ASGITransport AsyncBaseTransport AsyncByteStream AsyncClient
    AsyncHTTPTransport Auth BaseTransport BasicAuth ByteStream Client CloseError codes ConnectError
    ConnectTimeout CookieConflict Cookies create_ssl_context DecodingError delete DigestAuth get head
    Headers HTTPError HTTPStatusError HTTPTransport InvalidURL Limits LocalProtocolError main
    MockTransport NetRCAuth NetworkError options patch PoolTimeout post ProtocolError Proxy ProxyError
    put QueryParams ReadError ReadTimeout RemoteProtocolError request Request RequestError
    RequestNotRead Response ResponseNotRead stream StreamClosed StreamConsumed StreamError
    SyncByteStream Timeout TimeoutException TooManyRedirects TransportError UnsupportedProtocol URL
    USE_CLIENT_DEFAULT WriteError WriteTimeout WSGITransport
""".split()

# What each package owns: importable from it, and from httpx where it is among the names above.
OWNED = {
    httpx_core: """
        URL QueryParams Headers Cookies Request Response SyncByteStream AsyncByteStream ByteStream
        Timeout codes
        HTTPError RequestError TransportError TimeoutException ConnectTimeout ReadTimeout WriteTimeout
        PoolTimeout NetworkError ConnectError ReadError WriteError CloseError ProtocolError
        LocalProtocolError RemoteProtocolError ProxyError UnsupportedProtocol DecodingError
        TooManyRedirects HTTPStatusError InvalidURL CookieConflict StreamError StreamConsumed
        StreamClosed ResponseNotRead RequestNotRead
    """.split(),
    httpx_auth: "Auth BasicAuth DigestAuth NetRCAuth FunctionAuth".split(),
    httpx_transports: """
        BaseTransport AsyncBaseTransport HTTPTransport AsyncHTTPTransport MockTransport ASGITransport
        WSGITransport Limits Proxy create_ssl_context
    """.split(),
    httpx: """
        Client AsyncClient delete get head options patch post put request stream main
        USE_CLIENT_DEFAULT UseClientDefault
    """.split(),
}

ALIASES = {
    httpx_core: """
        HeaderTypes QueryParamTypes CookieTypes TimeoutTypes RequestContent ResponseContent RequestData
        RequestFiles RequestExtensions ResponseExtensions DEFAULT_TIMEOUT_CONFIG UNSET UnsetType
    """.split(),
    httpx_auth: ["AuthTypes"],
    httpx_transports: ["ProxyTypes", "CertTypes", "DEFAULT_LIMITS"],
    httpx: ["UseClientDefault", "USE_CLIENT_DEFAULT", "DEFAULT_MAX_REDIRECTS"],
}

OF_THE_DISTRIBUTION = {"__description__", "__title__", "__version__"}

PACKAGES = [httpx_core, httpx_auth, httpx_transports, httpx]


def name_of(value: object) -> str:
    return value.__name__ if isinstance(value, types.ModuleType) else str(value)


def pairs(table: dict[types.ModuleType, list[str]]) -> list[tuple[types.ModuleType, str]]:
    return [(package, name) for package, names in table.items() for name in names]


def test_httpx_offers_exactly_these_names_in_this_order() -> None:
    assert NAMES == httpx.__all__, (
        "These names are httpx 0.28's. What is new is offered by the package that owns it, and not by "
        "httpx; a name that has to be added is added to this table, and to docs/differences.md."
    )
    assert 69 == len(httpx.__all__)


def test_the_names_are_sorted_without_regard_to_case() -> None:
    assert sorted(httpx.__all__, key=str.casefold) == httpx.__all__


def test_what_vars_shows_of_httpx_are_the_names_of_all_in_their_order() -> None:
    """As a check of 0.28's kind would have it, in a process that has asked for none of them yet."""
    script = """
import httpx
shown = [name for name in vars(httpx) if not name.startswith("_")]
shown += ["__description__", "__title__", "__version__"]
assert httpx.__all__ == sorted(shown, key=str.casefold), set(shown) ^ set(httpx.__all__)
assert set(shown) <= set(dir(httpx))
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_every_name_has_an_owner() -> None:
    owned = {name for names in OWNED.values() for name in names}
    assert set() == set(NAMES) - owned - OF_THE_DISTRIBUTION


@pytest.mark.parametrize("package", PACKAGES, ids=name_of)
def test_a_package_has_every_name_that_it_lists_and_lists_none_twice(
    package: types.ModuleType,
) -> None:
    assert len(set(package.__all__)) == len(package.__all__)
    assert [] == [name for name in package.__all__ if not hasattr(package, name)]


@pytest.mark.parametrize(("owner", "name"), pairs(OWNED), ids=name_of)
def test_httpx_shows_the_very_object_of_its_owner(owner: types.ModuleType, name: str) -> None:
    owned = getattr(owner, name)
    if owner is not httpx:
        assert name in owner.__all__
    if name in NAMES:
        assert owned is getattr(httpx, name)


@pytest.mark.parametrize(("owner", "name"), pairs(OWNED), ids=name_of)
def test_a_class_or_function_names_the_package_that_owns_it(
    owner: types.ModuleType, name: str
) -> None:
    owned = getattr(owner, name)
    if inspect.isclass(owned) or inspect.isfunction(owned):
        assert (owner.__name__, name) == (owned.__module__, owned.__qualname__)


@pytest.mark.parametrize(("owner", "name"), pairs(OWNED), ids=name_of)
def test_a_public_name_says_what_it_is(owner: types.ModuleType, name: str) -> None:
    owned = getattr(owner, name)
    if callable(owned):
        assert inspect.getdoc(owned), f"{owner.__name__}.{name} has no docstring"


@pytest.mark.parametrize(("owner", "name"), pairs(ALIASES), ids=name_of)
def test_an_alias_is_exported_by_the_package_that_owns_what_it_names(
    owner: types.ModuleType, name: str
) -> None:
    assert hasattr(owner, name)


@pytest.mark.parametrize(("owner", "name"), pairs(ALIASES), ids=name_of)
def test_httpx_gathers_the_aliases_where_they_were_in_0_28(
    owner: types.ModuleType, name: str
) -> None:
    kept = [
        importlib.import_module(f"httpx.{module}") for module in ("_types", "_config", "_client")
    ]
    found = [getattr(module, name) for module in kept if hasattr(module, name)]
    assert found
    assert all(one is getattr(owner, name) for one in found)


def test_the_defaults_are_those_of_0_28() -> None:
    assert httpx.Timeout(5.0) == httpx_core.DEFAULT_TIMEOUT_CONFIG
    assert 20 == httpx.DEFAULT_MAX_REDIRECTS
    limits = httpx_transports.DEFAULT_LIMITS
    assert (100, 20, 5.0) == (
        limits.max_connections,
        limits.max_keepalive_connections,
        limits.keepalive_expiry,
    )


def test_the_title_and_the_version_are_those_of_the_distribution() -> None:
    assert "httpx" == httpx.__title__
    assert httpx.__description__
    assert httpx.__version__.startswith("0.28.")


@pytest.mark.parametrize("package", PACKAGES, ids=name_of)
def test_each_package_says_the_one_version(package: types.ModuleType) -> None:
    assert "__version__" in package.__all__
    assert httpx.__version__ == package.__version__


EXCEPTIONS = """
    HTTPError: Exception
    RequestError: HTTPError
    TransportError: RequestError
    TimeoutException: TransportError
    ConnectTimeout: TimeoutException
    ReadTimeout: TimeoutException
    WriteTimeout: TimeoutException
    PoolTimeout: TimeoutException
    NetworkError: TransportError
    ConnectError: NetworkError
    ReadError: NetworkError
    WriteError: NetworkError
    CloseError: NetworkError
    ProtocolError: TransportError
    LocalProtocolError: ProtocolError
    RemoteProtocolError: ProtocolError
    ProxyError: TransportError
    UnsupportedProtocol: TransportError
    DecodingError: RequestError
    TooManyRedirects: RequestError
    HTTPStatusError: HTTPError
    InvalidURL: Exception
    CookieConflict: Exception
    StreamError: RuntimeError
    StreamConsumed: StreamError
    StreamClosed: StreamError
    ResponseNotRead: StreamError
    RequestNotRead: StreamError
"""


@pytest.mark.parametrize("line", EXCEPTIONS.split("\n")[1:-1], ids=str.strip)
def test_an_exception_has_its_place_in_the_hierarchy(line: str) -> None:
    name, base = line.strip().split(": ")
    assert base == getattr(httpx, name).__base__.__name__

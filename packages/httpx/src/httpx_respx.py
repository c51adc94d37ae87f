"""Makes RESPX mock this client in its default mode. Pytest loads it as a plugin, by itself.

RESPX's default mocker replaces methods of httpcore's connection pools. This client does not use
httpcore, so that its requests would go to the network, unmocked. `install()` lets that mocker replace
`HTTPTransport.handle_request` and `AsyncHTTPTransport.handle_async_request` too, which is the same
place seen from a client. Nothing else of RESPX changes.

Tests that are not run by pytest, or with its plugins switched off, call it once, at any time:

    import httpx_respx

    httpx_respx.install()

Never here: an import of httpx or respx before someone else has imported respx.

PYTEST_DONT_REWRITE: there is no assert statement here.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

MOCKS = "respx.mocks"


def install() -> None:
    """Let RESPX's default mocker mock httpx: now, or as soon as RESPX is imported.

    A second call does nothing. A mocker that has been started already is started anew.
    """
    mocks = sys.modules.get(MOCKS)
    if mocks is not None:
        _teach(mocks)
    elif not any(isinstance(finder, _Watch) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Watch())


def pytest_load_initial_conftests() -> None:
    """Install it before any code of the tests is imported."""
    install()


class _Watch(MetaPathFinder):
    """Waits for RESPX's module of mockers to be imported, once."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != MOCKS:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _TeachingLoader(spec.loader)
        return spec


class _TeachingLoader(Loader):
    """Loads the module as its own loader does, and teaches it."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        _teach(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


def _teach(mocks: ModuleType) -> None:
    """Give the default mocker two more targets, whose requests and responses are httpx's own."""
    from httpx import AsyncHTTPTransport, HTTPTransport, Request

    mocker: Any = mocks.HTTPCoreMocker
    targets = [f"httpx.{each.__name__}" for each in (HTTPTransport, AsyncHTTPTransport)]
    if set(targets) <= set(mocker.targets):
        return
    to_request, to_response = mocker.to_httpx_request, mocker.from_sync_httpx_response

    def to_httpx_request(cls: Any, /, **kwargs: Any) -> Any:
        request = kwargs["request"]
        return request if isinstance(request, Request) else to_request(**kwargs)

    def from_sync_httpx_response(
        cls: Any, /, httpx_response: Any, target: Any, **kwargs: Any
    ) -> Any:
        if isinstance(kwargs["request"], Request):
            return httpx_response
        return to_response(httpx_response, target, **kwargs)

    # The async one of RESPX calls the sync one.
    mocker.to_httpx_request = classmethod(to_httpx_request)
    mocker.from_sync_httpx_response = classmethod(from_sync_httpx_response)
    mocker.add_targets(*targets)

"""Names of a package that are loaded when somebody first asks for them (PEP 562).

An import pays for what nearly every program uses; what few use costs those few the same, later. A
name that was loaded stays in the package, and is found there without this module.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def load_later(
    package: str, names: dict[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return the `__getattr__` and the `__dir__` of a package: `names` says which module has a name."""
    namespace = sys.modules[package].__dict__

    def load(name: str) -> object:
        module = names.get(name)
        if module is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        from importlib import import_module

        value: object = getattr(import_module(module), name)
        namespace[name] = value
        return value

    def list_names() -> list[str]:
        return sorted({*namespace, *names})

    return load, list_names


def show_all_names(package: str) -> None:
    """Make `vars(package)` load the names of the package's `__all__` first, so that all are in it.

    Those that are there already come in the order of `__all__`.
    """
    module = sys.modules[package]
    namespace = module.__dict__
    for name in module.__all__:
        if name in namespace:
            namespace[name] = namespace.pop(name)
    module.__class__ = _WholeNamespace


class _WholeNamespace(ModuleType):
    """A package of which `vars()` shows all public names; imports and `package.name` don't ask it."""

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]  # read-only, and that of a module is
        namespace: dict[str, Any] = super().__dict__
        for name in namespace["__all__"]:
            getattr(self, name)
        return namespace

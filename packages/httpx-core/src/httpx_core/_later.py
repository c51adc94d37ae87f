"""Names of a package that are loaded when somebody first asks for them (PEP 562).

An import pays for what nearly every program uses; what few use costs those few the same, later. A
name that was loaded stays in the package, and is found there without this module.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


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

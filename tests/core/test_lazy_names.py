"""Names of a package that are loaded when somebody first asks for them, and those of this package."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

import httpx_core
from httpx_core._later import load_later, show_all_names

PACKAGE = "a_package_of_these_tests"
NAMES = {"OrderedDict": "collections", "sqrt": "math"}


@pytest.fixture
def package() -> Iterator[ModuleType]:
    module = ModuleType(PACKAGE)
    sys.modules[PACKAGE] = module
    module.there = "at once"  # type: ignore[attr-defined]  # what an import puts there
    module.__all__ = ["sqrt", "there", "OrderedDict"]  # type: ignore[attr-defined]  # the same
    module.__getattr__, module.__dir__ = load_later(PACKAGE, NAMES)  # type: ignore[method-assign]  # PEP 562
    yield module
    del sys.modules[PACKAGE]


def test_the_version_says_which_httpx_this_is_in_place_of() -> None:
    assert httpx_core.__version__.startswith("0.28.")


def test_a_name_is_loaded_when_it_is_asked_for_and_then_stays(package: ModuleType) -> None:
    import math

    assert "sqrt" not in package.__dict__
    assert math.sqrt is package.sqrt
    assert math.sqrt is package.__dict__["sqrt"]
    assert "OrderedDict" not in package.__dict__


def test_a_name_that_the_package_has_not_is_an_attribute_error(package: ModuleType) -> None:
    with pytest.raises(
        AttributeError, match=r"^module 'a_package_of_these_tests' has no attribute 'nothing'$"
    ):
        _ = package.nothing


def test_dir_lists_what_is_there_and_what_is_loaded_later(package: ModuleType) -> None:
    assert {"there", "sqrt", "OrderedDict"} <= set(dir(package))
    assert "OrderedDict" not in package.__dict__


def test_vars_of_a_package_that_shows_all_its_names_loads_them_first(package: ModuleType) -> None:
    import collections
    import math

    show_all_names(PACKAGE)
    shown = vars(package)
    assert ("at once", math.sqrt, collections.OrderedDict) == (
        shown["there"],
        shown["sqrt"],
        shown["OrderedDict"],
    )


def test_a_package_that_shows_all_its_names_has_them_in_the_order_of_its_list(
    package: ModuleType,
) -> None:
    _ = package.OrderedDict, package.sqrt
    show_all_names(PACKAGE)
    assert package.__all__ == [name for name in vars(package) if name in package.__all__]

"""These tests are for the environment that has the libraries: `hatch run compat:test`."""

from importlib.util import find_spec

import pytest

# Without any of them there is nothing to test. vcrpy is in each of the two environments.
ARE_THERE = find_spec("vcr") is not None

if not ARE_THERE:
    collect_ignore_glob = ["test_*.py"]


def pytest_configure(config: pytest.Config) -> None:
    """What the libraries use of each other that is deprecated is theirs to mend."""
    if ARE_THERE:
        config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning")

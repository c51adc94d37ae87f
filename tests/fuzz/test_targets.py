"""Every fuzz target holds its invariant on the inputs that are kept and on some that are made up.

The made-up ones are the same in every run; `hatch run fuzz:run` looks for others, as long as it is told.
"""

from __future__ import annotations

from importlib import import_module
from itertools import islice

import pytest
from tests.fuzz.mutations import examples
from tests.fuzz.run import corpus, target_names

NAMES = target_names()


@pytest.mark.parametrize("name", NAMES)
def test_the_inputs_that_are_kept_hold_the_invariant(name: str) -> None:
    target = import_module(f"tests.fuzz.targets.{name}")
    for data in corpus(name):
        target.check(data)


@pytest.mark.parametrize("name", NAMES)
def test_made_up_inputs_hold_the_invariant(name: str) -> None:
    target = import_module(f"tests.fuzz.targets.{name}")
    seeds = [*target.SEEDS, *corpus(name)]
    for data in islice(examples(seeds, target.TOKENS, name), len(seeds) + target.EXAMPLES):
        try:
            target.check(data)
        except Exception as exc:
            raise AssertionError(f"{name} breaks its invariant: {data!r}") from exc

"""Make sure that the modules named by the arguments cannot be imported."""

import importlib.util
import sys

for module in sys.argv[1:]:
    assert importlib.util.find_spec(module) is None, f"{module} is there, and nobody asked for it"

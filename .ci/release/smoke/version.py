"""Make sure that a distribution and its module say the version: NAME MODULE VERSION."""

import importlib
import sys
from importlib.metadata import version

name, module, expected = sys.argv[1:]
imported = importlib.import_module(module)
assert imported.__version__ == expected, f"{module}.__version__ is {imported.__version__}"
assert version(name) == expected, f"{name} is installed as {version(name)}"

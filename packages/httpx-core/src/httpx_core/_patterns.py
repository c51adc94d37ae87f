"""Regular expressions, each compiled when it is first used, and once.

Compiling one takes 50 to 500 µs, and reading the module that holds it about 100: whoever imports
the package should not wait for patterns that only some URLs and bodies need. What is used at every
request is looked up here for about 0.05 µs.
"""

from __future__ import annotations

import re
from functools import cache


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, compiled. Only for patterns that stand in the source: they are kept for ever."""
    return re.compile(pattern)

"""Run the Python blocks of a README, one after the other in one namespace."""

import re
import sys
from pathlib import Path

text = Path(sys.argv[1]).read_text(encoding="utf-8")
blocks = re.findall(r"^(?<!-->\n)```python[^\n]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
assert blocks, "a README shows an example"
names = {"__name__": "readme"}
for block in blocks:
    exec(compile(block, sys.argv[1], "exec"), names)

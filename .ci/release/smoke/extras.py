"""Every extra: its content codings are offered, HTTP/2 can be had, the command line fetches a URL."""

import subprocess
import sys
from pathlib import Path

import httpx

with httpx.Client(http2=True) as client:
    offered = client.headers["Accept-Encoding"]
assert offered == "gzip, deflate, br, zstd", offered

command = Path(sys.executable).with_name("httpx")
shown = subprocess.run(
    [str(command), f"{sys.argv[1]}/"], check=True, capture_output=True, text=True
)
assert '"hello"' in shown.stdout, shown

"""pproxy's command, with the event loop that its own start expects to be there."""

from __future__ import annotations

import asyncio

from pproxy.server import main

asyncio.set_event_loop(asyncio.new_event_loop())
main()

"""What a test left behind: threads, and this process's sockets where the system can list them."""

from __future__ import annotations

import gc
import os
import threading
import time

# trio keeps its worker threads for 10 seconds, to use them again.
KEPT_THREADS = ("Trio thread",)


def threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if not thread.name.startswith(KEPT_THREADS)}


def sockets() -> set[str]:
    """The inodes of the open sockets; empty where there is no /proc."""
    found: set[str] = set()
    try:
        descriptors = os.listdir("/proc/self/fd")
    except OSError:
        return found
    for descriptor in descriptors:
        try:
            target = os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            continue
        if target.startswith("socket:"):
            found.add(target)
    return found


class Leaks:
    """Remembers what is open when it is made; `check()` fails if more is open then."""

    def __init__(self) -> None:
        self._threads = threads()
        self._sockets = sockets()

    def check(self, limit: float = 5.0) -> None:
        """Wait until nothing new is left; AssertionError when `limit` seconds are not enough.

        The peers' ends are in this process too, and close a moment after ours.
        """
        deadline = time.monotonic() + limit
        gc.collect()
        while True:
            left_threads = sorted(thread.name for thread in threads() - self._threads)
            left_sockets = sorted(sockets() - self._sockets)
            if not left_threads and not left_sockets:
                return
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"Left behind: threads {left_threads}, sockets {left_sockets}."
                )
            time.sleep(0.01)

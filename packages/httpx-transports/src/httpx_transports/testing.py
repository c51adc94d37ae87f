"""For tests of code that speaks HTTP: a network that follows a script, in place of sockets.

`ScriptedBackend` gives a transport connections whose peers send exactly the bytes that you list, in
the pieces that you list, and it keeps exactly what was sent to them. So a test can show what goes
over the wire, and what becomes of an answer that is cut, late, malformed or never comes: without a
server, a port or a sleep.

>>> from httpx_core import ReadTimeout, Request
>>> from httpx_transports import HTTPTransport
>>> backend = ScriptedBackend([[b"HTTP/1.1 200 OK\\r\\n", WAIT]])
>>> transport = backend.installed(HTTPTransport())
>>> request = Request("GET", "http://example.org/", extensions={"timeout": {"read": 5.0}})
>>> try:
...     transport.handle_request(request)
... except ReadTimeout:
...     print("The read limit fired.")
The read limit fired.
>>> backend.streams[0].closed
True

The same script serves `AsyncHTTPTransport`, on asyncio and on trio. With `cancel_at=n` the n-th
wait for the network is cancelled, which is how to find out that code of yours cleans up after
itself wherever it is cancelled.
"""

from __future__ import annotations

from ._backends.scripted import WAIT as WAIT
from ._backends.scripted import ScriptedBackend as ScriptedBackend
from ._backends.scripted import ScriptedStream as ScriptedStream

__all__ = ["WAIT", "ScriptedBackend", "ScriptedStream"]

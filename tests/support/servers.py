"""The tests' servers by one import: all run in threads, on loopback, as context managers."""

from __future__ import annotations

from tests.support.certificates import Authority as Authority
from tests.support.http_server import HTTPServer as HTTPServer
from tests.support.http_server import pattern as pattern
from tests.support.messages import ReceivedRequest as ReceivedRequest
from tests.support.messages import Reply as Reply
from tests.support.proxy_server import ProxyServer as ProxyServer
from tests.support.raw_server import RawServer as RawServer
from tests.support.raw_server import reset as reset
from tests.support.socks_server import SOCKSServer as SOCKSServer

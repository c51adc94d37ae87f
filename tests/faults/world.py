"""The servers and proxies of the fault runs, started once and shared by all runs of a process."""

from __future__ import annotations

import ssl
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.faults.answers import Tally
from tests.faults.judge import SECRET
from tests.faults.nginx import FEW, Nginx, find_nginx
from tests.faults.origin import MANY, HTTP1Origin, HTTP2Origin
from tests.faults.plan import Plan
from tests.support.certificates import Authority
from tests.support.proxy_server import ProxyServer
from tests.support.socks_server import SOCKSServer

import httpx

CREDENTIALS = ("tester", SECRET)


class _Proxy(ProxyServer):
    """The tests' proxy, which takes no offence at what a fault has made of a message."""

    def raise_failure(self) -> None:
        self._failures.clear()


class _SOCKS(SOCKSServer):
    """The same of the SOCKS server."""

    def raise_failure(self) -> None:
        self._failures.clear()


class World:
    """A context manager. `nginx` is None where it is not installed; its runs then go to our own servers."""

    def __init__(self, *, use_nginx: bool = True) -> None:
        self.tally = Tally()
        self.nginx: Nginx | None = None
        self._use_nginx = use_nginx and find_nginx() is not None
        self._stack = ExitStack()
        self._ports: dict[tuple[str, str, bool], int] = {}
        self._proxies: dict[str, Any] = {}
        self._servers: list[Any] = []

    def __enter__(self) -> World:
        with ExitStack() as stack:
            self._authority = Authority()
            self._context: ssl.SSLContext = self._authority.client_context()
            for few in (False, True):
                self._start_origins(stack, FEW if few else MANY, few)
            tls = self._authority.server_context()
            self._proxies = {
                "http": stack.enter_context(_Proxy(credentials=CREDENTIALS)),
                "https": stack.enter_context(_Proxy(credentials=CREDENTIALS, ssl_context=tls)),
                "socks5": stack.enter_context(_SOCKS(credentials=CREDENTIALS)),
            }
            if self._use_nginx:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                # Its worker may run as another user.
                folder.chmod(0o755)
                origin = self._ports["own", "http1", False]
                self.nginx = Nginx(folder, self._authority, origin)
                stack.callback(self.nginx.stop)
                for (protocol, few), port in self.nginx.ports.items():
                    names = ("https1", "h2") if protocol == "tls" else (protocol,)
                    for name in names:
                        self._ports["nginx", name, few] = port
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc_info: Any) -> None:
        self._stack.close()

    def _start_origins(self, stack: ExitStack, most: int, few: bool) -> None:
        for protocol in ("http1", "https1", "h2", "h2c"):
            context = None
            if protocol in ("https1", "h2"):
                alpn = ["h2"] if protocol == "h2" else []
                context = self._authority.server_context(alpn=alpn)
            kind = HTTP2Origin if protocol in ("h2", "h2c") else HTTP1Origin
            server = stack.enter_context(kind(self.tally, most=most, ssl_context=context))
            self._servers.append(server)
            self._ports["own", protocol, few] = server.port

    def server_port(self, plan: Plan) -> int:
        """Where the server of a plan listens."""
        server = "own" if self.nginx is None else plan.server
        return self._ports[server, plan.protocol, plan.few]

    def proxy_port(self, plan: Plan) -> int:
        port: int = self._proxies[plan.proxy].port
        return port

    def client_options(self, plan: Plan, relay_port: int) -> dict[str, Any]:
        """What a plan's client is made with; the relay is before the proxy, where there is one."""
        pings = {"http2_ping_interval": 0.15, "http2_ping_timeout": 0.15} if plan.pings else {}
        options: dict[str, Any] = {
            "verify": self._context,
            "http1": plan.protocol != "h2c",
            "http2": plan.protocol in ("h2", "h2c"),
            "timeout": httpx.Timeout(plan.limit, total=plan.total),
            "limits": httpx.Limits(max_connections=plan.connections, **pings),
            "follow_redirects": True,
            "trust_env": False,
        }
        if plan.proxy:
            url = f"{plan.proxy}://127.0.0.1:{relay_port}"
            options["proxy"] = httpx.Proxy(url, auth=CREDENTIALS, ssl_context=self._context)
            if plan.proxy != "https":
                options["proxy"] = httpx.Proxy(url, auth=CREDENTIALS)
        return options

    def forget(self) -> None:
        """Drop what the servers recorded, so that what grows is ours alone."""
        for server in (*self._servers, *self._proxies.values()):
            server.disconnects.clear()
        for proxy in self._proxies.values():
            proxy.requests.clear()
            proxy._failures.clear()
        self._proxies["socks5"].methods.clear()
        self._proxies["socks5"].logins.clear()

"""HAProxy, in front of the application."""

from __future__ import annotations

import signal

from tests.peers.origin import LOOPBACK, Origin


class HAProxy(Origin):
    name = "haproxy"
    program = "haproxy"
    package = "haproxy"
    offers = frozenset(
        {"http", "https", "h2", "h2c", "uds", "ipv6", "mtls", "small", "brief", "ws"}
        | {"reload", "reload-h2"}
    )

    lacks = frozenset({"small-chunked"})  # its rule looks at Content-Length

    def start(self) -> None:
        text = self._configuration()
        for offer, other in {
            "h2": "https",
            "ws": "http",
            "reload": "http",
            "reload-h2": "https",
        }.items():
            self.same(offer, other)
        self.run("haproxy", "-W", "-f", self.workspace.write("haproxy.cfg", text))

    def reload(self) -> None:
        assert self.peer is not None
        self.peer.signal(signal.SIGUSR2)

    def _configuration(self) -> str:
        tls = f"ssl crt {self.file('both.pem')}"
        return f"""
global
    maxconn 500
    nbthread 2
    stats socket {self.file("stats")} level admin expose-fd listeners
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    timeout tunnel 60s
    default_backend app
frontend all
    bind {LOOPBACK}:{self.port("http")}
    bind {LOOPBACK}:{self.port("https")} {tls} alpn h2,http/1.1
    bind {LOOPBACK}:{self.port("h2c")} proto h2
    bind [::1]:{self.port("ipv6")}
    bind unix@{self.socket_path()} mode 666
frontend mutual
    bind {LOOPBACK}:{self.port("mtls")} {tls} ca-file {self.file("ca.pem")} verify required
frontend small
    bind {LOOPBACK}:{self.port("small")}
    http-request deny deny_status 413 if {{ req.hdr_val(content-length) gt 1048576 }}
frontend brief
    bind {LOOPBACK}:{self.port("brief")}
    timeout http-keep-alive 1s
backend app
    server app {LOOPBACK}:{self.materials.upstream()}
"""

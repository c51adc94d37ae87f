"""nginx, in front of the application."""

from __future__ import annotations

import signal

from tests.peers.origin import LOOPBACK, Origin


class Nginx(Origin):
    name = "nginx"
    program = "nginx"
    package = "nginx-light"
    offers = frozenset(
        {"http", "https", "h2", "h2c", "uds", "ipv6", "mtls", "small", "few", "few-h2", "brief"}
        | {"ws", "reload", "reload-h2"}
    )

    # It stalls when the application answers before it has the body: curl fails here just so.
    lacks = frozenset({"duplex"})

    def start(self) -> None:
        self.same_ports()
        self.run("nginx", "-c", self.workspace.write("nginx.conf", self._configuration()))

    def same_ports(self) -> None:
        self.port("http"), self.port("https")
        for offer, other in {
            "h2": "https",
            "ws": "http",
            "reload": "http",
            "reload-h2": "https",
        }.items():
            self.same(offer, other)

    def reload(self) -> None:
        assert self.peer is not None
        self.peer.signal(signal.SIGHUP)

    def _configuration(self) -> str:
        tls = (
            f"ssl_certificate {self.file('cert.pem')}; ssl_certificate_key {self.file('key.pem')};"
        )
        temporary = "\n".join(
            f"{kind}_temp_path {self.file(kind)};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        return f"""
daemon off; worker_processes 2; pid {self.file("pid")}; error_log stderr error;
events {{ worker_connections 512; }}
http {{
    access_log off; {temporary} {tls} ssl_protocols TLSv1.2 TLSv1.3;
    client_max_body_size 0;
    upstream app {{ server {LOOPBACK}:{self.materials.upstream()}; keepalive 16; }}
    map $http_upgrade $onwards {{ default upgrade; "" ""; }}
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $onwards;
    server {{
        listen {LOOPBACK}:{self.port("http")};
        listen {LOOPBACK}:{self.port("https")} ssl http2;
        listen {LOOPBACK}:{self.port("h2c")} http2;
        listen [::1]:{self.port("ipv6")};
        listen unix:{self.socket_path()};
        location / {{ proxy_pass http://app; }}
    }}
    server {{
        listen {LOOPBACK}:{self.port("mtls")} ssl;
        ssl_client_certificate {self.file("ca.pem")}; ssl_verify_client on;
        location / {{ proxy_pass http://app; }}
    }}
    server {{
        listen {LOOPBACK}:{self.port("small")};
        client_max_body_size 1m;
        location / {{ proxy_pass http://app; }}
    }}
    server {{
        listen {LOOPBACK}:{self.port("few")};
        listen {LOOPBACK}:{self.port("few-h2")} ssl http2;
        keepalive_requests 3;
        location / {{ proxy_pass http://app; }}
    }}
    server {{
        listen {LOOPBACK}:{self.port("brief")};
        keepalive_timeout 1s;
        location / {{ proxy_pass http://app; }}
    }}
}}
"""

"""Apache httpd, in front of the application."""

from __future__ import annotations

import signal

from tests.peers.origin import LOOPBACK, Origin

MODULES = "/usr/lib/apache2/modules"


def modules(*names: str) -> str:
    """The lines that load the modules that every configuration needs, and these."""
    always = ("mpm_event", "authz_core", "proxy", "proxy_http")
    return "\n".join(
        f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in (*always, *names)
    )


class Apache(Origin):
    name = "apache2"
    program = "apache2"
    package = "apache2"
    offers = frozenset(
        {"http", "https", "h2", "h2c", "ipv6", "mtls", "few", "brief"}
        | {"ws", "reload", "reload-h2"}
    )

    # At a graceful restart it ends new HTTP/2 connections too, with an error and streams unanswered.
    lacks = frozenset({"grace-h2"})

    def start(self) -> None:
        text = self._configuration()
        for offer, other in {
            "h2": "https",
            "h2c": "http",
            "ws": "http",
            "reload": "http",
            "reload-h2": "https",
        }.items():
            self.same(offer, other)
        self.run("apache2", "-DFOREGROUND", "-f", self.workspace.write("httpd.conf", text))

    def reload(self) -> None:
        assert self.peer is not None
        self.peer.signal(signal.SIGUSR1)

    def _configuration(self) -> str:
        tls = f"SSLEngine on\nSSLCertificateFile {self.file('both.pem')}"
        listen = "\n".join(
            f"Listen {'[::1]' if offer == 'ipv6' else LOOPBACK}:{self.port(offer)}"
            for offer in ("http", "https", "ipv6", "mtls", "few", "brief")
        )
        onwards = f"http://{LOOPBACK}:{self.materials.upstream()}/"
        return f"""
ServerRoot {self.workspace.path}
ServerName localhost
PidFile {self.file("pid")}
DefaultRuntimeDir {self.workspace.path}
ErrorLog /dev/stderr
LogLevel crit
{modules("http2", "ssl", "socache_shmcb", "proxy_wstunnel")}
StartServers 1
ServerLimit 4
ThreadsPerChild 50
MaxRequestWorkers 200
KeepAliveTimeout 30
MaxKeepAliveRequests 0
Protocols h2 h2c http/1.1
{listen}
<VirtualHost *:*>
    ProxyPass /ws ws://{onwards[7:]}ws
    ProxyPass / {onwards}
</VirtualHost>
<VirtualHost *:{self.port("https")}>
    {tls}
    ProxyPass / {onwards}
</VirtualHost>
<VirtualHost *:{self.port("mtls")}>
    {tls}
    SSLVerifyClient require
    SSLCACertificateFile {self.file("ca.pem")}
    ProxyPass / {onwards}
</VirtualHost>
<VirtualHost *:{self.port("few")}>
    MaxKeepAliveRequests 3
    ProxyPass / {onwards}
</VirtualHost>
<VirtualHost *:{self.port("brief")}>
    KeepAliveTimeout 1
    ProxyPass / {onwards}
</VirtualHost>
"""

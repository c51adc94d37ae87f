"""Proxies that forward, tunnel or speak SOCKS5: of the system, and of the index.

Their offers: "forward" and "socks" take anybody, "forward-auth" and "socks-auth" only USER with PASSWORD,
"forward-tls" is spoken with over TLS.
"""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
from functools import lru_cache
from pathlib import Path

from tests.peers.apache import modules
from tests.peers.origin import LOOPBACK, Origin
from tests.peers.python_servers import PythonServer
from tests.peers.running import Peer, program

USER, PASSWORD = "jo", "secret-1"


def password_line() -> str:
    """A line of a password file that both Apache and squid read."""
    digest = base64.b64encode(hashlib.sha1(PASSWORD.encode()).digest()).decode()
    return f"{USER}:{{SHA}}{digest}\n"


class Squid(Origin):
    name = "squid"
    program = "squid"
    package = "squid"
    offers = frozenset({"forward", "forward-auth"})

    def start(self) -> None:
        text = f"""
http_port {LOOPBACK}:{self.port("forward")} name=open
http_port {LOOPBACK}:{self.port("forward-auth")} name=closed
acl closed myportname closed
auth_param basic program /usr/lib/squid/basic_ncsa_auth {self.file("passwords")}
acl known proxy_auth REQUIRED
http_access deny closed !known
http_access allow all
cache deny all
access_log none
cache_log stdio:/dev/stderr
pid_filename {self.file("pid")}
coredump_dir {self.workspace.path}
shutdown_lifetime 0 seconds
"""
        digest = subprocess.run(
            ["openssl", "passwd", "-apr1", PASSWORD], capture_output=True, text=True, check=True
        )
        self.workspace.write("passwords", f"{USER}:{digest.stdout.strip()}\n")
        self.run("squid", "-N", "-f", self.workspace.write("squid.conf", text))


class ApacheForward(Origin):
    name = "apache2-proxy"
    program = "apache2"
    package = "apache2"
    offers = frozenset({"forward", "forward-auth", "forward-tls"})

    def start(self) -> None:
        self.workspace.write("passwords", password_line())
        closed = f"""<Proxy "*">
        AuthType Basic
        AuthName proxy
        AuthUserFile {self.file("passwords")}
        Require valid-user
    </Proxy>"""
        text = f"""
ServerRoot {self.workspace.path}
ServerName localhost
PidFile {self.file("pid")}
DefaultRuntimeDir {self.workspace.path}
ErrorLog /dev/stderr
LogLevel crit
{modules("proxy_connect", "ssl", "socache_shmcb", "auth_basic", "authn_core", "authn_file", "authz_user")}
StartServers 1
Listen {LOOPBACK}:{self.port("forward")}
Listen {LOOPBACK}:{self.port("forward-auth")}
Listen {LOOPBACK}:{self.port("forward-tls")}
ProxyRequests On
AllowCONNECT 1-65535
<VirtualHost *:{self.port("forward-auth")}>
    {closed}
</VirtualHost>
<VirtualHost *:{self.port("forward-tls")}>
    SSLEngine on
    SSLCertificateFile {self.file("both.pem")}
    {closed}
</VirtualHost>
"""
        self.run("apache2", "-DFOREGROUND", "-f", self.workspace.write("httpd.conf", text))


class Tinyproxy(Origin):
    name = "tinyproxy"
    program = "tinyproxy"
    package = "tinyproxy"
    offers = frozenset({"forward", "forward-auth"})
    # It closes after each answer that it forwards, and refuses wrong credentials as an origin would: 401.
    lacks = frozenset({"keep-alive", "407-again"})

    def start(self) -> None:
        for offer, more in {
            "forward": "",
            "forward-auth": f"BasicAuth {USER} {PASSWORD}",
        }.items():
            text = f"Port {self.port(offer)}\nListen {LOOPBACK}\nLogLevel Critical\n{more}\n"
            path = self.workspace.write(f"{offer}.conf", text)
            command = [program("tinyproxy") or "", "-d", "-c", path]
            peer = Peer(command, self.workspace, as_nobody=True)
            peer.start((LOOPBACK, self.ports[offer]))


class Dante(Origin):
    name = "dante"
    program = "danted"
    package = "dante-server"
    offers = frozenset({"socks"})

    def start(self) -> None:
        text = f"""
logoutput: stderr
internal.protocol: ipv4
internal: {LOOPBACK} port = {self.port("socks")}
external.protocol: ipv4 ipv6
external: lo
user.privileged: nobody
user.unprivileged: nobody
clientmethod: none
socksmethod: none
client pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}
socks pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}
socks pass {{ from: 0.0.0.0/0 to: ::/0 }}
"""
        pid = self.file("pid")
        self.run("danted", "-f", self.workspace.write("danted.conf", text), "-p", pid)


class Microsocks(Origin):
    name = "microsocks"
    program = "microsocks"
    package = "microsocks"
    offers = frozenset({"socks", "socks-auth"})

    def start(self) -> None:
        for offer, more in {"socks": [], "socks-auth": ["-u", USER, "-P", PASSWORD]}.items():
            command = [program("microsocks") or "", "-i", LOOPBACK, "-p", str(self.port(offer))]
            peer = Peer([*command, *more], self.workspace, as_nobody=True)
            peer.start((LOOPBACK, self.ports[offer]))

    @classmethod
    def version(cls) -> str:
        """It does not say its own."""
        return "(no version told)"


class Pproxy(PythonServer):
    name = "pproxy"
    distribution = "pproxy"
    offers = frozenset({"forward", "forward-auth", "socks", "socks-auth"})
    lacks = frozenset({"login-each-time"})  # it remembers the address that has logged in once

    def commands(self) -> list[tuple[list[str], list[str]]]:
        options: list[str] = []
        for offer in sorted(self.offers):
            scheme = "socks5" if offer.startswith("socks") else "http"
            login = f"#{USER}:{PASSWORD}" if offer.endswith("auth") else ""
            options += ["-l", f"{scheme}://{LOOPBACK}:{self.port(offer)}{login}"]
        return [(sorted(self.offers), [f"{Path(__file__).parent}/pproxy_server.py", *options])]


class ProxyPy(PythonServer):
    name = "proxy.py"
    distribution = "proxy.py"
    offers = frozenset({"forward", "forward-auth"})
    lacks = frozenset({"ipv6"})  # it reads an address in brackets as a name

    def commands(self) -> list[tuple[list[str], list[str]]]:
        common = ["-m", "proxy", "--num-workers", "1", "--num-acceptors", "1", "--log-level", "e"]
        common += ["--hostname", LOOPBACK, "--data-dir", self.workspace.folder("data")]
        login = ["--basic-auth", f"{USER}:{PASSWORD}"]
        return [
            (["forward"], [*common, "--port", str(self.port("forward"))]),
            (["forward-auth"], [*common, "--port", str(self.port("forward-auth")), *login]),
        ]


class Mitmproxy(Origin):
    """It ends TLS on both sides: what goes through is read, and sent anew."""

    name = "mitmproxy"
    program = "mitmdump"
    package = "mitmproxy"
    offers = frozenset({"forward", "forward-auth", "socks"})

    @classmethod
    def missing(cls) -> str | None:
        return None if _mitmdump() else "hatch env create peers-mitm"

    @classmethod
    def version(cls) -> str:
        said = subprocess.run([_mitmdump(), "--version"], capture_output=True, text=True)
        return said.stdout.split()[1]

    def start(self) -> None:
        common = [_mitmdump(), "-q", "--listen-host", LOOPBACK, "--set"]
        common += [f"confdir={self.workspace.path}", "--set", "connection_strategy=lazy"]
        common += ["--set", f"ssl_verify_upstream_trusted_ca={self.file('ca.pem')}"]
        for offer, more in {
            "forward": ["--mode", "regular"],
            "socks": ["--mode", "socks5"],
            "forward-auth": ["--mode", "regular", "--set", f"proxyauth={USER}:{PASSWORD}"],
        }.items():
            command = [*common, "--listen-port", str(self.port(offer)), *more]
            peer = Peer(command, self.workspace, as_nobody=False)
            peer.start((LOOPBACK, self.ports[offer]))
        self.own_authority = self.file("mitmproxy-ca-cert.pem")


@lru_cache
def _mitmdump() -> str:
    """Its program, "" when it is not here; its pins of h11 and h2 ask for an environment of its own."""
    found = os.environ.get("HTTPX_PEERS_MITM", "")
    if not found and program("hatch"):
        asked = ["hatch", "env", "find", "peers-mitm"]
        found = subprocess.run(asked, capture_output=True, text=True).stdout.strip()
    path = Path(found, "bin", "mitmdump")
    return str(path) if found and path.exists() else program("mitmdump") or ""


PROXIES: list[type[Origin]] = [
    Squid,
    ApacheForward,
    Tinyproxy,
    Dante,
    Microsocks,
    Pproxy,
    ProxyPy,
    Mitmproxy,
]

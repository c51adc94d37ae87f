"""h2o, nghttpx, lighttpd, Varnish and Caddy in front of the application; Node with its own."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from tests.peers.origin import LOOPBACK, Origin
from tests.peers.running import SYSTEM_PATH, program


class H2O(Origin):
    name = "h2o"
    program = "h2o"
    package = "h2o"
    offers = frozenset({"http", "https", "h2", "h2c", "uds", "ipv6", "ws"})

    def start(self) -> None:
        onwards = f"http://{LOOPBACK}:{self.materials.upstream()}/"
        tls = f"{{certificate-file: {self.file('cert.pem')}, key-file: {self.file('key.pem')}}}"
        text = f"""
num-threads: 2
error-log: /dev/stderr
hosts:
  all:
    listen: {{host: {LOOPBACK}, port: {self.port("http")}}}
    listen: {{host: {LOOPBACK}, port: {self.port("https")}, ssl: {tls}}}
    listen: {{host: "::1", port: {self.port("ipv6")}}}
    listen: {{type: unix, port: {self.socket_path()}, permission: 666}}
    paths: {{"/": {{proxy.reverse.url: "{onwards}", proxy.websocket: ON}}}}
"""
        self.same("h2", "https")
        self.same("h2c", "http")
        self.same("ws", "http")
        self.run("h2o", "-c", self.workspace.write("h2o.conf", text))


class Nghttpx(Origin):
    name = "nghttpx"
    program = "nghttpx"
    package = "nghttp2-proxy"
    offers = frozenset({"http", "https", "h2", "h2c", "uds", "ipv6", "ws", "reload", "reload-h2"})

    def start(self) -> None:
        for offer, other in {"h2": "https", "h2c": "http", "ws": "http"}.items():
            self.port(other)
            self.same(offer, other)
        self.same("reload", "http")
        self.same("reload-h2", "https")
        text = f"""
frontend={LOOPBACK},{self.port("http")};no-tls
frontend={LOOPBACK},{self.port("https")}
frontend=::1,{self.port("ipv6")};no-tls
frontend=unix:{self.socket_path()};no-tls
backend={LOOPBACK},{self.materials.upstream()}
private-key-file={self.file("key.pem")}
certificate-file={self.file("cert.pem")}
workers=2
errorlog-file=/dev/stderr
accesslog-file=/dev/null
pid-file={self.file("pid")}
no-ocsp=yes
"""
        self.run("nghttpx", f"--conf={self.workspace.write('nghttpx.conf', text)}")

    version_option = "--version"

    def reload(self) -> None:
        assert self.peer is not None
        self.peer.signal(signal.SIGHUP)


class Lighttpd(Origin):
    name = "lighttpd"
    program = "lighttpd"
    package = "lighttpd lighttpd-mod-openssl"
    offers = frozenset({"http", "https", "h2", "h2c", "uds", "ipv6", "small", "few", "ws"})
    lacks = frozenset({"unknown-length-h2", "many-streams"})  # it allows 8 at a time

    def start(self) -> None:
        tls = f'ssl.engine = "enable"\n ssl.pemfile = "{self.file("both.pem")}"'
        text = f"""
server.document-root = "{self.workspace.path}"
server.port = {self.port("http")}
server.bind = "{LOOPBACK}"
server.modules = ("mod_proxy", "mod_openssl", "mod_access")
server.upload-dirs = ("{self.workspace.path}")
server.max-keep-alive-requests = 100000
server.errorlog = "/dev/stderr"
proxy.header = ("upgrade" => "enable")
proxy.server = ("" => (("host" => "{LOOPBACK}", "port" => {self.materials.upstream()})))
$SERVER["socket"] == "{LOOPBACK}:{self.port("https")}" {{ {tls} }}
$SERVER["socket"] == "[::1]:{self.port("ipv6")}" {{ }}
$SERVER["socket"] == "{self.socket_path()}" {{ }}
$SERVER["socket"] == "{LOOPBACK}:{self.port("small")}" {{ server.max-request-size = 1024 }}
$SERVER["socket"] == "{LOOPBACK}:{self.port("few")}" {{ server.max-keep-alive-requests = 2 }}
"""
        self.same("h2", "https")
        self.same("h2c", "http")
        self.same("ws", "http")
        self.run("lighttpd", "-D", "-f", self.workspace.write("lighttpd.conf", text))


class Varnish(Origin):
    name = "varnish"
    program = "varnishd"
    package = "varnish"
    version_option = "-V"
    offers = frozenset({"http", "h2c", "ipv6"})

    def start(self) -> None:
        text = f"""vcl 4.1;
backend app {{ .host = "{LOOPBACK}"; .port = "{self.materials.upstream()}"; }}
sub vcl_recv {{ return (pass); }}
"""
        listen = ("-a", f"{LOOPBACK}:{self.port('http')}", "-a", f"[::1]:{self.port('ipv6')}")
        parameters = ("-p", "feature=+http2", "-p", "timeout_idle=30")
        vcl = self.workspace.write("app.vcl", text)
        name = self.workspace.folder("work")
        self.same("h2c", "http")
        self.run("varnishd", "-F", "-n", name, "-j", "none", *listen, *parameters, "-f", vcl)


class Caddy(Origin):
    name = "caddy"
    program = "caddy"
    package = "caddy"
    version_option = "version"
    too_large = (413, 502)  # the second where its proxy is under way already
    offers = frozenset({"http", "https", "h2", "h2c", "ipv6", "small", "ws", "reload", "reload-h2"})
    # One reload in thirty, on a machine with much to do: a connection that Go finds idle at that moment it
    # closes, with the requests that have just come. And on HTTP/1.1 Go reads no further in a request of which
    # the response has begun: what comes back is cut short, whatever the client.
    lacks = frozenset({"echo", "grace-h2"})

    def start(self) -> None:
        self.workspace.write("Caddyfile", self._configuration())
        for offer, other in {
            "h2": "https",
            "h2c": "http",
            "ws": "http",
            "reload": "http",
            "reload-h2": "https",
        }.items():
            self.same(offer, other)
        self.run("caddy", "run", "--config", self.file("Caddyfile"), "--adapter", "caddyfile")

    def reload(self) -> None:
        # Caddy does nothing when the configuration is the same.
        subprocess.run(
            [program("caddy") or "", "reload", "--force", "--config", self.file("Caddyfile")],
            check=True,
            capture_output=True,
            env={**os.environ, "PATH": SYSTEM_PATH, "HOME": str(self.workspace.path)},
        )

    def _configuration(self) -> str:
        tls = f"tls {self.file('cert.pem')} {self.file('key.pem')}"
        onwards = f"reverse_proxy {LOOPBACK}:{self.materials.upstream()}"
        return f"""{{
    admin {LOOPBACK}:{self.port("admin")}
    auto_https off
    storage file_system {self.workspace.folder("storage")}
    log {{
        level ERROR
    }}
    servers {{
        protocols h1 h2 h2c
    }}
}}
http://{LOOPBACK}:{self.port("http")} {{
    bind {LOOPBACK}
    {onwards}
}}
http://[::1]:{self.port("ipv6")} {{
    bind ::1
    {onwards}
}}
https://{LOOPBACK}:{self.port("https")} {{
    bind {LOOPBACK}
    {tls}
    {onwards}
}}
http://{LOOPBACK}:{self.port("small")} {{
    bind {LOOPBACK}
    request_body {{
        max_size 1MiB
    }}
    {onwards}
}}
"""


class Node(Origin):
    name = "node"
    # On HTTP/2 it says GOAWAY with COMPRESSION_ERROR to one, and then neither answers nor closes.
    lacks = frozenset({"huge-head"})
    program = "node"
    package = "nodejs"
    offers = frozenset(
        {"http", "https", "h2", "h2c", "uds", "ipv6", "mtls", "upgrade", "hints", "trailers"}
        | {"trailers-h2"}
    )

    def start(self) -> None:
        told = {
            "HTTP": str(self.port("http")),
            "HTTPS": str(self.port("https")),
            "H2C": str(self.port("h2c")),
            "IPV6": str(self.port("ipv6")),
            "MTLS": str(self.port("mtls")),
            "UDS": self.socket_path(),
            "CERT": self.file("cert.pem"),
            "KEY": self.file("key.pem"),
            "CA": self.file("ca.pem"),
        }
        self.same("h2", "https")
        for offer in ("upgrade", "hints", "trailers"):
            self.same(offer, "http")
        self.same("trailers-h2", "https")
        os.environ.update(told)
        script = self.workspace.write(
            "server.js", (Path(__file__).parent / "node_server.js").read_bytes()
        )
        self.run("node", script)

    version_option = "--version"


SMALL_SERVERS: list[type[Origin]] = [H2O, Nghttpx, Lighttpd, Varnish, Caddy, Node]

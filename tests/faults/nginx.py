"""nginx before the origin of the fault runs, where it is installed: a server that was not written for this.

It takes requests on six ports (HTTP/1.1, TLS with ALPN, HTTP/2 by prior knowledge; each once as usual
and once closing a connection after `FEW` requests) and has them answered by the HTTP/1.1 origin.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from tests.support.certificates import Authority

FEW = 3
PROTOCOLS = ("http1", "tls", "h2c")

START_LIMIT = 20.0

CONFIGURATION = """
daemon off;
master_process {master};
worker_processes 1;
pid {folder}/nginx.pid;
{user}
events {{ worker_connections 2048; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_body_buffer_size 256k;
    client_max_body_size 8m;
    keepalive_timeout 1h;
    tcp_nodelay on;
    ssl_certificate {folder}/server.pem;
    ssl_certificate_key {folder}/server.key;
    proxy_http_version 1.1;
    proxy_set_header Connection close;
    proxy_buffers 16 32k;
    server {{
        keepalive_requests 1000000;
        listen 127.0.0.1:{http1_many};
        listen 127.0.0.1:{tls_many} ssl http2;
        listen 127.0.0.1:{h2c_many} http2;
        location / {{ proxy_pass http://127.0.0.1:{origin}; }}
    }}
    server {{
        keepalive_requests {few};
        listen 127.0.0.1:{http1_few};
        listen 127.0.0.1:{tls_few} ssl http2;
        listen 127.0.0.1:{h2c_few} http2;
        location / {{ proxy_pass http://127.0.0.1:{origin}; }}
    }}
}}
"""


def find_nginx() -> str | None:
    """Where nginx is, or None. Debian installs it where users' paths do not look."""
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


class Nginx:
    """One nginx, its files in `folder`. `ports` is by (protocol, whether connections end early)."""

    def __init__(
        self, folder: Path, authority: Authority, origin: int, *, master: bool = False
    ) -> None:
        command = find_nginx()
        if command is None:
            raise RuntimeError("nginx is not installed: `apt-get install nginx-light`")
        self.ports = dict(
            zip(
                [(protocol, few) for protocol in PROTOCOLS for few in (False, True)],
                _free_ports(2 * len(PROTOCOLS)),
                strict=True,
            )
        )
        certificate = authority.certificate()
        (folder / "server.key").write_bytes(certificate.private_key_pem.bytes())
        (folder / "server.pem").write_bytes(
            b"".join(pem.bytes() for pem in certificate.cert_chain_pems)
        )
        names = {
            f"{protocol}_{'few' if few else 'many'}": port
            for (protocol, few), port in self.ports.items()
        }
        (folder / "nginx.conf").write_text(
            CONFIGURATION.format(
                folder=folder,
                origin=origin,
                few=FEW,
                master="on" if master else "off",
                user="user root;" if os.geteuid() == 0 else "",
                **names,
            )
        )
        shown = subprocess.run([command, "-v"], capture_output=True, text=True, check=True).stderr
        self.version = shown.strip().rpartition(": ")[2]
        self._errors = folder / "errors.log"
        self._command = [
            command, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(self._errors)
        ]  # fmt: skip
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + START_LIMIT
        for port in self.ports.values():
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError as exc:
                    if process.poll() is not None or time.monotonic() > deadline:
                        process.kill()
                        process.wait()
                        told = self._errors.read_text() if self._errors.exists() else ""
                        raise RuntimeError(f"nginx did not start: {told}") from exc
                    time.sleep(0.02)
        return process

    def reload(self) -> None:
        """Begin anew with new workers; the old ones finish what they have (needs `master`)."""
        self.process.send_signal(signal.SIGHUP)

    def restart(self) -> None:
        """End at once, whatever is under way, and start again; nobody listens in between."""
        self.stop()
        self.process = self._start()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(START_LIMIT)


def _free_ports(count: int) -> list[int]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports

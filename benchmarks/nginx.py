"""nginx with a configuration of the suite's own: one process, no limit on a connection's requests.

It writes a line to a log for each answer, without a buffer; the lines are what is counted.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from answers import SIZES, answers
from servers import Counts, Server, find_nginx, free_ports, wait_for

CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
    log_format counted '$request_length $body_bytes_sent';
    access_log {folder}/counted.log counted;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_body_buffer_size 16m;
    client_max_body_size 0;
    keepalive_timeout 1h;
    keepalive_requests 1000000000;
    sendfile on;
    tcp_nodelay on;
    open_file_cache max=100;
    ssl_certificate {folder}/server.pem;
    ssl_certificate_key {folder}/server.key;
    server {{
        listen unix:{folder}/upload.sock;
        access_log off;
        location / {{ default_type text/plain; return 200 'received'; }}
    }}
    server {{
        listen 127.0.0.1:{http} backlog=4096;
        listen 127.0.0.1:{https} ssl http2 backlog=4096;
        root {folder}/files;
        location = /upload {{ proxy_pass http://unix:{folder}/upload.sock:/; }}
{locations}
    }}
}}
"""


def locations() -> str:
    blocks = []
    for path, answer in answers().items():
        if path in ("/upload", "/chunked"):
            continue
        kind, *others = (value for _, value in answer.headers)
        names = [name for name, _ in answer.headers[1:]]
        fields = "".join(
            f"add_header {name} '{value}'; " for name, value in zip(names, others, strict=True)
        )
        text = f"return 200 '{answer.body.decode()}'; " if path in ("/small", "/json") else ""
        blocks.append(f"        location = {path} {{ default_type {kind}; {fields}{text}}}")
    return "\n".join(blocks)


class Nginx(Server):
    def __init__(self, folder: Path) -> None:
        http, https = free_ports(2)
        self.http = f"http://127.0.0.1:{http}"
        self.https = f"https://127.0.0.1:{https}"
        self.ca_file = str(folder / "ca.pem")
        self.log = folder / "counted.log"
        files = folder / "files"
        files.mkdir()
        folder.chmod(0o755)
        for path in ("/10m", "/gzip"):
            (files / path[1:]).write_bytes(answers()[path].body)
        with (files / "200m").open("wb") as sparse:
            sparse.truncate(SIZES["/200m"])
        settings = folder / "nginx.conf"
        settings.write_text(
            CONFIGURATION.format(folder=folder, http=http, https=https, locations=locations())
        )
        nginx = find_nginx()
        shown = subprocess.run([nginx, "-v"], capture_output=True, text=True).stderr
        self.version = shown.strip().rpartition(": ")[2]
        errors = folder / "errors.log"
        command = [nginx, "-p", str(folder), "-c", str(settings), "-e", str(errors)]
        self.process = subprocess.Popen(command)
        wait_for(http, self.process, errors)

    def reset(self) -> None:
        # nginx opened the log for appending, so it goes on at the start of the emptied file.
        os.truncate(self.log, 0)

    def counts(self) -> Counts:
        lines = self.log.read_text().splitlines()
        received = sent = 0
        for line in lines:
            request_length, _, body_sent = line.partition(" ")
            received += int(request_length)
            sent += int(body_sent)
        return Counts(len(lines), sent, received)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()

"""Python's servers, from the index, with the contract as an ASGI, WSGI or native application."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.peers.origin import LOOPBACK, Origin
from tests.peers.running import Peer, Workspace, free_port

HERE = str(Path(__file__).parent)
os.environ["PYTHONPATH"] = HERE


def python(*arguments: str) -> list[str]:
    """A command that runs a module with the interpreter of the tests, its warnings its own business."""
    return [sys.executable, "-W", "ignore", *arguments]


def serve_asgi(workspace: Workspace, *options: str) -> int:
    """Start uvicorn on a free port, which is returned."""
    port = free_port()
    command = ["-m", "uvicorn", "asgi_app:app", "--port", str(port), "--log-level", "warning"]
    Peer(python(*command, *options), workspace, as_nobody=False).start((LOOPBACK, port))
    return port


class PythonServer(Origin):
    """One process for each command of `commands()`, so that a server of one address has several."""

    def commands(self) -> list[tuple[list[str], list[str]]]:
        """Pairs: the offers that a process meets, and its arguments."""
        raise NotImplementedError

    def start(self) -> None:
        self.peers: list[tuple[Peer, list[tuple[str, int] | str]]] = []
        for offers, arguments in self.commands():
            command = python(*arguments)
            peer = Peer(command, self.workspace, as_nobody=False)
            addresses = [
                self.urls["uds"]
                if offer == "uds"
                else ("::1" if offer == "ipv6" else LOOPBACK, self.ports[offer])
                for offer in offers
            ]
            peer.start(*addresses)
            self.peers.append((peer, addresses))

    def restart(self) -> None:
        for peer, addresses in self.peers:
            peer.kill()
            peer.start(*addresses)


class UvicornH11(PythonServer):
    name = "uvicorn-h11"
    distribution = "uvicorn"
    parser = "h11"
    offers = frozenset({"http", "https", "uds", "ipv6", "mtls", "brief", "ws"})

    def commands(self) -> list[tuple[list[str], list[str]]]:
        common = ["-m", "uvicorn", "asgi_app:app", "--log-level", "warning"]
        common += ["--http", self.parser, "--ws", "wsproto"]
        tls = ["--ssl-certfile", self.file("cert.pem"), "--ssl-keyfile", self.file("key.pem")]
        asks = [*tls, "--ssl-ca-certs", self.file("ca.pem"), "--ssl-cert-reqs", "2"]
        found = [
            (["http"], [*common, "--port", str(self.port("http"))]),
            (["https"], [*common, "--port", str(self.port("https")), *tls]),
            (["uds"], [*common, "--uds", self.socket_path()]),
            (["ipv6"], [*common, "--host", "::1", "--port", str(self.port("ipv6"))]),
            (["mtls"], [*common, "--port", str(self.port("mtls")), *asks]),
            (["brief"], [*common, "--port", str(self.port("brief")), "--timeout-keep-alive", "1"]),
        ]
        self.same("ws", "http")
        return found


class UvicornHttptools(UvicornH11):
    name = "uvicorn-httptools"
    parser = "httptools"


class Hypercorn(PythonServer):
    name = "hypercorn"
    distribution = "hypercorn"
    worker = "asyncio"
    offers = frozenset(
        {"http", "https", "h2", "h2c", "uds", "ipv6", "mtls", "ws", "trailers-h2", "brief"}
    )

    def commands(self) -> list[tuple[list[str], list[str]]]:
        common = ["-m", "hypercorn", "asgi_app:app", "--worker-class", self.worker]
        tls = ["--certfile", self.file("cert.pem"), "--keyfile", self.file("key.pem")]
        asks = [*tls, "--ca-certs", self.file("ca.pem"), "--verify-mode", "CERT_REQUIRED"]
        plain = [
            "--bind",
            f"{LOOPBACK}:{self.port('http')}",
            "--bind",
            f"unix:{self.socket_path()}",
        ]
        plain += ["--bind", f"[::1]:{self.port('ipv6')}"]
        found = [
            (["http", "uds", "ipv6"], [*common, *plain]),
            (["https"], [*common, "--bind", f"{LOOPBACK}:{self.port('https')}", *tls]),
            (["mtls"], [*common, "--bind", f"{LOOPBACK}:{self.port('mtls')}", *asks]),
            (
                ["brief"],
                [*common, "--bind", f"{LOOPBACK}:{self.port('brief')}", "--keep-alive", "1"],
            ),
        ]
        for offer, other in {"ws": "http", "h2": "https", "h2c": "http"}.items():
            self.same(offer, other)
        self.same("trailers-h2", "https")
        return found


class HypercornTrio(Hypercorn):
    name = "hypercorn-trio"
    worker = "trio"
    lacks = frozenset(
        {"early-answer"}
    )  # the whole server ends when it has answered before the body
    offers = frozenset({"http", "https", "h2", "h2c", "uds", "ipv6", "ws"})

    def commands(self) -> list[tuple[list[str], list[str]]]:
        found = super().commands()[:2]
        for offer in ("mtls", "brief"):
            del self.ports[offer]
        return found


class Granian(PythonServer):
    name = "granian"
    distribution = "granian"
    offers = frozenset({"http", "https", "h2", "h2c", "ipv6", "ws"})

    def commands(self) -> list[tuple[list[str], list[str]]]:
        common = ["-m", "granian", "asgi_app:app", "--interface", "asgi", "--no-access-log"]
        common += ["--log-level", "warning"]
        tls = ["--ssl-certificate", self.file("cert.pem"), "--ssl-keyfile", self.file("key.pem")]
        tls += ["--ssl-protocol-min", "tls1.2"]
        found = [
            (["http"], [*common, "--port", str(self.port("http"))]),
            (["https"], [*common, "--port", str(self.port("https")), *tls]),
            (["ipv6"], [*common, "--host", "::1", "--port", str(self.port("ipv6"))]),
        ]
        for offer, other in {"ws": "http", "h2": "https", "h2c": "http"}.items():
            self.same(offer, other)
        return found


class Daphne(PythonServer):
    """Twisted's HTTP server."""

    name = "daphne"
    lacks = frozenset({"huge-head"})  # it is slow to say anything to one
    distribution = "daphne"
    offers = frozenset({"http", "https", "uds", "ws"})

    def commands(self) -> list[tuple[list[str], list[str]]]:
        port = self.port("https")
        where = f"ssl:{port}:interface={LOOPBACK}:privateKey={self.file('key.pem')}"
        where += f":certKey={self.file('cert.pem')}"
        plain = ["-b", LOOPBACK, "-p", str(self.port("http")), "-u", self.socket_path()]
        self.same("ws", "http")
        common = ["-m", "daphne", "-v", "0", "asgi_app:app"]
        return [(["http", "https", "uds"], [*common, *plain, "-e", where])]


class Aiohttp(PythonServer):
    name = "aiohttp"
    distribution = "aiohttp"
    offers = frozenset({"http", "https", "uds", "ipv6", "mtls", "small", "brief", "ws"})

    def commands(self) -> list[tuple[list[str], list[str]]]:
        told = [
            f"http={self.port('http')}",
            f"https={self.port('https')}",
            f"mtls={self.port('mtls')}",
            f"ipv6={self.port('ipv6')}",
            f"small={self.port('small')}",
            f"brief={self.port('brief')}",
            f"uds={self.socket_path()}",
        ]
        self.same("ws", "http")
        offers = ["http", "https", "uds", "ipv6", "mtls", "small", "brief"]
        return [(offers, [f"{HERE}/aiohttp_server.py", *told])]


class Tornado(PythonServer):
    name = "tornado"
    distribution = "tornado"
    offers = frozenset({"http", "https", "small"})
    # It closes with the rest of a chunked body unread: the reset may overtake its answer.
    lacks = frozenset({"echo", "small-chunked"})
    too_large = (400,)

    def commands(self) -> list[tuple[list[str], list[str]]]:
        told = [f"http={self.port('http')}", f"https={self.port('https')}"]
        told.append(f"small={self.port('small')}")
        return [(["http", "https", "small"], [f"{HERE}/tornado_server.py", *told])]


class Gunicorn(PythonServer):
    name = "gunicorn"
    distribution = "gunicorn"
    offers = frozenset({"http", "https", "uds", "ipv6", "mtls", "brief", "reload"})

    def commands(self) -> list[tuple[list[str], list[str]]]:
        common = ["-m", "gunicorn", "wsgi_app:app", "-k", "gthread", "--threads", "20"]
        common += ["--log-level", "warning"]
        tls = ["--certfile", self.file("cert.pem"), "--keyfile", self.file("key.pem")]
        asks = [*tls, "--ca-certs", self.file("ca.pem"), "--cert-reqs", "2"]
        plain = ["-b", f"{LOOPBACK}:{self.port('http')}", "-b", f"unix:{self.socket_path()}"]
        plain += ["-b", f"[::1]:{self.port('ipv6')}", "--keep-alive", "30"]
        found = [
            (["http", "uds", "ipv6"], [*common, *plain]),
            (
                ["https"],
                [*common, *tls, "-b", f"{LOOPBACK}:{self.port('https')}", "--keep-alive", "30"],
            ),
            (["mtls"], [*common, *asks, "-b", f"{LOOPBACK}:{self.port('mtls')}"]),
            (
                ["brief"],
                [*common, "-b", f"{LOOPBACK}:{self.port('brief')}", "--keep-alive", "1"],
            ),
        ]
        self.same("reload", "http")
        return found

    def reload(self) -> None:
        import signal

        self.peers[0][0].signal(signal.SIGHUP)


class Waitress(PythonServer):
    name = "waitress"
    distribution = "waitress"
    offers = frozenset({"http", "ipv6", "small"})
    lacks = frozenset({"reuse"})  # it closes after what has no length, 204 and 304 too

    def commands(self) -> list[tuple[list[str], list[str]]]:
        common = ["-m", "waitress", "--threads=20"]
        plain = [f"--listen={LOOPBACK}:{self.port('http')}", f"--listen=[::1]:{self.port('ipv6')}"]
        small = [f"--listen={LOOPBACK}:{self.port('small')}", "--max-request-body-size=1048576"]
        return [
            (["http", "ipv6"], [*common, *plain, "wsgi_app:app"]),
            (["small"], [*common, *small, "wsgi_app:app"]),
        ]


class Cheroot(PythonServer):
    name = "cheroot"
    distribution = "cheroot"
    offers = frozenset({"http", "https", "uds"})

    def commands(self) -> list[tuple[list[str], list[str]]]:
        told = [f"http={self.port('http')}", f"https={self.port('https')}"]
        told.append(f"uds={self.socket_path()}")
        return [(["http", "https", "uds"], [f"{HERE}/cheroot_server.py", *told])]


class Werkzeug(PythonServer):
    name = "werkzeug"
    distribution = "werkzeug"
    offers = frozenset({"http", "https"})
    lacks = frozenset({"reuse", "keep-alive"})  # it closes after each answer

    def commands(self) -> list[tuple[list[str], list[str]]]:
        told = [f"http={self.port('http')}", f"https={self.port('https')}"]
        return [(["http", "https"], [f"{HERE}/werkzeug_server.py", *told])]


PYTHON_SERVERS: list[type[Origin]] = [
    UvicornH11,
    UvicornHttptools,
    Hypercorn,
    HypercornTrio,
    Granian,
    Daphne,
    Aiohttp,
    Tornado,
    Gunicorn,
    Waitress,
    Cheroot,
    Werkzeug,
]

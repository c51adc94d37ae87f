"""All peers that there are, those that are here, and what to install for the others."""

from __future__ import annotations

from tests.peers.apache import Apache
from tests.peers.haproxy import HAProxy
from tests.peers.nginx import Nginx
from tests.peers.origin import Materials, Origin
from tests.peers.proxies import PROXIES
from tests.peers.python_servers import PYTHON_SERVERS
from tests.peers.small_servers import SMALL_SERVERS

PEERS: list[type[Origin]] = [
    Nginx,
    Apache,
    HAProxy,
    *SMALL_SERVERS,
    *PYTHON_SERVERS,
    *PROXIES,
]

MATERIALS = Materials()
_started: dict[str, Origin] = {}


def missing() -> dict[str, str]:
    """What is not here, and how it is had."""
    return {kind.name: how for kind in PEERS if (how := kind.missing()) is not None}


def offering(*offers: str) -> list[tuple[type[Origin], str]]:
    """Every pair of a peer that is here and one of these offers."""
    return [
        (kind, offer)
        for kind in PEERS
        if kind.missing() is None
        for offer in offers
        if offer in kind.offers
    ]


def started(kind: type[Origin]) -> Origin:
    """The peer of that kind, which is started once in a session."""
    if kind.name not in _started:
        peer = _started[kind.name] = kind(MATERIALS)
        peer.start()
    assert _started[kind.name].is_up(), f"{kind.name} did not start, or is down."
    return _started[kind.name]


def versions() -> dict[str, str]:
    """The peers that are here, and what they say of their version."""
    return {kind.name: kind.version() for kind in PEERS if kind.missing() is None}

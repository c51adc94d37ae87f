"""Patterns for the addresses of a network, as NO_PROXY may name them; imported when it does."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from ._patterns import URLPattern

if TYPE_CHECKING:
    from httpx_core import URL


class NetworkPattern(URLPattern):
    """The hosts of one IP network, as NO_PROXY names it: `all://192.168.0.0/16`."""

    __slots__ = ("_network",)

    def __init__(self, network: IPv4Network | IPv6Network) -> None:
        super().__init__("all://")
        self.pattern = f"all://{network}"
        self._network = network
        # Before all domain patterns of no port: an address is in no domain.
        self.priority = (1, -256 - network.prefixlen, 0)

    def matches(self, url: URL) -> bool:
        try:
            return ip_address(url.host) in self._network
        except ValueError:
            return False


def network_pattern(entry: str) -> NetworkPattern:
    """The pattern for `192.168.0.0/16` or `[2001:db8::]/32`. ValueError: it is no network."""
    return NetworkPattern(ip_network(entry.replace("[", "").replace("]", ""), strict=False))


def is_address(host: str) -> bool:
    """Whether a host is an IP address, without brackets."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True

"""Patterns for IP addresses and networks of them, as NO_PROXY may name them; imported when it does."""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
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


class AddressPattern(URLPattern):
    """The one host that an IP address names, however it is spelled: `all://[2001:db8::1]:8080`."""

    __slots__ = ("_address",)

    def __init__(self, address: IPv4Address | IPv6Address, host: str, port: str) -> None:
        super().__init__(f"all://[{host}]{port}" if ":" in host else f"all://{host}{port}")
        self._address = address

    def matches(self, url: URL) -> bool:
        if self._port is not None and self._port != url._origin[2]:
            return False
        try:
            return ip_address(url.host) == self._address
        except ValueError:
            return False


def address_pattern(host: str, port: str) -> AddressPattern | None:
    """The pattern for an IP address without brackets, `port` as `:80` or ""; None for another host."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return AddressPattern(address, host, port)

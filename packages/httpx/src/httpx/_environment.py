"""Proxies as the environment names them: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY.

Nothing that NO_PROXY can hold raises: an entry that means nothing matches nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from httpx_core import InvalidURL

from ._patterns import URLPattern


def proxies_of_environment(
    environ: Mapping[str, str] | None = None,
) -> dict[URLPattern, str | None]:
    """The proxy URL for each pattern, None where there is to be none, the most specific not yet first.

    Lower-case names win over upper-case ones, also when they are empty, which switches a proxy off.
    HTTP_PROXY is not believed in a CGI script, where a request header could set it. On macOS and
    Windows the system's settings count where the environment has none.
    """
    if environ is None:
        environ = _system_settings()
    proxies = _named_proxies(environ)
    # Without a proxy nothing has to be excepted from it.
    return _with_exceptions(proxies, environ) if proxies else {}


def get_environment_proxies() -> dict[str, str | None]:
    """The proxies of the environment, and what NO_PROXY excepts, by the text of their patterns."""
    environ = _system_settings()
    found = _with_exceptions(_named_proxies(environ), environ)
    return {pattern.pattern: proxy for pattern, proxy in found.items()}


def _named_proxies(environ: Mapping[str, str]) -> dict[URLPattern, str | None]:
    """The proxy URL for each scheme that has one."""
    found: dict[URLPattern, str | None] = {}
    for scheme in ("http", "https", "all"):
        believes_upper_case = scheme != "http" or "REQUEST_METHOD" not in environ
        proxy = _setting(environ, f"{scheme}_proxy", believes_upper_case)
        if proxy:
            found[URLPattern(f"{scheme}://")] = proxy if "://" in proxy else f"http://{proxy}"
    return found


def _with_exceptions(
    proxies: dict[URLPattern, str | None], environ: Mapping[str, str]
) -> dict[URLPattern, str | None]:
    """The proxies, and None for what NO_PROXY excepts from them."""
    found = dict(proxies)
    for entry in _setting(environ, "no_proxy").replace(",", " ").split():
        if entry == "*":
            # Whatever else is there: no proxies at all.
            return {}
        for pattern in exceptions(entry):
            found[pattern] = None
    return found


def exceptions(entry: str) -> list[URLPattern]:
    """The patterns that one entry of NO_PROXY stands for; none for one that cannot be understood.

    A host stands for itself and its subdomains, `.host` and `*.host` for the subdomains alone;
    `localhost`, an IP address and a URL for themselves; `host:port` for that port alone;
    `192.0.2.0/24` and `2001:db8::/32` for all addresses of the network.
    """
    from ._networks import address_pattern, network_pattern

    try:
        if "://" in entry:
            return [URLPattern(entry)]
        if "/" in entry:
            return [network_pattern(entry)]
        host, port = _split_port(entry)
        address = address_pattern(host, port)
        if address is not None:
            return [address]
        domain = host.lstrip("*").lstrip(".")
        if not domain:
            return []
        if domain.lower() == "localhost":
            return [URLPattern(f"all://{domain}{port}")]
        star = "*." if host.startswith((".", "*.")) else "*"
        return [URLPattern(f"all://{star}{domain}{port}")]
    except (ValueError, InvalidURL):
        return []


def _setting(environ: Mapping[str, str], name: str, believes_upper_case: bool = True) -> str:
    """The value of a variable by its lower-case name, or else by its upper-case one."""
    value = environ.get(name)
    if value is None and believes_upper_case:
        value = environ.get(name.upper())
    return (value or "").strip()


def _split_port(entry: str) -> tuple[str, str]:
    """An entry without brackets, and its `:port` where it has one."""
    if entry.startswith("["):
        host, _, port = entry[1:].partition("]")
        return host, port
    if entry.count(":") == 1:
        host, _, port = entry.partition(":")
        return host, f":{port}"
    return entry, ""


def _system_settings() -> Mapping[str, str]:
    """The environment, and on macOS and Windows what the system is set to."""
    environ = os.environ
    platform: str = sys.platform
    if platform not in ("darwin", "win32"):
        return environ
    if any(name.lower().endswith("_proxy") for name in environ):
        return environ
    from urllib.request import getproxies

    settings = {
        ("no_proxy" if scheme == "no" else f"{scheme}_proxy"): proxy
        for scheme, proxy in getproxies().items()
    }
    return {**environ, **settings}

"""No entry of NO_PROXY raises, and matching one never does; a plain name stands for itself and its
subdomains and for nothing else, an address for itself alone. In linear time.
"""

from __future__ import annotations

import ipaddress
import re

from tests.fuzz.draw import Draw, text
from tests.fuzz.scaling import check_linear

from httpx import URL
from httpx._environment import exceptions, proxies_of_environment

TOKENS = [
    b"example.org", b".", b"*", b"*.", b".example.org", b":", b":80", b":443", b"//", b"://",
    b"http://", b"all://", b"/", b"/8", b"/129", b"10.0.0.0/8", b"2001:db8::/32", b"[", b"]",
    b"::1", b"192.168.1.1", b"localhost", b",", b" ", b"\t", b"\xff", b"%", b"\xc3\xa9",
    b"\xed\xa0\x80", b"\x00", b"xn--", b"@", b"\\", b"#", b"?", b"0", b"-", b"255.255.255.255",
    b"fe80::1%eth0",
]  # fmt: skip
SEEDS = [
    bytes([way]) + value
    for way in (0, 255)
    for value in [
        b"localhost,127.0.0.1,::1",
        b"example.org, .internal, *.corp.example, 10.0.0.0/8 2001:db8::/32",
        b"example.org:8443,http://only.example,[::1]:8080",
        b"*",
        b"b\xc3\xbccher.example",
        b"fe80::1%eth0, 1.2.3.4/33",
    ]
]
EXAMPLES = 1500

URLS = [
    URL(url)
    for url in [
        "http://example.org/",
        "https://sub.example.org:8443/",
        "http://notexample.org/",
        "http://10.1.2.3/",
        "http://[2001:db8::1]/",
        "http://localhost:8080/",
        "foo:bar",
        "/relative",
    ]
]
_plain_name = re.compile(r"(?!-|.*xn--)[a-z0-9-]{1,20}(?:\.[a-z][a-z0-9]{1,9}){1,3}").fullmatch


def check(data: bytes) -> None:
    draw = Draw(data)
    way = draw.byte()
    value = text(draw.rest())
    found = proxies_of_environment({"HTTP_PROXY": "proxy.example", "NO_PROXY": value})
    assert all(isinstance(pattern.matches(url), bool) for pattern in found for url in URLS)
    assert sorted(found) == sorted(found, key=lambda pattern: pattern.priority)
    for entry in value.replace(",", " ").split():
        check_entry(entry)
    if way == 255 and len(value) < 30:
        check_linear(exceptions, value)


def check_entry(entry: str) -> None:
    patterns = exceptions(entry)
    assert len(patterns) <= 1
    address = _address(entry)
    if address is not None:
        host = f"[{address}]" if address.version == 6 else str(address)
        assert _matches(entry, f"http://{host}/")
        assert _matches(entry, f"https://{host}:8443/")
        assert not _matches(entry, "http://192.0.2.77/") or "192.0.2.77" == entry
    elif _plain_name(entry):
        assert _matches(entry, f"https://{entry}/")
        assert _matches(entry, f"http://a.{entry}:81/")
        assert not _matches(entry, f"http://a{entry}/")
        assert not _matches(entry, f"http://{entry}.test/")


def _address(entry: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(entry)
    except ValueError:
        return None
    return None if "%" in entry else address


def _matches(entry: str, url: str) -> bool:
    return any(pattern.matches(URL(url)) for pattern in exceptions(entry))

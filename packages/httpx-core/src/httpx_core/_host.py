"""The host of a URL: which ones are allowed, and their one spelling.

Pure functions over text: no name is ever looked up here. What comes out is ASCII, in lower case, and
means to every reader what it means to us, so that a check made on `URL.host` holds for the
connection that follows. `idna` and `ipaddress` are imported for the hosts that need them only.

Two kinds of host are told apart, as the WHATWG URL standard does:

- a *domain*, in URLs of the schemes that name a server by DNS (http, https, ws, wss, ftp, file, and
  relative URLs): percent-encoding is decoded once, then every code point that WHATWG forbids in a
  domain is refused, and a name that ends in a number must be an IPv4 address;
- an *opaque* host, in URLs of all others (`http+unix://%2Frun%2Fd.sock/`): escapes stay.

Names beyond ASCII are encoded by IDNA 2008 (RFC 5891) in both.
"""

from __future__ import annotations

from ._errors import InvalidURL
from ._patterns import compiled

DOMAIN_SCHEMES = frozenset({"", "file", "ftp", "http", "https", "ws", "wss"})

# The ordinary name: labels of letters, digits, `-` and `_`, the last one not starting with a digit,
# so that it cannot be taken for an address.
_PLAIN_DOMAIN = r"(?:[a-z0-9_-]+\.)*[a-z_-][a-z0-9_-]*\.?"
_FOUR_NUMBERS = r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+"
_NUMBER = r"[0-9]+|0x[0-9a-f]*"
_ZONE = r"(?:25)?[A-Za-z0-9._~-]+"

# https://url.spec.whatwg.org/#forbidden-domain-code-point and #forbidden-host-code-point
_FORBIDDEN_IN_DOMAIN = r"[\x00-\x20#%/:<>?@\[\\\]^|\x7f]"
_FORBIDDEN_IN_OPAQUE = r"[\x00-\x20:<>\[\\\]^|\x7f]"
_OPAQUE_DELIMITERS = {"/": "%2f", "?": "%3f", "#": "%23", "@": "%40"}

# RFC 1035 section 2.3.4, less the length octets: 253 characters and 63 a label. Checked before idna
# sees the name, whose cost grew with the square of the length once (CVE-2024-3651).
_MAX_NAME = 253


def encode_host(host: str, scheme: str) -> str:
    """Return `host` (with or without an IPv6 address's brackets) in its one ASCII spelling.

    An IPv6 address comes back without brackets. InvalidURL: the host is not allowed.
    """
    domain = scheme in DOMAIN_SCHEMES
    if compiled(_PLAIN_DOMAIN).fullmatch(host) and "xn--" not in host:
        return host
    if ":" in host or host[:1] == "[":
        return _encode_ipv6(host)
    if not domain:
        return _encode_opaque(host)
    if "%" in host:
        host = _decode_once(host)
    if forbidden := compiled(_FORBIDDEN_IN_DOMAIN).search(host):
        raise InvalidURL(
            f"Invalid character in host: {forbidden[0]!r} at position {forbidden.start()}."
        )
    host = host.lower() if host.isascii() else _encode_idna(host)
    last = host.removesuffix(".").rpartition(".")[2]
    if compiled(_NUMBER).fullmatch(last):
        _check_ipv4(host)
    elif "xn--" in host:
        _check_a_labels(host)
    return host


def display_host(host: str) -> str:
    """Return the Unicode form of an encoded host; labels that IDNA 2008 does not know stay ASCII."""
    if "xn--" not in host or ":" in host:
        return host
    import idna

    labels = host.split(".")
    for position, label in enumerate(labels):
        if label.startswith("xn--"):
            try:
                labels[position] = idna.ulabel(label)
            except UnicodeError:
                pass  # a name that is registered all the same: show what is really asked for
    return ".".join(labels)


def _decode_once(host: str) -> str:
    from ._percent import unquote

    # What is still an escape afterwards is caught as a forbidden `%`, and bytes that are no UTF-8
    # have become U+FFFD, which IDNA refuses: so nothing can be decoded a second time later on.
    return unquote(host)


def _encode_idna(host: str) -> str:
    """Encode a name beyond ASCII, each label checked (RFC 5891 section 4)."""
    if len(host) > _MAX_NAME:
        raise InvalidURL(f"Invalid IDNA hostname: longer than {_MAX_NAME} characters")
    import idna

    try:
        return idna.encode(host.lower()).decode("ascii")
    except UnicodeError as exc:
        raise InvalidURL(f"Invalid IDNA hostname: {host!r}") from exc


def _check_a_labels(host: str) -> None:
    """Refuse labels that start with `xn--` but encode no name.

    A label that IDNA 2008 refuses passes when it is valid by UTS 46, as in every browser: names
    with emoji are registered and reachable.
    """
    if len(host) > _MAX_NAME:
        raise InvalidURL(f"Invalid IDNA hostname: longer than {_MAX_NAME} characters")
    import idna

    for label in host.split("."):
        if not label.startswith("xn--"):
            continue
        try:
            idna.ulabel(label)
        except UnicodeError as exc:
            if not _is_valid_by_uts46(label):
                raise InvalidURL(f"Invalid IDNA hostname: {host!r}") from exc


def _is_valid_by_uts46(label: str) -> bool:
    import idna

    try:
        name = label[4:].encode("ascii").decode("punycode")
        valid = idna.uts46_remap(name, std3_rules=False, transitional=False) == name
        # Decoding must be the inverse of encoding, or two spellings would name one host.
        return valid and not name.isascii() and name.encode("punycode").decode() == label[4:]
    except (UnicodeError, ValueError, OverflowError):
        return False


def _encode_opaque(host: str) -> str:
    if forbidden := compiled(_FORBIDDEN_IN_OPAQUE).search(host):
        raise InvalidURL(
            f"Invalid character in host: {forbidden[0]!r} at position {forbidden.start()}."
        )
    for delimiter, escape in _OPAQUE_DELIMITERS.items():
        host = host.replace(delimiter, escape)
    host = host.lower() if host.isascii() else _encode_idna(host)
    if compiled(_FOUR_NUMBERS).fullmatch(host) and not _is_dotted_decimal(host):
        raise InvalidURL(f"Invalid IPv4 address: {host!r}")
    return host


def _encode_ipv6(host: str) -> str:
    """Check an IPv6 address, and a zone identifier as `%25en0` or `%en0`; RFC 4291, RFC 6874."""
    import ipaddress

    inner = host[1:-1] if host[:1] == "[" and host[-1:] == "]" else host
    address, percent, zone = inner.partition("%")
    try:
        ipaddress.IPv6Address(address)
    except ValueError as exc:
        raise InvalidURL(f"Invalid IPv6 address: '[{inner}]'") from exc
    if percent and not compiled(_ZONE).fullmatch(zone):
        raise InvalidURL(f"Invalid IPv6 address: '[{inner}]'")
    return address.lower() + percent + zone


def _check_ipv4(host: str) -> None:
    """Refuse a name that ends in a number, unless it is an IPv4 address.

    Four numbers must be dotted decimal without leading zeros, since readers disagree on `010`.
    The other forms that WHATWG allows (`127.1`, `0x7f.1`) pass, spelled as they are.
    """
    name = host.removesuffix(".")
    if _is_dotted_decimal(name):
        return
    if not compiled(_FOUR_NUMBERS).fullmatch(name):
        *numbers, last = [_read_number(part) for part in name.split(".", 4)]
        if (
            len(numbers) < 4
            and 0 <= last < 256 ** (4 - len(numbers))
            and all(0 <= number <= 255 for number in numbers)
        ):
            return
    raise InvalidURL(f"Invalid IPv4 address: {host!r}")


def _is_dotted_decimal(name: str) -> bool:
    return compiled(_FOUR_NUMBERS).fullmatch(name) is not None and all(
        len(octet) <= 3 and int(octet) <= 255 and (octet == "0" or octet[0] != "0")
        for octet in name.split(".")
    )


def _read_number(part: str) -> int:
    """Read one part as WHATWG's IPv4 number parser does; -1 for what is none or never fits."""
    if not compiled(_NUMBER).fullmatch(part):
        return -1
    base, digits = 10, part
    if part.startswith("0x"):
        base, digits = 16, part[2:]
    elif part.startswith("0"):
        base, digits = 8, part
    digits = digits.lstrip("0")
    if len(digits) > 11:  # 2**32 has 11 octal digits; int() of a long decimal is not linear
        return -1
    try:
        return int(digits or "0", base)
    except ValueError:
        return -1

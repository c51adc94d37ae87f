"""Read the challenges of WWW-Authenticate fields (RFC 9110 11.6.1).

Pure, and linear in the length of the field. A field may hold several challenges, and a comma parts
both challenges and the parameters of one: `Basic realm="a", Digest realm="b", nonce="c"` is two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # noqa: S105  (a pattern, no password)
_QUOTED = r'"(?:[^"\\]|\\.)*"'

# What stands between two commas that are outside of quotes; a quote that is not closed ends it all.
_elements = re.compile(rf"(?:[^\",]|{_QUOTED}|\".*)+", re.DOTALL).findall
_parameter = re.compile(
    rf"(?:({_TOKEN})[ \t]+)?({_TOKEN})[ \t]*=[ \t]*(?:({_TOKEN})|({_QUOTED}))", re.DOTALL
).fullmatch
# A scheme alone, or with a token68, which this package's schemes do not use.
_scheme = re.compile(rf"({_TOKEN})(?:[ \t]+[A-Za-z0-9\-._~+/]+=*)?").fullmatch
_escape = re.compile(r"\\(.)", re.DOTALL)


class Challenge(NamedTuple):
    """One challenge: the scheme in lower case, its parameters by lower-case name, unquoted."""

    scheme: str
    parameters: dict[str, str]
    is_malformed: bool


def parse_challenges(fields: Iterable[str]) -> list[Challenge]:
    """Read the challenges of all fields, in order.

    >>> parse_challenges(['Basic realm="a, b", Digest realm=c, qop="auth"'])[1].parameters
    {'realm': 'c', 'qop': 'auth'}
    """
    challenges: list[Challenge] = []
    for field in fields:
        open_one = Challenge("", {}, True)  # parameters before any scheme belong to none
        for element in _elements(field):
            text = element.strip(" \t")
            parameter = _parameter(text)
            alone = None if parameter else _scheme(text)
            scheme = parameter[1] if parameter else alone[1] if alone else None
            if scheme:
                open_one = Challenge(scheme.lower(), {}, False)
                challenges.append(open_one)
            elif text and not parameter and challenges and challenges[-1] is open_one:
                open_one = challenges[-1] = open_one._replace(is_malformed=True)
            if parameter:
                token, quoted = parameter[3], parameter[4]
                value = token if token else _escape.sub(r"\1", quoted[1:-1])
                open_one.parameters.setdefault(parameter[2].lower(), value)
    return challenges

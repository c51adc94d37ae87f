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
# RFC 9110 5.6.4: no control characters but tabs. An answer holds the value again, and would be refused.
_LEGAL = r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*"'

# What stands between two commas that are outside of quotes; a quote that is not closed ends it all.
_elements = re.compile(rf"(?:[^\",]|{_QUOTED}|\".*)+", re.DOTALL).findall
_parameter = re.compile(
    rf"(?:({_TOKEN})[ \t]+)?({_TOKEN})[ \t]*=[ \t]*(?:({_TOKEN})|({_LEGAL}))"
).fullmatch
# A scheme alone, or with a token68, which this package's schemes do not use.
_scheme = re.compile(rf"({_TOKEN})(?:[ \t]+[A-Za-z0-9\-._~+/]+=*)?").fullmatch
# What else begins with a scheme is a challenge that is broken.
_broken = re.compile(rf"({_TOKEN})[ \t]+(?![ \t=])").match
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
        current: Challenge | None = None
        for element in _elements(field):
            text = element.strip(" \t")
            parameter = _parameter(text)
            alone = _scheme(text)
            begun = parameter if parameter and parameter[1] else alone or _broken(text)
            if begun:
                current = Challenge(begun[1].lower(), {}, False)
                challenges.append(current)
            if current is None:
                continue  # a parameter before any scheme belongs to none
            if parameter:
                token, quoted = parameter[3], parameter[4]
                value = token if token else _escape.sub(r"\1", quoted[1:-1])
                current.parameters.setdefault(parameter[2].lower(), value)
            elif text and not alone:
                current = challenges[-1] = current._replace(is_malformed=True)
    return challenges

"""The Link header (RFC 8288 section 3): targets and parameters, in linear time, never an error."""

from __future__ import annotations

import re

# A target in angle brackets. Some servers leave them out.
_TARGET = re.compile(r"[\s,]*(?:<([^>]*)>?|([^\s;,][^;,]*))")

# One parameter: a name and, after `=`, a quoted string or whatever ends at `;` or `,`.
_PARAMETER = re.compile(
    r"""[\s;]*([^\s;,="]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^;,]*)))?[^;,]*""", re.DOTALL
)


def parse_links(value: str) -> dict[str | None, dict[str, str]]:
    """Return the links by their relation type, or by their URL where they name none.

    Of links with one and the same relation type the last is returned; of a parameter given twice
    in one link the first (RFC 8288 section 3.3).
    """
    links: dict[str | None, dict[str, str]] = {}
    position = 0
    while (target := _TARGET.match(value, position)) is not None:
        link = {"url": (target[1] if target[1] is not None else target[2]).strip(" '\"")}
        position = target.end()
        while value[position : position + 1] not in ("", ","):
            parameter = _PARAMETER.match(value, position)
            if parameter is None:
                position = value.find(",", position)
                if position < 0:
                    position = len(value)
                break
            position = parameter.end()
            name, quoted, token = parameter.groups()
            if quoted is not None:
                link.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted))
            elif token is not None:
                link.setdefault(name.lower(), token.strip(" \t'\""))
        links[link.get("rel") or link["url"]] = link
    return links

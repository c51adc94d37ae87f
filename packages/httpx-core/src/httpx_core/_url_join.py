"""Reference resolution: what a relative reference means, seen from a base URL (RFC 3986 section 5).

The base may itself be relative, as the path of an application is: the result is then relative, too.
"""

from __future__ import annotations

from ._host import DOMAIN_SCHEMES
from ._url_components import assemble
from ._url_path import merge, remove_dot_segments
from ._url_reference import Reference, drop_default_port


def resolve(base: Reference, reference: Reference) -> Reference:
    """Resolve `reference` against `base`; InvalidURL when the result would mean something else."""
    scheme = reference.scheme
    # `http:g` against an http base is `g`: the older reading that section 5.2.2 leaves open, which
    # browsers and httpx keep for these schemes.
    if scheme and not (scheme == base.scheme and scheme in DOMAIN_SCHEMES):
        return reference
    query = reference.query
    if reference.has_authority():
        target, path = reference, reference.path
    else:
        target, path = base, reference.path
        if not path:
            path = base.path
            if query is None:
                query = base.query
        elif path[0] != "/":
            path = merge(base.path, path, base_has_authority=base.has_authority())
    is_relative = not (base.scheme or target.has_authority())
    if path:
        path = remove_dot_segments(path) or ("./" if is_relative else "")
    return assemble(
        base.scheme,
        target.userinfo,
        target.host,
        drop_default_port(target.port, base.scheme),
        path,
        query,
        reference.fragment,
    )

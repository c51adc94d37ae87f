"""Paths of URLs: dot segments, and the merging of relative ones (RFC 3986 section 5.2)."""

from __future__ import annotations

# What a parser would take for a scheme at the start of a relative reference.
SCHEME_PREFIX = r"[A-Za-z][A-Za-z0-9+.-]*:"


def remove_dot_segments(path: str) -> str:
    """Resolve `.` and `..` (RFC 3986 section 5.2.4), in one pass over the segments.

    A path that does not begin with `/` is resolved as if it did, and stays without one.
    """
    if "/." not in path and path[:1] != ".":
        return path
    rooted = path[:1] == "/"
    segments = path.split("/")
    if rooted:
        del segments[0]
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")  # `/a/..` names the folder: `/`
    resolved = "/".join(kept)
    return f"/{resolved}" if rooted else resolved


def merge(base_path: str, path: str, *, base_has_authority: bool) -> str:
    """Put a relative path in the place of the last segment of the base's (section 5.2.3)."""
    if base_has_authority and not base_path:
        return f"/{path}"
    return base_path[: base_path.rfind("/") + 1] + path

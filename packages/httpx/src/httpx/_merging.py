"""How a client's settings and a request's become one: pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from httpx_core import URL, Headers, QueryParams

if TYPE_CHECKING:
    from httpx_core import HeaderTypes, QueryParamTypes


def with_trailing_slash(url: URL) -> URL:
    """A base URL, to whose path relative ones are appended."""
    if url.raw_path.endswith(b"/"):
        return url
    return url.copy_with(raw_path=url.raw_path + b"/")


def merge_url(base_url: URL, url: URL | str) -> URL:
    """A request's URL: absolute ones as they are, others appended to the base URL's path.

    This is no reference resolution: `/users` under `https://api.test/v1/` is `/v1/users`.
    """
    given = URL(url)
    if given.is_absolute_url:
        return given
    return base_url.copy_with(raw_path=base_url.raw_path + given.raw_path.lstrip(b"/"))


def merge_headers(client: Headers, request: HeaderTypes | None) -> Headers:
    """The client's headers, and the request's in place of those of the same name."""
    if request is None:
        return client
    merged = client.copy()
    merged.update(request)
    return merged


def merge_params(client: QueryParams, request: QueryParamTypes | None) -> QueryParamTypes | None:
    """The parameters that replace the URL's own query; None leaves it as it is."""
    if request or client:
        return client.merge(request)
    return request

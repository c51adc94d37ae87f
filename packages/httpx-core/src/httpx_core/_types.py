"""The type aliases of httpx_core's signatures: what each argument accepts.

They are real objects, not only annotations, because libraries evaluate them when they are imported
(`timeout: TimeoutTypes | None = None`). The names of classes stand in them as strings, so that this
module needs none of the modules which define them, and never `http.cookiejar`.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any, Union

if TYPE_CHECKING:
    from http.cookiejar import CookieJar

    from ._cookies import Cookies
    from ._headers import Headers
    from ._query import QueryParams
    from ._timeout import Timeout
    from ._url import URL

# Union[...] where a string is a member: `"URL" | str` would fail when the module is run.
PrimitiveData = str | int | float | bool | None
"""One value of a query parameter; None is the empty string."""

URLTypes = Union["URL", str]
"""A URL, or the text of one."""

QueryParamTypes = Union[
    "QueryParams",
    Mapping[str, PrimitiveData | Sequence[PrimitiveData]],
    list[tuple[str, PrimitiveData]],
    tuple[tuple[str, PrimitiveData], ...],
    str,
    bytes,
]
"""What `params=` takes: a mapping, pairs, a query as text or bytes."""

HeaderTypes = Union[
    "Headers",
    Mapping[str, str],
    Mapping[bytes, bytes],
    Sequence[tuple[str, str]],
    Sequence[tuple[bytes, bytes]],
]
"""What `headers=` takes: a mapping or pairs, of str or of bytes."""

CookieTypes = Union["Cookies", "CookieJar", dict[str, str], list[tuple[str, str]]]
"""What `cookies=` takes."""

TimeoutTypes = Union[
    float,
    None,
    tuple[float | None, float | None],
    tuple[float | None, float | None, float | None],
    tuple[float | None, float | None, float | None, float | None],
    "Timeout",
]
"""What `timeout=` takes: seconds for all phases, None for no limit, or for each phase its own."""

RequestContent = str | bytes | Iterable[bytes] | AsyncIterable[bytes]
"""What `content=` of a request takes; an iterable is sent in chunks."""
ResponseContent = str | bytes | Iterable[bytes] | AsyncIterable[bytes]
"""What `content=` of a response takes."""

RequestData = Mapping[str, Any]
"""What `data=` takes: the fields of a form."""

FileContent = IO[bytes] | bytes | str
"""What a file to be uploaded holds: a file open in binary mode, bytes, or text as UTF-8."""
FileTypes = (
    FileContent
    | tuple[str | None, FileContent]
    | tuple[str | None, FileContent, str | None]
    | tuple[str | None, FileContent, str | None, Mapping[str, str]]
)
"""One file of `files=`: its content, or (name, content, content type, headers)."""
RequestFiles = Mapping[str, FileTypes] | Sequence[tuple[str, FileTypes]]
"""What `files=` takes: the field and the file, as a mapping or as pairs."""

RequestExtensions = Mapping[str, Any]
"""What `extensions=` of a request takes: `timeout`, `trace`, `sni_hostname`, `target`."""
ResponseExtensions = Mapping[str, Any]
"""What `extensions=` of a response takes: `http_version`, `network_stream` and others."""

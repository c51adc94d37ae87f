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

URLTypes = Union["URL", str]

QueryParamTypes = Union[
    "QueryParams",
    Mapping[str, PrimitiveData | Sequence[PrimitiveData]],
    list[tuple[str, PrimitiveData]],
    tuple[tuple[str, PrimitiveData], ...],
    str,
    bytes,
]

HeaderTypes = Union[
    "Headers",
    Mapping[str, str],
    Mapping[bytes, bytes],
    Sequence[tuple[str, str]],
    Sequence[tuple[bytes, bytes]],
]

CookieTypes = Union["Cookies", "CookieJar", dict[str, str], list[tuple[str, str]]]

TimeoutTypes = Union[
    float,
    None,
    tuple[float | None, float | None],
    tuple[float | None, float | None, float | None],
    tuple[float | None, float | None, float | None, float | None],
    "Timeout",
]

RequestContent = str | bytes | Iterable[bytes] | AsyncIterable[bytes]
ResponseContent = str | bytes | Iterable[bytes] | AsyncIterable[bytes]

RequestData = Mapping[str, Any]

FileContent = IO[bytes] | bytes | str
FileTypes = (
    FileContent
    | tuple[str | None, FileContent]
    | tuple[str | None, FileContent, str | None]
    | tuple[str | None, FileContent, str | None, Mapping[str, str]]
)
RequestFiles = Mapping[str, FileTypes] | Sequence[tuple[str, FileTypes]]

RequestExtensions = Mapping[str, Any]
ResponseExtensions = Mapping[str, Any]

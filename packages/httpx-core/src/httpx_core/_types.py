"""The type aliases of httpx_core's signatures: what each argument accepts."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
from http.cookiejar import CookieJar as _CookieJar

"""Every fuzz target can fail: a defect planted in what it checks is found by the inputs of the suite."""

from __future__ import annotations

import re
from importlib import import_module
from itertools import islice
from typing import Any

import pytest
from tests.fuzz.mutations import examples
from tests.fuzz.run import target_names

from httpx._patterns import URLPattern
from httpx_core import _url_reference
from httpx_core._text import TextDecoder
from httpx_core._url_components import assemble
from httpx_transports._http11.body import LengthDecoder
from httpx_transports._proxies.connect import Connect
from httpx_transports._proxies.socks5 import Socks5

NOTHING = re.compile(rb"(?!)")


def as_it_is(value: Any, *more: Any) -> Any:
    return value


# target: what is changed, its name, and what is there instead.
DEFECTS: dict[str, tuple[Any, str, Any]] = {
    "chunked_body": (
        "httpx_transports._http11.body",
        "_CHUNK_LINE",
        re.compile(rb"([0-9A-Fa-f]{1,16})(?:;[^\r\n]*)?[ \t]*\r?\n"),
    ),
    "connect_answers": (Connect, "refusal", lambda self: None),
    "content_codings": ("httpx_core._coding_zlib", "STEP", 1 << 30),
    "digest_challenge": ("httpx_auth._digest_response", "_quoted", as_it_is),
    "header_values": ("httpx_core.wire", "_is_token", as_it_is),
    "http11_exchange": (LengthDecoder, "end", lambda self: setattr(self, "complete", True)),
    "http2_connection": ("httpx_transports._http2.fields", "_BAD_VALUE", NOTHING),
    "http2_session": ("httpx_transports._http2.fields", "_BAD_VALUE", NOTHING),
    "link": (
        "httpx_core._links",
        "_PARAMETER",
        re.compile(r'[\s;]*([^\s;,="]+)\s*(?:=\s*(?:"([^"]*)"|([^;,]*)))?[^;,]*'),
    ),
    "multipart": ("httpx_core._multipart", "_escape", as_it_is),
    "no_proxy": (URLPattern, "matches", lambda self, url: True),
    "redirect_location": ("httpx._redirects", "CREDENTIALS", ()),
    "response_head_and_body": (
        "httpx_transports._http11.head",
        "_STATUS_LINE",
        re.compile(rb"HTTP/(1\.[01]) ([1-9][0-9][0-9])(?: ([^\n\r]*))?\r\n"),
    ),
    "set_cookie": ("httpx_core._cookie_jar", "_said_domain_matches", lambda domain, host: True),
    "socks5_answers": (Socks5, "_nothing_may_be_left", lambda self: None),
    "text": (
        TextDecoder,
        "_decode",
        lambda self, data, final: data.decode(self._encoding, "replace"),
    ),
    "url": ("httpx_core._url_reference", "check_rootless_path", as_it_is),
    "url_join": (
        "httpx_core._url_join",
        "assemble",
        lambda scheme, userinfo, *rest: assemble(scheme, "", *rest),
    ),
}


@pytest.mark.parametrize("name", target_names())
def test_a_planted_defect_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    target = import_module(f"tests.fuzz.targets.{name}")
    changed, attribute, value = DEFECTS[name]
    if isinstance(changed, str):
        changed = import_module(changed)
    _url_reference._parse_cached.cache_clear()
    monkeypatch.setattr(changed, attribute, value)
    found = False
    for data in islice(examples(target.SEEDS, target.TOKENS, name), target.EXAMPLES):
        try:
            target.check(data)
        except Exception:
            found = True
            break
    _url_reference._parse_cached.cache_clear()
    assert found

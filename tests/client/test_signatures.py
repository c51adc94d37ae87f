"""Every signature that code written for httpx 0.28 relies on: names, order, kinds and defaults.

The first table is the interface and does not change. What is added goes into the second: keyword-only,
with a default, after what is listed.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

import httpx
import httpx_core
import httpx_transports

# A line that bears the name of its class is the constructor. `async`: a coroutine function.
INTERFACE = {
    "httpx_core.URL": """
        URL(url='', **kwargs)
        copy_with(**kwargs)
        join(url)
        copy_set_param(key, value=None)
        copy_add_param(key, value=None)
        copy_remove_param(key)
        copy_merge_params(params)
    """,
    "httpx_core.QueryParams": """
        QueryParams(*args, **kwargs)
        add(key, value=None)
        get(key, default=None)
        get_list(key)
        items()
        keys()
        merge(params=None)
        multi_items()
        remove(key)
        set(key, value=None)
        values()
    """,
    "httpx_core.Headers": """
        Headers(headers=None, encoding=None)
        __delitem__(key)
        __getitem__(key)
        __setitem__(key, value)
        get(key, default=None)
        get_list(key, split_commas=False)
        items()
        multi_items()
        update(headers=None)
        copy()
    """,
    "httpx_core.Cookies": """
        Cookies(cookies=None)
        clear(domain=None, path=None)
        delete(name, domain=None, path=None)
        extract_cookies(response)
        get(name, default=None, domain=None, path=None)
        set(name, value, domain='', path='/')
        set_cookie_header(request)
        update(cookies=None)
    """,
    "httpx_core.Request": """
        Request(method, url, *, params=None, headers=None, cookies=None, content=None, data=None,
            files=None, json=None, stream=None, extensions=None)
        async aread()
        read()
    """,
    "httpx_core.Response": """
        Response(status_code, *, headers=None, content=None, text=None, html=None, json=None,
            stream=None, request=None, extensions=None, history=None, default_encoding='utf-8')
        async aclose()
        aiter_bytes(chunk_size=None)
        aiter_raw(chunk_size=None)
        aiter_text(chunk_size=None)
        async aread()
        close()
        iter_bytes(chunk_size=None)
        iter_raw(chunk_size=None)
        iter_text(chunk_size=None)
        raise_for_status()
        read()
        json(**kwargs)
        iter_lines()
        aiter_lines()
    """,
    "httpx_core.SyncByteStream": """
        close()
        __iter__()
    """,
    "httpx_core.AsyncByteStream": """
        async aclose()
        __aiter__()
    """,
    "httpx_core.ByteStream": """
        ByteStream(stream)
    """,
    "httpx_core.Timeout": """
        as_dict()
        Timeout(timeout=UNSET, *, connect=UNSET, read=UNSET, write=UNSET, pool=UNSET)
    """,
    "httpx_core.codes": """
        is_client_error(value)
        is_error(value)
        is_informational(value)
        is_redirect(value)
        is_server_error(value)
        is_success(value)
        get_reason_phrase(value)
    """,
    "httpx_core": """
        HTTPError(message)
        RequestError(message, *, request=None)
        TransportError(message, *, request=None)
        TimeoutException(message, *, request=None)
        ConnectTimeout(message, *, request=None)
        ReadTimeout(message, *, request=None)
        WriteTimeout(message, *, request=None)
        PoolTimeout(message, *, request=None)
        NetworkError(message, *, request=None)
        ConnectError(message, *, request=None)
        ReadError(message, *, request=None)
        WriteError(message, *, request=None)
        CloseError(message, *, request=None)
        ProtocolError(message, *, request=None)
        LocalProtocolError(message, *, request=None)
        RemoteProtocolError(message, *, request=None)
        ProxyError(message, *, request=None)
        UnsupportedProtocol(message, *, request=None)
        DecodingError(message, *, request=None)
        TooManyRedirects(message, *, request=None)
        HTTPStatusError(message, *, request, response)
        InvalidURL(message)
        CookieConflict(message)
        StreamError(message)
        StreamConsumed()
        StreamClosed()
        ResponseNotRead()
        RequestNotRead()
    """,
    "httpx_auth.Auth": """
        async_auth_flow(request)
        auth_flow(request)
        sync_auth_flow(request)
    """,
    "httpx_auth.BasicAuth": """
        BasicAuth(username, password)
        async_auth_flow(request)
        sync_auth_flow(request)
    """,
    "httpx_auth.DigestAuth": """
        DigestAuth(username, password)
        async_auth_flow(request)
        sync_auth_flow(request)
    """,
    "httpx_auth.NetRCAuth": """
        NetRCAuth(file=None)
        async_auth_flow(request)
        sync_auth_flow(request)
    """,
    "httpx_auth.FunctionAuth": """
        FunctionAuth(func)
    """,
    "httpx_transports.BaseTransport": """
        handle_request(request)
        close()
    """,
    "httpx_transports.AsyncBaseTransport": """
        async handle_async_request(request)
        async aclose()
    """,
    "httpx_transports.HTTPTransport": """
        HTTPTransport(verify=True, cert=None, trust_env=True, http1=True, http2=False,
            limits=DEFAULT_LIMITS, proxy=None, uds=None, local_address=None, retries=0,
            socket_options=None)
    """,
    "httpx_transports.AsyncHTTPTransport": """
        AsyncHTTPTransport(verify=True, cert=None, trust_env=True, http1=True, http2=False,
            limits=DEFAULT_LIMITS, proxy=None, uds=None, local_address=None, retries=0,
            socket_options=None)
    """,
    "httpx_transports.MockTransport": """
        MockTransport(handler)
    """,
    "httpx_transports.ASGITransport": """
        ASGITransport(app, raise_app_exceptions=True, root_path='', client=('127.0.0.1', 123))
    """,
    "httpx_transports.WSGITransport": """
        WSGITransport(app, raise_app_exceptions=True, script_name='', remote_addr='127.0.0.1',
            wsgi_errors=None)
    """,
    "httpx_transports.Limits": """
        Limits(*, max_connections=None, max_keepalive_connections=None, keepalive_expiry=5.0)
    """,
    "httpx_transports.Proxy": """
        Proxy(url, *, ssl_context=None, auth=None, headers=None)
    """,
    "httpx_transports": """
        create_ssl_context(verify=True, cert=None, trust_env=True)
    """,
    "httpx.Client": """
        Client(*, auth=None, params=None, headers=None, cookies=None, verify=True, cert=None,
            trust_env=True, http1=True, http2=False, proxy=None, mounts=None,
            timeout=DEFAULT_TIMEOUT_CONFIG, follow_redirects=False, limits=DEFAULT_LIMITS,
            max_redirects=DEFAULT_MAX_REDIRECTS, event_hooks=None, base_url='', transport=None,
            default_encoding='utf-8')
        build_request(method, url, *, content=None, data=None, files=None, json=None, params=None,
            headers=None, cookies=None, timeout=USE_CLIENT_DEFAULT, extensions=None)
        close()
        delete(url, *, params=None, headers=None, cookies=None, auth=USE_CLIENT_DEFAULT,
            follow_redirects=USE_CLIENT_DEFAULT, timeout=USE_CLIENT_DEFAULT, extensions=None)
        get(url, *, params=None, headers=None, cookies=None, auth=USE_CLIENT_DEFAULT,
            follow_redirects=USE_CLIENT_DEFAULT, timeout=USE_CLIENT_DEFAULT, extensions=None)
        head(url, *, params=None, headers=None, cookies=None, auth=USE_CLIENT_DEFAULT,
            follow_redirects=USE_CLIENT_DEFAULT, timeout=USE_CLIENT_DEFAULT, extensions=None)
        options(url, *, params=None, headers=None, cookies=None, auth=USE_CLIENT_DEFAULT,
            follow_redirects=USE_CLIENT_DEFAULT, timeout=USE_CLIENT_DEFAULT, extensions=None)
        patch(url, *, content=None, data=None, files=None, json=None, params=None, headers=None,
            cookies=None, auth=USE_CLIENT_DEFAULT, follow_redirects=USE_CLIENT_DEFAULT,
            timeout=USE_CLIENT_DEFAULT, extensions=None)
        post(url, *, content=None, data=None, files=None, json=None, params=None, headers=None,
            cookies=None, auth=USE_CLIENT_DEFAULT, follow_redirects=USE_CLIENT_DEFAULT,
            timeout=USE_CLIENT_DEFAULT, extensions=None)
        put(url, *, content=None, data=None, files=None, json=None, params=None, headers=None,
            cookies=None, auth=USE_CLIENT_DEFAULT, follow_redirects=USE_CLIENT_DEFAULT,
            timeout=USE_CLIENT_DEFAULT, extensions=None)
        request(method, url, *, content=None, data=None, files=None, json=None, params=None,
            headers=None, cookies=None, auth=USE_CLIENT_DEFAULT, follow_redirects=USE_CLIENT_DEFAULT,
            timeout=USE_CLIENT_DEFAULT, extensions=None)
        send(request, *, stream=False, auth=USE_CLIENT_DEFAULT, follow_redirects=USE_CLIENT_DEFAULT)
        stream(method, url, *, content=None, data=None, files=None, json=None, params=None,
            headers=None, cookies=None, auth=USE_CLIENT_DEFAULT, follow_redirects=USE_CLIENT_DEFAULT,
            timeout=USE_CLIENT_DEFAULT, extensions=None)
    """,
    "httpx.AsyncClient": """
        AsyncClient(*, auth=None, params=None, headers=None, cookies=None, verify=True, cert=None,
            http1=True, http2=False, proxy=None, mounts=None, timeout=DEFAULT_TIMEOUT_CONFIG,
            follow_redirects=False, limits=DEFAULT_LIMITS, max_redirects=DEFAULT_MAX_REDIRECTS,
            event_hooks=None, base_url='', transport=None, trust_env=True, default_encoding='utf-8')
        async aclose()
        build_request(method, url, *, content=None, data=None, files=None, json=None, params=None,
            headers=None, cookies=None, timeout=USE_CLIENT_DEFAULT, extensions=None)
        async delete(url, *, params=None, headers=None, cookies=None, auth=USE_CLIENT_DEFAULT,
            follow_redirects=USE_CLIENT_DEFAULT, timeout=USE_CLIENT_DEFAULT, extensions=None)
        async get(url, *, params=None, headers=None, cookies=None, auth=USE_CLIENT_DEFAULT,
            follow_redirects=USE_CLIENT_DEFAULT, timeout=USE_CLIENT_DEFAULT, extensions=None)
        async head(url, *, params=None, headers=None, cookies=None, auth=USE_CLIENT_DEFAULT,
            follow_redirects=USE_CLIENT_DEFAULT, timeout=USE_CLIENT_DEFAULT, extensions=None)
        async options(url, *, params=None, headers=None, cookies=None, auth=USE_CLIENT_DEFAULT,
            follow_redirects=USE_CLIENT_DEFAULT, timeout=USE_CLIENT_DEFAULT, extensions=None)
        async patch(url, *, content=None, data=None, files=None, json=None, params=None, headers=None,
            cookies=None, auth=USE_CLIENT_DEFAULT, follow_redirects=USE_CLIENT_DEFAULT,
            timeout=USE_CLIENT_DEFAULT, extensions=None)
        async post(url, *, content=None, data=None, files=None, json=None, params=None, headers=None,
            cookies=None, auth=USE_CLIENT_DEFAULT, follow_redirects=USE_CLIENT_DEFAULT,
            timeout=USE_CLIENT_DEFAULT, extensions=None)
        async put(url, *, content=None, data=None, files=None, json=None, params=None, headers=None,
            cookies=None, auth=USE_CLIENT_DEFAULT, follow_redirects=USE_CLIENT_DEFAULT,
            timeout=USE_CLIENT_DEFAULT, extensions=None)
        async request(method, url, *, content=None, data=None, files=None, json=None, params=None,
            headers=None, cookies=None, auth=USE_CLIENT_DEFAULT, follow_redirects=USE_CLIENT_DEFAULT,
            timeout=USE_CLIENT_DEFAULT, extensions=None)
        async send(request, *, stream=False, auth=USE_CLIENT_DEFAULT,
            follow_redirects=USE_CLIENT_DEFAULT)
        stream(method, url, *, content=None, data=None, files=None, json=None, params=None,
            headers=None, cookies=None, auth=USE_CLIENT_DEFAULT, follow_redirects=USE_CLIENT_DEFAULT,
            timeout=USE_CLIENT_DEFAULT, extensions=None)
    """,
    "httpx": """
        delete(url, *, params=None, headers=None, cookies=None, auth=None, proxy=None,
            follow_redirects=False, timeout=DEFAULT_TIMEOUT_CONFIG, verify=True, trust_env=True)
        get(url, *, params=None, headers=None, cookies=None, auth=None, proxy=None,
            follow_redirects=False, verify=True, timeout=DEFAULT_TIMEOUT_CONFIG, trust_env=True)
        head(url, *, params=None, headers=None, cookies=None, auth=None, proxy=None,
            follow_redirects=False, verify=True, timeout=DEFAULT_TIMEOUT_CONFIG, trust_env=True)
        options(url, *, params=None, headers=None, cookies=None, auth=None, proxy=None,
            follow_redirects=False, verify=True, timeout=DEFAULT_TIMEOUT_CONFIG, trust_env=True)
        patch(url, *, content=None, data=None, files=None, json=None, params=None, headers=None,
            cookies=None, auth=None, proxy=None, follow_redirects=False, verify=True,
            timeout=DEFAULT_TIMEOUT_CONFIG, trust_env=True)
        post(url, *, content=None, data=None, files=None, json=None, params=None, headers=None,
            cookies=None, auth=None, proxy=None, follow_redirects=False, verify=True,
            timeout=DEFAULT_TIMEOUT_CONFIG, trust_env=True)
        put(url, *, content=None, data=None, files=None, json=None, params=None, headers=None,
            cookies=None, auth=None, proxy=None, follow_redirects=False, verify=True,
            timeout=DEFAULT_TIMEOUT_CONFIG, trust_env=True)
        request(method, url, *, params=None, content=None, data=None, files=None, json=None,
            headers=None, cookies=None, auth=None, proxy=None, timeout=DEFAULT_TIMEOUT_CONFIG,
            follow_redirects=False, verify=True, trust_env=True)
        stream(method, url, *, params=None, content=None, data=None, files=None, json=None,
            headers=None, cookies=None, auth=None, proxy=None, timeout=DEFAULT_TIMEOUT_CONFIG,
            follow_redirects=False, verify=True, trust_env=True)
    """,
}

# Parameters of our own: what a verb that seldom has a body takes to send one all the same, ...
BODY = "content=None, data=None, files=None, json=None"
# ... what bounds that which a server can make us hold, ...
LIMITS = """
    max_header_size=102400, max_header_fields=1000, max_interim_responses=100,
    http2_stream_window=4194304, http2_connection_window=16777216,
    http2_ping_interval=30.0, http2_ping_timeout=10.0
"""
# ... the same above the wire, ...
RESPONSE = "max_response_size=None, max_content_codings=5, max_drained_size=65536"
# ... and what bounds a jar.
COOKIES = """
    public_suffixes=None, max_cookies=3000, max_cookies_per_domain=180, max_cookie_size=4096
"""

ADDITIONS: dict[str, str] = {
    "httpx.Client.Client": RESPONSE,
    "httpx.AsyncClient.AsyncClient": RESPONSE,
    "httpx_core.Cookies.Cookies": COOKIES,
    "httpx_core.Timeout.Timeout": "total=None",
    "httpx_transports.Limits.Limits": LIMITS,
    "httpx.Client.delete": BODY,
    "httpx.Client.get": BODY,
    "httpx.Client.head": BODY,
    "httpx.Client.options": BODY,
    "httpx.AsyncClient.delete": BODY,
    "httpx.AsyncClient.get": BODY,
    "httpx.AsyncClient.head": BODY,
    "httpx.AsyncClient.options": BODY,
    "httpx.delete": BODY,
    "httpx.get": BODY,
    "httpx.head": BODY,
    "httpx.options": BODY,
}

# The properties, and those attributes that are no function; "=" where they can be set.
PROPERTIES = {
    "httpx_core.URL": """
        fragment host is_absolute_url is_relative_url netloc params password path port query raw raw_host
        raw_path raw_scheme scheme userinfo username
    """,
    "httpx_core.Headers": "encoding= raw",
    "httpx_core.Request": "content",
    "httpx_core.Response": """
        charset_encoding content cookies elapsed= encoding= has_redirect_location http_version
        is_client_error is_error is_informational is_redirect is_server_error is_success links
        num_bytes_downloaded reason_phrase request= text url
    """,
    "httpx_core.HTTPError": "request=",
    "httpx.Client": """
        auth= base_url= cookies= event_hooks= headers= is_closed max_content_codings=
        max_drained_size= max_response_size= params= timeout= trust_env
    """,
    "httpx.AsyncClient": """
        auth= base_url= cookies= event_hooks= headers= is_closed max_content_codings=
        max_drained_size= max_response_size= params= timeout= trust_env
    """,
}

# How a default of the tables is known.
DEFAULTS = {
    "DEFAULT_LIMITS": httpx_transports.DEFAULT_LIMITS,
    "DEFAULT_MAX_REDIRECTS": httpx.DEFAULT_MAX_REDIRECTS,
    "DEFAULT_TIMEOUT_CONFIG": httpx_core.DEFAULT_TIMEOUT_CONFIG,
    "UNSET": httpx_core.UNSET,
    "USE_CLIENT_DEFAULT": httpx.USE_CLIENT_DEFAULT,
}


def functions_of(table: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The lines of a table, each with its indented continuation, as function definitions."""
    lines = textwrap.dedent(table).strip().replace("\n    ", " ").split("\n")
    found = []
    for line in lines:
        keyword, signature = ("async def", line[6:]) if line.startswith("async ") else ("def", line)
        (function,) = ast.parse(f"{keyword} {signature}: ...").body
        assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        found.append(function)
    return found


def parameters_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[inspect.Parameter]:
    """The parameters that a line of the table lists."""
    namespace: dict[str, Any] = dict(DEFAULTS)
    exec(ast.unparse(function), namespace)
    return list(inspect.signature(namespace[function.name]).parameters.values())


def cases() -> list[Any]:
    return [
        pytest.param(owner, function, id=f"{owner}.{function.name}")
        for owner, table in INTERFACE.items()
        for function in functions_of(table)
    ]


def look_up(dotted: str) -> Any:
    module, _, name = dotted.partition(".")
    found = importlib.import_module(module)
    return getattr(found, name) if name else found


def real_function(owner: str, name: str) -> Callable[..., Any]:
    """What the interface's line speaks of, bound where a call would find it bound."""
    place = look_up(owner)
    if owner.endswith(f".{name}"):
        return place  # type: ignore[no-any-return]  # it was looked up by its name
    return getattr(place, name)  # type: ignore[no-any-return]  # it was looked up by its name


def real_parameters(owner: str, name: str) -> list[inspect.Parameter]:
    function = real_function(owner, name)
    parameters = list(inspect.signature(function).parameters.values())
    is_method = inspect.isclass(look_up(owner)) and inspect.isfunction(function)
    return parameters[1:] if is_method else parameters


def additions_to(owner: str, name: str) -> list[inspect.Parameter]:
    signature = ADDITIONS.get(f"{owner}.{name}")
    if signature is None:
        return []
    (function,) = functions_of(f"added(*, {' '.join(signature.split())})")
    return parameters_of(function)


def shown(parameter: inspect.Parameter) -> tuple[str, str, Any]:
    return parameter.name, parameter.kind.description, parameter.default


@pytest.mark.parametrize(("owner", "function"), cases())
def test_a_signature_is_that_of_0_28_and_the_additions(
    owner: str, function: ast.FunctionDef | ast.AsyncFunctionDef
) -> None:
    expected = [*parameters_of(function), *additions_to(owner, function.name)]
    real = real_parameters(owner, function.name)
    assert [shown(one) for one in expected] == [shown(one) for one in real], (
        "Signatures are httpx 0.28's, and hold exactly. A parameter of ours is keyword-only, has a default, "
        "stands after those, and is in ADDITIONS."
    )


@pytest.mark.parametrize(("owner", "function"), cases())
def test_what_is_awaited_is_a_coroutine_function(
    owner: str, function: ast.FunctionDef | ast.AsyncFunctionDef
) -> None:
    is_coroutine = inspect.iscoroutinefunction(real_function(owner, function.name))
    assert isinstance(function, ast.AsyncFunctionDef) == is_coroutine


@pytest.mark.parametrize("name", ADDITIONS)
def test_an_addition_is_keyword_only_and_has_a_default(name: str) -> None:
    owner, _, function = name.rpartition(".")
    added = additions_to(owner, function)
    assert added
    for parameter in added:
        assert inspect.Parameter.KEYWORD_ONLY == parameter.kind
        assert parameter.default is not inspect.Parameter.empty


def test_every_addition_is_to_a_line_of_the_interface() -> None:
    listed = {f"{case.values[0]}.{case.values[1].name}" for case in cases()}
    assert set() == set(ADDITIONS) - listed


@pytest.mark.parametrize(
    ("owner", "name"),
    [(owner, name) for owner, names in PROPERTIES.items() for name in names.split()],
)
def test_a_property_is_one_and_can_be_set_where_it_could(owner: str, name: str) -> None:
    found = inspect.getattr_static(look_up(owner), name.rstrip("="))
    assert isinstance(found, property)
    assert name.endswith("=") == (found.fset is not None)

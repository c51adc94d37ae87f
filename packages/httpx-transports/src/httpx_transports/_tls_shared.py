"""TLS contexts in use: the default ones, which all clients share, and how one begins a connection.

A context that was given to us is changed in one respect only, its ALPN list, and that under a lock.
The contexts that are shared are made once, and nothing in them changes after it.
"""

from __future__ import annotations

import os
import ssl
import threading

from ._tls import create_ssl_context

ALPN_HTTP1 = ("http/1.1",)
ALPN_HTTP2 = ("h2", "http/1.1")
ALPN_ONLY_HTTP2 = ("h2",)

_lock = threading.Lock()
_contexts: dict[tuple[object, ...], ssl.SSLContext] = {}


def default_context(http2: bool, trust_env: bool = True) -> ssl.SSLContext:
    """The context that all clients with `verify=True` share, made when first needed (some 15 ms).

    There is one for each setting of SSL_CERT_FILE, SSL_CERT_DIR and SSLKEYLOGFILE, and two of each
    so that those with HTTP/2 and those without never change one another's ALPN list. Any thread may
    call this.
    """
    environ = os.environ
    key = (
        http2,
        _stamp(environ.get("SSL_CERT_FILE")) if trust_env else None,
        _stamp(environ.get("SSL_CERT_DIR")) if trust_env else None,
        environ.get("SSLKEYLOGFILE"),
    )
    context = _contexts.get(key)
    if context is not None:
        return context
    with _lock:
        context = _contexts.get(key)
        if context is None:
            context = create_ssl_context(trust_env=trust_env)
            if len(_contexts) >= 8:
                # A program that goes on changing its environment.
                _contexts.clear()
            _contexts[key] = context
    return context


def _renew_lock() -> None:
    """In the child of a fork: the thread that held it is not there to let it go."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def _stamp(path: str | None) -> tuple[str, int, int] | None:
    """A file's name, and when and how it last changed, so that new authorities in it are seen."""
    if not path:
        return None
    try:
        status = os.stat(path)
    except OSError:
        return path, 0, 0
    return path, status.st_mtime_ns, status.st_size


def wrap(
    context: ssl.SSLContext,
    incoming: ssl.MemoryBIO,
    outgoing: ssl.MemoryBIO,
    server_hostname: str,
    alpn: tuple[str, ...] | None,
) -> ssl.SSLObject:
    """Begin TLS for one connection, offering `alpn` whatever other connections of the same context offer.

    OpenSSL copies a context's ALPN list into each new connection, so that setting it and beginning
    under one lock is safe.
    Raises what `ssl.SSLContext.wrap_bio` raises: ssl.SSLError and ValueError for a bad name.
    """
    # RFC 6066 section 3: the name in SNI has no trailing dot. A zone is of this machine's
    # concern only; no certificate has one.
    name = server_hostname.removesuffix(".")
    if ":" in name:
        name = name.partition("%")[0]
    if alpn is None:
        return context.wrap_bio(incoming, outgoing, server_hostname=name)
    with _lock:
        # Each time: the context may be somebody else's too, who sets another list. It costs 2 microseconds.
        context.set_alpn_protocols(list(alpn))
        return context.wrap_bio(incoming, outgoing, server_hostname=name)

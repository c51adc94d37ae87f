"""The public way to make a TLS context: what a client trusts.

ssl and certifi are imported at the first call.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import ssl

CertTypes: TypeAlias = "str | tuple[str, str] | tuple[str, str, str]"
"""What `cert=` takes: a PEM file, (certificate, key), or (certificate, key, password)."""


def create_ssl_context(
    verify: ssl.SSLContext | str | bool = True,
    cert: CertTypes | None = None,
    trust_env: bool = True,
) -> ssl.SSLContext:
    """Make the `ssl.SSLContext` that a client uses for `verify`.

    `verify`: True trusts certifi's authorities, or those of the file or folder that SSL_CERT_FILE
    or SSL_CERT_DIR name while `trust_env` is true; False verifies nothing, which lets anybody in
    between read and change all; a context is returned as it is; a path (deprecated) trusts the
    authorities in that file or folder. `cert` (deprecated): a client certificate as the path of a
    PEM file, `(certificate, key)` or `(certificate, key, password)`.

    Raises OSError (FileNotFoundError, ssl.SSLError) for files that are not there or hold no
    certificate, and TypeError for a `verify` of another type.

    >>> context = create_ssl_context()
    >>> context.check_hostname
    True
    """
    import ssl

    if isinstance(verify, ssl.SSLContext):
        context = verify
    elif verify is True or verify is None:  # pyright: ignore[reportUnnecessaryComparison]
        # None, which many a wrapper hands on for "not given", verifies as it did in 0.28.
        context = _trusting_defaults(trust_env)
    elif verify is False:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        keylog = os.environ.get("SSLKEYLOGFILE")
        if keylog:
            context.keylog_filename = keylog
    elif isinstance(verify, str):
        import warnings

        warnings.warn(
            "`verify=<str>` is deprecated. Use `verify=ssl.create_default_context(cafile=...)` or "
            "`verify=ssl.create_default_context(capath=...)` instead.",
            DeprecationWarning,
            stacklevel=2,
        )
        if os.path.isdir(verify):
            context = ssl.create_default_context(capath=verify)
        else:
            context = ssl.create_default_context(cafile=verify)
    else:
        raise TypeError(
            "`verify` must be a bool, an ssl.SSLContext or a path as str, "
            f"not {type(verify).__name__}."
        )
    if cert:
        _load_certificate(context, cert)
    return context


def _trusting_defaults(trust_env: bool) -> ssl.SSLContext:
    import ssl

    if trust_env and (cafile := os.environ.get("SSL_CERT_FILE")):
        return ssl.create_default_context(cafile=cafile)
    if trust_env and (capath := os.environ.get("SSL_CERT_DIR")):
        return ssl.create_default_context(capath=capath)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def _load_certificate(context: ssl.SSLContext, cert: CertTypes) -> None:
    import warnings

    warnings.warn(
        "`cert=...` is deprecated. Use `verify=<ssl_context>` instead, "
        "with `.load_cert_chain()` to configure the certificate chain.",
        DeprecationWarning,
        stacklevel=3,
    )
    paths = (cert,) if isinstance(cert, str) else cert
    try:
        context.load_cert_chain(*paths)
    except TypeError as exc:
        raise TypeError(
            "`cert` must be the path of a PEM file, (certificate, key) or "
            f"(certificate, key, password), each a str, not {type(cert).__name__}."
        ) from exc


create_ssl_context.__module__ = "httpx_transports"

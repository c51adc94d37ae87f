"""Certificates for the tests' servers, all under one certificate authority made for the session."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path

import trustme

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


class Authority:
    """A certificate authority of the tests' own, and contexts for both ends.

    `server_context("example.org")` serves that name only; without a name it serves the loopback's.
    """

    def __init__(self) -> None:
        self._ca = trustme.CA()
        self._certificates: dict[tuple[str, ...], trustme.LeafCert] = {}

    def certificate(self, *names: str) -> trustme.LeafCert:
        """A server certificate for these names or addresses, made once and kept."""
        names = names or LOCAL_NAMES
        if names not in self._certificates:
            self._certificates[names] = self._ca.issue_cert(*names)
        return self._certificates[names]

    def server_context(
        self, *names: str, alpn: Sequence[str] = (), client_certificates: bool = False
    ) -> ssl.SSLContext:
        """A server's context; with `client_certificates` it asks for one of this authority's."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.certificate(*names).configure_cert(context)
        if alpn:
            context.set_alpn_protocols(list(alpn))
        if client_certificates:
            self._ca.configure_trust(context)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def client_context(self, *, client_certificate: str | None = None) -> ssl.SSLContext:
        """A context that trusts this authority alone."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._ca.configure_trust(context)
        if client_certificate is not None:
            self.certificate(client_certificate).configure_cert(context)
        return context

    @property
    def pem(self) -> bytes:
        """The authority's own certificate, for a CA file."""
        return self._ca.cert_pem.bytes()

    def write_pem(self, folder: Path) -> str:
        """Write the authority's certificate into a folder; return the file's path."""
        path = folder / "authority.pem"
        path.write_bytes(self.pem)
        return str(path)

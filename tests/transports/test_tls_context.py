"""TLS contexts: what `create_ssl_context` trusts, what is shared, and the ALPN list of each connection."""

from __future__ import annotations

import ssl
import threading
from pathlib import Path
from typing import Any

import certifi
import pytest
import trustme

from httpx_transports import HTTPTransport
from httpx_transports._tls import create_ssl_context
from httpx_transports._tls_shared import ALPN_HTTP1, ALPN_HTTP2, default_context, wrap


@pytest.fixture
def pem(authority: Any, tmp_path: Path) -> str:
    return str(authority.write_pem(tmp_path))


def authorities(context: ssl.SSLContext) -> int:
    return context.cert_store_stats()["x509_ca"]


CERTIFI = authorities(ssl.create_default_context(cafile=certifi.where()))


def test_the_default_trusts_certifi_and_checks_names() -> None:
    context = create_ssl_context()
    assert CERTIFI == authorities(context)
    assert context.check_hostname
    assert ssl.CERT_REQUIRED == context.verify_mode
    assert ssl.TLSVersion.TLSv1_2 <= context.minimum_version


def test_none_is_the_default() -> None:
    """Wrappers hand on None for "not given": as in 0.28 it never means less than verification."""
    context = create_ssl_context(verify=None)  # type: ignore[arg-type]  # what wrappers do
    assert (ssl.CERT_REQUIRED, True) == (context.verify_mode, context.check_hostname)
    HTTPTransport(verify=None).close()  # type: ignore[arg-type]  # what wrappers do


def test_without_verification_nothing_is_checked() -> None:
    context = create_ssl_context(verify=False)
    assert not context.check_hostname
    assert ssl.CERT_NONE == context.verify_mode


def test_a_context_is_returned_as_it_is() -> None:
    context = ssl.create_default_context()
    assert context is create_ssl_context(verify=context)


def test_a_path_is_deprecated_and_works(pem: str) -> None:
    with pytest.warns(DeprecationWarning, match=r"`verify=<str>` is deprecated"):
        assert 1 == authorities(create_ssl_context(verify=pem))


def test_a_folder_is_deprecated_and_works(pem: str, tmp_path: Path) -> None:
    with pytest.warns(DeprecationWarning, match=r"`verify=<str>` is deprecated"):
        # A folder's certificates are read when they are looked for.
        assert 0 == authorities(create_ssl_context(verify=str(tmp_path)))


def test_a_path_that_is_not_there_is_an_error() -> None:
    with pytest.warns(DeprecationWarning, match="deprecated"), pytest.raises(FileNotFoundError):
        create_ssl_context(verify="/no/such/file")


@pytest.mark.parametrize("verify", [1, 0, 2.5, b"path"])
def test_any_other_kind_of_verify_is_a_type_error(verify: Any) -> None:
    with pytest.raises(TypeError, match=r"`verify` must be a bool, an ssl.SSLContext or a path"):
        create_ssl_context(verify=verify)


def _certificate_files(tmp_path: Path) -> tuple[str, str]:
    certificate = trustme.CA().issue_cert("client.test")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.cert_chain_pems[0].write_to_path(str(cert))
    certificate.private_key_pem.write_to_path(str(key))
    both = tmp_path / "both.pem"
    certificate.private_key_and_cert_chain_pem.write_to_path(str(both))
    return str(cert), str(key)


def test_a_client_certificate_is_deprecated_and_loaded(tmp_path: Path) -> None:
    cert, key = _certificate_files(tmp_path)
    for each in (str(tmp_path / "both.pem"), (cert, key), (cert, key, "no password needed")):
        with pytest.warns(DeprecationWarning, match=r"`cert=...` is deprecated"):
            create_ssl_context(cert=each)


@pytest.mark.parametrize("verify", [True, False])
def test_a_client_certificate_that_is_not_there_is_an_error(verify: bool) -> None:
    with pytest.warns(DeprecationWarning, match="deprecated"), pytest.raises(FileNotFoundError):
        create_ssl_context(verify=verify, cert="/no/such/file")


def test_the_environment_names_the_authorities(pem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", pem)
    assert 1 == authorities(create_ssl_context())
    assert CERTIFI == authorities(create_ssl_context(trust_env=False))


def test_the_file_of_the_environment_wins_over_its_folder(
    pem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert 0 == authorities(create_ssl_context())
    monkeypatch.setenv("SSL_CERT_FILE", pem)
    assert 1 == authorities(create_ssl_context())


def test_an_empty_name_in_the_environment_means_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "")
    monkeypatch.setenv("SSL_CERT_DIR", "")
    assert CERTIFI == authorities(create_ssl_context())


def test_a_file_of_the_environment_that_is_not_there_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file")
    with pytest.raises(FileNotFoundError):
        create_ssl_context()


@pytest.mark.parametrize("verify", [True, False])
def test_keys_are_logged_where_the_environment_says(
    verify: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "keys")
    monkeypatch.setenv("SSLKEYLOGFILE", path)
    assert path == create_ssl_context(verify=verify).keylog_filename


def test_the_default_context_is_made_once_for_all_threads() -> None:
    found: list[ssl.SSLContext] = []
    ready = threading.Barrier(8)

    def ask() -> None:
        ready.wait()
        found.append(default_context(http2=False))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 == len(set(found))
    assert found[0] is not default_context(http2=True)
    assert found[0] is not create_ssl_context()


def test_the_default_context_follows_the_environment(
    pem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = default_context(http2=False)
    monkeypatch.setenv("SSL_CERT_FILE", pem)
    assert 1 == authorities(default_context(http2=False))
    assert before is default_context(http2=False, trust_env=False)
    Path(pem).write_bytes(Path(pem).read_bytes() + trustme.CA().cert_pem.bytes())
    assert 2 == authorities(default_context(http2=False))
    monkeypatch.delenv("SSL_CERT_FILE")
    assert before is default_context(http2=False)


def test_a_program_that_keeps_changing_its_environment_does_not_pile_up_contexts(
    authority: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from httpx_transports import _tls_shared

    for n in range(20):
        path = tmp_path / f"{n}.pem"
        path.write_bytes(authority.pem)
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        default_context(http2=False)
    assert 8 >= len(_tls_shared._contexts)


def _negotiated(
    client: ssl.SSLObject, hello: ssl.MemoryBIO, back: ssl.MemoryBIO, server: Any
) -> Any:
    """Shake hands in memory and return what ALPN selected."""
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    peer = server.wrap_bio(into, out, server_side=True)
    for _ in range(4):
        for end in (client, peer):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                pass
            into.write(hello.read())
            back.write(out.read())
    return client.selected_alpn_protocol()


def test_each_connection_of_one_context_offers_its_own_protocols(authority: Any) -> None:
    context = authority.client_context()
    server = authority.server_context(alpn=("h2", "http/1.1"))
    offers = [ALPN_HTTP2, ALPN_HTTP1, ALPN_HTTP2, ALPN_HTTP1]
    connections = []
    for alpn in offers:
        back, hello = ssl.MemoryBIO(), ssl.MemoryBIO()
        connections.append((wrap(context, back, hello, "localhost", alpn), hello, back))
    # All have begun before the first one says hello.
    selected = [_negotiated(*connection, server) for connection in connections]
    assert ["h2", "http/1.1", "h2", "http/1.1"] == selected


def test_a_list_that_somebody_else_set_meanwhile_is_not_offered(authority: Any) -> None:
    context = authority.client_context()
    server = authority.server_context(alpn=("h2", "http/1.1"))
    wrap(context, ssl.MemoryBIO(), ssl.MemoryBIO(), "localhost", ALPN_HTTP1)
    context.set_alpn_protocols(["h2"])
    back, hello = ssl.MemoryBIO(), ssl.MemoryBIO()
    connection = wrap(context, back, hello, "localhost", ALPN_HTTP1)
    assert "http/1.1" == _negotiated(connection, hello, back, server)


def test_without_an_offer_the_contexts_own_list_stays(authority: Any) -> None:
    context = authority.client_context()
    context.set_alpn_protocols(["http/1.1"])
    server = authority.server_context(alpn=("h2", "http/1.1"))
    back, hello = ssl.MemoryBIO(), ssl.MemoryBIO()
    connection = wrap(context, back, hello, "localhost", None)
    assert "http/1.1" == _negotiated(connection, hello, back, server)


@pytest.mark.parametrize(
    ("name", "sent"),
    [("example.org", "example.org"), ("example.org.", "example.org"), ("fe80::1%eth0", "fe80::1")],
)
def test_the_name_that_is_checked_has_no_trailing_dot_and_no_zone(
    authority: Any, name: str, sent: str
) -> None:
    connection = wrap(
        authority.client_context(), ssl.MemoryBIO(), ssl.MemoryBIO(), name, ALPN_HTTP1
    )
    assert sent == connection.server_hostname

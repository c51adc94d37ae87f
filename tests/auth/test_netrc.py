"""NetRCAuth: which file is read, and for which host its credentials are sent."""

from __future__ import annotations

import sys
from netrc import NetrcParseError
from pathlib import Path

import pytest
from tests.auth.flows import DRIVERS, NAMES, Driver, script

from httpx_auth import NetRCAuth
from httpx_core import Request

ENTRIES = """
machine example.org login user password pass
machine evil.example login evil password evil
machine xn--bcher-kva.example login idn password pass
"""
USER_PASS = "Basic dXNlcjpwYXNz"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "netrc"
    path.write_text(ENTRIES)
    path.chmod(0o600)
    return str(path)


@pytest.mark.parametrize("drive", DRIVERS, ids=NAMES)
@pytest.mark.parametrize(
    ("url", "header"),
    [
        ("https://example.org/", USER_PASS),
        ("https://EXAMPLE.org:8443/x", USER_PASS),
        ("https://user@example.org/", USER_PASS),
        ("https://user:other@example.org/", USER_PASS),
        ("https://bob@example.org/", None),
        ("https://www.example.org/", None),
        # The parsed host counts, not what stands before the @.
        ("https://example.org:@evil.example/", None),
        ("https://:@evil.example/", "Basic ZXZpbDpldmls"),
        ("https://example.org@other.example/", None),
        ("https://b\u00fccher.example/", "Basic aWRuOnBhc3M="),
    ],
)
def test_the_credentials_are_those_of_the_host(
    drive: Driver, file: str, url: str, header: str | None
) -> None:
    sent, _ = drive(NetRCAuth(file), Request("GET", url), script((401, [])))
    assert [header] == [request.headers.get("authorization") for request in sent]


def authorization(auth: NetRCAuth, url: str) -> str | None:
    header: str | None = next(auth.sync_auth_flow(Request("GET", url))).headers.get("authorization")
    return header


def test_an_entry_without_a_password_sends_nothing(tmp_path: Path) -> None:
    path = tmp_path / "netrc"
    path.write_text("machine example.org login user\n")
    if sys.version_info < (3, 11):
        with pytest.raises(NetrcParseError):  # the standard library's parser did not allow it
            NetRCAuth(str(path))
    else:
        assert authorization(NetRCAuth(str(path)), "https://example.org/") is None


def test_a_default_entry_is_for_every_other_host(tmp_path: Path) -> None:
    path = tmp_path / "netrc"
    path.write_text("machine a.example login a password a\ndefault login user password pass\n")
    auth = NetRCAuth(str(path))
    assert "Basic YTph" == authorization(auth, "https://a.example/")
    assert USER_PASS == authorization(auth, "https://b.example/")


def test_the_variable_netrc_names_the_file(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETRC", file)
    assert USER_PASS == authorization(NetRCAuth(), "https://example.org/")


def test_a_file_that_is_given_comes_before_the_variable(
    file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETRC", "/nonexistent")
    assert USER_PASS == authorization(NetRCAuth(file), "https://example.org/")


def test_the_home_directory_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETRC", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    path = tmp_path / ".netrc"
    path.write_text(ENTRIES)
    path.chmod(0o600)
    assert USER_PASS == authorization(NetRCAuth(), "https://example.org/")


def test_a_file_that_is_missing_or_broken_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        NetRCAuth(str(tmp_path / "nowhere"))
    broken = tmp_path / "broken"
    broken.write_text("machine example.org login user password\nfoo bar")
    with pytest.raises(NetrcParseError):
        NetRCAuth(str(broken))

"""NetRCAuth: the credentials of a host from the user's netrc file."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from ._auth import Auth
from ._basic import basic_credentials

if TYPE_CHECKING:
    from httpx_core import Request, Response


class NetRCAuth(Auth):
    """Send the name and password that a netrc file has for the host, as BasicAuth does.

    `file` is the path of the file. Without it the environment variable NETRC counts, and then
    `.netrc` in the home directory. The file is read once, here.

    The host is looked up as the URL's parser found it, and without its port. A user name in the URL
    must be the one in the file. A host without an entry, or whose entry has no password, gets no
    credentials.

    >>> import tempfile
    >>> from httpx_core import Request
    >>> with tempfile.NamedTemporaryFile("w") as file:
    ...     _ = file.write("machine example.org login Aladdin password sesame")
    ...     file.flush()
    ...     auth = NetRCAuth(file.name)
    >>> flow = auth.sync_auth_flow(Request("GET", "https://example.org/"))
    >>> next(flow).headers["Authorization"]
    'Basic QWxhZGRpbjpzZXNhbWU='

    FileNotFoundError: there is no such file. netrc.NetrcParseError: it cannot be read.
    """

    __module__ = "httpx_auth"

    def __init__(self, file: str | None = None) -> None:
        from netrc import netrc
        from os import PathLike, environ
        from os.path import expanduser

        if file is not None and not isinstance(file, (str, bytes, PathLike)):
            # open() would take an int for a descriptor, and 0 for standard input.
            raise TypeError(f"file must be the path of a netrc file, not {type(file).__name__}.")
        if file is None and environ.get("NETRC"):
            file = expanduser(environ["NETRC"])
        self._netrc_info = netrc(file)

    def auth_flow(self, request: Request) -> Generator[Request, Response, None]:
        """Yield the request, with an Authorization where the file has one for its host."""
        host = request.url.host
        if host not in self._netrc_info.hosts:
            host = request.url.raw_host.decode("ascii")
        entry = self._netrc_info.authenticators(host)
        if entry is not None:
            login, _, password = entry
            user = request.url.username
            if password and user in ("", login):
                request.headers["Authorization"] = basic_credentials(login or "", password)
        yield request

"""What a client does when it is not told otherwise."""

from __future__ import annotations


class UseClientDefault:
    """The type of USE_CLIENT_DEFAULT, which tells 'not given' from None.

    `client.get(url, timeout=None)` switches the timeout off; without `timeout=` the client's holds.
    """

    __module__ = "httpx"
    __slots__ = ()

    def __repr__(self) -> str:
        return "USE_CLIENT_DEFAULT"


USE_CLIENT_DEFAULT = UseClientDefault()
"""As the client has it: what `auth`, `follow_redirects` and `timeout` of one request are unless given."""

DEFAULT_MAX_REDIRECTS = 20

# Bytes. A redirect's body is a sentence for people who see it; one that is longer costs less to give
# up with its connection than to read.
MAX_DRAINED_BODY = 64 * 1024

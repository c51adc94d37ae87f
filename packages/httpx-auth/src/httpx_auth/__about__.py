"""The name and version of this distribution, one version for all four packages."""

__title__ = "httpx-auth"
__description__ = (
    "HTTP authentication for httpx: Basic, Digest, netrc, and the protocol to write your own."
)
__version__ = "0.28.2"

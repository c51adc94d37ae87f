"""The name and version of this distribution, one version for all four packages."""

__title__ = "httpx-core"
__description__ = (
    "The models of an HTTP client: URL, Headers, Cookies, Request, Response. No networking."
)
__version__ = "0.28.2"

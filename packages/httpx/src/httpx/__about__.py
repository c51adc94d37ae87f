"""The name and version of this distribution, one version for all four packages."""

__title__ = "httpx"
__description__ = "A fast HTTP client for Python, sync and async, HTTP/1.1 and HTTP/2."
__version__ = "0.28.2"

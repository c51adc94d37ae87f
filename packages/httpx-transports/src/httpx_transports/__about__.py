"""The name and version of this distribution, one version for all four packages."""

__title__ = "httpx-transports"
__description__ = (
    "Pooled HTTP/1.1 and HTTP/2 transports, proxies, ASGI, WSGI and mock, without a client on top."
)
__version__ = "0.28.2"

"""The log line of a request, by the logger `httpx` at INFO; no password is ever in it.

`logging` is a tenth of the import time of the package. Nobody can see a line before it was imported
elsewhere, so it is looked up and not imported.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logging import Logger

    from httpx_core import Request, Response

INFO = 20

_logger: Logger | None = None


def log_response(request: Request, response: Response) -> None:
    """Write one line about a response, if anybody listens."""
    global _logger
    logger = _logger
    if logger is None:
        logging = sys.modules.get("logging")
        if logging is None:
            return
        found: Logger = logging.getLogger("httpx")
        logger = _logger = found
    if logger.isEnabledFor(INFO):
        url = request.url
        logger.info(
            'HTTP Request: %s %s "%s %d %s"',
            request.method,
            url.copy_with(username=None, password=None) if url.userinfo else url,
            response.http_version,
            response.status_code,
            response.reason_phrase,
        )

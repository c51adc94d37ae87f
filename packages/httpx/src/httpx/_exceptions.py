"""Kept for code that imports from `httpx._exceptions`."""

from httpx_core import CloseError as CloseError
from httpx_core import ConnectError as ConnectError
from httpx_core import ConnectTimeout as ConnectTimeout
from httpx_core import CookieConflict as CookieConflict
from httpx_core import DecodingError as DecodingError
from httpx_core import HTTPError as HTTPError
from httpx_core import HTTPStatusError as HTTPStatusError
from httpx_core import InvalidURL as InvalidURL
from httpx_core import LocalProtocolError as LocalProtocolError
from httpx_core import NetworkError as NetworkError
from httpx_core import PoolTimeout as PoolTimeout
from httpx_core import ProtocolError as ProtocolError
from httpx_core import ProxyError as ProxyError
from httpx_core import ReadError as ReadError
from httpx_core import ReadTimeout as ReadTimeout
from httpx_core import RemoteProtocolError as RemoteProtocolError
from httpx_core import RequestError as RequestError
from httpx_core import RequestNotRead as RequestNotRead
from httpx_core import ResponseNotRead as ResponseNotRead
from httpx_core import StreamClosed as StreamClosed
from httpx_core import StreamConsumed as StreamConsumed
from httpx_core import StreamError as StreamError
from httpx_core import TimeoutException as TimeoutException
from httpx_core import TooManyRedirects as TooManyRedirects
from httpx_core import TransportError as TransportError
from httpx_core import UnsupportedProtocol as UnsupportedProtocol
from httpx_core import WriteError as WriteError
from httpx_core import WriteTimeout as WriteTimeout

from ._request_context import request_context as request_context

"""Kept for code that imports from `httpx._types`."""

from httpx_auth import AuthTypes as AuthTypes
from httpx_core import AsyncByteStream as AsyncByteStream
from httpx_core import CookieTypes as CookieTypes
from httpx_core import FileContent as FileContent
from httpx_core import FileTypes as FileTypes
from httpx_core import HeaderTypes as HeaderTypes
from httpx_core import PrimitiveData as PrimitiveData
from httpx_core import QueryParamTypes as QueryParamTypes
from httpx_core import RequestContent as RequestContent
from httpx_core import RequestData as RequestData
from httpx_core import RequestExtensions as RequestExtensions
from httpx_core import RequestFiles as RequestFiles
from httpx_core import ResponseContent as ResponseContent
from httpx_core import ResponseExtensions as ResponseExtensions
from httpx_core import SyncByteStream as SyncByteStream
from httpx_core import TimeoutTypes as TimeoutTypes
from httpx_core import URLTypes as URLTypes
from httpx_transports import CertTypes as CertTypes
from httpx_transports import ProxyTypes as ProxyTypes
from httpx_transports._types import VerifyTypes as VerifyTypes

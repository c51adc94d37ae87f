"""Kept for code that imports from `httpx._api`."""

from ._functions import delete as delete
from ._functions import get as get
from ._functions import head as head
from ._functions import options as options
from ._functions import patch as patch
from ._functions import post as post
from ._functions import put as put
from ._functions import request as request
from ._functions import stream as stream

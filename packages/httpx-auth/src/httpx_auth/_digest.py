"""DigestAuth: prove the knowledge of a password without sending it (RFC 7616, RFC 2069).

Theory of operation. The first request to an origin goes without credentials. A 401 brings a challenge
with a nonce; the request goes again with the answer. What was learned is kept for the origin, so that
later requests carry an answer at once, each with the nonce's next count.

1. A challenge and its count belong to the origin that made it: an object may be shared by clients
   and by requests to many hosts.
2. Only the request's own origin is answered: after a redirect to another the 401 stands.
3. An answer that is refused is given again only when the server calls the nonce stale, and once.
4. What cannot be answered (an unknown algorithm or qop) leaves the 401 as it is.

A lock guards the counts, and nothing is awaited under it.
"""

from __future__ import annotations

import os
from _thread import allocate_lock
from collections.abc import AsyncGenerator, Generator
from typing import TYPE_CHECKING, Any

from httpx_core import Cookies, RemoteProtocolError, Request

from ._auth import Auth
from ._basic import as_bytes
from ._challenge import parse_challenges
from ._digest_response import DigestChallenge, authorization, strongest

if TYPE_CHECKING:
    from httpx_core import Response

# Origins whose challenge is remembered; beyond it the one learned first is forgotten.
MAX_ORIGINS = 256

Origin = tuple[str, bytes, int | None]


class _Session:
    """A challenge and how often it was answered."""

    __slots__ = ("challenge", "cnonce", "count")

    def __init__(self, challenge: DigestChallenge) -> None:
        self.challenge = challenge
        self.count = 0
        self.cnonce: bytes | None = None


class DigestAuth(Auth):
    """Answer Digest challenges with a name and a password.

    MD5, SHA, SHA-256, SHA-512 and SHA-512-256, with their -sess forms; qop auth and auth-int;
    userhash. Of several challenges the strongest is answered. Text is encoded as UTF-8.

    >>> from httpx_core import Request, Response
    >>> request = Request("GET", "https://example.org/")
    >>> flow = DigestAuth("Mufasa", "Circle Of Life").sync_auth_flow(request)
    >>> "Authorization" in next(flow).headers
    False
    >>> challenge = {"WWW-Authenticate": 'Digest realm="r", nonce="n", qop="auth"'}
    >>> request = flow.send(Response(401, headers=challenge, request=request))
    >>> request.headers["Authorization"][:34]
    'Digest username="Mufasa", realm="r'

    RemoteProtocolError: the challenge is malformed.
    """

    __module__ = "httpx_auth"

    def __init__(self, username: str | bytes, password: str | bytes) -> None:
        self._username = as_bytes("username", username)
        self._password = as_bytes("password", password)
        self._sessions: dict[Origin, _Session] = {}
        self._lock = allocate_lock()

    def auth_flow(self, request: Request) -> Generator[Request, Response, None]:
        """Yield the request, with an answer where one can be given at once, and again when asked."""
        session = self._sessions.get(_origin(request))
        if session is not None:
            self._authorize(request, session)
        was_answered = was_stale = False
        while True:
            response = yield request
            again = self._request_to_answer(request, response)
            challenge = None if again is None else _challenge(response)
            if again is None or challenge is None:
                self._take_next_nonce(request, response)
                return
            if was_answered and (was_stale or not challenge.stale):
                return
            was_stale = was_answered
            was_answered = True
            request = again
            _carry_cookies(response, request)
            self._authorize(request, self._learn(request, challenge))

    async def async_auth_flow(self, request: Request) -> AsyncGenerator[Request, Response]:
        """Run `auth_flow()` for a client that awaits; it reads a body that auth-int needs."""
        session = self._sessions.get(_origin(request))
        if self.requires_request_body or (
            session is not None and session.challenge.qop == "auth-int"
        ):
            await request.aread()
        flow = self.auth_flow(request)
        try:
            request = next(flow)
            while True:
                response = yield request
                if self.requires_response_body:
                    await response.aread()
                again = self._request_to_answer(request, response)
                if again is not None:
                    challenge = _challenge(response)
                    if challenge is not None and challenge.qop == "auth-int":
                        await again.aread()
                try:
                    request = flow.send(response)
                except StopIteration:
                    return
        finally:
            flow.close()

    def _request_to_answer(self, request: Request, response: Response) -> Request | None:
        """The request that was challenged: after redirects of one origin that is the last."""
        if response.status_code != 401 or "www-authenticate" not in response.headers:
            return None
        challenged = _request_of(response)
        if challenged is None or challenged.url == request.url:
            return request
        return challenged if _origin(challenged) == _origin(request) else None

    def _learn(self, request: Request, challenge: DigestChallenge) -> _Session:
        origin = _origin(request)
        with self._lock:
            known = self._sessions.pop(origin, None)
            session = _Session(challenge)
            if known is not None and known.challenge.nonce == challenge.nonce:
                # The counts of one nonce go on, or the server takes them for a replay.
                session.count, session.cnonce = known.count, known.cnonce
            self._sessions[origin] = session
            if len(self._sessions) > MAX_ORIGINS:
                del self._sessions[next(iter(self._sessions))]
        return session

    def _take_next_nonce(self, request: Request, response: Response) -> None:
        """RFC 7616 3.5: a server may name the nonce that it wants next."""
        info = response.headers.get("authentication-info")
        session = self._sessions.get(_origin(request))
        sender = _request_of(response) or request
        if info is None or session is None or _origin(sender) != _origin(request):
            return
        # Read as a challenge, which the field is but for its scheme; there may be none in it.
        for said in parse_challenges([f"Digest {info}"])[:1]:
            nonce = said.parameters.get("nextnonce")
            if nonce:
                self._learn(request, session.challenge._replace(nonce=nonce.encode()))

    def _authorize(self, request: Request, session: _Session) -> None:
        challenge = session.challenge
        body = request.read() if challenge.qop == "auth-int" else b""
        with self._lock:
            session.count += 1
            count = session.count
            cnonce = session.cnonce
            if cnonce is None:
                cnonce = self._get_client_nonce(count, challenge.nonce)
                if challenge.is_session:
                    # RFC 7616 3.4.2: the hash of a session is made with its first cnonce. With
                    # the same one always, servers that take the latest agree.
                    session.cnonce = cnonce
        header = authorization(
            challenge,
            self._username,
            self._password,
            request.method.encode(),
            request.url.raw_path,
            body,
            count,
            cnonce,
        )
        request.headers.update({b"Authorization": header})

    def _get_client_nonce(self, nonce_count: int, nonce: bytes) -> bytes:
        """A cnonce that no one can guess; tests put their own in its place."""
        return os.urandom(8).hex().encode()

    def __reduce__(self) -> tuple[Any, ...]:
        # What was learned is learned again; a lock cannot be copied.
        return type(self), (self._username, self._password)


def _origin(request: Request) -> Origin:
    url = request.url
    return url.scheme, url.raw_host, url.port


def _request_of(response: Response) -> Request | None:
    try:
        return response.request
    except RuntimeError:  # a response made by hand need not know its request
        return None


def _challenge(response: Response) -> DigestChallenge | None:
    fields = response.headers.get_list("www-authenticate")
    try:
        return strongest(parse_challenges(fields))
    except ValueError as exc:
        request = _request_of(response)
        origin = "" if request is None else f" from {request.url.host}"
        raise RemoteProtocolError(
            f"Malformed Digest WWW-Authenticate header{origin}: {exc}.", request=request
        ) from exc


def _carry_cookies(response: Response, request: Request) -> None:
    """Send the cookies that came with the challenge: some servers keep their nonce in one."""
    if "set-cookie" not in response.headers or _request_of(response) is None:
        return
    cookies = Cookies()
    cookies.extract_cookies(response)
    fresh = Request("GET", request.url)
    cookies.set_cookie_header(fresh)
    header = fresh.headers.get("cookie")
    if header is None:
        return
    names = {pair.partition("=")[0] for pair in header.split("; ")}
    kept = [
        pair
        for pair in request.headers.get("cookie", "").split("; ")
        if pair and pair.partition("=")[0] not in names
    ]
    request.headers["Cookie"] = "; ".join([*kept, header])

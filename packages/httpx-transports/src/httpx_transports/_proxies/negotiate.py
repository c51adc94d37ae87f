"""The runner of the proxy handshakes: it carries the bytes between a pure handshake and a stream.

It promises that the handshake as a whole ends within the connect limit, and that the stream is
closed by whatever ends it otherwise. It never retries.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from httpx_core import ConnectTimeout, NetworkError, TimeoutException

if TYPE_CHECKING:
    from .._attempt import Attempt
    from .._backends.interface import NetworkStream
    from .._proxy import Proxy
    from .._trace import Trace
    from .handshake import Handshake

REFUSAL_WAIT = 1.0
"""Seconds for which the body of a refusal is waited for, once its head is there."""


def handshake(proxy: Proxy, host: str, port: int) -> Handshake:
    """The handshake by which this proxy makes a tunnel to `host` (no brackets) and `port`.

    ProxyError: the proxy's protocol cannot say it, for one because the name is too long.
    LocalProtocolError: a header of the proxy's would break the message.
    """
    # Without userinfo: Proxy takes it out of its URL.
    name = str(proxy.url)
    if proxy.url.scheme.startswith("socks5"):
        from .socks5 import Socks5

        return Socks5(name, host, port, proxy.raw_auth)
    from .connect import Connect

    return Connect(name, host, port, proxy.headers.raw, proxy.raw_auth)


async def tunnel(
    stream: NetworkStream, proxy: Proxy, host: str, port: int, attempt: Attempt
) -> NetworkStream:
    """Make the stream to a proxy a tunnel to `host` and `port`; on any failure it is closed."""
    try:
        machine = handshake(proxy, host, port)
    except BaseException:
        stream.close()
        raise
    await negotiate(stream, machine, attempt)
    return stream


async def negotiate(stream: NetworkStream, handshake: Handshake, attempt: Attempt) -> None:
    """Run a handshake over the stream to the proxy; after it, the stream is the tunnel.

    ProxyError: the proxy refused, or broke its protocol; when it answered a CONNECT with another
    status than 2xx, the error's `status_code`, `reason_phrase` and `body` say more.
    ConnectTimeout: the handshake was not done within the connect limit.
    """
    limit = attempt.left(attempt.connect)
    deadline = None if limit is None else monotonic() + limit
    try:
        if attempt.trace is None:
            await _send(stream, handshake, handshake.start(), deadline)
            await _receive(stream, handshake, deadline)
        else:
            await _traced(stream, handshake, deadline, attempt.trace)
    except BaseException:
        stream.close()
        raise


async def _receive(stream: NetworkStream, handshake: Handshake, deadline: float | None) -> Any:
    """Read, and answer what is asked, until the tunnel is there."""
    while not handshake.done:
        refusal = handshake.refusal()
        if refusal is not None:
            latest = monotonic() + REFUSAL_WAIT
            deadline = latest if deadline is None else min(deadline, latest)
        try:
            data = await stream.read(handshake.wanted, _left(deadline))
        except (TimeoutException, NetworkError) as exc:
            raise refusal or _broken(handshake, exc) from exc
        if not data:
            handshake.receive_eof()
        answer = handshake.receive(data)
        if answer:
            await _send(stream, handshake, answer, deadline)
    return handshake.answer


async def _send(
    stream: NetworkStream, handshake: Handshake, data: bytes, deadline: float | None
) -> None:
    try:
        await stream.write(data, _left(deadline), deadline)
    except (TimeoutException, NetworkError) as exc:
        raise _broken(handshake, exc) from exc


def _broken(handshake: Handshake, exc: Exception) -> Exception:
    """What a failure of the stream means for the handshake."""
    if isinstance(exc, TimeoutException):
        return ConnectTimeout(
            f"{handshake.kind} {handshake.target} was not made in time by proxy {handshake.proxy}."
        )
    return handshake.error(f"the connection to the proxy broke: {exc}".rstrip("."))


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.0, deadline - monotonic())


async def _traced(
    stream: NetworkStream, handshake: Handshake, deadline: float | None, trace: Trace
) -> None:
    """The same as a user's trace sees it, by the names of 0.28."""
    if handshake.fields is not None:
        from httpx_core import Request

        request = Request("CONNECT", "//" + handshake.target, headers=handshake.fields)
        sending = _send(stream, handshake, handshake.start(), deadline)
        await trace.step("http11.send_request_headers", sending, request=request)
        await trace.started("http11.send_request_body", request=request)
        await trace.complete("http11.send_request_body")
        receiving = _receive(stream, handshake, deadline)
        await trace.step("http11.receive_response_headers", receiving, request=request)
        return
    host, _, port = handshake.target.rpartition(":")
    # 0.28 told the credentials here as well.
    await trace.started(
        "socks.setup_socks5_connection", stream=stream, host=host, port=int(port), auth=None
    )
    try:
        await _send(stream, handshake, handshake.start(), deadline)
        await _receive(stream, handshake, deadline)
    except BaseException as exc:
        await trace.failed("socks.setup_socks5_connection", exc)
        raise
    await trace.complete("socks.setup_socks5_connection", stream)

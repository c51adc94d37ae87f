"""A client's life: unopened, opened, closed; and what is closed with it."""

from __future__ import annotations

import gc
from typing import Any

import pytest

import httpx

HELLO = httpx.MockTransport(lambda request: httpx.Response(200))


class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Notes what is done with it."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __enter__(self) -> Transport:
        self.calls.append("enter")
        return self

    def __exit__(self, *args: Any) -> None:
        self.calls.append("exit")

    async def __aenter__(self) -> Transport:
        return self.__enter__()

    async def __aexit__(self, *args: Any) -> None:
        self.__exit__()

    def close(self) -> None:
        self.calls.append("close")

    async def aclose(self) -> None:
        self.close()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.calls.append("request")
        return httpx.Response(200)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


async def test_a_client_is_open_until_it_is_closed(colour: Any) -> None:
    client = colour.client(transport=HELLO)
    assert not client.is_closed
    await client.get("http://a.test/")
    assert not client.is_closed
    await client.aclose()
    assert client.is_closed
    await client.aclose()


async def test_a_closed_client_sends_nothing(colour: Any) -> None:
    client = colour.client(transport=HELLO)
    await client.aclose()
    with pytest.raises(RuntimeError, match="client has been closed"):
        await client.get("http://a.test/")
    with pytest.raises(RuntimeError, match="Cannot reopen"):
        async with client:
            pass


async def test_a_client_is_entered_once(colour: Any) -> None:
    async with colour.client(transport=HELLO) as client:
        with pytest.raises(RuntimeError, match="more than once"):
            await client.__aenter__()
    assert client.is_closed
    used = colour.client(transport=HELLO)
    await used.get("http://a.test/")
    with pytest.raises(RuntimeError, match="more than once"):
        await used.__aenter__()


async def test_the_transports_are_entered_and_left_with_the_client(colour: Any) -> None:
    own, mounted = Transport(), Transport()
    async with colour.client(transport=own, mounts={"all://a.test": mounted, "all://b.test": None}):
        assert [["enter"], ["enter"]] == [own.calls, mounted.calls]
    assert [["enter", "exit"], ["enter", "exit"]] == [own.calls, mounted.calls]


async def test_the_transports_are_closed_with_the_client(colour: Any) -> None:
    own, mounted = Transport(), Transport()
    client = colour.client(transport=own, mounts={"all://a.test": mounted, "all://b.test": None})
    await client.aclose()
    await client.aclose()
    assert [["close"], ["close"]] == [own.calls, mounted.calls]


class Refusing(Transport):
    """Is done with, and raises all the same."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self._error = error

    def __exit__(self, *args: Any) -> None:
        super().__exit__(*args)
        raise self._error

    def close(self) -> None:
        super().close()
        raise self._error


@pytest.mark.parametrize("entered", [False, True])
@pytest.mark.parametrize(
    ("errors", "raised"),
    [
        ([OSError("first"), None, ValueError("second")], OSError),
        ([None, ValueError("only"), None], ValueError),
        ([OSError("first"), KeyboardInterrupt(), ValueError("second")], KeyboardInterrupt),
        ([KeyboardInterrupt(), SystemExit(), None], KeyboardInterrupt),
    ],
    ids=str,
)
async def test_all_transports_are_closed_when_one_refuses(
    colour: Any,
    entered: bool,
    errors: list[BaseException | None],
    raised: type[BaseException],
) -> None:
    transports = [Transport() if error is None else Refusing(error) for error in errors]
    mounts = {"http://a.test": transports[1], "http://b.test": None, "all://c": transports[2]}
    client = colour.client(transport=transports[0], mounts=mounts)
    with pytest.raises(raised):
        if entered:
            async with client:
                pass
        else:
            await client.aclose()
    assert client.is_closed
    expected = ["enter", "exit"] if entered else ["close"]
    assert [expected] * 3 == [transport.calls for transport in transports]


async def test_closing_closes_the_connections(colour: Any, server: Any, no_leaks: None) -> None:
    async with colour.client() as client:
        await client.get(server.url + "/bytes/3")


async def test_a_lost_client_with_connections_warns(colour: Any, server: Any) -> None:
    client = colour.client()
    await client.get(server.url + "/bytes/3")
    with pytest.warns(ResourceWarning, match="1 open connections"):
        del client
        gc.collect()


async def test_a_lost_client_without_connections_is_no_matter(colour: Any) -> None:
    colour.client()
    gc.collect()


async def test_the_stats_count_by_origin(colour: Any, server: Any) -> None:
    async with colour.client() as client:
        assert {} == client.stats()
        for _ in range(3):
            await client.get(server.url + "/bytes/3")
        assert [server.url] == list(client.stats())
        figures = client.stats()[server.url]
        assert (0, 1, 1, 2) == (figures.active, figures.idle, figures.opened, figures.reused)
        async with client.stream("GET", server.url + "/bytes/3000000"):
            assert 1 == client.stats()[server.url].active


async def test_the_stats_of_two_transports_are_added_up(colour: Any, server: Any) -> None:
    import httpx_transports

    kind = (
        httpx_transports.AsyncHTTPTransport if colour.is_async else httpx_transports.HTTPTransport
    )
    second = kind()
    async with colour.client(
        mounts={"all://other.test": second, "all://127.0.0.1": None}
    ) as client:
        await client.get(server.url + "/bytes/3")
        async with client.stream("GET", server.url + "/bytes/3") as response:
            await colour.read(response)
        adapted = colour.adapt(second)
        response = await adapted.handle(httpx.Request("GET", server.url + "/bytes/3"))
        await colour.read(response)
        assert 2 == client.stats()[server.url].opened
    assert {} == colour.client(transport=HELLO).stats()


async def test_an_error_in_a_cancelled_scope_is_not_lost_by_closing(
    async_colour: Any, server: Any
) -> None:
    import anyio

    with pytest.raises(BaseException) as caught:
        async with anyio.create_task_group() as group, httpx.AsyncClient() as client:
            await client.get(server.url + "/bytes/3")
            group.cancel_scope.cancel()
            raise KeyError("what went wrong")
    assert "KeyError('what went wrong')" in repr(caught.value)


async def test_a_request_cancelled_anywhere_leaves_nothing_behind(
    async_colour: Any, server: Any, no_leaks: None
) -> None:
    url = httpx.URL(server.url + "/redirect", params={"to": "/chunked/3000"})
    client = httpx.AsyncClient(follow_redirects=True, auth=("user", "secret"))

    async def call() -> None:
        response = await client.post(url, json={"a": 1})
        assert 3000 == len(response.content)

    async with client:
        n = 1
        while not await async_colour.cancel_at(n, call):
            n += 1
        figures = client.stats()[server.url]
        assert (0, 0) == (figures.active, figures.waiting)
        await call()
    assert n > 3
